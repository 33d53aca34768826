import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, splitSigned } from "../encoding/signed.js";

/** A member's signed yes to one exact action (docs/protocol.md §4). It proves itself, so anyone may carry it over any path. */
export interface Approval {
  readonly roomId: Uint8Array;
  readonly actionHash: Uint8Array;
  /** The roster's seq when the yes was given. */
  readonly baseSeq: number;
  /** The greatest roster seq on which the action may still build. */
  readonly maxSeq: number;
  readonly policyHash: Uint8Array;
  readonly person: Uint8Array;
  readonly leaf: Uint8Array;
}

const LABEL = "conclave/approval/v1";
/** How many entries an approval may outlive at most. */
export const MAX_APPROVAL_SPAN = 1000;

export function signApproval(crypto: Crypto, leafSeed: Uint8Array, approval: Approval): Uint8Array {
  const body = encode(approval, (w, a) =>
    w
      .fixed(a.roomId)
      .fixed(a.actionHash)
      .u53(a.baseSeq)
      .u53(a.maxSeq)
      .fixed(a.policyHash)
      .fixed(a.person)
      .fixed(a.leaf),
  );
  return signBody(crypto, leafSeed, LABEL, body);
}

/** The approval, when the leaf that it names signed it; else null. Whether it counts is `consenting`'s question. */
export function openApproval(crypto: Crypto, bytes: Uint8Array): Approval | null {
  const signed = splitSigned(bytes, 512);
  if (signed === null) return null;
  const decoded = decode(signed.body, (r) => ({
    roomId: r.fixed(HASH_BYTES),
    actionHash: r.fixed(HASH_BYTES),
    baseSeq: r.u53(),
    maxSeq: r.u53(),
    policyHash: r.fixed(HASH_BYTES),
    person: r.fixed(KEY_BYTES),
    leaf: r.fixed(KEY_BYTES),
  }));
  return decoded.ok && isSignedBy(crypto, decoded.value.leaf, LABEL, signed) ? decoded.value : null;
}
