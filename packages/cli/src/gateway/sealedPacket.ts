import { concatBytes, decode, encode, Writer } from "@conclave/codec";
import { committingOpen, committingSeal } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import { PARTY_ID_BYTES } from "@conclave/protocol";

const VERSION = 1;
const LABEL = "conclave/gateway/v1";
/** Longest sealed packet, in bytes: a text of 32 KiB with what is around it. */
export const LONGEST_PACKET_BYTES = 33 * 1024;

/** What a device sends that can do more than a line of shell: nobody on the way sees what it says. */
export interface SealedPacket {
  readonly party: Uint8Array;
  /** Never used twice with one key: it is the nonce. */
  readonly counter: number;
  readonly sealed: Uint8Array;
}

/** Seals a text for the gateway. `key`: the party's own, for this door. */
export function sealPacket(key: Uint8Array, party: Uint8Array, counter: number, text: Uint8Array): Uint8Array {
  const sealed = committingSeal(nodeCrypto, key, nonceOf(counter), aadOf(party, counter), text);
  return encode(counter, (w) => w.u8(VERSION).fixed(party).u53(counter).opaque(sealed));
}

/** A packet as it came, or null when it is none. */
export function readPacket(bytes: Uint8Array): SealedPacket | null {
  const decoded = decode(bytes, (r) => ({
    version: r.u8(),
    party: r.fixed(PARTY_ID_BYTES),
    counter: r.u53(),
    sealed: r.opaque(LONGEST_PACKET_BYTES),
  }));
  return decoded.ok && decoded.value.version === VERSION ? decoded.value : null;
}

/** What was sealed, or null when it was not by this key, of this party, under this counter. */
export function openPacket(key: Uint8Array, { party, counter, sealed }: SealedPacket): Uint8Array | null {
  return committingOpen(nodeCrypto, key, nonceOf(counter), aadOf(party, counter), sealed);
}

function nonceOf(counter: number): Uint8Array {
  return concatBytes(new Uint8Array(16), new Writer(8).u64(BigInt(counter)).finish());
}

function aadOf(party: Uint8Array, counter: number): Uint8Array {
  return new Writer(64).text(LABEL).fixed(party).u53(counter).finish();
}
