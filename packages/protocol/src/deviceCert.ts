import { parseSigned, signStructure, verifySigned } from "./signed.js";
import type { Crypto } from "@conclave/crypto";

/** A person's word that this device key is theirs (docs/protocol.md §3). */
export interface DeviceCert {
  readonly personPub: Uint8Array;
  readonly devicePub: Uint8Array;
  readonly deviceNo: number;
  /** Bits reserved for what a device may do; 0 in version 1. */
  readonly caps: number;
}

const MAX_BYTES = 256;

/** Certifies a device with the person's identity key (32-byte seed). */
export function issueDeviceCert(crypto: Crypto, identitySeed: Uint8Array, cert: Omit<DeviceCert, "personPub">): Uint8Array {
  const personPub = crypto.ed25519PublicKey(identitySeed);
  return signStructure(crypto, "deviceCert", identitySeed, (writer) =>
    writer.fixed(personPub).fixed(cert.devicePub).u32(cert.deviceNo).u32(cert.caps),
  );
}

/** The certificate, when it parses and the person it names signed it; otherwise null. */
export function openDeviceCert(crypto: Crypto, bytes: Uint8Array): DeviceCert | null {
  const parts = parseSigned("deviceCert", bytes, MAX_BYTES, (reader) => ({
    personPub: reader.fixed(32),
    devicePub: reader.fixed(32),
    deviceNo: reader.u32(),
    caps: reader.u32(),
  }));
  // RULE: cert.device-signature: only the identity key speaks for a person's devices (attack A9).
  return parts !== null && verifySigned(crypto, parts, parts.value.personPub) ? parts.value : null;
}
