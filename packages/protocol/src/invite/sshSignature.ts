import { choice, concatBytes, fixed, struct, toHex, utf8Bytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { SshKey, sshString } from "./sshKey.js";

/**
 * What an SSH signature is made for: it stands in each one, so none for a login, for git or for a file counts here, nor the other
 * way round.
 */
export const SSH_NAMESPACE = "conclave-join-v1";
/** What the signed bytes begin with, and a signature as a file (OpenSSH's PROTOCOL.sshsig). */
export const SSHSIG = "SSHSIG";

/** What of an SSH signature differs from one to the next; the rest follows, so there is nothing else to read. */
export interface SshSignature {
  readonly key: SshKey;
  /** What the message was hashed with. */
  readonly hash: "sha256" | "sha512";
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array;
}

export const sshSignatureLayout = struct<SshSignature>({
  key: SshKey,
  hash: choice({ sha512: 1, sha256: 2 }),
  signature: fixed(64),
});

/** For whom, and for what, somebody signs with their SSH key. */
export interface SshJoin {
  readonly roomId: RoomId;
  readonly inviteId: InviteId;
  readonly person: PersonId;
  readonly leaf: LeafKey;
}

/**
 * The message that a person signs with their SSH key to come in: plain text, so that they can read it. For one room, invite, person
 * and leaf; not for one place, so it can be signed elsewhere and by hand.
 */
export function sshJoinMessage({ roomId, inviteId, person, leaf }: SshJoin): Uint8Array {
  const lines = [
    "conclave/ssh-join/v1",
    `room ${toHex(roomId)}`,
    `invite ${toHex(inviteId)}`,
    `person ${toHex(person)}`,
    `leaf ${toHex(leaf)}`,
  ];
  return utf8Bytes(lines.map((line) => `${line}\n`).join(""));
}

/** The bytes that the key itself signs for a message (OpenSSH's PROTOCOL.sshsig): what `ssh-agent` is given. */
export function sshSignedBytes(crypto: Crypto, message: Uint8Array, hash: SshSignature["hash"]): Uint8Array {
  return concatBytes(
    utf8Bytes(SSHSIG),
    ...[SSH_NAMESPACE, "", hash, crypto.hash(hash, message)].map((each) => sshString(each)),
  );
}

/**
 * Whether an SSH key signed this coming in, and nothing else.
 *
 * RULE: ssh.bound: the signature is over this room, invite, person and leaf in Conclave's own namespace, and the judge puts the
 * signed bytes together itself: one that was made for a login, a commit, a file or another room lets nobody in (attack A131).
 */
export function isSignedBySsh(crypto: Crypto, join: SshJoin, { key, hash, signature }: SshSignature): boolean {
  return crypto.ed25519Verify(key, sshSignedBytes(crypto, sshJoinMessage(join), hash), signature);
}
