import { equalBytes, toHex } from "@conclave/codec";
import {
  actionHash,
  type Alarm,
  decodeAction,
  type Deed,
  type Delta,
  memberOf,
  type Message,
  ProtocolKind,
  type RoomEvent,
  type Unreadable,
} from "@conclave/protocol";
import type { LogItem } from "@conclave/wire";
import { isSilent } from "./silentKind.js";
import { isAmendment } from "../conversation/amendment.js";
import { alarmView } from "../view/alarmView.js";
import { decisionOf } from "../view/roomView.js";
import { alarmLine, decisionLine, gapLine, proposalLine } from "../view/timelineView.js";
import type { LoggedAlarm } from "./alarmLog.js";
import type { LoggedProposal, ProposalEnding } from "./proposalLog.js";
import type { RoomState } from "./roomState.js";
import type { Turn } from "./turn.js";

/**
 * Gives one record of the log to the room, and keeps in this turn everything that it changes: group and roster, the
 * timeline, the outbox, alarms. False when the record cannot be used yet: it is to be read again, from the cursor on.
 * `availableFrom`: see `Room.receive`.
 */
export async function receive(state: RoomState, turn: Turn, item: LogItem, availableFrom: number): Promise<boolean> {
  const { room } = state;
  if (!room) return true;
  const received = room.receive(item, availableFrom);
  if (received.kind === "deferred") {
    if (received.reason === "update_needed") state.needsUpdate = true;
    return received.reason === "seen" || received.reason === "closed";
  }
  if (received.kind === "withheld") {
    keepNoted(state, turn, received);
    return false;
  }
  state.apply(turn, received.delta);
  for (const event of received.events) await keepEvent(state, turn, event, item.n);
  if (received.kind === "ignored" && received.unreadable !== null) {
    keepUnreadable(state, turn, item.n, received.unreadable);
  }
  if (received.alarm) raise(state, turn, state.raise(turn, received.alarm));
  return true;
}

/** Keeps what came of a receipt. */
export function keepNoted(
  state: RoomState,
  turn: Turn,
  noted: { readonly delta: Delta; readonly alarm: Alarm | null },
): void {
  state.apply(turn, noted.delta);
  if (noted.alarm) raise(state, turn, state.raise(turn, noted.alarm));
}

function raise(state: RoomState, turn: Turn, entry: LoggedAlarm): void {
  const alarm = alarmView(state, entry);
  // RULE: client.restored: a copy of a device must not encrypt: it would use keys that the other has used (attack A64).
  if (entry.alarm.code === "RESTORED") state.setMeta(turn, { standing: "restored" });
  state.emit(turn, { type: "alarm", alarm });
  state.emit(turn, { type: "item", item: alarmLine(alarm) });
}

function keepUnreadable(state: RoomState, turn: Turn, n: number, reason: Unreadable): void {
  if (reason === "before_join") return;
  state.emit(turn, { type: "item", item: gapLine(state.history.addGap(turn, n, reason)) });
}

async function keepEvent(state: RoomState, turn: Turn, event: RoomEvent, n: number): Promise<void> {
  switch (event.type) {
    case "message":
      if (await isFirst(state, turn, event.message, n)) await keepMessage(state, turn, event.message, n);
      return;
    case "sent":
      await keepSent(state, turn, event.id, n);
      return;
    case "entry": {
      if (event.own) state.ownCommit = n;
      state.freshness.heard(turn, { author: event.deed.by, time: event.deed.time, late: false });
      const logged = state.deeds.add(turn, event.deed, n);
      state.history.add(turn, { kind: "decision", n, seq: event.deed.seq });
      endProposals(state, turn, event.deed, n);
      const title = state.room?.roster.title ?? state.meta.title;
      if (title !== state.meta.title) state.setMeta(turn, { title });
      state.emit(turn, { type: "item", item: decisionLine(decisionOf(state, logged)) });
      state.emit(turn, { type: "changed" });
      return;
    }
    case "joined":
      state.ownCommit = n;
      keepOwnJoin(state, turn, n);
      return;
    case "rekeyed":
      if (state.room && equalBytes(event.by, state.room.self.person)) state.ownCommit = n;
      return;
    case "lostRace":
      state.race = { action: event.action, losses: event.losses };
      return;
    case "removed": {
      const logged = state.deeds.find(event.deed.seq) ?? state.deeds.add(turn, event.deed, n);
      state.setMeta(turn, { standing: event.deed.action.type === "leave" ? "left" : "removed" });
      // What was not sent before never will be: nothing goes on being called on its way.
      for (const entry of state.outbox.all) state.outbox.remove(turn, entry);
      if (state.leaving !== null) state.setLeaving(turn, null);
      state.emit(turn, { type: "gone", decision: decisionOf(state, logged) });
      return;
    }
    case "proposal": {
      const { action, actionHash, message } = event;
      keepProposal(state, turn, { n, action, actionHash, by: message.author, time: message.time, ending: null });
      return;
    }
    case "withdrawal":
      takeBack(state, turn, event, { n, ending: "withdrawn" });
      state.emit(turn, { type: "changed" });
      return;
    default:
      state.emit(turn, { type: "changed" });
  }
}

