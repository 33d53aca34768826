import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, isClaim } from "@conclave/protocol";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";

/** A room cannot be moved to another relay yet: what can be done is to begin again elsewhere. */
const elsewhere = () =>
  `found a new room on another relay:  ${otherCommand("room", "new", "TITLE", "--relay", "ADDRESS")}`;
const goOn = () => `To go on all the same:  ${nextCommand("resume")}`;
const again = () =>
  `If it happens again, the relay is broken or lies: ask who runs it. To see whether it does:  ${nextCommand("status")}`;
const whoIsIn = () => `To see who is in the room:  ${nextCommand("members")}`;
const backup = "An old backup of the relay that was put back looks so too: ask who runs it.";
/** RULE: cli.every-door: each alarm says what its person can do, in words of this program as it is today. */
const ADVICE: Readonly<Record<AlarmCode, () => string>> = {
  FORK: () =>
    `${backup} Compare the room code with the others over another channel:  ${nextCommand("verify")}  If it differs, ${elsewhere()}`,
  ROLLBACK: () =>
    `${backup} Ask the others what is newest with them; here it is:  ${nextCommand("history")}  ${goOn()}  If it keeps showing less, ${elsewhere()}`,
  EQUIVOCATION: () =>
    `Anybody can check the proof:  ${otherCommand("verify-proof", "FILE")}  If who runs the relay cannot explain it, ${elsewhere()}  ${goOn()}`,
  BAD_RECEIPT: () => `Nothing was believed. ${again()}`,
  WITHHELD: () =>
    `Nothing is sent until the relay gives it. It may be hiding that somebody was removed: ask the others over another channel what has happened. To try again:  ${nextCommand("sync")}  If this goes on, ${elsewhere()}`,
  SHUT_OUT: () =>
    `Nothing is sent. Somebody may have been removed, and the relay may be hiding it: ask the others over another channel who is in the room. What this home knows:  ${nextCommand("members")}  To try again:  ${nextCommand("sync")}`,
  REFUSED_CHANGE: () =>
    `Nothing changed: nobody came in or went. Ask that person what their device is doing, or remove them:  ${nextCommand("remove", "NAME")}`,
  ALTERED: () => `Nothing changed, and no member is accused: nobody signed these bytes. ${again()}`,
  JUNK: () =>
    `Nothing changed. Only the relay, or somebody who writes to it, can have put it there: ask who runs it. To see whether it happens again:  ${nextCommand("status")}`,
  BAD_MESSAGE: () => `Nothing of it was believed. Ask that person whether their program is up to date. ${whoIsIn()}`,
  RESTORED: () =>
    `A copy that went on would break the secrecy of what it sends. To come back as a new device, or to be told who can help:  ${nextCommand("resume")}`,
};

/** Where nobody is known whom one could ask. */
const UNNAMED: Partial<Readonly<Record<AlarmCode, () => string>>> = {
  REFUSED_CHANGE: () =>
    `Nothing changed: nobody came in or went. Whose device it was cannot be told. What was decided:  ${nextCommand("log")}`,
  BAD_MESSAGE: () => `Nothing of it was believed. Whose device it was cannot be told. ${whoIsIn()}`,
};

/** Where it is a member's word: either the relay or that member's device is wrong. */
const claimed = () =>
  `Either the relay shows different people different rooms, or that device does not tell the truth. Compare the room code with that person over another channel:  ${nextCommand("verify")}  If it is the same, ask them what their device is doing. If it differs, ${elsewhere()}`;

/** What an alarm means for the person at this machine, and what to do: only what they have the means for. */
export function adviceFor({ code, person }: Pick<TimelineAlarm, "code" | "person">): string {
  const known = isClaim({ code, person }) ? claimed : ADVICE[code];
  return ((person === null ? UNNAMED[code] : undefined) ?? known)();
}
