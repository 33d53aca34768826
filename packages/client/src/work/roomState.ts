import { done, encode, equalBytes, failed, type Result, stored, u53 } from "@conclave/codec";
import type { Alarm, Delta, PersonId, Room, Upgraded } from "@conclave/protocol";
import { Amendments } from "../store/amendments.js";
import { RoomTimeline } from "../timeline/roomTimeline.js";
import { isOwnMessage } from "../timeline/timelineView.js";
import { mentionsYou } from "../timeline/mentions.js";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";
import type { Marks } from "../api/person.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { ListMarks } from "../api/status.js";
import { type ComingBack, decodeComingBack, encodeComingBack } from "../store/comingBack.js";
import { AlarmLog, type LoggedAlarm } from "../store/alarmLog.js";
import { ClockWitness } from "../store/clockWitness.js";
import { DecisionLog } from "../store/decisionLog.js";
import { RoomFreshness } from "../timeline/freshness.js";
import { History } from "../store/history.js";
import { RoomKeys, roomMetaKey } from "../store/homeKey.js";
import type { StoredRecord } from "../ports/storage.js";
import { KeptRecords } from "../store/keptRecords.js";
import { decodeRecoveryNote, encodeRecoveryNote, NO_RECOVERY, type RecoveryNote } from "../store/recoveryNote.js";
import { decodeListMarks, encodeListMarks, UNMARKED } from "../store/listMarks.js";
import { Outbox } from "../store/outbox.js";
import { OwnInvites } from "../store/ownInvites.js";
import { ProposalLog } from "../store/proposalLog.js";
import { decodeRelocation, encodeRelocation, type Relocation } from "../store/relocation.js";
import { Signs } from "../store/signs.js";
import { Unheard } from "../store/unheard.js";
import { type Phase, phaseAfter, standingOf } from "../store/phase.js";
import { encodeRoomMeta, type RoomMeta } from "../store/roomMeta.js";
import { type Transaction, TransactionQueue } from "../store/transaction.js";

/** How many of the lines that came while we were leaving are looked at, for what is shown of them. */
export const MOST_MEANWHILE = 1000;

/** A room as this home has it: what is stored, in memory; and the one queue through which all of it changes. */
export class RoomState {
  readonly keys: RoomKeys;
  /** Set when something failed: memory and disk may differ, so nothing more is done until the home is opened again. */
  failure: string | null = null;
  /** On our way in we found that the room was moved to a version that this app does not know. */
  private tooNew: Upgraded | null = null;
  /** For which commit the slots of all open invites were at the relay last; -1 for none yet. */
  slotsFor = -1;
  /** Slots of open invites, in hexadecimal, into which the relay lets nothing be put: nobody can join by their links now. */
  readonly refusedSlots = new Set<string>();
  /** Where the log was when we said farewell: nothing after it is shown. Null while we are not leaving. */
  leaving: number | null = null;
  /** This device cannot follow the room, and is on its way back; null while it can. */
  comingBack: ComingBack | null = null;
  /** The room has moved to another relay, lately or with something left to do for it; null else. */
  relocation: Relocation | null = null;
  /** Why the relay to which the room has moved does not take it in; null while it has not refused. */
  moveRefusal: Problem | null = null;
  /** The append id of a commit that is for another relay alone, because the room's own is gone; null for none. */
  private alone: Uint8Array | null = null;
  /** It is being given to that relay. */
  isMovingAlone = false;
  /** The person wants to be left in peace by this room. */
  isMuted = false;
  /** What the person has made of it in their list. */
  listMarks: ListMarks = UNMARKED;
  /** What the relay says of having been restored from a copy. */
  recovery: RecoveryNote = NO_RECOVERY;
  /** Nothing is sent in this room by this process. */
  onlyReads = false;
  /** What others say of our clock. */
  readonly clock = new ClockWitness();
  readonly signs: Signs;
  readonly freshness: RoomFreshness;
  readonly amendments: Amendments;
  readonly conversation: RoomTimeline;
  private readonly queue: TransactionQueue;
  private readonly listeners = new Set<(event: SessionEvent) => void>();

  private constructor(
    readonly ports: ClientPorts,
    /** Who we are. */
    readonly person: PersonId,
    /** Null while there is none: before an admission, or after the room was closed to us for good. */
    public room: Room | null,
    private current: RoomMeta,
    readonly outbox: Outbox,
    readonly history: History,
    readonly decisionLog: DecisionLog,
    readonly alarms: AlarmLog,
    readonly proposals: ProposalLog,
    readonly invites: OwnInvites,
    readonly unheard: Unheard,
    readonly kept: KeptRecords,
    readonly marks: Pick<Marks, "markOf">,
    signs: readonly StoredRecord[],
    begun: Uint8Array | null,
  ) {
    this.keys = new RoomKeys(current.roomId);
    this.signs = new Signs(this.keys, this.clock, signs);
    this.freshness = new RoomFreshness(this, this.signs, this.clock, begun);
    this.amendments = new Amendments(ports.storage, this.keys);
    this.conversation = new RoomTimeline(this);
    this.queue = new TransactionQueue(ports.storage, (error) => {
      this.failure = error.message;
      this.tell({ type: "changed" });
    });
  }

