import { equalBytes } from "@conclave/codec";
import {
  actionHash,
  type Alarm,
  decodeAction,
  type DecisionRecord,
  type Delta,
  loadRoom,
  type LogPlace,
  memberOf,
  type Message,
  ProtocolKind,
  type RoomEvent,
  type Unreadable,
  type ActionHash,
  type PersonId,
  type MessageId,
} from "@conclave/protocol";
import type { LogItem, LogRecord } from "@conclave/wire";
import { isSilent } from "../store/silentKind.js";
import { isAmendment } from "../store/amendment.js";
import { alarmView } from "../timeline/alarmView.js";
import { decisionOf } from "../timeline/roomView.js";
import { alarmLine, decisionLine, gapLine, proposalLine } from "../timeline/timelineView.js";
import { decodeDecision } from "../store/decisionLog.js";
import type { LoggedAlarm } from "../store/alarmLog.js";
import type { LoggedProposal, ProposalEnding } from "../store/proposalLog.js";
import type { RoomState } from "./roomState.js";
import type { Transaction } from "../store/transaction.js";

/**
 * Gives one record of the log to the room, and keeps in this transaction everything that it changes: group and roster, the
 * timeline, the outbox, alarms. False when the record cannot be used yet: it is to be read again, from the cursor on.
 * `availableFrom`: see `Room.receive`. `heard` is called for each event at once, before anybody can see the room changed.
 */
export async function receiveDelivery(
  state: RoomState,
  tx: Transaction,
  item: LogItem,
  availableFrom: number,
  heard: (event: RoomEvent, n: number) => void,
): Promise<boolean> {
  await takeSeat(state, tx, item, heard);
  const { room } = state;
  if (!room) return true;
  const before = room.cursor;
  const { relay } = room.roster;
  const received = room.receive(item, availableFrom);
  if (received.kind === "deferred") {
    return received.reason === "seen" || received.reason === "closed";
  }
  if (received.kind === "withheld" || received.kind === "upgraded") {
    keepNoted(state, tx, received);
    if (received.kind === "upgraded") state.emit(tx, { type: "changed" });
    return false;
  }
  await state.kept.add(tx, item);
  for (const event of received.events) heard(event, item.n);
  state.apply(tx, received.delta);
  for (const event of received.events) {
    noteHeard(state, tx, event);
    await keepEvent(state, tx, event, item.n);
  }
  if (room.roster.relay !== relay && !item.pruned) keepMove(state, tx, received.events, item, before);
  if (received.kind === "ignored" && received.unreadable !== null) {
    keepUnreadable(state, tx, item.n, received.unreadable);
  }
  if (received.alarm) raise(state, tx, state.raise(tx, received.alarm));
  return true;
}

/**
 * The room moves, with this record of the log.
 *
 * RULE: client.follows-roster: where the room is, is a decision as any other: who has judged it goes on at the new relay, from the very
 * next record on; nothing that a relay says moves anybody (attack A139).
 */
function keepMove(
  state: RoomState,
  tx: Transaction,
  events: readonly RoomEvent[],
  item: LogRecord,
  before: LogPlace,
): void {
  const { room, meta } = state;
  if (room?.status !== "active") return;
  const to = room.roster.relay.address;
  const isOwn = events.some((event) => event.type === "entry" && event.own);
  // At the same address there is no old relay that could lead anybody on.
  const slots = meta.relay === to ? [] : room.slots(state.now());
  const left = { isThere: false, isBrought: false, isForwarded: false, slots };
  const adoption = room.moving.adoption(item, before);
  const { seed: writeSeed } = room.writeKey();
  state.keepRelocation(tx, { from: meta.relay, to, adoption, writeSeed, since: state.now(), isOwn, ...left });
  state.keepAlone(tx, null);
  state.moveRefusal = null;
  state.moveTo(tx, to);
}

/**
 * The record is our commit through a door: the room that it makes takes this one's place, and receives it. What was said, what waits
 * to be sent, and what was detected stay.
 */
async function takeSeat(
  state: RoomState,
  tx: Transaction,
  item: LogItem,
  heard: (event: RoomEvent, n: number) => void,
): Promise<void> {
  const { room, comingBack, keys, ports } = state;
  const seat = comingBack?.seat;
  if (!room || !seat || item.n !== room.cursor.n + 1 || !equalBytes(room.hashOf(item), seat.recordHash)) return;
  const stored = await ports.storage.range({ prefix: keys.seat });
  const under = (prefix: string) => stored.filter(({ key }) => key.startsWith(keys.seat + prefix));
  const made = under("state/").map(({ key, value }) => [key.slice(`${keys.seat}state/`.length), value] as const);
  const records = room.doors.seatRecords(made);
  // What was decided by the old keys is not in the log, and will not be.
  if (room.pending) heard({ type: "lostRace", action: room.pending.action, losses: 1 }, item.n);
  state.replaceRoom(tx, loadRoom(ports, records), records);
  state.decisionLog.replace(
    tx,
    under("decision/").map(({ value }) => decodeDecision(value)),
  );
  state.keepComingBack(tx, null);
  state.enter(tx, { is: "member" });
}

