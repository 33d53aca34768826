import type { Random } from "@conclave/crypto";
import type { Clock } from "./clock.js";

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock, in Node and in browsers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delay, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(0, delay), MAX_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The system's cryptographic random source, in Node and in browsers. */
export const systemRandom: Random = (length) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) globalThis.crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};