  /** Reads everything that is stored beside the room's own state. */
  static async load(
    ports: ClientPorts,
    { person, marks }: { readonly person: PersonId; readonly marks: Pick<Marks, "markOf"> },
    meta: RoomMeta,
    room: Room | null,
  ): Promise<RoomState> {
    const { storage, crypto } = ports;
    const keys = new RoomKeys(meta.roomId);
    const all = (prefix: string) => storage.range({ prefix });
    const state = new RoomState(
      ports,
      person,
      room,
      meta,
      new Outbox(keys, await all(keys.outbox)),
      await History.load(storage, keys),
      new DecisionLog(crypto, keys, person, await all(keys.decisions)),
      new AlarmLog(keys, await all(keys.alarms)),
      new ProposalLog(keys, await all(keys.proposals)),
      new OwnInvites(keys, await all(keys.invites)),
      new Unheard(keys, await all(keys.unheard)),
      await KeptRecords.load(storage, keys),
      marks,
      await all(keys.signs),
      await storage.get(keys.freshness),
    );
    const leaving = await storage.get(keys.leaving);
    if (leaving) state.leaving = stored("leaving", leaving, u53);
    const back = await storage.get(keys.comingBack);
    if (back) state.comingBack = decodeComingBack(back);
    const relocation = await storage.get(keys.relocation);
    if (relocation) state.relocation = decodeRelocation(relocation);
    state.alone = await storage.get(keys.alone);
    state.isMuted = (await storage.get(keys.muted)) !== null;
    const listMarks = await storage.get(keys.listMarks);
    if (listMarks) state.listMarks = decodeListMarks(listMarks);
    const recovery = await storage.get(keys.recovery);
    if (recovery) state.recovery = decodeRecoveryNote(recovery);
    const slots = await storage.get(keys.slots);
    if (slots) state.slotsFor = stored("slots", slots, u53);
    await state.history.countUnread(state.amendments, (text, author) => mentionsYou(state, text, author));
    return state;
  }

  get meta(): RoomMeta {
    return this.current;
  }

  /** Who moved the room to a version that this app does not know: nothing is done in it before an update. Null when nobody did. */
  get upgraded(): Upgraded | null {
    return this.room?.upgraded ?? this.tooNew;
  }

  /** Keeps it, where the way in ends for now because this app is too old for the room: an update goes on from here. */
  meetsNewer(problem: Problem): boolean {
    if (problem.kind !== "refused" || !problem.rejection.upgraded) return false;
    this.tooNew = problem.rejection.upgraded;
    this.tell({ type: "changed" });
    return true;
  }

  now(): number {
    return this.ports.clock.now();
  }

  /**
   * Runs a transaction after those before it. `closed` when an earlier one failed: then this one changes nothing. `unsure` when this
   * one failed: a broken disk may have kept it.
   */
  transact<T>(work: (tx: Transaction) => T | Promise<T>): Promise<Result<T, Problem>> {
    if (this.failure !== null) return Promise.resolve(failed({ kind: "closed" }));
    // A failure was noted by the queue: those who wait for this transaction learn that it did not happen.
    return this.queue.run(work).then(done, () => failed({ kind: "unsure" }));
  }

  /** Something failed, so that nobody knows what is stored: stops the room for good. */
  fail(error: unknown): void {
    this.queue.fail(error);
  }

  /** Resolves when no transaction is running or waiting. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  get phase(): Phase {
    return this.current.phase;
  }

  /** Enters a phase, or keeps the one that there is. */
  enter(tx: Transaction, phase: Phase = this.phase): void {
    const before = standingOf(this.phase);
    this.current = { ...this.current, phase, title: this.room?.roster.title ?? this.current.title };
    tx.put(roomMetaKey(this.current.roomId), encodeRoomMeta(this.current));
    const standing = standingOf(phase);
    if (standing !== before) this.emit(tx, { type: "standing", standing });
  }

  /** Keeps what the room changed of its own records, and the phase and the title that follow from them. */
  apply(tx: Transaction, delta: Delta): void {
    for (const [key, value] of delta.put) tx.put(this.keys.state + key, value);
    for (const key of delta.delete) tx.delete(this.keys.state + key);
    if (!this.room) return;
    const phase = phaseAfter(this.phase, this.room);
    if (phase !== this.phase || this.room.roster.title !== this.current.title) this.enter(tx, phase);
  }

  /** We said farewell when the log was `since` records long; null: we stay after all, and what came meanwhile is shown. */
  setLeaving(tx: Transaction, since: number | null): void {
    if (since === null) {
      tx.delete(this.keys.leaving);
      tx.after(() => this.showMeanwhile());
      return;
    }
    this.leaving = since;
    tx.put(this.keys.leaving, encode(since, u53.write));
    this.emit(tx, { type: "changed" });
  }

