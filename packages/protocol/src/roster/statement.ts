import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isSignedBy, signBody, splitSigned } from "../encoding/signed.js";

/** What somebody signs for others to carry out: a wish to leave, or an owner's veto of a succession. */
export interface Statement {
  readonly roomId: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
  readonly baseSeq: number;
}

export const STATEMENT_LABELS = { leave: "conclave/leave/v1", veto: "conclave/veto/v1" } as const;

export function signStatement(
  crypto: Crypto,
  kind: keyof typeof STATEMENT_LABELS,
  leafSeed: Uint8Array,
  statement: Statement,
): Uint8Array {
  const body = encode(statement, (writer, s) => writer.fixed(s.roomId).fixed(s.person).fixed(s.leaf).u53(s.baseSeq));
  return signBody(crypto, leafSeed, STATEMENT_LABELS[kind], body);
}

/** The statement, when the leaf it names signed it; otherwise null. */
export function openStatement(crypto: Crypto, kind: keyof typeof STATEMENT_LABELS, bytes: Uint8Array): Statement | null {
  const signed = splitSigned(bytes, 256);
  if (signed === null) return null;
  const decoded = decode(signed.body, (reader) => ({
    roomId: reader.fixed(32),
    person: reader.fixed(32),
    leaf: reader.fixed(32),
    baseSeq: reader.u53(),
  }));
  if (!decoded.ok) return null;
  return isSignedBy(crypto, decoded.value.leaf, STATEMENT_LABELS[kind], signed) ? decoded.value : null;
}
