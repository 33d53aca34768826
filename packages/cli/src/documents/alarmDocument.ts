import type { TimelineAlarm } from "@conclave/client";
import { adviceFor } from "../session/alarmAdvice.js";
import { alarmSentence } from "../session/timelineView.js";
import { type PersonDocument, personDocument } from "./personDocument.js";

/** A violation that this machine detected. */
export interface AlarmDocument {
  readonly order: number;
  readonly code: string;
  readonly time: number;
  /** What was seen. */
  readonly sentence: string;
  /** What it means and what to do. */
  readonly advice: string;
  /** Whose device it came from, if that is proved. */
  readonly person: PersonDocument | null;
  /** Why the room refused it, or null. */
  readonly refused: string | null;
  /** How often it was seen. */
  readonly count: number;
  /** The file with the proof, or null when there is nothing that proves it to others. */
  readonly proof: string | null;
}

/** The file with an alarm's proof; null if it has none. */
export type ProofOf = (alarm: TimelineAlarm) => string | null;

export function alarmDocument(alarm: TimelineAlarm, proofOf: ProofOf): AlarmDocument {
  const { order, code, time, person, rejection, count } = alarm;
  return {
    order,
    code,
    time,
    sentence: alarmSentence(alarm),
    advice: adviceFor(alarm),
    person: person && personDocument(person),
    refused: rejection?.code ?? null,
    count,
    proof: proofOf(alarm),
  };
}
