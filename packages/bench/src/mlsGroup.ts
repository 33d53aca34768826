import { type Delta, type Engine, generateKeyPackage, Group, type KeyPackageBundle, type LeafParameters, type Result } from "@conclave/mls";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";

/** A group for measuring: two members that act, and others who only take place in the tree. */
export interface MeasuredGroup {
  readonly founder: Group;
  readonly other: Group;
  /** A member near the end of the tree, whom one may remove. */
  readonly expendable: number;
}

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };

/** The engine of the measurements: real primitives and randomness, and no opinion about credentials. */
export const engine: Engine = { crypto: nodeCrypto, random: systemRandom, validateCredential: () => true };

/** A newcomer's key package. */
export function newcomer(suite: number): KeyPackageBundle & { encoded: Uint8Array } {
  return generateKeyPackage(engine, { ...leaf(suite), suite, lifetime });
}

/** A leaf's parameters with a key of its own. */
export function leaf(suite: number): LeafParameters {
  return {
    credential: { type: "basic", identity: systemRandom(16) },
    capabilities: { versions: [1], cipherSuites: [suite], extensions: [], proposals: [], credentials: [1] },
    extensions: [],
    signaturePrivateKey: systemRandom(32),
  };
}

/**
 * A group of `size` members whose tree was filled by commits: everybody joined by an external commit, so that every
 * parent has a key. Two of them are kept in step.
 */
export function measuredGroup(suite: number, size: number): MeasuredGroup {
  const { group: founder } = Group.create(engine, { groupId: systemRandom(16), suite, leaf: { ...leaf(suite), lifetime }, extensions: [] });
  const bundle = newcomer(suite);
  const added = unwrap(founder.commit({ proposals: [{ type: "add", keyPackage: bundle.keyPackage }] }));
  founder.apply(added.staged);
  const { group: other } = unwrap(Group.join(engine, { welcome: added.welcome!, keyPackage: bundle }));
  while (founder.view.epoch < BigInt(size - 1)) {
    const joined = unwrap(Group.joinExternal(engine, { groupInfo: founder.view.groupInfo(), leaf: leaf(suite) }));
    for (const group of [founder, other]) group.apply(unwrap(group.stage(joined.message)));
  }
  return { founder, other, expendable: size - 1 };
}

/** Bytes that a delta writes. */
export function deltaBytes(delta: Delta): number {
  return delta.put.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
}

/** The value, or the refusal as an exception: measuring goes on only with what works. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
