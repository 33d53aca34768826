import { createHash } from "node:crypto";

/**
 * Whether a change belongs to the sample: one in `oneIn`, drawn by a hash of the seed and the change's number, so that those that
 * no test reaches, of which Stryker asks no runner, are drawn in the same way as the others.
 */
export function isDrawn(id, { oneIn, seed }) {
  return createHash("sha256").update(`${seed} ${id}`).digest().readUInt32BE() % oneIn === 0;
}
