import type { Random } from "@conclave/crypto";
import type { InboxId, Request, Sha256 } from "@conclave/wire";
import { keyOf } from "../key.js";
import { Blobs, PURGED_AT_ONCE } from "../ledger/blobs.js";
import { Copies } from "../ledger/copies.js";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import { Log, type Sign } from "../ledger/log.js";
import { NewRooms } from "../ledger/newRooms.js";
import { Pruner } from "../ledger/pruner.js";
import { onProbation } from "../ledger/probation.js";
import { ProbationCounts } from "../ledger/probationCounts.js";
import { refuse } from "../ledger/refusal.js";
import { RelayTime } from "../ledger/relayTime.js";
import { Recovery } from "../ledger/recovery.js";
import { Rooms } from "../ledger/rooms.js";
import { RosterLog } from "../ledger/rosterLog.js";
import { Slots } from "../ledger/slots.js";
import { type KeyStanding, Standings } from "../ledger/standing.js";
import type { WallClock } from "../ledger/wallClock.js";
import type { RelaySettings } from "../settings.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { Ledger } from "../store/ledger.js";
import type { ReadSet } from "../store/readSet.js";
import type { Call, MemberRequestCalls, RelayAnswer, RequestCalls, RoomRequestCalls } from "./call.js";
import { Inboxes } from "./inboxes.js";
import { LastingBudget } from "./lastingBudget.js";
import { LogRequests } from "./logRequests.js";
import type { RelayCrypto } from "./relayCrypto.js";
import type { SendQueue } from "./sendQueue.js";
import type { Session } from "./session.js";
import { SlotRequests } from "./slotRequests.js";

type OutsideType = "createRoom" | "offerRoom" | "adoptRoom" | "bringCopy" | "proveInbox" | "fetchInbox" | "clearInbox";
type MemberType = keyof LogRequests["memberCalls"] | keyof SlotRequests["memberCalls"] | keyof Blobs["memberCalls"];
type RoomType = Exclude<Request["type"], OutsideType | MemberType>;

/** What a request handler works with. */
export interface RequestHandlerParts {
  readonly store: Ledger;
  /** Whether other relays use what the ledger is of. */
  readonly isShared: boolean;
  readonly crypto: RelayCrypto;
  readonly random: Random;
  readonly sign: Sign;
  /** The public half of the key that it signs with. */
  readonly relayKey: Uint8Array;
  readonly settings: RelaySettings;
  readonly outbox: SendQueue;
  readonly canWrite: () => boolean;
  readonly clock: WallClock;
  readonly onDamage: (damage: RowDamaged) => void;
}

/**
 * What members ask for that may be asked for on probation, within bounds. What slots there are is written in the roster that a
 * link opens.
 */
const ON_PROBATION: ReadonlySet<Request["type"]> = new Set(["putSlot", "listSlots", "listRequests", "answerRequest"]);

/** Hands each request of a connection to the part that carries it out. */
export class RequestHandler {
  readonly rooms: Rooms;
  readonly pruner: Pruner;
  readonly blobs: Blobs;
  readonly probation = new ProbationCounts();
  private readonly time: RelayTime;
  private readonly slots: Slots;
  private readonly standings: Standings;
  private readonly log: Log;
  private readonly recovery: Recovery;
  private readonly inboxes: Inboxes;
  private readonly lasting: LastingBudget;
  private readonly logRequests: LogRequests;
  /** Requests to no room, or to one that is not here yet. */
  private readonly outside: RequestCalls<OutsideType>;
  private readonly ofRoom: RoomRequestCalls<RoomType>;
  private readonly ofMember: MemberRequestCalls<MemberType>;

  constructor(private readonly parts: RequestHandlerParts) {
    const { store, crypto, sign, settings, outbox, canWrite, clock, onDamage } = parts;
    const { limits, rates, quotas, retention } = settings;
    const sha256: Sha256 = (data) => crypto.hash("sha256", data);
    const page = { items: limits.pageItems, bytes: limits.pageBytes };
    const rooms = new Rooms(store, rates, onDamage, parts.isShared);
    const slots = new Slots({ store, sha256, settings, clock, random: parts.random });
    const pruner = new Pruner(rooms, slots, sha256, retention, clock);
    const standings = new Standings(store, clock, parts.isShared);
    const roster = new RosterLog(store, sha256);
    const inboxes = new Inboxes(store, crypto, sha256, outbox, page);
    const lasting = new LastingBudget(rates);
    this.time = new RelayTime(store, clock, canWrite, parts.isShared);
    const recovery = new Recovery({
      ...{ rooms, roster, pruner, crypto, sha256, clock, settings },
      relayKey: parts.relayKey,
      random: parts.random,
      time: this.time,
    });
    const log = new Log({
      recovery,
      rooms,
      slots,
      roster,
      standings,
      sha256,
      sign,
      settings,
      time: this.time,
      clock,
      counts: this.probation,
    });
    const newRooms = new NewRooms({ log, rooms, roster, sha256, recovery, time: this.time, clock });
    this.blobs = new Blobs(rooms, sha256, settings, clock, lasting);
    const copies = new Copies({ rooms, recovery, crypto, sha256, time: this.time, clock });
    const shared = { store, crypto, inboxes, lasting, outbox, page };
    this.logRequests = new LogRequests({
      ...shared,
      sha256,
      rooms,
      log,
      newRooms,
      copies,
      roster,
      standings,
      recovery,
      canWrite,
      pruner,
      settings,
    });
    const slotRequests = new SlotRequests({ ...shared, slots, quotas, clock });
    [this.rooms, this.slots, this.pruner, this.inboxes, this.lasting] = [rooms, slots, pruner, inboxes, lasting];
    [this.standings, this.log, this.recovery] = [standings, log, recovery];
    this.outside = { ...this.logRequests.calls, ...inboxes.calls };
    this.ofRoom = { ...this.logRequests.roomCalls, ...slotRequests.calls };
    this.ofMember = { ...this.logRequests.memberCalls, ...slotRequests.memberCalls, ...this.blobs.memberCalls };
  }

