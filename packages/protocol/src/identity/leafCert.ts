import { checked, equalBytes, opaque, struct, text, versioned } from "@conclave/codec";
import type { Crypto, KeyPair } from "@conclave/crypto";
import { derivedKey } from "../encoding/digest.js";
import { LeafKey, RoomId } from "../encoding/ids.js";
import { bytes32, HASH_BYTES, SignedLayout } from "../encoding/signed.js";
import { type DeviceCert, openDeviceCert, readDeviceCert } from "./deviceCert.js";
import { isLabel, MAX_LABEL_BYTES } from "./label.js";

/**
 * A device's word that a leaf signature key is its own, in one room (docs/protocol.md §3). The bytes are the identity of
 * the leaf's basic credential in MLS.
 */
export interface LeafCert extends DeviceCert {
  /** The room; all zero in the one that a charter carries, as the room's id is the charter's hash. */
  readonly roomId: RoomId;
  /** The leaf signature key (Ed25519), new for each room and each join. */
  readonly leaf: LeafKey;
  /** X25519: what is for this leaf alone is sealed to it. Unlike the leaf's MLS keys it never changes; see {@link leafSealKeys}. */
  readonly seal: Uint8Array;
  /** What the person wishes to be called in this room. A label, never an identity. */
  readonly name: string;
}

/** A device that can act: its seed, and the person's certificate for it. */
export interface DeviceIdentity {
  /** 32-byte Ed25519 seed of the device key. */
  readonly deviceSeed: Uint8Array;
  /** From `certifyDevice`. */
  readonly deviceCert: Uint8Array;
}

/** Longest leaf certificate, in bytes: one with a name of 128 bytes has 432. */
export const MAX_CERT_BYTES = 512;

const layout = new SignedLayout(
  "conclave/leaf-cert/v2",
  MAX_CERT_BYTES,
  versioned(
    2,
    struct({
      deviceCert: opaque(256),
      roomId: RoomId,
      leaf: LeafKey,
      seal: bytes32,
      name: checked(text(MAX_LABEL_BYTES), isLabel),
    }),
  ),
);

/** The room id in the leaf certificate of a charter. */
export const NO_ROOM = RoomId.of(new Uint8Array(HASH_BYTES));

/** The leaf key of a seed. */
export function leafKeyOf(crypto: Crypto, leafSeed: Uint8Array): LeafKey {
  return LeafKey.of(crypto.ed25519PublicKey(leafSeed));
}

/**
 * The key pair to which others seal what is for one leaf alone: its public half is in the leaf's certificate. It follows from
 * the device's seed, so there is nothing to store; a leaf key is of one room, so no room is named.
 */
export function leafSealKeys(crypto: Crypto, deviceSeed: Uint8Array, leaf: LeafKey): KeyPair {
  return crypto.kemDeriveKeyPair("x25519", derivedKey(crypto, deviceSeed, "conclave/leaf-seal/v1", leaf));
}

/** Certifies a leaf key for a room, with its seal key. @throws RangeError for a name that is no label. */
export function certifyLeaf(
  crypto: Crypto,
  device: DeviceIdentity,
  content: { roomId: RoomId; leaf: LeafKey; name: string },
): Uint8Array {
  if (!isLabel(content.name)) throw new RangeError("not a name");
  const { deviceSeed, deviceCert } = device;
  const seal = leafSealKeys(crypto, deviceSeed, content.leaf).publicKey;
  return layout.sign(crypto, deviceSeed, { ...content, seal, deviceCert });
}

/** The certificate in these bytes, when both its signatures hold; else null. The caller compares room and leaf. */
export function openLeafCert(crypto: Crypto, bytes: Uint8Array): LeafCert | null {
  const read = layout.read(bytes);
  const device = read && openDeviceCert(crypto, read.content.deviceCert);
  // RULE: identity.leaf-cert: a leaf speaks for a person only through a device that the person certified (attacks A8, A9).
  return device && read.isBy(crypto, device.device) ? certOf(read.content, device) : null;
}

/** The person and name in a certificate that was checked before; null for bytes that are no certificate. */
export function checkedHolder(bytes: Uint8Array): Pick<LeafCert, "person" | "name"> | null {
  const read = layout.read(bytes);
  const device = read && readDeviceCert(read.content.deviceCert);
  return device && certOf(read.content, device);
}

function certOf({ roomId, leaf, seal, name }: Omit<LeafCert, keyof DeviceCert>, device: DeviceCert): LeafCert {
  return { ...device, roomId, leaf, seal, name };
}

/**
 * The MLS engine's whole credential check (docs/protocol.md §3): the certificates hold, for this room and this signature
 * key. Whether the person is a member is the roster's question.
 */
export function isLeafCredential(
  crypto: Crypto,
  leaf: { credential: { type: string; identity?: Uint8Array }; signatureKey: Uint8Array },
  roomId: Uint8Array,
): boolean {
  if (leaf.credential.type !== "basic" || leaf.credential.identity === undefined) return false;
  const cert = openLeafCert(crypto, leaf.credential.identity);
  // RULE: identity.room-bound: a certificate is for one room and one leaf key (attack A13).
  return cert !== null && equalBytes(cert.roomId, roomId) && equalBytes(cert.leaf, leaf.signatureKey);
}