/** Keeps what came of a receipt. */
export function keepNoted(
  state: RoomState,
  tx: Transaction,
  noted: { readonly delta: Delta; readonly alarm: Alarm | null },
): void {
  state.apply(tx, noted.delta);
  if (noted.alarm) raise(state, tx, state.raise(tx, noted.alarm));
}

function raise(state: RoomState, tx: Transaction, entry: LoggedAlarm): void {
  const alarm = alarmView(state, entry);
  state.emit(tx, { type: "alarm", alarm });
  state.emit(tx, { type: "item", item: alarmLine(alarm) });
}

function keepUnreadable(state: RoomState, tx: Transaction, n: number, reason: Unreadable): void {
  if (reason === "before_join") return;
  state.emit(tx, { type: "item", item: gapLine(state.history.addGap(tx, n, reason)) });
}

/** Who was let in counts as absent until something comes that they have signed. */
function noteHeard(state: RoomState, tx: Transaction, event: RoomEvent): void {
  const by = signerOf(event);
  let isNews = by !== null && state.unheard.drop(tx, by);
  if (event.type === "entry") {
    const { action, person, by: author } = event.decision;
    if (person && action.type === "add" && !equalBytes(person, author)) state.unheard.add(tx, person);
    if (person && (action.type === "remove" || action.type === "leave"))
      isNews = state.unheard.drop(tx, person) || isNews;
  }
  if (isNews) state.emit(tx, { type: "changed" });
}

function signerOf(event: RoomEvent): PersonId | null {
  switch (event.type) {
    case "message":
    case "proposal":
      return event.message.author;
    case "entry":
      return event.decision.by;
    case "rekeyed":
    case "approval":
    case "decline":
    case "withdrawal":
      return event.by;
    case "farewell":
    case "stayed":
      return event.person;
    default:
      return null;
  }
}

async function keepEvent(state: RoomState, tx: Transaction, event: RoomEvent, n: number): Promise<void> {
  switch (event.type) {
    case "message":
      if (await isFirst(state, event.message)) await keepMessage(state, tx, event.message, n);
      return;
    case "sign":
      state.freshness.begin(tx);
      state.signs.heard(tx, event.sign, state.now());
      state.emit(tx, { type: "changed" });
      return;
    case "sent":
      await keepSent(state, tx, event.id, n);
      return;
    case "entry": {
      forgetGone(state, tx, event.decision);
      const logged = state.decisionLog.add(tx, event.decision, n);
      state.history.add(tx, { kind: "decision", n, seq: event.decision.seq });
      endProposals(state, tx, event.decision, n);
      state.emit(tx, { type: "item", item: decisionLine(decisionOf(state, logged)) });
      state.emit(tx, { type: "changed" });
      return;
    }
    case "joined":
      keepOwnJoin(state, tx, n);
      return;
    case "stayed":
      // Another device of ours takes back what this one said.
      if (state.leaving !== null && equalBytes(event.person, state.person)) state.setLeaving(tx, null);
      state.emit(tx, { type: "changed" });
      return;
    case "rekeyed":
    case "lostRace":
      return;
    case "removed":
      keepRemoval(state, tx, event.decision, n);
      return;
    case "proposal": {
      const { action, actionHash, message, displaced } = event;
      for (const each of displaced) takeBack(state, tx, each, { n, ending: "displaced" });
      keepAsked(state, tx, { n, action, actionHash, by: message.author, time: message.time, ending: null });
      return;
    }
    case "withdrawal":
      takeBack(state, tx, event, { n, ending: "withdrawn" });
      state.emit(tx, { type: "changed" });
      return;
    default:
      state.emit(tx, { type: "changed" });
  }
}

/** What somebody said of the list counts for nothing once they are out of it. */
function forgetGone(state: RoomState, tx: Transaction, { action, person }: DecisionRecord): void {
  if (person && (action.type === "remove" || action.type === "leave")) state.signs.forget(tx, person);
}

/** We were taken out by this decision. */
export function keepRemoval(state: RoomState, tx: Transaction, decision: DecisionRecord, n: number): void {
  const logged = state.decisionLog.find(decision.seq) ?? state.decisionLog.add(tx, decision, n);
  // What was not sent before never will be: nothing is shown as on its way any longer.
  for (const entry of state.outbox.all) state.outbox.remove(tx, entry);
  if (state.leaving !== null) state.setLeaving(tx, null);
  if (state.comingBack !== null) state.keepComingBack(tx, null);
  state.emit(tx, { type: "gone", decision: decisionOf(state, logged) });
}