  /** Carries out a request that is within the limits. `challenge` is the connection's. */
  handle(request: Request, session: Session, challenge: Uint8Array, now: number): RelayAnswer {
    try {
      const answer = this.carryOut(request, session, challenge, now);
      if (!answer.ok && answer.error.reason === "on_probation") this.probation.refusal();
      return answer;
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      // Every request reads what it needs before it writes anything: nothing of this one has to be undone.
      this.parts.onDamage(error);
      if (request.type === "subscribe") this.unsubscribe(session, keyOf(request.roomTag));
      return refuse("room_damaged");
    }
  }

  private carryOut(request: Request, session: Session, challenge: Uint8Array, now: number): RelayAnswer {
    const call = { request, session, challenge, now };
    if (isIn(this.outside, request)) return pass(this.outside, call);
    const room = this.rooms.get(request.roomTag, now) ?? this.madeAgain(call);
    if (room === null) return refuse(this.rooms.absence(request.roomTag));
    if (!isIn(this.ofMember, request)) {
      const callOfRoom = { request, session, challenge, now, room };
      return pass(this.ofRoom, callOfRoom);
    }
    // RULE: relay.members-only: these take a write proof of this connection; the tag alone is known to former members.
    const standing = this.standings.of(room, session, now);
    if (standing === "none") return refuse("write_denied");
    // RULE: probation.no-requests: who is on probation ends no slot, sees and takes away no join request, and fills nothing: it may
    // be somebody who only has a link, or was removed (attack A109).
    if (standing === "probation" && !ON_PROBATION.has(request.type)) return onProbation();
    return pass(this.ofMember, { ...call, room, standing });
  }

  /** A room that this relay has lost with all that is in it, and that somebody brings back; null where nobody does. */
  private madeAgain({ request, session, now }: Call<Request["type"]>): HostedRoom | null {
    if (request.type !== "bring" || this.rooms.absence(request.roomTag) === "room_deleted") return null;
    this.recovery.noteShown(request);
    return this.recovery.makeAgain(request, () => this.lasting.waitForRoom(request, session.address, now) === 0, now);
  }

  /** Forgets what was changed since the store's last commit: it is not stored. */
  undo(): void {
    this.rooms.undo();
    this.time.forget();
    this.probation.undo();
  }

  /** Writes what changed into the ledger. */
  save(): void {
    this.rooms.save();
  }

  /** What was saved is stored. */
  keep(): void {
    this.rooms.keep();
    this.probation.keep();
    if (this.parts.isShared) this.time.forget();
  }

  /** Gives back the proof that a request used up which was not carried out. */
  giveBack(request: Request, session: Session): void {
    if (request.type !== "append" || request.ground.by !== "slot") return;
    session.addProof("slot", request.roomTag, request.ground.slotId);
  }

  /** Forgets a connection. */
  forget(session: Session): void {
    for (const roomKey of session.rooms) this.parts.outbox.unsubscribe(session.connection, roomKey);
    this.inboxes.forget(session);
    this.standings.forget(session);
  }

  /** Something was read that is not what was written, while nobody waits for an answer. */
  damaged(damage: RowDamaged): void {
    this.parts.onDamage(damage);
  }

  inboxChanged(inboxId: InboxId): void {
    this.inboxes.notify(inboxId);
  }

  anyInboxChanged(): void {
    this.inboxes.notifyAll();
  }

  unsubscribe(session: Session, roomKey: string): void {
    this.logRequests.unsubscribe(session, roomKey);
  }

  /** Adds what {@link sweep} will read. */
  addSweep(reads: ReadSet, now: number): void {
    for (const tag of this.standings.due(now)) reads.written(tag);
    reads.sweep = {
      old: this.pruner.due(now),
      slots: this.slots.due(now),
      blobs: this.blobs.due(now),
      pending: this.pruner.pendingDue(now),
      purge: PURGED_AT_ONCE,
    };
  }

  /** Forgets what no longer counts, and removes what is too old; whether there is more to remove at once. */
  sweep(now: number): boolean {
    this.lasting.sweep(now);
    this.slots.sweep(now);
    this.log.sweep(now);
    this.recovery.sweep(now);
    this.rooms.sweep(now);
    this.standings.sweep(this.rooms, now);
    const isMoreToPrune = this.pruner.sweep(now);
    return this.blobs.sweep(now) || isMoreToPrune;
  }
}

function isIn<T extends Request["type"]>(
  calls: Readonly<Record<T, unknown>>,
  request: Request,
): request is Extract<Request, { readonly type: T }> {
  return Object.hasOwn(calls, request.type);
}

/** Passes a call to the entry of its type: that the two fit is beyond what the compiler can follow. */
function pass(
  calls: Readonly<Record<string, (call: never) => RelayAnswer>>,
  call: { readonly request: Request; readonly room?: HostedRoom; readonly standing?: KeyStanding },
): RelayAnswer {
  return calls[call.request.type]!(call as never);
}
