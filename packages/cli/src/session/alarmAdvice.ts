import type { AlarmCode } from "@conclave/protocol";
import { otherCommand } from "../terminal/nextCommand.js";

const ADVICE: Readonly<Record<Exclude<AlarmCode, "EQUIVOCATION">, string>> = {
  FORK: "Compare the room code with the others over another channel, and move the room to another relay if it differs.",
  ROLLBACK: "Show the proof to the others, and move to another relay.",
  BAD_RECEIPT: "Nothing was believed. If it happens again, the relay is broken or lies: ask who runs it.",
  REFUSED_CHANGE:
    "Nothing changed: nobody came in or went. Ask that person what their device is doing, or remove them.",
  JUNK: "Nothing changed. Only the relay, or somebody who writes to it, can have put it there.",
  BAD_MESSAGE: "Nothing of it was believed. Ask that person whether their program is up to date.",
  RESTORED: "Join the room anew with an invite link. A copy that went on would break the secrecy of what it sends.",
};

/** What an alarm means for the person at this machine, and what to do. */
export function adviceFor(code: AlarmCode): string {
  if (code !== "EQUIVOCATION") return ADVICE[code];
  return `Anybody can check the proof:  ${otherCommand("verify-proof", "FILE")}  Move to another relay.`;
}
