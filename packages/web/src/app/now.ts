import { signal } from "@preact/signals";

const EVERY_MS = 15_000;

/** The time (ms), good enough for "3 minutes ago". */
export const now = signal(Date.now());

setInterval(() => {
  now.value = Date.now();
}, EVERY_MS);
