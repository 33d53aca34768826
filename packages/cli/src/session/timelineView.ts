import type { TimelineAlarm, TimelineItem, TimelineProposal } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { proposalLine } from "@conclave/words/en/proposalLine";
import { unreadable } from "@conclave/words/en/unreadable";
import { type LabelOf, proposalPhrase } from "./decisionView.js";
import { sayAlarm } from "./sayProblem.js";

/** Digits of a proposal's id that are shown. */
export const SHOWN_ID = 20;

/** Records in a row that cannot be shown. */
export function unreadableSentence({ reason, count }: Extract<TimelineItem, { kind: "unreadable" }>): string {
  return unreadable[reason]({ count });
}

/** What somebody asked the others to agree to, and what became of it. */
export function proposalSentence(proposal: TimelineProposal, labelOf: LabelOf): string {
  const { actionHash, action, by, person, ending } = proposal;
  const values = { by: by.name, wish: proposalPhrase(action, person?.name ?? null, labelOf) };
  if (ending !== null) return `${proposalLine[ending](values)}.`;
  return `${proposalLine.asks(values)}. To approve it: approve ${toHex(actionHash).slice(0, SHOWN_ID)}`;
}

/** What was seen, and whose device it came from if that is proved. */
export function alarmSentence(alarm: TimelineAlarm): string {
  const { person } = alarm;
  const sentence = sayAlarm(alarm);
  if (person === null) return sentence;
  return `${sentence} It came from ${person.isYou ? "a device of yours" : `${person.name}'s device`}.`;
}
