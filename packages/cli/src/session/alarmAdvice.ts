import type { AlarmCode } from "@conclave/protocol";
import { LINK, nextCommand, otherCommand } from "../terminal/nextCommand.js";

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
  REFUSED_CHANGE:
    "Nothing changed: nobody came in or went. Ask that person what their device is doing, or remove them.",
  JUNK: "Nothing changed. Only the relay, or somebody who writes to it, can have put it there.",
  BAD_MESSAGE: "Nothing of it was believed. Ask that person whether their program is up to date.",
  RESTORED: () =>
    `A copy that went on would break the secrecy of what it sends. Any link of this room brings you back if you prepared for it:  ${nextCommand("join", LINK)}  If you did not, someone there has to remove you first, and send you a new link.`,
};

/** What an alarm means for the person at this machine, and what to do. */
export function adviceFor(code: AlarmCode): string {
  const advice = ADVICE[code];
  return typeof advice === "string" ? advice : advice();
}
