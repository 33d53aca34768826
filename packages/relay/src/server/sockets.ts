import { CLOSE_CODES, encodeRelayFrame, type Limits, type RoomTag } from "@conclave/wire";
import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { PushOrigin } from "../core/output.js";
import { unpackOutputs, type OutputBatch, type OutputReceiver } from "./batch.js";
import type { CoreThread } from "./coreThread.js";
import { Backlog } from "./backlog.js";
import { CauseCounts, type CloseCause, type DoorCause } from "./causes.js";
import { Entrance, type EntranceSettings } from "./entrance.js";
import { OpenMessages } from "./openMessages.js";
import { returnWait } from "./returnWait.js";
import { JoinedFrames, SocketConnection } from "./socketConnection.js";

const PING_EVERY_MS = 30_000;
const WAITING_EVERY_MS = 50;
const UNFINISHED_EVERY_MS = 1000;

/** What "close" says where no close frame came. */
const ABNORMAL = 1006;
/** Why the core ends a connection, by the code that it gives. */
const CAUSES: Readonly<Record<number, CloseCause>> = {
  [CLOSE_CODES.hello]: "idle",
  [CLOSE_CODES.strikes]: "strikes",
  [CLOSE_CODES.crowded]: "crowded",
  [CLOSE_CODES.failed]: "failed",
};

/** How many connections a relay takes, and how much it holds back for a slow one. */
export interface SocketSettings extends EntranceSettings {
  readonly limits: Limits;
  /** With more bytes than this waiting for it, a client gets no pushes and is told that it lags. */
  readonly lagBytes: number;
  /** With more bytes than this waiting for all clients together, those with the most are cut off. */
  readonly backlogBytes: number;
}

/** The relay's WebSockets: carries bytes between clients and the core's thread, and decides nothing. */
export class Sockets implements OutputReceiver {
  /** Counts since the start. */
  readonly counts = { opened: 0, received: 0, handled: 0, sent: 0, lagged: 0, cutOff: 0 };
  readonly closed = new CauseCounts<CloseCause>();
  private readonly entrance: Entrance;
  private readonly connections = new Map<number, SocketConnection>();
  private readonly backlog: Backlog;
  private readonly unfinished = new OpenMessages<SocketConnection>(() => this.counts.cutOff++);
  /** The addresses of connections that are closed, but of which the core's thread has not handled everything. */
  private readonly leaving = new Map<number, string>();
  private unflushed: SocketConnection[] = [];
  private lastId = 0;
  private isFlushPlanned = false;
  private isClosing = false;
  private readonly timers: NodeJS.Timeout[];

  constructor(
    http: Server,
    private readonly core: CoreThread,
    private readonly settings: SocketSettings,
  ) {
    this.backlog = new Backlog(settings.backlogBytes, () => this.counts.cutOff++);
    this.entrance = new Entrance(http, settings.limits.messageBytes, settings, (webSocket, socket, address) => {
      this.connect(webSocket, socket, address);
    });
    this.timers = [
      setInterval(() => {
        this.ping();
      }, PING_EVERY_MS),
      setInterval(() => {
        this.backlog.check();
      }, WAITING_EVERY_MS),
      setInterval(() => {
        this.unfinished.check();
        this.entrance.limits.sweep();
      }, UNFINISHED_EVERY_MS),
    ];
  }

  /** Who was not let in, since the start, and why. */
  get refused(): CauseCounts<DoorCause> {
    return this.entrance.refused;
  }

  /** From which addresses, since this was last asked. */
  takeRefusedAddresses(): ReadonlyMap<string, number> {
    return this.entrance.refusedAddresses.take();
  }

  /** Messages that came and were not carried out yet. */
  get waiting(): number {
    return this.counts.received - this.counts.handled;
  }

  /** Open WebSockets. */
  get open(): number {
    return this.connections.size;
  }

  /** How many connections each address has. */
  get addresses(): ReadonlyMap<string, number> {
    return this.entrance.limits.addresses;
  }

  /** Ends the connections of addresses that are blocked by now. */
  disconnectBlocked(): void {
    for (const connection of this.connections.values()) {
      if (this.settings.isBlocked(connection.address)) end(connection, "blocked");
    }
  }

  /** Carries out what the core's thread wants. */
  outputs(batch: OutputBatch): void {
    const { handled, ended } = batch;
    for (let at = 0; at < handled.length; at += 3) {
      this.counts.handled += handled[at + 1]!;
      this.connections.get(handled[at]!)?.handled(handled[at + 1]!, handled[at + 2]!);
    }
    for (const id of ended) {
      this.entrance.limits.remove(this.leaving.get(id)!);
      this.leaving.delete(id);
    }
    unpackOutputs(batch, this);
    this.planFlush();
  }

  send(id: number, bytes: Uint8Array): void {
    const connection = this.connections.get(id);
    if (connection !== undefined) this.queue(connection, bytes);
  }

