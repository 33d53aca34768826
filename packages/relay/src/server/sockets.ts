import { encodeRelayFrame, type Limits, type RoomTag } from "@conclave/wire";
import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { PushOrigin } from "../core/output.js";
import { unpackOutputs, type OutputBatch, type OutputReceiver } from "./batch.js";
import type { CoreThread } from "./coreThread.js";
import { addressGroup } from "./addressGroup.js";
import { answerRaw, withoutBase } from "./http.js";
import type { RequestGuard } from "./requestGuard.js";
import { JoinedFrames, SocketConnection } from "./socketConnection.js";

/** Where clients open their WebSocket. */
export const SOCKET_PATH = "/relay";

const PING_EVERY_MS = 30_000;
const WAITING_EVERY_MS = 50;
/** Sockets of one address beyond its connections: for pages, and so that one more is told why it is refused. */
const SPARE_SOCKETS = 64;

/** How many connections a relay takes, and how much it holds back for a slow one. */
export interface SocketSettings {
  readonly limits: Limits;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Bytes waiting for a client beyond which it gets no pushes, and is told that it lags. */
  readonly lagBytes: number;
  /** Bytes waiting for all clients together beyond which those are cut off for whom most waits. */
  readonly backlogBytes: number;
  /** The address of a client is the last one a proxy put into `X-Forwarded-For`. */
  readonly isBehindProxy: boolean;
  readonly guard: RequestGuard;
  readonly basePath: string;
}

