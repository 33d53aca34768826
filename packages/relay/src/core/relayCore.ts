import type { DecodeError } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import { WriteRefused } from "@conclave/sqlite";
import {
  chooseVersion,
  CLOSE_CODES,
  decodeClientMessage,
  ID_BYTES,
  type ClientFrame,
  type Hello,
  type RelayError,
  type RelayFrame,
  type Request,
  type RoomTag,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import { refuse, type Refusal } from "../ledger/refusal.js";
import { WallClock } from "../ledger/wallClock.js";
import { settingsWith, type PartialSettings, type RelaySettings } from "../settings.js";
import type { Store } from "../store/store.js";
import { SendQueue } from "./sendQueue.js";
import type { CoreOutput } from "./output.js";
import { RequestHandler, type RelayCrypto } from "./requestHandler.js";
import { blobBytesOf, costOf, isWithinLimits } from "./requestSize.js";
import { Session } from "./session.js";
import { EFFECT, WriteGate, type StorageState } from "./writeGate.js";

/** What a relay core is made of. */
export interface RelayCoreOptions {
  readonly store: Store;
  readonly crypto: RelayCrypto;
  readonly random: Random;
  /** 32 bytes: the Ed25519 seed of the relay's key. */
  readonly relaySeed: Uint8Array;
  readonly settings?: PartialSettings;
  /** Bytes that are free where the store is; without it there is always enough. */
  readonly freeBytes?: () => number;
  /**
   * The machine's clock, ms since 1970, at a time that an event comes with. Without it, that is the time itself; with it,
   * the events' times may be of a clock that is never set, and only what is stored and signed is of this one.
   */
  readonly wallClock?: (now: number) => number;
  /** Told when the machine's clock jumped, by how many ms: until it has stayed so, nothing is pruned or signed by it. */
  readonly onClockJump?: (by: number) => void;
  /** Told of a row of the store that is not what was written: what it belongs to is refused, also when it is asked for again. */
  readonly onDamage?: (damage: Error) => void;
}

/** What a batch has done so far, in order: kept until it is committed, for a store that refuses to. */
type Step =
  | { readonly session: Session; readonly frame: RelayFrame }
  | { readonly session: Session; readonly request: Request; readonly challenge: Uint8Array; isDone: boolean };

/** What shows what a connection is for. */
const PURPOSES: ReadonlySet<Request["type"]> = new Set(["prove", "proveSlot", "proveInbox", "subscribe", "createRoom"]);

const SWEEP_EVERY_MS = 30_000;

/** Faults that cost a connection more than one strike. Those of honest clients (a lost race) cost nothing. */
const STRIKES: Partial<Record<RelayError, number>> = {
  bad_frame: 8,
  hello_expected: 8,
  too_large: 4,
  proof_invalid: 4,
  create_denied: 4,
  token_denied: 1,
  write_denied: 1,
  inbox_denied: 1,
  append_conflict: 1,
  rate_limited: 0.25,
};

/**
 * The relay without sockets: a synchronous, deterministic state machine. Feed it events ({@link open}, {@link receive},
 * {@link close}, {@link tick}), each with the time in ms; then call {@link commit}, which makes everything since the last
 * commit durable and returns what may be sent now. Nothing may be sent before: that is what "durable before
 * acknowledged" means. One commit may cover many events, which is what makes a real relay fast.
 *
 * When the store can write nothing now (`WriteRefused`), the batch is undone: its requests to write are refused with
 * `storage_full` or `storage_busy`, what only reads is answered, and it goes on so until a write works again. Throws only
 * when its store fails otherwise: then the process must end, and a new core on the same store goes on.
 */
export class RelayCore {
  /** The relay's Ed25519 public key. */
  readonly relayKey: Uint8Array;
  private readonly settings: RelaySettings;
  private readonly outbox = new SendQueue();
  private readonly handler: RequestHandler;
  private readonly sessions = new Map<number, Session>();
  private readonly greeting = new Set<Session>();
  /** Those that have proved and subscribed to nothing. */
  private readonly idle = new Set<Session>();
  private readonly gate: WriteGate;
  private steps: Step[] = [];
  private inBatch = false;
  private nextSweep = 0;

  constructor(private readonly options: RelayCoreOptions) {
    const { crypto, relaySeed } = options;
    this.settings = settingsWith(options.settings);
    this.relayKey = crypto.ed25519PublicKey(relaySeed);
    const sign = (bytes: Uint8Array): Uint8Array => crypto.ed25519Sign(relaySeed, bytes);
    this.gate = new WriteGate(options.freeBytes ?? (() => Infinity), this.settings.quotas.freeBytes);
    const clock = new WallClock(options.wallClock ?? ((now) => now), options.onClockJump ?? (() => undefined));
    const canWrite = (): boolean => this.canWrite();
    const onDamage = options.onDamage ?? (() => undefined);
    this.handler = new RequestHandler(
      options.store,
      crypto,
      sign,
      this.settings,
      this.outbox,
      canWrite,
      clock,
      onDamage,
    );
  }

  /** Whether the relay writes now. */
  get storage(): StorageState {
    return this.gate.state;
  }

  /** A connection was made. `connection` is a number that no other open connection has; `address` is who pays for it. */
  open(connection: number, address: string, now: number): void {
    const session = new Session(connection, address, now, this.settings);
    this.sessions.set(connection, session);
    this.greeting.add(session);
  }

  /** One WebSocket message of a connection. Any bytes will do. */
  receive(connection: number, message: Uint8Array, now: number): void {
    const session = this.sessions.get(connection);
    if (session === undefined || session.closed) return;
    const decoded = decodeClientMessage(message, this.settings.limits);
    // Bytes of blobs are counted apart, where they are taken.
    const blobBytes = decoded.ok ? decoded.frames.reduce((sum, frame) => sum + writtenBytes(frame), 0) : 0;
    session.charge((message.length - blobBytes) / 4096, now);
    if (!decoded.ok) {
      this.refuse(session, 0, refuse(badFrame(decoded.error)), now);
      return;
    }
    for (const frame of decoded.frames) {
      this.frame(session, frame, now);
      // RULE: relay.strikes: faults cost only the connection they come from, which is closed after a few (attack A80).
      if (this.isClosed(session)) return;
    }
  }

  /** A connection is gone: closed by either side, or broken. */
  close(connection: number): void {
    const session = this.sessions.get(connection);
    if (session === undefined) return;
    session.closed = true;
    this.handler.forget(session);
    this.greeting.delete(session);
    this.idle.delete(session);
    this.sessions.delete(connection);
  }

  /**
   * A connection reads too slowly for a room's pushes: ends its subscription. Whoever drops pushes tells the client
   * (`lagged`) and goes on dropping those of this room until the output `lagEnded`.
   */
  lag(connection: number, roomTag: RoomTag): void {
    const session = this.sessions.get(connection);
    if (session !== undefined) this.handler.unsubscribe(session, keyOf(roomTag));
    this.outbox.lagEnded(connection, roomTag);
  }

  /** To be called every second or so: hello timeouts, and what retention removes. True: call again soon. */
  tick(now: number): boolean {
    for (const session of this.greeting) {
      if (now - session.openedAt < this.settings.helloTimeout) break;
      this.end(session, CLOSE_CODES.hello);
    }
    // RULE: relay.idle-end: a connection that never shows what it is for does not stay (attack A90).
    for (const session of this.idle) {
      if (now - session.openedAt < this.settings.proofTimeout) break;
      this.end(session, CLOSE_CODES.hello);
    }
    this.gate.tick(now, () => {
      this.tryWrite();
    });
    if (now < this.nextSweep || this.gate.hasFailed) return false;
    this.handler.sweep(now);
    const isMore = this.undoable(() => {
      this.begin();
      const isMoreToPrune = this.handler.pruner.sweep(now);
      return this.handler.blobs.sweep(now) || isMoreToPrune;
    });
    this.nextSweep = isMore === true ? now : now + SWEEP_EVERY_MS;
    return isMore === true;
  }

  /** Bytes that the next commit returns to be sent: commit when it is much. */
  get waitingBytes(): number {
    return this.outbox.bytes;
  }

  /** Makes everything so far durable, and returns what may be sent now, in order. */
  commit(): CoreOutput[] {
    if (this.inBatch) this.undoable(() => this.store());
    this.steps = [];
    return this.outbox.take();
  }

  private store(): void {
    this.handler.rooms.save();
    this.options.store.commit();
    this.inBatch = false;
  }

  private begin(): void {
    if (!this.inBatch) this.options.store.begin();
    this.inBatch = true;
  }

  private frame(session: Session, frame: ClientFrame, now: number): void {
    if (frame.type === "hello") {
      this.hello(session, frame, now);
      return;
    }
    if (session.challenge === null || frame.id === 0) {
      this.refuse(session, frame.id, refuse(frame.id === 0 ? "bad_frame" : "hello_expected"), now);
      return;
    }
    const refusal = this.barrier(session, frame, now);
    if (refusal !== null) {
      this.refuse(session, frame.id, refusal, now);
      return;
    }
    const step: Step = { session, request: frame, challenge: session.challenge, isDone: false };
    this.steps.push(step);
    const answer = this.undoable(() => {
      if (EFFECT[frame.type] !== "reads") this.begin();
      return this.handler.handle(frame, session, step.challenge, now);
    }, now);
    // Undone: it is answered with all the others.
    if (answer === null) return;
    step.isDone = answer.ok;
    if (answer.ok && PURPOSES.has(frame.type)) this.idle.delete(session);
    if (!answer.ok) {
      this.refuseStep(session, frame.id, answer, now);
      return;
    }
    const size = this.outbox.reply(session.connection, answer.response);
    if (answer.response.type !== "blob") session.charge(size / 16_384, now);
  }

  /** Why a request is not even looked at, or null. */
  private barrier(session: Session, request: Request, now: number): Refusal | null {
    // RULE: relay.limits: a part that is too large is refused before anything is looked up or written (attack A80).
    if (!isWithinLimits(request, this.settings.limits)) return refuse("too_large");
    // RULE: relay.connection-rate: one connection takes only its share of the relay (attacks A82, A83).
    const wait = session.take(costOf(request), now);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: relay.blob-rate: files take only their share too, and not that of their sender's messages (attack A83).
    const blobBytes = blobBytesOf(request);
    const blobWait = blobBytes === 0 ? 0 : session.takeBlobBytes(blobBytes, now);
    if (blobWait > 0) return refuse("rate_limited", blobWait);
    return this.gate.refusal(request.type, now);
  }

  /** Does something that writes; null when the store refused, and the batch is undone. */
  private undoable<T>(work: () => T, now = 0): T | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.undo(error, now);
      return null;
    }
  }

  // RULE: relay.undone-is-refused: of a batch that could not be stored nothing is acknowledged, shown to others or signed:
  // who wrote is told that nothing was taken, and who only read is answered from what is stored.
  private undo({ reason }: WriteRefused, now: number): void {
    this.gate.failed(reason);
    this.handler.undo();
    const { steps } = this;
    this.steps = [];
    const rest = this.outbox.undo();
    this.inBatch = false;
    for (const step of steps) {
      const { session } = step;
      if ("frame" in step) {
        this.reply(session, step.frame);
        continue;
      }
      if (session.closed) continue;
      const { request, challenge, isDone } = step;
      const isReading = EFFECT[request.type] === "reads";
      if (isDone && !isReading) this.handler.giveBack(request, session);
      const answer = isReading
        ? this.handler.handle(request, session, challenge, now)
        : this.gate.refusal(request.type, now)!;
      this.reply(session, answer.ok ? answer.response : errorFrame(request.id, answer));
    }
    this.outbox.add(rest);
  }

  /** For what writes beside reading: it is done without where nothing can be written. */
  private canWrite(): boolean {
    if (this.gate.hasFailed) return false;
    try {
      this.begin();
      return true;
    } catch (error) {
      if (!(error instanceof WriteRefused)) throw error;
      this.gate.failed(error.reason);
      return false;
    }
  }

  private tryWrite(): void {
    const { store } = this.options;
    this.undoable(() => {
      this.begin();
      store.saveSignedUntil(store.signedUntil());
      this.store();
    });
  }

  private hello(session: Session, hello: Hello, now: number): void {
    if (session.challenge !== null) {
      this.refuse(session, 0, refuse("hello_expected"), now);
      return;
    }
    const version = chooseVersion(hello.versions);
    if (version === null) {
      this.refuse(session, 0, refuse("unsupported_version"), now);
      this.end(session, CLOSE_CODES.hello);
      return;
    }
    const challenge = this.options.random(ID_BYTES);
    session.challenge = challenge;
    this.greeting.delete(session);
    this.idle.add(session);
    const { limits } = this.settings;
    this.reply(session, { type: "welcome", version, challenge, relayKey: this.relayKey, limits });
  }

  /** Refuses what no batch can change. */
  private refuse(session: Session, id: number, refusal: Refusal, now: number): void {
    this.steps.push({ session, frame: errorFrame(id, refusal) });
    this.refuseStep(session, id, refusal, now);
  }

  private refuseStep(session: Session, id: number, refusal: Refusal, now: number): void {
    this.outbox.reply(session.connection, errorFrame(id, refusal));
    if (session.strike(STRIKES[refusal.error] ?? 0, now)) this.end(session, CLOSE_CODES.strikes);
  }

  private reply(session: Session, frame: RelayFrame): void {
    this.steps.push({ session, frame });
    this.outbox.reply(session.connection, frame);
  }

  private end(session: Session, code: number): void {
    if (session.closed) return;
    this.outbox.close(session.connection, code);
    this.close(session.connection);
  }

  // A method, so that the compiler does not think `closed` cannot change during a loop.
  private isClosed(session: Session): boolean {
    return session.closed;
  }
}

function errorFrame(id: number, { error, retryAfter, position }: Refusal): RelayFrame {
  return { type: "error", id, error, retryAfter: Math.min(retryAfter, 3_600_000), position };
}

function writtenBytes(frame: ClientFrame): number {
  return frame.type === "writeBlob" ? frame.chunk.length : 0;
}

function badFrame(error: DecodeError): RelayError {
  return error.fault === "too_long" ? "too_large" : "bad_frame";
}
