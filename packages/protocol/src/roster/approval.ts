import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isSignedBy, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";

/** A member's signed yes to one exact action (docs/protocol.md §4). */
export interface Approval {
  readonly roomId: Uint8Array;
  readonly actionHash: Uint8Array;
  /** The roster's seq when it was given, and the last seq on which the action may build. */
  readonly baseSeq: number;
  readonly maxSeq: number;
  readonly policyHash: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
}

export const APPROVAL_LABEL = "conclave/approval/v1";

export function signApproval(crypto: Crypto, leafSeed: Uint8Array, approval: Approval): Uint8Array {
  const body = encode(approval, (writer, a) => {
    writer.fixed(a.roomId).fixed(a.actionHash).u53(a.baseSeq).u53(a.maxSeq).fixed(a.policyHash);
    writer.fixed(a.person).fixed(a.leaf);
  });
  return signBody(crypto, leafSeed, APPROVAL_LABEL, body);
}

/** The approval, when the leaf it names signed it; whether that leaf counts is the roster's question. */
export function openApproval(crypto: Crypto, bytes: Uint8Array): Approval | null {
  const signed: SignedBytes | null = splitSigned(bytes, 512);
  if (signed === null) return null;
  const decoded = decode(signed.body, (reader) => ({
    roomId: reader.fixed(32),
    actionHash: reader.fixed(32),
    baseSeq: reader.u53(),
    maxSeq: reader.u53(),
    policyHash: reader.fixed(32),
    person: reader.fixed(32),
    leaf: reader.fixed(32),
  }));
  if (!decoded.ok) return null;
  return isSignedBy(crypto, decoded.value.leaf, APPROVAL_LABEL, signed) ? decoded.value : null;
}