/** The relay's WebSockets: carries bytes between clients and the core's thread, and decides nothing. */
export class Sockets implements OutputReceiver {
  /** Counts since the start. */
  readonly counts = { opened: 0, received: 0, sent: 0, lagged: 0, cutOff: 0, refused: 0 };
  private readonly server: WebSocketServer;
  private readonly connections = new Map<number, SocketConnection>();
  private readonly perAddress = new Map<string, number>();
  private readonly socketsPerAddress = new Map<string, number>();
  /** Those for whom something may be waiting: only these are looked at often. */
  private readonly behind = new Set<SocketConnection>();
  private readonly unhandled: { connection: SocketConnection; bytes: number }[][] = [];
  private collecting: { connection: SocketConnection; bytes: number }[] = [];
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
    this.server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      maxPayload: settings.limits.messageBytes,
    });
    http.on("upgrade", (request, socket, head) => {
      this.upgrade(request, socket, head);
    });
    http.on("connection", (socket: Socket) => {
      this.count(socket);
    });
    this.timers = [
      setInterval(() => {
        this.ping();
      }, PING_EVERY_MS),
      setInterval(() => {
        this.checkBacklog();
      }, WAITING_EVERY_MS),
    ];
  }

  /** Open WebSockets. */
  get open(): number {
    return this.connections.size;
  }

  /** Carries out what the core's thread wants. */
  outputs(batch: OutputBatch): void {
    for (let n = 0; n < batch.handled; n++) {
      for (const { connection, bytes } of this.unhandled.shift() ?? []) connection.handled(bytes);
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
    connection.socket.close(code);
    // Whoever was told to go and goes on sending is not listened to any more.
    setTimeout(() => {
      connection.socket.terminate();
    }, 2000).unref();
  }

  lagEnded(id: number, roomTag: RoomTag): void {
    this.connections.get(id)?.endLag(roomTag);
  }

  /** No new connections, and nothing more is read from the ones there are. */
  stopReading(): void {
    this.isClosing = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const { socket } of this.connections.values()) socket.pause();
  }

  /** Says goodbye to everybody, with a time spread so that not all come back at once. */
  async closeAll(retryAfter: number, patience: number): Promise<void> {
    this.flush();
    const closed = [...this.connections.values()].map((connection, at, all) => {
      const wait = Math.round(retryAfter * (1 + at / all.length));
      const gone = new Promise<void>((resolve) => connection.socket.once("close", resolve));
      connection.queue(encodeRelayFrame({ type: "goodbye", retryAfter: wait }));
      connection.flush(new JoinedFrames());
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

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const address = this.addressOf(request);
    const path = withoutBase(request.url ?? "/", this.settings.basePath).split("?")[0];
    const { guard } = this.settings;
    const answer = (status: number, more = {}, text = ""): void => {
      answerRaw(socket, status, guard, more, text);
    };
    const refused = guard.refusal(request);
    const isCrowded =
      this.connections.size >= this.settings.connections ||
      (this.perAddress.get(address) ?? 0) >= this.settings.connectionsPerAddress;
    // RULE: relay.connections-bounded: one address, and all together, open only so many connections (attack A90).
    if (refused !== null) answer(refused.status, {}, `${refused.sentence}\n`);
    else if (path !== SOCKET_PATH) answer(404);
    else if (this.isClosing || isCrowded) answer(503, { "Retry-After": "10" });
    else {
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        this.connect(webSocket, address);
      });
    }
  }

  // RULE: relay.sockets-bounded: every socket counts, from the first byte that is not sent: of one address there are only so
  // many, whatever they are for. Behind a proxy all have its address, and it counts them.
  private count(socket: Socket): void {
    if (this.settings.isBehindProxy) return;
    const address = addressGroup(socket.remoteAddress ?? "");
    const others = this.socketsPerAddress.get(address) ?? 0;
    if (others >= this.settings.connectionsPerAddress + SPARE_SOCKETS) {
      this.counts.refused++;
      socket.destroy();
      return;
    }
    this.socketsPerAddress.set(address, others + 1);
    socket.once("close", () => {
      const left = this.socketsPerAddress.get(address)! - 1;
      if (left > 0) this.socketsPerAddress.set(address, left);
      else this.socketsPerAddress.delete(address);
    });
  }

  private connect(socket: WebSocket, address: string): void {
    const connection = new SocketConnection(++this.lastId, address, socket);
    this.connections.set(connection.id, connection);
    this.perAddress.set(address, (this.perAddress.get(address) ?? 0) + 1);
    this.counts.opened++;
    this.core.events.open(connection.id, address);
    socket.on("message", (data: Buffer, isBinary) => {
      if (this.isClosing) return;
      // A text message is no frame: as bytes it is refused like any other junk, and counted against its sender.
      this.message(connection, isBinary ? data : Buffer.of(0xff));
    });
    socket.on("pong", () => (connection.isAlive = true));
    socket.on("close", () => {
      this.disconnected(connection);
    });
    // What is wrong with a socket ends it, and "close" follows; there is nothing to be told to anybody.
    socket.on("error", () => undefined);
  }

  private message(connection: SocketConnection, data: Buffer): void {
    this.counts.received++;
    this.core.events.message(connection.id, data);
    this.collecting.push({ connection, bytes: data.length });
    connection.received(data.length);
    if (connection.waits) this.behind.add(connection);
    this.planFlush();
  }

  private disconnected(connection: SocketConnection): void {
    if (!this.connections.delete(connection.id)) return;
    this.behind.delete(connection);
    const others = (this.perAddress.get(connection.address) ?? 1) - 1;
    if (others > 0) this.perAddress.set(connection.address, others);
    else this.perAddress.delete(connection.address);
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

  // Once for everything that happens in one turn of the event loop: that is what joins frames and groups appends.
  private planFlush(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    setImmediate(() => {
      this.isFlushPlanned = false;
      this.flush();
    });
  }

  private flush(): void {
    if (!this.core.events.isEmpty) {
      this.unhandled.push(this.collecting);
      this.collecting = [];
      this.core.flush();
    }
    const connections = this.unflushed;
    this.unflushed = [];
    const joined = new JoinedFrames();
    this.counts.sent += connections.length;
    for (const connection of connections) {
      connection.flush(joined);
      if (connection.backlog > 0) this.behind.add(connection);
    }
  }

  private checkBacklog(): void {
    let total = 0;
    for (const connection of this.behind) {
      if (connection.waits) connection.adjust();
      if (!connection.waits && connection.backlog === 0) this.behind.delete(connection);
      total += connection.backlog;
    }
    if (total <= this.settings.backlogBytes) return;
    // RULE: relay.backlog-bounded: many connections that read nothing do not fill the memory together either (attack A83).
    for (const connection of [...this.behind].sort((a, b) => b.backlog - a.backlog)) {
      if (total <= this.settings.backlogBytes / 2) return;
      total -= connection.backlog;
      this.counts.cutOff++;
      connection.cutOff();
    }
  }

  private ping(): void {
    for (const connection of this.connections.values()) {
      if (!connection.isAlive) connection.socket.terminate();
      else if (!connection.waits) {
        connection.isAlive = false;
        connection.socket.ping();
      }
    }
  }

  private addressOf(request: IncomingMessage): string {
    const forwarded = this.settings.isBehindProxy ? request.headers["x-forwarded-for"] : undefined;
    const last = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",").at(-1)?.trim();
    return addressGroup(last === undefined || last === "" ? (request.socket.remoteAddress ?? "") : last);
  }
}
