import type { DecodeError, Failure } from "@conclave/codec";
import type { SignatureCheck } from "@conclave/crypto";
import {
  chooseVersion,
  CLOSE_CODES,
  decodeClientMessage,
  ID_BYTES,
  type ClientFrame,
  type Hello,
  type RelayError,
  type Request,
  type RoomTag,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import { refuse, type Refusal } from "../ledger/refusal.js";
import type { ProbationTotals } from "../ledger/probationCounts.js";
import { WallClock } from "../ledger/wallClock.js";
import { settingsWith, type RelaySettings } from "../settings.js";
import { ReadSet } from "../store/readSet.js";
import type { RoomUse } from "../store/roomTable.js";
import type { Unit } from "../store/sharedStore.js";
import { SendQueue } from "./sendQueue.js";
import { CoreCounts } from "./coreCounts.js";
import type { CoreOutput } from "./output.js";
import { proofIn } from "./proof.js";
import type { RelayCoreOptions } from "./relayCoreOptions.js";
import { RunLedger } from "./runLedger.js";
import { RequestHandler } from "./requestHandler.js";
import { RequestRates } from "./requestRates.js";
import { isWithinLimits } from "./requestSize.js";
import type { Session } from "./session.js";
import { PURPOSES, Sessions } from "./sessions.js";
import { SharedNews } from "./sharedNews.js";
import { STRIKES } from "./strikes.js";
import { errorFrame, WriteBatch } from "./writeBatch.js";
import { EFFECT, WriteGate, type StorageState } from "./writeGate.js";

/** Bytes of a message that cost as much to read as one small request to carry out. */
const BYTES_OF_ONE_READ = 4096;
const SWEEP_EVERY_MS = 30_000;
/** Rows of deleted rooms that one sweep frees. */
const PURGED_AT_ONCE = 512;

/**
 * The relay without sockets: a synchronous, deterministic state machine. Feed it events ({@link open}, {@link receive},
 * {@link close}, {@link tick}), each with the time in ms; then call {@link commit}, which makes everything since the last
 * commit durable and returns what may be sent now. Nothing may be sent before: that is what "durable before
 * acknowledged" means. One commit may cover many events, which is what makes a real relay fast.
 *
 * If the store cannot write now (`WriteRefused`), the batch is undone: its requests to write are refused with `storage_full`
 * or `storage_busy`, those that only read are answered, and so it stays until a write works again. Throws only if the store
 * fails in another way: then the process must end, and a new core on the same store goes on.
 */
export class RelayCore {
  /** The relay's Ed25519 public key. */
  readonly relayKey: Uint8Array;
  /** What it did so far. */
  readonly counts = new CoreCounts();
  /** Where several relays share the store: what happens at the others. */
  readonly news: SharedNews;
  private readonly settings: RelaySettings;
  private readonly outbox: SendQueue;
  private readonly ledger = new RunLedger();
  private readonly clock: WallClock;
  private readonly handler: RequestHandler;
  private readonly sessions: Sessions;
  private readonly rates: RequestRates;
  private readonly gate: WriteGate;
  private readonly batch: WriteBatch;
  private nextSweep = 0;

  constructor(private readonly options: RelayCoreOptions) {
    const { crypto, relaySeed } = options;
    this.settings = settingsWith(options.settings);
    this.relayKey = crypto.ed25519PublicKey(relaySeed);
    const sign = (bytes: Uint8Array): Uint8Array => crypto.ed25519Sign(relaySeed, bytes);
    this.gate = new WriteGate(options.freeBytes ?? (() => Infinity), this.settings.quotas.freeBytes);
    const clock = new WallClock(options.wallClock ?? ((now) => now), options.onClockJump ?? (() => undefined));
    const canWrite = (): boolean => this.batch.canWrite();
    this.sessions = new Sessions(this.settings);
    this.rates = new RequestRates(this.settings.rates.address);
    const onDamage = options.onDamage ?? (() => undefined);
    this.outbox = new SendQueue(options.store === null);
    const { outbox, settings } = this;
    const { store, random } = options;
    this.clock = clock;
    this.ledger.use(store);
    this.handler = new RequestHandler({
      store: this.ledger,
      isShared: store === null,
      crypto,
      random,
      sign,
      relayKey: this.relayKey,
      settings,
      outbox,
      canWrite,
      clock,
      onDamage,
    });
    this.batch = new WriteBatch(store, this.gate, this.handler, outbox);
    this.news = new SharedNews(outbox, this.handler);
  }

  /** Whether the relay writes now. */
  get storage(): StorageState {
    return this.gate.state;
  }

  /** What people on probation did since this core began. */
  get probation(): ProbationTotals {
    return this.handler.probation.totals;
  }

  /** A connection was made. `connection` is a number that no other open connection has; `address` is charged for it. */
  open(connection: number, address: string, now: number): void {
    this.sessions.open(connection, address, now);
  }

  /**
   * One WebSocket message of a connection. Any bytes will do. The same as {@link read}, and then {@link admit} and
   * {@link carryOut} for each frame.
   */
  receive(connection: number, message: Uint8Array, now: number): void {
    for (const frame of this.read(connection, message, now)) {
      if (this.admit(connection, frame, now)) this.carryOut(connection, frame, now);
    }
  }

  /** The frames of a message, to be carried out in their order; none if it was refused. */
  read(connection: number, message: Uint8Array, now: number): readonly ClientFrame[] {
    const session = this.sessions.get(connection);
    if (session === null) return [];
    const decoded = decodeClientMessage(message, this.settings.limits);
    // Bytes of blobs are counted separately, in `RequestRates.take`.
    const blobBytes = decoded.ok ? decoded.value.reduce((sum, frame) => sum + writtenBytes(frame), 0) : 0;
    this.rates.charge(session, message.length - blobBytes, now, BYTES_OF_ONE_READ);
    if (decoded.ok) return decoded.value;
    this.refuse(session, 0, refuse(badFrame(decoded.error)), now);
    return [];
  }

  /** Whether a frame is within limits and rates, and then it is paid; else it is refused. Once for each frame. */
  admit(connection: number, frame: ClientFrame, now: number): boolean {
    // RULE: relay.strikes: faults cost only the connection they come from, which is closed after a few (attack A80).
    const session = this.sessions.get(connection);
    if (session === null) return false;
    if (frame.type === "hello") return true;
    const refusal =
      session.challenge === null || frame.id === 0
        ? refuse(frame.id === 0 ? "bad_frame" : "hello_expected")
        : this.barrier(session, frame, now);
    if (refusal !== null) this.refuse(session, frame.id, refusal, now);
    return refusal === null;
  }

  /**
   * The signature that carrying out a frame may verify; null if there is none. Whoever checks it on another thread does so after
   * {@link admit}, and has `RelayCrypto.ed25519Verify` know the answer.
   */
  proofIn(connection: number, frame: ClientFrame): SignatureCheck | null {
    const challenge = this.sessions.get(connection)?.challenge ?? null;
    const { crypto } = this.options;
    return challenge === null ? null : proofIn(frame, challenge, (data) => crypto.hash("sha256", data));
  }

  /** Carries out a frame that was admitted. */
  carryOut(connection: number, frame: ClientFrame, now: number): void {
    const session = this.sessions.get(connection);
    if (session === null) return;
    if (frame.type === "hello") this.hello(session, frame, now);
    else this.request(session, frame, session.challenge!, now);
  }

  /** A connection is gone: closed by either side, or broken. */
  close(connection: number): void {
    const session = this.sessions.get(connection);
    if (session === null) return;
    this.sessions.close(session);
    this.handler.forget(session);
  }

  /**
   * A connection reads too slowly for a room's pushes: ends its subscription. The caller, who drops the pushes, tells the client
   * (`lagged`), and goes on dropping those of this room until the output `lagEnded`.
   */
  lag(connection: number, roomTag: RoomTag): void {
    const session = this.sessions.get(connection);
    if (session !== null) this.handler.unsubscribe(session, keyOf(roomTag));
    this.outbox.lagEnded(connection, roomTag);
  }

  /** Nobody could say hello, or show what they are for, until now. */
  excuse(now: number): void {
    this.sessions.excuse(now);
  }

  /** Call it every second or so: it ends late hellos, and removes what retention says. True: call it again soon. */
  tick(now: number): boolean {
    for (const session of this.sessions.overdue(now)) this.end(session, CLOSE_CODES.hello);
    this.gate.tick(now, () => {
      this.batch.tryWrite();
    });
    const { store } = this.options;
    if (store === null || !this.isSweepDue(now)) return false;
    const isMore = this.batch.attempt(() => {
      this.batch.begin();
      const isMoreToPurge = store.rooms.purge(PURGED_AT_ONCE);
      const isMoreToSweep = this.sweep(now);
      if (isMoreToPurge) this.nextSweep = now;
      return isMoreToPurge || isMoreToSweep;
    });
    return isMore === true;
  }

  /** Whether it is time for {@link sweep}. */
  isSweepDue(now: number): boolean {
    return now >= this.nextSweep && !this.gate.hasFailed;
  }

  /** Removes what retention says: in {@link tick}, or in a {@link run}. True: do it again soon. */
  sweep(now: number): boolean {
    this.nextSweep = now + SWEEP_EVERY_MS;
    this.rates.sweep(now);
    const isMore = this.handler.sweep(now);
    if (isMore) this.nextSweep = now;
    return isMore;
  }

  /** A sweep could not be carried out: the next one is due when it would be after it. */
  skipSweep(now: number): void {
    this.nextSweep = now + SWEEP_EVERY_MS;
  }

  /** Rooms for the operator's list, in order: those after the one with the number `after`. Null without a store of its own. */
  listRooms(after: number, limit: number): RoomUse[] | null {
    return this.options.store?.rooms.list(after, limit) ?? null;
  }

  /**
   * Deletes a room for good, as the operator wants, and with it makes everything so far durable; call {@link commit} next.
   * Sweeps free its space. False when there is no such room; null when the store cannot write now. Only with a store of its own.
   */
  deleteRoom(roomTag: RoomTag, now: number): boolean | null {
    const { store } = this.options;
    if (store === null || this.hasFailed()) return null;
    const isDeleted = this.batch.attempt(() => {
      this.batch.begin();
      const wasThere = store.rooms.delete(roomTag);
      if (wasThere) this.handler.rooms.forget(roomTag);
      return wasThere;
    }, now);
    this.batch.commit();
    if (isDeleted !== true) return isDeleted;
    if (this.hasFailed()) return null;
    this.outbox.endRoom(roomTag);
    this.nextSweep = now;
    return true;
  }

  /** Bytes that the next commit returns to be sent: commit when there are many. */
  get waitingBytes(): number {
    return this.outbox.bytes;
  }

  /** Makes everything so far durable, and returns what may be sent now, in order. */
  commit(): CoreOutput[] {
    this.batch.commit();
    return this.outbox.take();
  }

  /** What a store that several relays share has to load before these frames are carried out, and the sweep at a time. */
  reads(frames: Iterable<ClientFrame>, sweepAt: number | null = null): ReadSet {
    const { crypto } = this.options;
    const reads = new ReadSet({ sha256: (data) => crypto.hash("sha256", data), limits: this.settings.limits });
    for (const frame of frames) if (frame.type !== "hello") reads.add(frame);
    if (sweepAt !== null) this.handler.addSweep(reads, sweepAt);
    return reads;
  }

  /**
   * Carries out on a unit what `work` asks for, with {@link carryOut} and {@link sweep}; call {@link commit} before, for what may be
   * sent at once. Returns what may be sent when the unit is committed. Call {@link keep} when it is, or {@link undo} if that fails.
   */
  run({ ledger, time }: Unit, work: () => void): CoreOutput[] {
    this.ledger.use(ledger);
    this.clock.use(time);
    this.outbox.beginRun();
    try {
      this.batch.begin();
      work();
      return this.commit();
    } finally {
      this.ledger.use(null);
      this.clock.use(null);
    }
  }

  /** What the last {@link run} did is stored. */
  keep(): void {
    this.handler.keep();
  }

  /** Nothing of the last {@link run} is stored, or nobody knows: its outputs are not sent, and its connections are closed. */
  undo(): void {
    this.handler.undo();
    this.outbox.takeBack();
  }

  private request(session: Session, frame: Request, challenge: Uint8Array, now: number): void {
    const step = this.batch.ask(session, frame, challenge);
    const answer = this.batch.attempt(() => {
      if (EFFECT[frame.type] !== "reads") this.batch.begin();
      return this.handler.handle(frame, session, step.challenge, now);
    }, now);
    // It was undone, and answered with all the others.
    if (answer === null) return;
    step.isDone = answer.ok;
    if (answer.ok && PURPOSES.has(frame.type)) this.sessions.settled(session);
    if (!answer.ok) {
      this.counts.refused(answer.error.reason, session.address);
      this.outbox.reply(session.connection, errorFrame(frame.id, answer));
      this.strike(session, answer, now);
      return;
    }
    if (answer.value.type === "appended") this.counts.appends++;
    const size = this.outbox.reply(session.connection, answer.value);
    if (answer.value.type !== "blob") this.rates.charge(session, size, now);
  }

  /** Why a request is not even looked at, or null. */
  private barrier(session: Session, request: Request, now: number): Failure<Refusal> | null {
    // RULE: relay.limits: a part that is too large is refused before anything is looked up or written (attack A80).
    if (!isWithinLimits(request, this.settings.limits)) return refuse("too_large");
    const wait = this.rates.take(session, request, now);
    if (wait !== null) return wait;
    // RULE: recovery.shown-when-low: what a relay is shown of its own signatures takes no space, and it has to know that before it signs
    // anything, also on a disk that is nearly full: else an honest one convicts itself (attack A162).
    const isOnlyShown = request.type === "bring" && request.items.length === 0;
    return this.gate.refusal(request.type, now, isOnlyShown ? "frees" : undefined);
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
    this.sessions.greeted(session);
    const { limits } = this.settings;
    this.batch.reply(session, { type: "welcome", version, challenge, relayKey: this.relayKey, limits });
  }

  /** Refuses something whatever becomes of the batch. */
  private refuse(session: Session, id: number, refusal: Failure<Refusal>, now: number): void {
    this.counts.refused(refusal.error.reason, session.address);
    this.batch.reply(session, errorFrame(id, refusal));
    this.strike(session, refusal, now);
  }

  private strike(session: Session, { error }: Failure<Refusal>, now: number): void {
    if (session.strike(STRIKES[error.reason] ?? 0, now)) this.end(session, CLOSE_CODES.strikes);
  }

  private end(session: Session, code: number): void {
    this.outbox.close(session.connection, code);
    this.close(session.connection);
  }

  // A method, so that the compiler does not think it cannot change.
  private hasFailed(): boolean {
    return this.gate.hasFailed;
  }
}

function writtenBytes(frame: ClientFrame): number {
  return frame.type === "writeBlob" ? frame.chunk.length : 0;
}

function badFrame(error: DecodeError): RelayError {
  return error.fault === "too_long" ? "too_large" : "bad_frame";
}
