import {
  decodeFileCard,
  decodeGatewayNotice,
  decodeVia,
  type Deleted,
  type FileCard,
  type GatewayParty,
  type TimelineAlarm,
  type TimelineItem as RoomItem,
  type TimelineMessage,
  type TimelineProposal,
  type ViaMessage,
} from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { Alarm, Message, ProposalLine, TimelineItem } from "../model/timeline.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";
import { adviceFor } from "./alarmAdvice.js";
import { proposedPhrase, decisionView, type LabelOf } from "./decisionView.js";
import { personView } from "./personView.js";

/** One record that cannot be shown, and several. */
const UNREADABLE = {
  before_join: [
    "Something from before you joined cannot be read.",
    (count: number) => `${count} things from before you joined cannot be read.`,
  ],
  epoch_gone: [
    "Something from an earlier time cannot be read: its keys are gone, as they should be.",
    (count: number) => `${count} things from an earlier time cannot be read: their keys are gone, as they should be.`,
  ],
  replayed: [
    "The server delivered a message a second time; it was ignored.",
    (count: number) => `The server delivered ${count} messages a second time; they were ignored.`,
  ],
  pruned: [
    "A message is gone: the server had deleted it before this device read it.",
    (count: number) => `${count} messages are gone: the server had deleted them before this device read them.`,
  ],
  invalid: [
    "Something that is not valid was ignored.",
    (count: number) => `${count} things that are not valid were ignored.`,
  ],
} as const;

const decoder = new TextDecoder();

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
    case "proposal":
      return { kind: "proposal", proposal: proposalView(item.proposal, labelOf) };
    case "unreadable": {
      const { n, reason, count } = item;
      const [one, several] = UNREADABLE[reason];
      return { kind: "unreadable", n, reason, count, sentence: count === 1 ? one : several(count) };
    }
  }
}

function proposalView(proposal: TimelineProposal, labelOf: LabelOf): ProposalLine {
  const { actionHash, action, by, person, time, ending } = proposal;
  const summary = proposedPhrase(action, person?.name ?? "somebody", labelOf);
  const id = toHex(actionHash);
  const then = { done: "It was done.", withdrawn: `${by.name} withdrew it.`, void: `It is void: ${by.name} is gone.` };
  const next = ending === null ? `To agree: approve ${id.slice(0, 12)}` : then[ending];
  return { id, time, by: personView(by), ending, sentence: `${by.name} proposed to ${summary}. ${next}` };
}

/** An alarm as a document. */
export function alarmView(alarm: TimelineAlarm, saveProof: SaveProof): Alarm {
  const { order, code, time, sentence, person, rejection, count } = alarm;
  const who = person && personView(person);
  const from = who === null ? "" : ` It came from ${who.isYou ? "a device of yours" : `${who.name}'s device`}.`;
  const advice = adviceFor(alarm);
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

/** A message as a document, as it is now: with its newest wording, or without any when it was taken back. */
export function messageView(message: TimelineMessage): Message {
  const { id, author, time, n, state, kind, body, late, authorGone, edited, deleted, answers, reactions } = message;
  const notes = [
    ...(deleted ? [deletionNote(message, deleted)] : edited ? ["edited"] : []),
    ...(late ? ["late: written before a change of the room"] : []),
    ...(authorGone ? ["its author was not in the room any more"] : []),
  ];
  const card = kind === "file" && deleted === null ? decodeFileCard(body) : null;
  const via = kind === "via" && deleted === null ? decodeVia(body) : null;
  return {
    id: toHex(id),
    n,
    time,
    author: personView(author),
    kind,
    via: via && { party: toHex(via.party), label: via.label },
    // Never with its key: what is printed here is what anybody may read over a shoulder.
    file: card && { name: card.name, mediaType: card.mediaType, size: card.size },
    text: textOf(message, via, card),
    state,
    isEdited: edited !== null && deleted === null,
    deletedBy: deleted && personView(deleted.by),
    isLate: late,
    isAuthorGone: authorGone,
    note: notes.length === 0 ? null : notes.join("; "),
    answers: answers && {
      id: toHex(answers.id),
      author: personView(answers.author),
      text: answers.deleted ? "(deleted)" : answers.text,
    },
    reactions: reactions.map(({ emoji, people }) => ({ emoji, by: people.map(personView) })),
    mentionsYou: message.mentionsYou,
  };
}

function textOf(
  { kind, body, edited, deleted, author }: TimelineMessage,
  via: ViaMessage | null,
  card: FileCard | null,
) {
  if (kind === "text" || deleted !== null) return decoder.decode(edited?.body ?? body);
  if (via) return via.text;
  if (card) return fileText(card);
  const parties = kind === "gateway" ? decodeGatewayNotice(body) : null;
  return parties ? gatewayText(author.name, parties) : `(${kind}: this program cannot show it)`;
}

/** Who writes here through a member's gateway, and who reads. */
function gatewayText(name: string, parties: readonly GatewayParty[]): string {
  const labels = (hears: boolean) => parties.filter((each) => each.hears === hears).map(({ label }) => safeName(label));
  const [hearing, writing] = [labels(true), labels(false)];
  const who = `${safeName(name)}'s gateway`;
  if (parties.length === 0) return `(${who} lets nobody write here any more)`;
  const lets = [
    ...(writing.length === 0 ? [] : [`${writing.join(", ")} write here`]),
    ...(hearing.length === 0 ? [] : [`${hearing.join(", ")} write and read here`]),
  ];
  return `(${who} lets ${lets.join(", and ")})`;
}

function fileText({ name, size, caption }: FileCard): string {
  return `[file] ${safeName(name)} (${fileSize(size)})${caption === "" ? "" : `\n${caption}`}`;
}

function deletionNote({ author }: TimelineMessage, { by }: Deleted): string {
  return toHex(by.person) === toHex(author.person) ? "deleted" : `deleted by ${by.name}`;
}