  /** Tells only what was kept back: what comes from now on is told as it comes. */
  private showMeanwhile(): void {
    const since = this.leaving;
    if (since === null) return;
    const until = this.room?.cursor.n ?? Number.MAX_SAFE_INTEGER;
    this.leaving = null;
    this.tell({ type: "changed" });
    void this.conversation.page({ after: since, limit: MOST_MEANWHILE }).then((items) => {
      const kept = items.filter((item) => item.n > since && item.n <= until && !isOwnMessage(item));
      for (const item of kept) this.tell({ type: "item", item });
    });
  }

  /** We cannot follow, and how far we are on our way back; null: we can, and nothing of it is kept. */
  keepComingBack(tx: Transaction, record: ComingBack | null): void {
    this.comingBack = record;
    if (record) tx.put(this.keys.comingBack, encodeComingBack(record));
    else {
      tx.delete(this.keys.comingBack);
      tx.clear(this.keys.seat);
    }
    this.emit(tx, { type: "changed" });
  }

  /** The room is at another relay from here on. */
  moveTo(tx: Transaction, relay: string, phase: Phase = this.phase): void {
    this.current = { ...this.current, relay };
    this.enter(tx, phase);
    this.emit(tx, { type: "changed" });
  }

  /** What there is to do since the room has moved; null: nothing any more. */
  keepRelocation(tx: Transaction, relocation: Relocation | null): void {
    this.relocation = relocation;
    if (relocation) tx.put(this.keys.relocation, encodeRelocation(relocation));
    else tx.delete(this.keys.relocation);
    this.emit(tx, { type: "changed" });
  }

  /** Whether there is a commit that is for another relay alone: the one that waits to be sent, or one that lost to another. */
  get hasAlone(): boolean {
    return this.alone !== null;
  }

  /** Whether the commit that waits to be sent is for another relay alone. */
  get isPendingAlone(): boolean {
    const pending = this.room?.pending;
    return pending != null && this.alone !== null && equalBytes(pending.append.appendId, this.alone);
  }

  /** Keeps which commit is for another relay alone; null: none. */
  keepAlone(tx: Transaction, appendId: Uint8Array | null): void {
    this.alone = appendId;
    if (appendId) tx.put(this.keys.alone, appendId);
    else tx.delete(this.keys.alone);
  }

  /** What lets us make rooms at a relay; empty where we were given nothing for it. */
  async permitFor(relay: string): Promise<Uint8Array> {
    return (await this.ports.storage.get(this.keys.permit + relay)) ?? new Uint8Array(0);
  }

  /** Puts another room in this one's place: `records` are all that is stored of it. */
  replaceRoom(tx: Transaction, room: Room, records: ReadonlyMap<string, Uint8Array>): void {
    tx.clear(this.keys.state);
    this.room = room;
    for (const [key, value] of records) tx.put(this.keys.state + key, value);
  }

  /** Keeps what the person has made of the room in their list. */
  keepListMarks(tx: Transaction, marks: ListMarks): void {
    this.listMarks = marks;
    tx.put(this.keys.listMarks, encodeListMarks(marks));
    this.emit(tx, { type: "changed" });
  }

  /** The slots of all open invites are at the relay, made for this commit. */
  keepSlotsFor(tx: Transaction, commit: number): void {
    this.slotsFor = commit;
    tx.put(this.keys.slots, encode(commit, u53.write));
    this.emit(tx, { type: "changed" });
  }

  /** The relay may have lost slots: all are put again. */
  forgetSlots(tx: Transaction): void {
    this.slotsFor = -1;
    tx.delete(this.keys.slots);
    this.emit(tx, { type: "changed" });
  }

  /** Keeps what the relay says of having been restored. */
  keepRecovery(tx: Transaction, note: RecoveryNote): void {
    this.recovery = note;
    tx.put(this.keys.recovery, encodeRecoveryNote(note));
    this.emit(tx, { type: "changed" });
  }

  /** Whether the relay took what was put into a slot. Its invite is of no use while it does not. */
  noteSlot(slotId: string, isTaken: boolean): void {
    if (isTaken === !this.refusedSlots.has(slotId)) return;
    if (isTaken) this.refusedSlots.delete(slotId);
    else this.refusedSlots.add(slotId);
    this.tell({ type: "changed" });
  }

  /** Keeps an alarm. */
  raise(tx: Transaction, alarm: Alarm): LoggedAlarm {
    const n = this.room?.cursor.n ?? 0;
    const { entry, isNew } = this.alarms.add(tx, alarm, n, this.now());
    if (isNew) this.history.add(tx, { kind: "alarm", n, order: entry.order });
    return entry;
  }

  watch(listener: (event: SessionEvent) => void): () => void {
    const own = (event: SessionEvent) => {
      listener(event);
    };
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  /** Tells the listeners once the transaction is durable. */
  emit(tx: Transaction, event: SessionEvent): void {
    tx.after(() => {
      this.tell(event);
    });
  }

  /** Tells the listeners at once: for events that are not stored. */
  tell(event: SessionEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}
