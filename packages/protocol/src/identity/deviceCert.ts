import { struct, u32, versioned } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { DeviceKey, PersonId } from "../encoding/ids.js";
import { SignedLayout } from "../encoding/signed.js";

/** A person's word that a device is theirs (docs/protocol.md §3). */
export interface DeviceCert {
  /** The person's identity key (Ed25519); also the person's id. */
  readonly person: PersonId;
  /** The device's key (Ed25519). */
  readonly device: DeviceKey;
  /** The person's own numbering of devices, from 1. */
  readonly deviceNo: number;
}

const layout = new SignedLayout<DeviceCert>(
  "conclave/device-cert/v1",
  128,
  versioned(1, struct<DeviceCert>({ person: PersonId, device: DeviceKey, deviceNo: u32 })),
);

/** Certifies a device with the person's identity seed. Gives the signed certificate as bytes. */
export function certifyDevice(
  crypto: Crypto,
  identitySeed: Uint8Array,
  device: DeviceKey,
  deviceNo: number,
): Uint8Array {
  return layout.sign(crypto, identitySeed, {
    person: PersonId.of(crypto.ed25519PublicKey(identitySeed)),
    device,
    deviceNo,
  });
}

/** The certificate in these bytes, when the person it names signed it; else null. */
export function openDeviceCert(crypto: Crypto, bytes: Uint8Array): DeviceCert | null {
  // RULE: identity.device-cert: only the identity key makes a device one of the person's (attacks A9, A62).
  return layout.open(crypto, bytes, ({ person }) => person);
}

/** What the bytes say, without a look at the signature; null for bytes that are no certificate. */
export function readDeviceCert(bytes: Uint8Array): DeviceCert | null {
  return layout.read(bytes)?.content ?? null;
}
