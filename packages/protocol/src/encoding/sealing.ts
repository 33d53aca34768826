import { decode, encode, opaque, struct, Writer } from "@conclave/codec";
import { hpkeOpen, hpkeSeal, type HpkeSuite } from "@conclave/crypto";
import type { Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import type { Provider } from "./provider.js";

const layout = struct({ kemOutput: opaque(64), ciphertext: opaque() });
const SUITE: HpkeSuite = { kem: "x25519", kdf: "sha256", aead: "chacha20poly1305" };

/** For whom and for what bytes are sealed: neither label nor room can be exchanged afterwards. */
export interface SealContext {
  readonly label: string;
  readonly roomTag: RoomTag;
}

/** HPKE (RFC 9180, base mode) to an X25519 key. Null when the key is unusable. */
export function sealTo(
  { crypto, random }: Provider,
  { label, roomTag }: SealContext,
  publicKey: Uint8Array,
  content: Uint8Array,
): Uint8Array | null {
  const sealed = hpkeSeal(crypto, SUITE, publicKey, infoOf(label), roomTag, content, random);
  if (sealed === null) return null;
  return encode(sealed, layout.write);
}

/** What was sealed, or null when it was not for this key, label and room. */
export function openSealed(
  crypto: Crypto,
  { label, roomTag }: SealContext,
  privateKey: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | null {
  const decoded = decode(sealed, layout.read);
  return decoded.ok ? hpkeOpen(crypto, SUITE, privateKey, infoOf(label), roomTag, decoded.value) : null;
}

function infoOf(label: string): Uint8Array {
  return new Writer(64).text(label).finish();
}
