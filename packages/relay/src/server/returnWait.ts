/** How soon clients are told to come back after the relay stops, the first of them, in ms. */
const FIRST_MS = 1000;
/** So many come back in a second: each says hello, proves its keys and reads. */
const PER_SECOND = 500;

/** How long the client at this place among so many is told to stay away, in ms: they do not all come back at once. */
export function returnWait(at: number, count: number): number {
  return Math.round(FIRST_MS + (at / count) * Math.max(FIRST_MS, (count / PER_SECOND) * 1000));
}
