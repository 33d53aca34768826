import {
  encodeRelayFrame,
  type HeadReceipt,
  type LogRecord,
  type Push,
  type RelayFrame,
  type RoomTag,
  type Signed,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import type { CoreOutput } from "./output.js";
import { Subscribers } from "./subscribers.js";

/** A push with more bytes of records than this is split. */
const PUSH_BYTES = 256 * 1024;

/** Records of a room that its subscribers have not been told of yet. */
interface Unsent {
  records: LogRecord[];
  bytes: number;
  receipt: Signed<HeadReceipt> | null;
}

/** How far the subscribers of a room are. */
export interface SentPlace {
  readonly roomTag: RoomTag;
  readonly n: number;
}

/**
 * Collects what a batch sends. New records of a room are gathered, and encoded once for all its subscribers: a subscriber
 * gets exactly the records between its subscribing and unsubscribing, in order.
 */
export class SendQueue {
  /** Bytes in the batch's outputs so far, each counted once for however many connections. */
  bytes = 0;
  private outputs: CoreOutput[] = [];
  private readonly unsent = new Map<string, Unsent>();
  private readonly subscribers = new Map<string, Subscribers>();
  /** All that are behind, and some that were: to look through all rooms costs more with each. */
  private readonly perhapsBehind = new Set<Subscribers>();
  /** Takes back where subscribers were brought to in this run. */
  private places: (() => void)[] = [];

  /** `isShared`: other relays append to the same rooms. */
  constructor(private readonly isShared = false) {}

  /** Sends a frame to one connection; gives its size. */
  reply(connection: number, frame: RelayFrame): number {
    const bytes = encodeRelayFrame(frame);
    this.outputs.push({ kind: "send", connection, bytes });
    this.bytes += bytes.length;
    return bytes.length;
  }

  /** Sends a push to some connections. */
  notify(connections: readonly number[], push: Push): void {
    if (connections.length === 0) return;
    this.outputs.push({ kind: "push", connections, bytes: encodeRelayFrame(push), origin: null });
  }

  /** Tells the subscribers of a room, after the records they are still to get. */
  notifyRoom(roomTag: RoomTag, push: Push): void {
    const key = keyOf(roomTag);
    this.flushRoom(key);
    this.notify(this.subscribers.get(key)?.connections ?? [], push);
  }

  close(connection: number, code: number): void {
    this.outputs.push({ kind: "close", connection, code });
  }

  lagEnded(connection: number, roomTag: RoomTag): void {
    this.outputs.push({ kind: "lagEnded", connection, roomTag });
  }

  /** A new record of a room; `receipt`: signed for a head that includes it, with a commit. */
  record(roomTag: RoomTag, record: LogRecord, receipt: Signed<HeadReceipt> | null = null): void {
    const key = keyOf(roomTag);
    if (!this.subscribers.has(key)) return;
    let unsent = this.unsent.get(key);
    if (unsent === undefined) {
      unsent = { records: [], bytes: 0, receipt: null };
      this.unsent.set(key, unsent);
    }
    unsent.records.push(record);
    unsent.receipt = receipt ?? unsent.receipt;
    unsent.bytes += record.payload.length + record.attachment.length;
    if (unsent.bytes >= PUSH_BYTES) this.flushRoom(key);
  }

  /** From now on the connection gets the room's records after `n`. False if it already did. */
  subscribe(connection: number, roomTag: RoomTag, n = 0): boolean {
    const key = keyOf(roomTag);
    this.flushRoom(key);
    const subscribers = this.subscribers.get(key) ?? this.newSubscribers(roomTag);
    this.subscribers.set(key, subscribers);
    const isNew = !subscribers.has(connection);
    subscribers.add(connection, n);
    return isNew;
  }

  /** From now on the connection gets no records of the room. */
  unsubscribe(connection: number, roomKey: string): void {
    this.flushRoom(roomKey);
    const subscribers = this.subscribers.get(roomKey);
    subscribers?.delete(connection);
    if (subscribers?.size === 0) this.subscribers.delete(roomKey);
  }

  /** The room is gone: those who subscribed ask again, and are told why there is nothing. */
  endRoom(roomTag: RoomTag): void {
    const key = keyOf(roomTag);
    this.notifyRoom(roomTag, { type: "lagged", roomTag, fromN: 1 });
    this.subscribers.delete(key);
  }

  /** Records that another relay took, or that were read because they were missing: those that follow one another. */
  arrived(roomTag: RoomTag, records: readonly LogRecord[]): void {
    const subscribers = this.subscribers.get(keyOf(roomTag));
    if (subscribers !== undefined && records.length > 0) this.push(subscribers, records, null, []);
  }

  /** There is a record `n` in a room. */
  heard(roomTag: RoomTag, n: number): void {
    this.subscribers.get(keyOf(roomTag))?.heard(n);
  }

  /** The rooms with subscribers, and the newest record that all of them have. */
  *sentPlaces(): Iterable<SentPlace> {
    for (const { roomTag, place: n } of this.subscribers.values()) yield { roomTag, n };
  }

  /** Those of {@link sentPlaces} of which more is known that the subscribers lack. */
  *behind(): Iterable<SentPlace> {
    for (const subscribers of this.perhapsBehind) {
      const { roomTag, place: n, isBehind } = subscribers;
      if (isBehind && this.subscribers.get(keyOf(roomTag)) === subscribers) yield { roomTag, n };
      else this.perhapsBehind.delete(subscribers);
    }
  }

  /** A run begins: {@link takeBack} is about it. */
  beginRun(): void {
    this.places = [];
  }

  /** What was sent in this run was not: its records come again, if they are stored. */
  takeBack(): void {
    for (const undo of this.places.splice(0).reverse()) undo();
  }

  /** Forgets what the batch would have sent; returns the rest of its outputs, which are right whatever was stored. */
  undo(): CoreOutput[] {
    this.unsent.clear();
    return this.take().filter(({ kind }) => kind === "close" || kind === "lagEnded");
  }

  /** Puts outputs in after those so far. */
  add(outputs: readonly CoreOutput[]): void {
    this.outputs.push(...outputs);
  }

  /** Everything so far; what comes later belongs to the next batch. */
  take(): CoreOutput[] {
    for (const key of [...this.unsent.keys()]) this.flushRoom(key);
    const { outputs } = this;
    this.outputs = [];
    this.bytes = 0;
    return outputs;
  }

  private newSubscribers(roomTag: RoomTag): Subscribers {
    const subscribers: Subscribers = new Subscribers(roomTag, this.isShared, () => this.perhapsBehind.add(subscribers));
    return subscribers;
  }

  private flushRoom(key: string): void {
    const unsent = this.unsent.get(key);
    if (unsent === undefined) return;
    this.unsent.delete(key);
    // There are some: records are only gathered where there are, and sent before the last one goes.
    this.push(this.subscribers.get(key)!, unsent.records, unsent.receipt, this.places);
  }

  private push(
    subscribers: Subscribers,
    all: readonly LogRecord[],
    receipt: Signed<HeadReceipt> | null,
    undo: (() => void)[],
  ): void {
    const { roomTag } = subscribers;
    for (const { connections, records } of subscribers.deliver(all, undo)) {
      const bytes = encodeRelayFrame({ type: "records", roomTag, items: records, receipt });
      this.bytes += bytes.length;
      this.outputs.push({ kind: "push", connections, bytes, origin: { roomTag, fromN: records[0]!.n } });
    }
  }
}
