import type { TimelineAlarm, TimelineItem, TimelineProposal } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { type LabelOf, proposedPhrase } from "./decisionView.js";

/** Digits of a proposal's id that are shown. */
export const SHOWN_ID = 20;

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

/** Records in a row that cannot be shown. */
export function unreadableSentence({ reason, count }: Extract<TimelineItem, { kind: "unreadable" }>): string {
  const [one, several] = UNREADABLE[reason];
  return count === 1 ? one : several(count);
}

/** What somebody asked the others to agree to, and what became of it. */
export function proposalSentence(proposal: TimelineProposal, labelOf: LabelOf): string {
  const { actionHash, action, by, person, ending } = proposal;
  const summary = proposedPhrase(action, person?.name ?? "somebody", labelOf);
  const then = { done: "It was done.", withdrawn: `${by.name} withdrew it.`, void: `It is void: ${by.name} is gone.` };
  const next = ending === null ? `To agree: approve ${toHex(actionHash).slice(0, SHOWN_ID)}` : then[ending];
  return `${by.name} proposed to ${summary}. ${next}`;
}

/** What was seen, and from whose device it came, where that is proved. */
export function alarmSentence({ sentence, person }: TimelineAlarm): string {
  if (person === null) return sentence;
  return `${sentence} It came from ${person.isYou ? "a device of yours" : `${person.name}'s device`}.`;
}
