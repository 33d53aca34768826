import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { openDeviceCert } from "./deviceCert.js";
import { parseSigned, signStructure, verifySigned } from "./signed.js";

/** A device's word that this leaf key is its own in this room; the identity of the MLS credential (docs/protocol.md §3). */
export interface LeafCert {
  readonly personPub: Uint8Array;
  readonly devicePub: Uint8Array;
  readonly deviceNo: number;
  readonly roomId: Uint8Array;
  readonly leafPub: Uint8Array;
  /** The name its owner chose: a label, never an identity. */
  readonly name: string;
}

export const MAX_NAME_BYTES = 96;
export const MAX_LEAF_CERT_BYTES = 768;

/** Certifies a leaf key for one room with the device key (32-byte seed). */
export function issueLeafCert(
  crypto: Crypto,
  deviceSeed: Uint8Array,
  cert: { deviceCert: Uint8Array; roomId: Uint8Array; leafPub: Uint8Array; name: string },
): Uint8Array {
  return signStructure(crypto, "leafCert", deviceSeed, (writer) =>
    writer.opaque(cert.deviceCert).fixed(cert.roomId).fixed(cert.leafPub).text(cert.name),
  );
}

/** The certificate, when both signatures hold and it was made for `roomId`; otherwise null. */
export function openLeafCert(crypto: Crypto, bytes: Uint8Array, roomId: Uint8Array): LeafCert | null {
  const parts = parseSigned("leafCert", bytes, MAX_LEAF_CERT_BYTES, (reader) => ({
    deviceCert: reader.opaque(256),
    roomId: reader.fixed(32),
    leafPub: reader.fixed(32),
    name: reader.text(MAX_NAME_BYTES),
  }));
  if (parts === null) return null;
  const device = openDeviceCert(crypto, parts.value.deviceCert);
  // RULE: cert.leaf-signature: only the certified device speaks for its leaves (attacks A8, A9).
  if (device === null || !verifySigned(crypto, parts, device.devicePub)) return null;
  // RULE: cert.room: a leaf of one room is no leaf of another (RFC 9750 §8.4.3.1).
  if (!equalBytes(parts.value.roomId, roomId)) return null;
  const { leafPub, name } = parts.value;
  return { personPub: device.personPub, devicePub: device.devicePub, deviceNo: device.deviceNo, roomId, leafPub, name };
}
