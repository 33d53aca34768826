import type { RoomStatus } from "@conclave/client";
import { whyNotWriting as reasons } from "@conclave/words/whyNotWriting";
import { words } from "../../words/words.js";

const t = words(reasons);

/** Why nothing can be written in a room just now, as a sentence; null when it can. Being offline is no reason. */
export function whyNotWriting({ standing, paused, isLeaving }: RoomStatus): string | null {
  if (standing !== "member") return t[standing];
  if (isLeaving) return t.leaving;
  return paused ? t[paused.why] : null;
}
