import { equalBytes, struct, text } from "@conclave/codec";
import { bytes32 } from "../encoding/signed.js";

/** Where a room's relay is, and the Ed25519 key that signs its receipts. */
export interface RelayIdentity {
  readonly publicKey: Uint8Array;
  /** For example `wss://chat.example.org`. */
  readonly address: string;
}

const MAX_ADDRESS_BYTES = 512;

export const relayLayout = struct<RelayIdentity>({ publicKey: bytes32, address: text(MAX_ADDRESS_BYTES) });

// Scheme, host (name, IPv4, or IPv6 in brackets), port, path. Written out: how much an engine's URL parser takes differs.
const ADDRESS = /^wss?:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(\/[a-zA-Z0-9._~/-]*)?$/u;

/**
 * Whether a text may be a relay's address: `wss://` or `ws://`, host, and if need be port and path, in ASCII.
 *
 * RULE: relay.address: the address that a room names is one that every member's app can dial, and show (attack A78).
 */
export function isRelayAddress(address: string): boolean {
  return address.length <= MAX_ADDRESS_BYTES && ADDRESS.test(address);
}

/** Whether two are the same relay at the same address. */
export function isSameRelay(a: RelayIdentity, b: RelayIdentity): boolean {
  return equalBytes(a.publicKey, b.publicKey) && a.address === b.address;
}
