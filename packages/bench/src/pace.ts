import { setTimeout as wait } from "node:timers/promises";

/** Messages come every so many ms, as many as the rate wants. */
export const BURST_MS = 10;
const USUAL_RATE = 5000;

/** Calls `work` with how many messages are due, again and again: in all as many as the rate says, whatever it is. */
export async function paced(seconds: number, perSecond: number, work: (burst: number) => void): Promise<void> {
  const start = performance.now();
  for (let at = 0; at < (seconds * 1000) / BURST_MS; at++) {
    await wait(Math.max(0, start + at * BURST_MS - performance.now()));
    const burst = dueBefore(at + 1, perSecond) - dueBefore(at, perSecond);
    if (burst > 0) work(burst);
  }
}

/** How many messages are due before a burst. */
export function dueBefore(burst: number, perSecond: number): number {
  return Math.round((burst * BURST_MS * perSecond) / 1000);
}

/** Messages a second, by `--rate=N`; null if N is no whole number from 1 on. */
export function rateOf(words: readonly string[]): number | null {
  const word = words.find((each) => each.startsWith("--rate"));
  if (word === undefined) return USUAL_RATE;
  return /^--rate=[1-9]\d{0,6}$/u.test(word) ? Number(word.slice("--rate=".length)) : null;
}
