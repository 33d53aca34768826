import { struct, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { ActionHash, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32, type Read, SignedLayout } from "../encoding/signed.js";

/** A member's signed yes to one exact action (docs/protocol.md §4). It proves itself, so anyone may carry it over any path. */
export interface Approval {
  readonly roomId: RoomId;
  readonly actionHash: ActionHash;
  /** The roster's seq when the yes was given. */
  readonly baseSeq: number;
  /** The greatest roster seq on which the action may still build. */
  readonly maxSeq: number;
  readonly policyHash: Uint8Array;
  readonly person: PersonId;
  readonly leaf: LeafKey;
}

/** How many entries an approval may outlive at most. */
export const MAX_APPROVAL_SPAN = 1000;

const layout = new SignedLayout<Approval>(
  "conclave/approval/v1",
  512,
  struct<Approval>({
    roomId: RoomId,
    actionHash: ActionHash,
    baseSeq: u53,
    maxSeq: u53,
    policyHash: bytes32,
    person: PersonId,
    leaf: LeafKey,
  }),
);

/** Signs an approval with the leaf that it names; gives body and signature. */
export function signApproval(crypto: Crypto, leafSeed: Uint8Array, approval: Approval): Uint8Array {
  return layout.sign(crypto, leafSeed, approval);
}

/** The approval in these bytes, before its signature is checked; null when they hold none. */
export function readApproval(bytes: Uint8Array): Read<Approval> | null {
  return layout.read(bytes);
}

/** The approval, when the leaf that it names signed it; else null. Whether it counts is `consenting`'s question. */
export function openApproval(crypto: Crypto, bytes: Uint8Array): Approval | null {
  return layout.open(crypto, bytes, ({ leaf }) => leaf);
}
