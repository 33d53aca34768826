import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, isClaim } from "@conclave/protocol";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";

/** A room cannot be moved to another relay yet: what can be done is to begin again elsewhere. */
const elsewhere = () =>
  `found a new room on another relay:  ${otherCommand("room", "new", "TITLE", "--relay", "ADDRESS")}`;
const ADVICE: Readonly<Record<AlarmCode, string | (() => string)>> = {
  FORK: () =>
    `Compare the room code with the others over another channel:  ${nextCommand("verify")}  If it differs, ${elsewhere()}`,
  ROLLBACK: () =>
    `Ask the others what is newest with them; here it is:  ${nextCommand("history")}  An old backup that was put back looks so too: ask who runs the relay. If it keeps showing less, ${elsewhere()}`,
  EQUIVOCATION: () =>
    `Anybody can check the proof:  ${otherCommand("verify-proof", "FILE")}  If who runs the relay cannot explain it, ${elsewhere()}`,
  BAD_RECEIPT: "Nothing was believed. If it happens again, the relay is broken or lies: ask who runs it.",
  WITHHELD: () =>
    `Nothing is sent until the relay gives it. It may be hiding that somebody was removed: ask the others over another channel what has happened. If this goes on, ${elsewhere()}`,
  SHUT_OUT:
    "Nothing is sent. Ask the others over another channel who is in the room: somebody may have been removed, and the relay may be hiding it.",
  REFUSED_CHANGE:
    "Nothing changed: nobody came in or went. Ask that person what their device is doing, or remove them.",
  ALTERED:
    "Nothing changed, and no member is accused: nobody signed these bytes. If it happens again, the relay is broken or lies: ask who runs it.",
  JUNK: "Nothing changed. Only the relay, or somebody who writes to it, can have put it there.",
  BAD_MESSAGE: "Nothing of it was believed. Ask that person whether their program is up to date.",
  RESTORED: () =>
    `A copy that went on would break the secrecy of what it sends. To come back as a new device, or to be told who can help:  ${nextCommand("resume")}`,
};

/** Where nobody is known whom one could ask. */
const UNNAMED: Partial<Readonly<Record<AlarmCode, string>>> = {
  REFUSED_CHANGE: "Nothing changed: nobody came in or went. Whose device it was cannot be told.",
  BAD_MESSAGE: "Nothing of it was believed. Whose device it was cannot be told.",
};

/** Where it is a member's word: either the relay or that member's device is wrong. */
const claimed = () =>
  `Either the relay shows different people different rooms, or that device does not tell the truth. Compare the room code with that person over another channel:  ${nextCommand("verify")}  If it is the same, ask them what their device is doing. If it differs, ${elsewhere()}`;

/** What an alarm means for the person at this machine, and what to do: only what they have the means for. */
export function adviceFor({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  const known = isClaim({ code, person }) ? claimed : ADVICE[code];
  const advice = (person === null ? UNNAMED[code] : undefined) ?? known;
  return typeof advice === "string" ? advice : advice();
}
