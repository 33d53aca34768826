import { quickNodeCrypto, systemRandom } from "@conclave/crypto/node";
import {
  type Delta,
  type Engine,
  generateKeyPackage,
  Group,
  type KeyPackageBundle,
  type LeafParameters,
} from "@conclave/mls";
import { CallCounter } from "./mlsFloor.js";
import { type BenchSuite, leafOf, unwrap } from "./mlsParts.js";
import { FilledGroup } from "./mlsTree.js";

export { type BenchSuite, unwrap } from "./mlsParts.js";

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };

/** Counts the calls of {@link engine}. */
export const calls = new CallCounter();

/** The engine of the measurements: real primitives and randomness, and no opinion about credentials. */
export const engine: Engine = {
  crypto: calls.counting(quickNodeCrypto),
  random: systemRandom,
  validateCredential: () => true,
};

/** A newcomer's key package. */
export function newcomer(suite: BenchSuite): KeyPackageBundle & { encoded: Uint8Array } {
  return generateKeyPackage(engine, { ...leaf(suite), suite, lifetime });
}

/** A leaf's parameters with a signature key of its own. */
export function leaf(suite: BenchSuite): LeafParameters {
  return leafOf(suite, systemRandom);
}

/** A group into which two more may come by external commits, to make it one of `size`; null for the smallest. */
export function filled(suite: BenchSuite, size: number): FilledGroup | null {
  return size <= 3 ? null : new FilledGroup(suite, size - 1);
}

/** Two members of a group of `size`, in step: the one that acts, and the one that follows. `on`: what they work with. */
export function actors(
  suite: BenchSuite,
  group: FilledGroup | null,
  on: Engine = engine,
): [acting: Group, following: Group] {
  const acting =
    group === null
      ? founder(suite, on)
      : unwrap(Group.joinExternal(on, { groupInfo: group.groupInfo(), leaf: leaf(suite) })).group;
  const joined = unwrap(Group.joinExternal(on, { groupInfo: acting.view.groupInfo(), leaf: leaf(suite) }));
  acting.apply(unwrap(acting.stage(joined.message)));
  return [acting, joined.group];
}

function founder(suite: BenchSuite, on: Engine): Group {
  const options = { groupId: systemRandom(16), suite, leaf: { ...leaf(suite), lifetime }, extensions: [] };
  return Group.create(on, options).group;
}

/** Bytes that a delta writes. */
export function deltaBytes(delta: Delta): number {
  return delta.put.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}
