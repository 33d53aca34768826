import type { DecodeError } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import {
  chooseVersion,
  CLOSE_CODES,
  decodeClientMessage,
  ID_BYTES,
  type ClientFrame,
  type Hello,
  type RelayError,
  type Request,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import { refuse, type Refusal } from "../ledger/refusal.js";
import { settingsWith, type PartialSettings, type RelaySettings } from "../settings.js";
import type { Store } from "../store/store.js";
import { Outbox } from "./outbox.js";
import type { Output } from "./output.js";
import { RequestHandler, type RelayCrypto } from "./requestHandler.js";
import { blobBytesOf, costOf, isWithinLimits } from "./requestSize.js";
import { Session } from "./session.js";

/** What a relay core is made of. */
export interface RelayCoreOptions {
  readonly store: Store;
  readonly crypto: RelayCrypto;
  readonly random: Random;
  /** 32 bytes: the Ed25519 seed of the relay's key. */
  readonly relaySeed: Uint8Array;
  readonly settings?: PartialSettings;
}

const SWEEP_INTERVAL = 30_000;

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
 * Throws only when its store does: then the process must end, and a new core on the same store goes on.
 */
export class RelayCore {
  /** The relay's Ed25519 public key. */
  readonly relayKey: Uint8Array;
  private readonly settings: RelaySettings;
  private readonly outbox = new Outbox();
  private readonly handler: RequestHandler;
  private readonly sessions = new Map<number, Session>();
  private readonly greeting = new Set<Session>();
  private inBatch = false;
  private nextSweep = 0;

  constructor(private readonly options: RelayCoreOptions) {
    const { crypto, relaySeed } = options;
    this.settings = settingsWith(options.settings);
    this.relayKey = crypto.ed25519PublicKey(relaySeed);
    const sign = (bytes: Uint8Array): Uint8Array => crypto.ed25519Sign(relaySeed, bytes);
    this.handler = new RequestHandler(options.store, crypto, sign, this.settings, this.outbox);
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
    this.begin();
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
    this.sessions.delete(connection);
  }

  /**
   * A connection reads too slowly for a room's pushes: ends its subscription. Whoever drops pushes tells the client
   * (`lagged`) and goes on dropping those of this room until the output `lagEnded`.
   */
  lag(connection: number, roomTag: Uint8Array): void {
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
    if (now < this.nextSweep) return false;
    this.handler.sweep(now);
    this.begin();
    const isMoreToPrune = this.handler.pruner.sweep(now);
    const isMore = this.handler.blobs.sweep(now) || isMoreToPrune;
    this.nextSweep = isMore ? now : now + SWEEP_INTERVAL;
    return isMore;
  }

  /** Bytes that the next commit returns to be sent: commit when it is much. */
  get waitingBytes(): number {
    return this.outbox.bytes;
  }

  /** Makes everything so far durable, and returns what may be sent now, in order. */
  commit(): Output[] {
    if (this.inBatch) {
      this.handler.rooms.save();
      this.options.store.commit();
      this.inBatch = false;
    }
    return this.outbox.take();
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
    const answer = this.answer(session, frame, session.challenge, now);
    if (!answer.ok) {
      this.refuse(session, frame.id, answer, now);
      return;
    }
    const size = this.outbox.reply(session.connection, answer.response);
    if (answer.response.type !== "blob") session.charge(size / 16_384, now);
  }

  private answer(session: Session, request: Request, challenge: Uint8Array, now: number) {
    // RULE: relay.limits: a part that is too large is refused before anything is looked up or written (attack A80).
    if (!isWithinLimits(request, this.settings.limits)) return refuse("too_large");
    // RULE: relay.connection-rate: one connection takes only its share of the relay (attacks A82, A83).
    const wait = session.take(costOf(request), now);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: relay.blob-rate: files take only their share too, and not that of their sender's messages (attack A83).
    const blobBytes = blobBytesOf(request);
    const blobWait = blobBytes === 0 ? 0 : session.takeBlobBytes(blobBytes, now);
    if (blobWait > 0) return refuse("rate_limited", blobWait);
    return this.handler.handle(request, session, challenge, now);
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
    const { limits } = this.settings;
    this.outbox.reply(session.connection, { type: "welcome", version, challenge, relayKey: this.relayKey, limits });
  }

  private refuse(session: Session, id: number, refusal: Refusal, now: number): void {
    const { error, retryAfter, position } = refusal;
    this.outbox.reply(session.connection, {
      type: "error",
      id,
      error,
      retryAfter: Math.min(retryAfter, 3_600_000),
      position,
    });
    if (session.strike(STRIKES[error] ?? 0, now)) this.end(session, CLOSE_CODES.strikes);
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

function writtenBytes(frame: ClientFrame): number {
  return frame.type === "writeBlob" ? frame.chunk.length : 0;
}

function badFrame(error: DecodeError): RelayError {
  return error.fault === "too_long" ? "too_large" : "bad_frame";
}
