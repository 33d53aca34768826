import { concatBytes } from "@conclave/codec";
import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../key.js";
import { WebSocket } from "ws";
import type { CloseCause } from "./causes.js";

/** Frames for one client are joined to WebSocket messages up to this size. */
const JOINED_BYTES = 64 * 1024;
/** Bytes on their way to or from a client beyond which nothing more is read from it. */
const HIGH_WATER_BYTES = 1024 * 1024;
/** Bytes waiting for a client beyond which it is cut off: more than any honest exchange needs. */
const CUT_OFF_BYTES = 64 * 1024 * 1024;
/** What an event costs in memory besides its bytes. */
const EVENT_BYTES = 512;

const sendOptions = { binary: true, compress: false, fin: true };

/** One client's WebSocket: joins what is sent to it, and stops reading while it does not read. */
export class SocketConnection {
  isAlive = true;
  /** Why the relay ends it; null while it does not. */
  cause: CloseCause | null = null;
  private outgoing: Uint8Array[] = [];
  private outgoingBytes = 0;
  private incomingBytes = 0;
  private isPaused = false;
  private isCutOff = false;
  private lagging: Set<string> | null = null;

  constructor(
    readonly id: number,
    readonly address: string,
    readonly socket: WebSocket,
  ) {}

  /** Bytes that the client has not taken yet. */
  get backlog(): number {
    return this.socket.bufferedAmount + this.outgoingBytes;
  }

  /** Queues frames; true if nothing was queued before. */
  queue(bytes: Uint8Array): boolean {
    // RULE: relay.no-unbounded-buffer: a client that reads nothing is cut off, whatever it asks for (attack A83).
    if (this.backlog > CUT_OFF_BYTES) this.cutOff();
    if (this.isCutOff) return false;
    this.outgoing.push(bytes);
    this.outgoingBytes += bytes.length;
    return this.outgoing.length === 1;
  }

  /** Sends what is queued. `shared` joins equal lists once for many connections. */
  flush(shared: JoinedFrames): void {
    const frames = this.outgoing;
    this.outgoing = [];
    this.outgoingBytes = 0;
    if (this.socket.readyState !== WebSocket.OPEN) return;
    for (const message of shared.join(frames)) this.socket.send(message, sendOptions);
    this.adjust();
  }

  /** Ends the connection, and frees what waits for it. */
  cutOff(): void {
    this.cause ??= "slow";
    this.isCutOff = true;
    this.outgoing = [];
    this.outgoingBytes = 0;
    this.socket.terminate();
  }

  /** A message of this size went to the core. */
  received(bytes: number): void {
    this.isAlive = true;
    this.incomingBytes += bytes + EVENT_BYTES;
    this.adjust();
  }

  /** The core is done with so many messages of this size together. */
  handled(messages: number, bytes: number): void {
    this.incomingBytes -= bytes + messages * EVENT_BYTES;
    this.adjust();
  }

  /** Reads on once there is room again, and stops while there is none. */
  adjust(): void {
    const isFull = this.incomingBytes > HIGH_WATER_BYTES || this.socket.bufferedAmount > HIGH_WATER_BYTES;
    if (isFull === this.isPaused || this.socket.readyState !== WebSocket.OPEN) return;
    this.isPaused = isFull;
    if (isFull) this.socket.pause();
    else this.socket.resume();
  }

  get waits(): boolean {
    return this.isPaused;
  }

  isLagging(roomTag: RoomTag): boolean {
    return this.lagging?.has(keyOf(roomTag)) ?? false;
  }

  startLag(roomTag: RoomTag): void {
    (this.lagging ??= new Set()).add(keyOf(roomTag));
  }

  endLag(roomTag: RoomTag): void {
    this.lagging?.delete(keyOf(roomTag));
  }
}

/** Joins lists of frames into messages, remembering the last list: subscribers of one room get the same. */
export class JoinedFrames {
  private frames: readonly Uint8Array[] = [];
  private messages: readonly Uint8Array[] = [];

  join(frames: readonly Uint8Array[]): readonly Uint8Array[] {
    if (frames.length === 1) return frames;
    const same = frames.length === this.frames.length && frames.every((frame, at) => frame === this.frames[at]);
    if (!same) {
      this.frames = frames;
      this.messages = joinUpTo(frames, JOINED_BYTES);
    }
    return this.messages;
  }
}

function joinUpTo(frames: readonly Uint8Array[], most: number): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const frame of frames) {
    if (group.length > 0 && bytes + frame.length > most) {
      messages.push(concatBytes(...group));
      group = [];
      bytes = 0;
    }
    group.push(frame);
    bytes += frame.length;
  }
  if (group.length > 0) messages.push(group.length === 1 ? group[0]! : concatBytes(...group));
  return messages;
}
