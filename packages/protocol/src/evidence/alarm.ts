import type { PersonId } from "../encoding/ids.js";
import type { Rejection } from "../policy/rejection.js";

/** Everything that can be detected. A closed set. */
export const ALARM_CODES = [
  /** The relay showed somebody else another log or another roster than us. */
  "FORK",
  /** The relay shows less than it did before. */
  "ROLLBACK",
  /** The relay signed two things that contradict each other; the evidence is a proof that anyone can check. */
  "EQUIVOCATION",
  /** A receipt of the relay is not valid, or a record does not lead to the head it signed. */
  "BAD_RECEIPT",
  /** The relay keeps back a record that it has to give: a commit that it calls deleted, or a message that cannot be. */
  "WITHHELD",
  /** The relay refuses this device's messages, and part of the log that could explain it is missing. */
  "SHUT_OUT",
  /** Somebody in the room, or the relay, closed the slot of an invite that is open: nobody knows who. */
  "INVITE_CLOSED",
  /** A member's device sent a change that every member refuses. */
  "REFUSED_CHANGE",
  /** A record with bytes that do not belong to what its author signed: nobody signed them, so nobody is named. */
  "ALTERED",
  /** Bytes that no member can have sent; counted, not blamed on anybody. */
  "JUNK",
  /** A member's device sent a message that is not valid, or claims another view of the room. */
  "BAD_MESSAGE",
  /** The log holds messages of this device that it does not remember: it was restored from a copy, or cloned. */
  "RESTORED",
] as const;
/** What was detected. */
export type AlarmCode = (typeof ALARM_CODES)[number];

/** A detected violation with its evidence (docs/protocol.md §2). */
export interface Alarm {
  readonly code: AlarmCode;
  /** Whose device it came from, where that is proved; null when it can only be the relay, or nobody knows. */
  readonly person: PersonId | null;
  readonly rejection: Rejection | null;
  /**
   * For "EQUIVOCATION", and for "ROLLBACK" where the relay's signatures show it: a JSON proof for `verifyProof`. Else the
   * bytes in question, in hexadecimal.
   */
  readonly evidence: string;
}

/** An alarm of this code; what is not known is null or empty. */
export function alarm(code: AlarmCode, what: Partial<Omit<Alarm, "code">> = {}): Alarm {
  return { code, person: what.person ?? null, rejection: what.rejection ?? null, evidence: what.evidence ?? "" };
}

/**
 * Whether one stops sending in the room until a person has looked. What a member claims pauses nobody: else any member
 * could silence the room.
 */
export function isPausing({ code, person }: Alarm): boolean {
  if (code === "FORK") return person === null;
  return PAUSING.has(code);
}

const PAUSING: ReadonlySet<AlarmCode> = new Set(["ROLLBACK", "EQUIVOCATION", "WITHHELD", "SHUT_OUT", "RESTORED"]);

/**
 * What an alarm is told as: by its code, and where one code has two sides, by the side. `unusable`: a change whose keys this device
 * could not use; no rule is known to be broken, and its author need not mean any harm (attack A107).
 */
export function alarmTopic(alarm: {
  readonly code: AlarmCode;
  readonly person: unknown;
  readonly rejection: Rejection | null;
}): AlarmCode | "claim" | "unusable" {
  if (isClaim(alarm)) return "claim";
  return alarm.code === "REFUSED_CHANGE" && alarm.rejection?.code === "mls" ? "unusable" : alarm.code;
}

/**
 * Whether it is one member's word against the relay, and nothing that this device saw.
 *
 * RULE: alarm.claim-as-claim: what a member says of the relay is told as what they say: a member who lies must not make an
 * honest relay be called a liar, nor be believed by everybody (attack A153).
 */
export function isClaim({ code, person }: { readonly code: AlarmCode; readonly person: unknown }): boolean {
  return code === "FORK" && person !== null;
}