  push(ids: Uint32Array, bytes: Uint8Array, origin: PushOrigin | null): void {
    for (const id of ids) {
      const connection = this.connections.get(id);
      if (connection === undefined || (origin !== null && !this.keepsUp(connection, origin))) continue;
      this.queue(connection, bytes);
    }
  }

  close(id: number, code: number): void {
    const connection = this.connections.get(id);
    if (connection === undefined) return;
    connection.flush(new JoinedFrames());
    connection.cause ??= CAUSES[code] ?? "crowded";
    connection.socket.close(code);
    // A client that was told to go but goes on sending is no longer listened to.
    setTimeout(() => {
      connection.socket.terminate();
    }, 2000).unref();
  }

  lagEnded(id: number, roomTag: RoomTag): void {
    this.connections.get(id)?.endLag(roomTag);
  }

  /** Takes no new connections, and reads nothing more from the existing ones. */
  stopReading(): void {
    this.isClosing = true;
    this.entrance.close();
    for (const timer of this.timers) clearInterval(timer);
    for (const { socket } of this.connections.values()) socket.pause();
  }

  /** Says goodbye to everybody, each with a different waiting time, so that they do not all come back at once. */
  async closeAll(patience: number): Promise<void> {
    this.flush();
    const closed = [...this.connections.values()].map((connection, at, all) => {
      const gone = new Promise<void>((resolve) => connection.socket.once("close", resolve));
      connection.queue(encodeRelayFrame({ type: "goodbye", retryAfter: returnWait(at, all.length) }));
      connection.flush(new JoinedFrames());
      connection.cause ??= "stopping";
      connection.socket.resume();
      connection.socket.close(1001);
      return gone;
    });
    const late = setTimeout(() => {
      for (const { socket } of this.connections.values()) socket.terminate();
    }, patience);
    await Promise.all(closed);
    clearTimeout(late);
  }

  private connect(socket: WebSocket, raw: Duplex, address: string): void {
    const connection = new SocketConnection(++this.lastId, address, socket);
    this.connections.set(connection.id, connection);
    this.unfinished.add(connection);
    this.entrance.limits.add(address);
    this.counts.opened++;
    this.core.events.open(connection.id, address);
    socket.on("message", (data: Buffer, isBinary) => {
      if (this.isClosing) return;
      // A text message is no frame: as bytes it is refused like any other junk, and counted against its sender.
      this.message(connection, isBinary ? data : Buffer.of(0xff));
    });
    socket.on("pong", () => (connection.isAlive = true));
    socket.on("close", (code: number) => {
      this.closed.add(connection.cause ?? (code === ABNORMAL ? "broken" : "client"));
      this.disconnected(connection);
    });
    // What came is no WebSocket: that ends it, and "close" follows.
    socket.on("error", () => (connection.cause ??= "malformed"));
    raw.on("data", (chunk: Buffer) => {
      this.unfinished.read(connection, chunk);
    });
  }

  private message(connection: SocketConnection, data: Buffer): void {
    this.counts.received++;
    this.core.events.message(connection.id, data);
    connection.received(data.length);
    if (connection.waits) this.backlog.watch(connection);
    this.planFlush();
  }

  private disconnected(connection: SocketConnection): void {
    if (!this.connections.delete(connection.id)) return;
    this.backlog.forget(connection);
    this.unfinished.forget(connection);
    this.leaving.set(connection.id, connection.address);
    this.core.events.closed(connection.id);
    this.planFlush();
  }

  private keepsUp(connection: SocketConnection, { roomTag, fromN }: PushOrigin): boolean {
    if (connection.isLagging(roomTag)) return false;
    if (connection.backlog <= this.settings.lagBytes) return true;
    // RULE: relay.slow-reader: a slow reader's pushes are dropped, and it is told from where to read on; nothing piles up.
    this.counts.lagged++;
    connection.startLag(roomTag);
    this.core.events.lag(connection.id, roomTag);
    this.queue(connection, encodeRelayFrame({ type: "lagged", roomTag, fromN }));
    return false;
  }

  private queue(connection: SocketConnection, bytes: Uint8Array): void {
    if (connection.queue(bytes)) this.unflushed.push(connection);
  }

  // Once for everything that happens in one turn of the event loop: this joins frames and groups appends.
  private planFlush(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    setImmediate(() => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    this.core.flush();
    const connections = this.unflushed;
    this.unflushed = [];
    const joined = new JoinedFrames();
    this.counts.sent += connections.length;
    for (const connection of connections) {
      connection.flush(joined);
      if (connection.backlog > 0) this.backlog.watch(connection);
    }
  }

  private ping(): void {
    for (const connection of this.connections.values()) {
      if (!connection.isAlive) end(connection, "silent");
      else if (!connection.waits) {
        connection.isAlive = false;
        connection.socket.ping();
      }
    }
  }
}

function end(connection: SocketConnection, cause: CloseCause): void {
  connection.cause ??= cause;
  connection.socket.terminate();
}
