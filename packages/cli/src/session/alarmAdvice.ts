import type { TimelineAlarm } from "@conclave/client";
import { type AlarmCode, alarmTopic } from "@conclave/protocol";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";

const elsewhere = () =>
  `create a new room on another relay:  ${otherCommand("room", "new", "TITLE", "--relay", "ADDRESS")}`;
/** Where the relay shows less than it did, an owner takes the room along. */
const moveOn = () =>
  `an owner can move the room to another relay:  ${nextCommand("room", "move", "ADDRESS", "--old-gone")}`;
const goOn = () => `To go on anyway:  ${nextCommand("resume")}`;
const again = () =>
  `If it happens again, the relay is broken or lying: ask its operator. To see whether it does:  ${nextCommand("status")}`;
const whoIsIn = () => `To see who is in the room:  ${nextCommand("members")}`;
const backup = "A relay restored from an old backup looks like this too: ask its operator.";
/** RULE: cli.every-door: each alarm says what the person can do, with the commands that this program has. */
const ADVICE: Readonly<Record<AlarmCode, () => string>> = {
  FORK: () =>
    `${backup} Compare the room code with the others over another channel:  ${nextCommand("verify")}  If it differs, ${elsewhere()}`,
  ROLLBACK: () =>
    `${backup} Ask the others what their newest message is; yours is here:  ${nextCommand("history")}  ${goOn()}  If it keeps showing less, ${moveOn()}`,
  EQUIVOCATION: () =>
    `${backup} Anyone can check the proof:  ${otherCommand("verify-proof", "FILE")}  If the relay's operator can't explain it, ${elsewhere()}  ${goOn()}`,
  BAD_RECEIPT: () => `It was ignored. ${again()}`,
  WITHHELD: () =>
    `Nothing is sent until the relay hands it over. It may be hiding that somebody was removed: ask the others over another channel what has happened. To try again:  ${nextCommand("sync")}  If this goes on, ${elsewhere()}`,
  SHUT_OUT: () =>
    `Nothing is sent. Somebody may have been removed, and the relay may be hiding it: ask the others over another channel who is in the room. What this home knows:  ${nextCommand("members")}  To try again:  ${nextCommand("sync")}`,
  INVITE_CLOSED: () =>
    `Nobody decided that, and it is not known who did it. This home opens it again, if the relay lets it. To see which links work:  ${nextCommand("invites")}  If it happens again, ask the others and the relay's operator.`,
  REFUSED_CHANGE: () =>
    `Nothing changed: nobody joined or was removed. Ask that person what their device is doing, or remove them:  ${nextCommand("remove", "NAME")}`,
  ALTERED: () => `Nothing changed, and no member is accused: nobody signed these bytes. ${again()}`,
  JUNK: () =>
    `Nothing changed. Only the relay, or somebody who can write to it, can have put it there: ask its operator. To see whether it happens again:  ${nextCommand("status")}`,
  BAD_MESSAGE: () => `It was ignored. Ask that person whether their program is up to date. ${whoIsIn()}`,
  RESTORED: () =>
    `If a copy went on sending, others could read what it sends. It comes back by itself, with new keys, when another device in the room is online. To see whether it has, or find out who can help you:  ${nextCommand("resume")}`,
};

/** If it is not known whose device it was, there is nobody to ask. */
const UNNAMED: Partial<Readonly<Record<AlarmCode, () => string>>> = {
  REFUSED_CHANGE: () =>
    `Nothing changed: nobody joined or was removed. It is not known whose device it was. To see what was decided:  ${nextCommand("log")}`,
  BAD_MESSAGE: () => `It was ignored. It is not known whose device it was. ${whoIsIn()}`,
};

/** If it is only a member's word: either the relay or that member's device is wrong. */
const claimed = () =>
  `Either the relay shows different people different rooms, or that device is lying. Compare the room code with that person over another channel:  ${nextCommand("verify")}  If it is the same, ask them what their device is doing. If it differs, ${elsewhere()}`;

/** If this device could not use somebody's keys: others may have, and no rule is known to be broken. */
const unusable = () =>
  `If the others could use them, this device comes back by itself. To see how far it is:  ${nextCommand("status")}  If it happens again by the same person, ask them what their device is doing.`;

/** What an alarm means for the person at this machine, and what they can do about it. */
export function adviceFor(alarm: Pick<TimelineAlarm, "code" | "person" | "rejection">): string {
  const { code, person } = alarm;
  const topic = alarmTopic(alarm);
  if (topic === "unusable") return unusable();
  const known = topic === "claim" ? claimed : ADVICE[topic];
  return ((person === null ? UNNAMED[code] : undefined) ?? known)();
}
