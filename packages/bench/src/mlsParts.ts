import type { Result } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import type { LeafParameters, MlsError } from "@conclave/mls";

/** The suites that are measured. */
export type BenchSuite = 0x0001 | 0x0003 | 0x004d;

/** A leaf's parameters with a signature key of its own. */
export function leafOf(suite: BenchSuite, random: Random): LeafParameters {
  return {
    credential: { type: "basic", identity: random(16) },
    capabilities: { versions: [1], cipherSuites: [suite], extensions: [], proposals: [], credentials: [1] },
    extensions: [],
    signaturePrivateKey: random(32),
  };
}

/** The value, or the refusal as an exception: measuring goes on only with what works. */
export function unwrap<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