/** Keeps that somebody asks for something, and shows it, unless it is open already. */
export function keepAsked(state: RoomState, tx: Transaction, proposal: LoggedProposal): void {
  if (state.proposals.add(tx, proposal)) showProposal(state, tx, proposal);
  state.emit(tx, { type: "changed" });
}

function endProposal(state: RoomState, tx: Transaction, hash: ActionHash, ending: ProposalEnding): void {
  const ended = state.proposals.end(tx, hash, ending);
  if (ended) showProposal(state, tx, ended);
}

function showProposal(state: RoomState, tx: Transaction, proposal: LoggedProposal): void {
  state.history.add(tx, { kind: "proposal", n: proposal.n, proposal });
  state.emit(tx, { type: "item", item: proposalLine(state, proposal) });
}

/** A decision carries out what was proposed, in whatever way it came about; a member who goes takes their proposals with them. */
function endProposals(state: RoomState, tx: Transaction, { action, by, person }: DecisionRecord, n: number): void {
  endProposal(state, tx, actionHash(state.ports.crypto, action, by), "done");
  if ((action.type !== "remove" && action.type !== "leave") || person === null) return;
  for (const proposal of state.proposals.by(person))
    takeBack(state, tx, { ...proposal, by: person }, { n, ending: "void" });
}

/** A member no longer proposes it; where others propose the same, it goes on as theirs. */
export function takeBack(
  state: RoomState,
  tx: Transaction,
  { actionHash, by }: { readonly actionHash: Uint8Array; readonly by: PersonId },
  { n, ending }: { readonly n: number; readonly ending: ProposalEnding },
): void {
  const asked = state.proposals.by(by).find((each) => equalBytes(each.actionHash, actionHash));
  if (!asked) return;
  endProposal(state, tx, asked.actionHash, ending);
  const left = state.room?.proposals.list().find((each) => equalBytes(each.actionHash, actionHash));
  if (left) keepAsked(state, tx, { ...asked, n, by: left.by });
}

function keepOwnJoin(state: RoomState, tx: Transaction, n: number): void {
  const { room } = state;
  const self = room && memberOf(room.roster, room.self.person);
  const device = self?.devices.find(({ leaf }) => equalBytes(leaf, room!.self.leaf));
  const logged = state.decisionLog.place(tx, device?.addedSeq ?? self?.joinedSeq ?? 0, n);
  if (!logged) return;
  state.history.add(tx, { kind: "decision", n, seq: logged.decision.seq });
  state.emit(tx, { type: "item", item: decisionLine(decisionOf(state, logged)) });
  state.emit(tx, { type: "changed" });
}

/**
 * RULE: client.once: a message is shown once: one that its author encrypted again is not another message (docs/protocol.md §9,
 * attacks A24, A25).
 */
async function isFirst(state: RoomState, { id }: Message): Promise<boolean> {
  return !state.outbox.find(id) && !(await state.history.has(id));
}

async function keepMessage(state: RoomState, tx: Transaction, message: Message, n: number): Promise<void> {
  if (!equalBytes(message.author, state.person)) state.clock.heardPeer(message.time, state.now());
  if (isSilent(message.kind)) return;
  const placed = { ...message, n };
  if (isAmendment(message.kind)) {
    await state.conversation.take(tx, placed);
    return;
  }
  const own = equalBytes(message.author, state.person);
  const item = { kind: "message", n, message: placed, own } as const;
  state.history.add(tx, item);
  state.emit(tx, { type: "item", item: await state.conversation.line(item) });
}

async function keepSent(state: RoomState, tx: Transaction, id: MessageId, n: number): Promise<void> {
  const entry = state.outbox.find(id);
  if (!entry) return;
  state.outbox.remove(tx, entry);
  if (!entry.sealed) return;
  state.freshness.begin(tx);
  state.signs.sent(n, entry.time, state.now());
  await keepMessage(state, tx, { ...entry.sealed.message, n }, n);
  keepOwnProposal(state, tx, entry.sealed.message, n);
}

/** What we proposed or withdrew is shown when it is in the log, where the others have it too. */
function keepOwnProposal(
  state: RoomState,
  tx: Transaction,
  { kind, body, author: by, time }: Message,
  n: number,
): void {
  const action = kind === ProtocolKind.proposal ? decodeAction(body, state.room?.roster.version ?? 0) : null;
  const hash = action && actionHash(state.ports.crypto, action, by);
  if (hash) keepAsked(state, tx, { n, action, actionHash: hash, by, time, ending: null });
  if (kind === ProtocolKind.withdrawal) takeBack(state, tx, { actionHash: body, by }, { n, ending: "withdrawn" });
}
