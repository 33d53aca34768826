import type { TimelineAlarm, TimelineItem as RoomItem, TimelineMessage } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Alarm, Message, TimelineItem } from "../model/timeline.js";
import { adviceFor } from "./alarmAdvice.js";
import { decisionView, type LabelOf } from "./decisionView.js";
import { personView } from "./personView.js";

const UNREADABLE = {
  before_join: "Something from before you joined cannot be read.",
  epoch_gone: "Something from an earlier time cannot be read: its keys are gone, as they should be.",
  replayed: "The server delivered a message a second time; it was ignored.",
  pruned: "A message is gone: the server had deleted it before this device read it.",
  invalid: "Something that does not hold was ignored.",
} as const;

/** Where the proof of an alarm was written, or null when it has none. */
export type SaveProof = (alarm: TimelineAlarm) => string | null;

/** A line of a room as a document. */
export function itemView(item: RoomItem, labelOf: LabelOf, saveProof: SaveProof): TimelineItem {
  switch (item.kind) {
    case "message":
      return { kind: "message", message: messageView(item.message) };
    case "decision":
      return { kind: "decision", decision: decisionView(item.decision, labelOf) };
    case "alarm":
      return { kind: "alarm", alarm: alarmView(item.alarm, saveProof) };
    case "unreadable":
      return { kind: "unreadable", n: item.n, reason: item.reason, sentence: UNREADABLE[item.reason] };
  }
}

/** An alarm as a document. */
export function alarmView(alarm: TimelineAlarm, saveProof: SaveProof): Alarm {
  const { order, code, time, sentence, person, rejection, count } = alarm;
  const who = person && personView(person);
  const from = who === null ? "" : ` It came from ${who.isYou ? "a device of yours" : `${who.name}'s device`}.`;
  const advice = adviceFor(code);
  const text = `${sentence}${from}`;
  return {
    order,
    code,
    time,
    sentence: text,
    advice,
    person: who,
    refused: rejection?.code ?? null,
    count,
    proof: saveProof(alarm),
  };
}

/** A message as a document. Corrections, reactions and the like are shown as remarks: a terminal changes nothing that was printed. */
export function messageView(message: TimelineMessage): Message {
  const { id, author, time, n, state, kind, body, late, authorGone } = message;
  const text = new TextDecoder().decode(body);
  const notes = [
    ...(kind === "edit" ? ["corrects an earlier message"] : kind === "reaction" ? ["reaction"] : []),
    ...(late ? ["late: written before a change of the room"] : []),
    ...(authorGone ? ["its author was not in the room any more"] : []),
  ];
  const known = kind === "text" || kind === "edit" || kind === "reaction";
  const shown = known
    ? text
    : kind === "delete"
      ? "(withdrew an earlier message)"
      : `(${kind}: this program cannot show it)`;
  return {
    id: toHex(id),
    n,
    time,
    author: personView(author),
    kind,
    text: shown,
    state,
    note: notes.length === 0 ? null : notes.join("; "),
  };
}
