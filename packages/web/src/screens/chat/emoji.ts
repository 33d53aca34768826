import { isReaction } from "@conclave/client/pure";
import { recall, recallText, remember } from "../../app/preference.js";
import { TONES } from "./emojiTable.js";

/** Those that are one press away. */
export const QUICK = ["👍", "❤️", "😂", "🎉", "😮", "😢"] as const;

const KEY = "conclave.emoji";
const TONE_KEY = "conclave.skinTone";
const MOST_RECENT = 16;

/** What was picked lately, the last first. */
export function recentEmoji(): string[] {
  return recallText(KEY).split(" ").filter(isReaction);
}

export function noteEmoji(emoji: string): void {
  remember(KEY, [emoji, ...recentEmoji().filter((each) => each !== emoji)].slice(0, MOST_RECENT).join(" "));
}

/** The skin tone that the person chose, or "". */
export function skinTone(): string {
  return recall(TONE_KEY, TONES, "");
}

export function chooseSkinTone(tone: string): void {
  remember(TONE_KEY, tone);
}
