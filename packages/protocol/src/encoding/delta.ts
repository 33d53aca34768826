import type { Delta } from "./provider.js";

/** Nothing to store. */
export const NO_DELTA: Delta = { put: [], delete: [] };

/** One delta of several, in order; they do not touch the same keys. */
export function joinDeltas(...deltas: readonly Delta[]): Delta {
  return { put: deltas.flatMap(({ put }) => put), delete: deltas.flatMap((delta) => delta.delete) };
}

/** The same delta with every key under a prefix. */
export function prefixDelta(prefix: string, delta: Delta): Delta {
  return {
    put: delta.put.map(([key, value]) => [prefix + key, value] as const),
    delete: delta.delete.map((key) => prefix + key),
  };
}

/** The records whose key begins with a prefix, without it. */
export function* recordsUnder(
  prefix: string,
  records: Iterable<readonly [string, Uint8Array]>,
): Iterable<readonly [string, Uint8Array]> {
  for (const [key, value] of records) if (key.startsWith(prefix)) yield [key.slice(prefix.length), value];
}