function keepProposal(state: RoomState, turn: Turn, proposal: LoggedProposal): void {
  if (state.proposals.add(turn, proposal)) showProposal(state, turn, proposal);
  state.emit(turn, { type: "changed" });
}

function endProposal(state: RoomState, turn: Turn, hash: Uint8Array, ending: ProposalEnding): void {
  const ended = state.proposals.end(turn, hash, ending);
  if (ended) showProposal(state, turn, ended);
}

function showProposal(state: RoomState, turn: Turn, proposal: LoggedProposal): void {
  state.history.add(turn, { kind: "proposal", n: proposal.n, proposal });
  state.emit(turn, { type: "item", item: proposalLine(state, proposal) });
}

/** A decision carries out what was proposed, in whatever way it came about; who goes takes along what they asked for. */
function endProposals(state: RoomState, turn: Turn, { action, person }: Deed, n: number): void {
  endProposal(state, turn, actionHash(state.ports.crypto, action), "done");
  if ((action.type !== "remove" && action.type !== "leave") || person === null) return;
  for (const proposal of state.proposals.by(person))
    takeBack(state, turn, { ...proposal, by: person }, { n, ending: "void" });
}

/** Somebody does not ask any more; where others ask for the same, it goes on as theirs. */
function takeBack(
  state: RoomState,
  turn: Turn,
  { actionHash, by }: Pick<LoggedProposal, "actionHash" | "by">,
  { n, ending }: { readonly n: number; readonly ending: ProposalEnding },
): void {
  const asked = state.proposals.by(by).find((each) => equalBytes(each.actionHash, actionHash));
  if (!asked) return;
  endProposal(state, turn, actionHash, ending);
  const left = state.room?.proposals().find((each) => equalBytes(each.actionHash, actionHash));
  if (left) keepProposal(state, turn, { ...asked, n, by: left.by });
}

function keepOwnJoin(state: RoomState, turn: Turn, n: number): void {
  state.setMeta(turn, { standing: "member", join: null });
  const { room } = state;
  const logged = room && state.deeds.place(turn, memberOf(room.roster, room.self.person)?.joinedSeq ?? 0, n);
  if (!logged) return;
  state.history.add(turn, { kind: "decision", n, seq: logged.deed.seq });
  state.emit(turn, { type: "item", item: decisionLine(decisionOf(state, logged)) });
  state.emit(turn, { type: "changed" });
}

/**
 * RULE: client.once: a message is shown once: one that its author encrypted anew, or that somebody else sends again as
 * their own, is not another message (docs/protocol.md §9, attacks A24, A25).
 */
async function isFirst(state: RoomState, turn: Turn, { id, author }: Message, n: number): Promise<boolean> {
  const first = (await state.history.authorOf(id)) ?? (state.outbox.find(id) ? state.person : null);
  if (first === null) return true;
  if (!equalBytes(first, author)) {
    // RULE: client.id-blame: where two have one id, only whose it is knows who took it. Who comes second in the log is not named
    // for it: with the relay's help a member can take the id of a message that is on its way, and come first (attack A153).
    const person = equalBytes(first, state.person) ? author : null;
    const evidence = `the message at ${String(n)} has the id of another, ${toHex(id)}`;
    raise(state, turn, state.raise(turn, { code: "BAD_MESSAGE", person, rejection: null, evidence }));
  }
  return false;
}

async function keepMessage(state: RoomState, turn: Turn, message: Message, n: number): Promise<void> {
  state.freshness.heard(turn, message);
  if (!equalBytes(message.author, state.person)) state.clock.heardPeer(message.time, state.now());
  if (isSilent(message.kind)) return;
  const placed = { ...message, n };
  if (isAmendment(message.kind)) {
    await state.conversation.take(turn, placed);
    return;
  }
  const own = equalBytes(message.author, state.person);
  const item = { kind: "message", n, message: placed, own } as const;
  state.history.add(turn, item);
  state.emit(turn, { type: "item", item: await state.conversation.line(item) });
}

async function keepSent(state: RoomState, turn: Turn, id: Uint8Array, n: number): Promise<void> {
  const entry = state.outbox.find(id);
  if (!entry) return;
  state.outbox.remove(turn, entry);
  if (!entry.sealed) return;
  await keepMessage(state, turn, { ...entry.sealed.message, n }, n);
  keepOwnProposal(state, turn, entry.sealed.message, n);
}

/** What we asked for, or take back, is told when it is in the log: where the others have it too. */
function keepOwnProposal(state: RoomState, turn: Turn, { kind, body, author: by, time }: Message, n: number): void {
  const action = kind === ProtocolKind.proposal ? decodeAction(body) : null;
  const hash = action && actionHash(state.ports.crypto, action);
  if (hash) keepProposal(state, turn, { n, action, actionHash: hash, by, time, ending: null });
  if (kind === ProtocolKind.withdrawal) takeBack(state, turn, { actionHash: body, by }, { n, ending: "withdrawn" });
}
