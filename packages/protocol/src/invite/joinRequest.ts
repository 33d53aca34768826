import {
  bool,
  decode,
  DecodeError,
  encode,
  opaque,
  optional,
  stored,
  struct,
  text,
  versioned,
  done,
  type Result,
} from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  CipherSuite,
  decodeMessage,
  isWithinLifetime,
  type KeyPackage,
  MlsError,
  validateKeyPackage,
} from "@conclave/mls";
import type { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { isLeafCredential, type LeafCert, openLeafCert } from "../identity/leafCert.js";
import { MAX_LABEL_BYTES } from "../identity/label.js";
import { refused, type Rejection } from "../policy/rejection.js";

/** What somebody who asks to join sends to the members (docs/protocol.md §7, ask). */
export interface JoinRequestContent {
  /** An MLSMessage that holds the key package: it travels with the request, so no directory can exchange it (A8, A69). */
  readonly keyPackage: Uint8Array;
  /** Signed with the invite's join key, place null; null when another device of an own person asks. */
  readonly inviteProof: Uint8Array | null;
  /** Ed25519: where the answer is to go. */
  readonly inboxPub: Uint8Array;
  /** X25519: to whom the answer is sealed. */
  readonly replyPub: Uint8Array;
  /** A few words to whoever decides. */
  readonly note: string;
  /** Asks to be let in as a steward, and as nothing else. */
  readonly isSteward: boolean;
}

/** A request whose key package, certificate and place in the room were checked. */
export interface JoinRequest extends Omit<JoinRequestContent, "keyPackage"> {
  readonly keyPackage: KeyPackage;
  /** The certificate in the key package: what the entry will carry. */
  readonly leafCert: Uint8Array;
  readonly person: PersonId;
  readonly name: string;
  readonly leaf: LeafKey;
}

/** Longest note, in bytes. */
export const MAX_NOTE_BYTES = 4 * MAX_LABEL_BYTES;
/** Longest key package, in bytes: a hybrid one with the longest name has about 3.2 KiB. */
export const MAX_KEY_PACKAGE_BYTES = 8 * 1024;
const layout = versioned(
  1,
  struct<JoinRequestContent>({
    keyPackage: opaque(MAX_KEY_PACKAGE_BYTES),
    inviteProof: optional(opaque(512)),
    inboxPub: bytes32,
    replyPub: bytes32,
    note: text(MAX_NOTE_BYTES),
    isSteward: bool,
  }),
);

export function encodeJoinRequest(request: JoinRequestContent): Uint8Array {
  return encode(request, layout.write);
}

/** The request in these bytes of our own, with another proof of its invite. @throws TypeError for damaged bytes */
export function withProof(content: Uint8Array, prove: (old: Uint8Array) => Uint8Array): Uint8Array {
  const request = stored("join request", content, layout);
  return encodeJoinRequest({ ...request, inviteProof: request.inviteProof && prove(request.inviteProof) });
}

/** The request in these bytes, when its key package is usable in this room at `now` (ms, local: only warns the honest). */
export function openJoinRequest(
  crypto: Crypto,
  room: { readonly roomId: RoomId; readonly suite: number },
  bytes: Uint8Array,
  now: number,
): Result<JoinRequest, Rejection> {
  const decoded = decode(bytes, layout.read);
  if (!decoded.ok) return refused("malformed", "request");
  const keyPackage = usableKeyPackage(crypto, room.suite, decoded.value.keyPackage);
  if (keyPackage === null) return refused("bad_key_package");
  const { leafNode } = keyPackage;
  // RULE: request.vouched: a key package is admitted only with its owner's own certificate for this room (attack A8).
  if (!isLeafCredential(crypto, leafNode, room.roomId) || leafNode.credential.type !== "basic") {
    return refused("bad_leaf_cert", "key package");
  }
  // RULE: request.lifetime: a request that lay too long is not answered (RFC 9420 §7.3; attack A70).
  if (!isWithinLifetime(leafNode, BigInt(Math.floor(now / 1000)))) return refused("key_package_expired");
  const cert: LeafCert = openLeafCert(crypto, leafNode.credential.identity)!;
  const { person, name, leaf } = cert;
  return done({ ...decoded.value, keyPackage, leafCert: leafNode.credential.identity, person, name, leaf });
}

function usableKeyPackage(crypto: Crypto, suite: number, bytes: Uint8Array): KeyPackage | null {
  try {
    const item = decodeMessage(bytes);
    if (item.wireFormat !== "keyPackage") return null;
    validateKeyPackage(CipherSuite.of(suite, crypto), item.message);
    return item.message;
  } catch (error) {
    if (error instanceof MlsError || error instanceof DecodeError) return null;
    throw error;
  }
}
