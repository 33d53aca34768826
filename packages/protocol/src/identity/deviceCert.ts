import { decode, encode } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isSignedBy, KEY_BYTES, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";

/** A person's word that a device is theirs (docs/protocol.md §3). */
export interface DeviceCert {
  /** The person's identity key (Ed25519); also the person's id. */
  readonly person: Uint8Array;
  /** The device's key (Ed25519). */
  readonly device: Uint8Array;
  /** The person's own numbering of devices, from 1. */
  readonly deviceNo: number;
}

const LABEL = "conclave/device-cert/v1";
const MAX_BODY = 128;
const VERSION = 1;

/** Certifies a device with the person's identity seed. Gives the signed certificate as bytes. */
export function certifyDevice(
  crypto: Crypto,
  identitySeed: Uint8Array,
  device: Uint8Array,
  deviceNo: number,
): Uint8Array {
  const body = encode(crypto.ed25519PublicKey(identitySeed), (w, person) =>
    w.u16(VERSION).fixed(person).fixed(device).u32(deviceNo),
  );
  return signBody(crypto, identitySeed, LABEL, body);
}

/** The certificate in these bytes, when the person it names signed it; else null. */
export function openDeviceCert(crypto: Crypto, bytes: Uint8Array): DeviceCert | null {
  const read = readDeviceCert(bytes);
  // RULE: identity.device-cert: only the identity key makes a device one of the person's (attacks A9, A62).
  return read !== null && isSignedBy(crypto, read.cert.person, LABEL, read.signed) ? read.cert : null;
}

/** What the bytes say, and the signature to be checked; null for bytes that are no certificate. */
export function readDeviceCert(bytes: Uint8Array): { cert: DeviceCert; signed: SignedBytes } | null {
  const signed = splitSigned(bytes, MAX_BODY);
  if (signed === null) return null;
  const decoded = decode(signed.body, (r) => ({
    version: r.u16(),
    person: r.fixed(KEY_BYTES),
    device: r.fixed(KEY_BYTES),
    deviceNo: r.u32(),
  }));
  if (!decoded.ok || decoded.value.version !== VERSION) return null;
  const { person, device, deviceNo } = decoded.value;
  return { cert: { person, device, deviceNo }, signed };
}
