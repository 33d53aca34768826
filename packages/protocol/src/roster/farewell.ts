import { struct } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { SignedLayout } from "../encoding/signed.js";

/** A member's signed wish to leave, for anybody's next commit to carry out (attack A61). Void once the leaf is gone. */
export interface Farewell {
  readonly roomId: RoomId;
  readonly person: PersonId;
  readonly leaf: LeafKey;
}

const layout = new SignedLayout<Farewell>(
  "conclave/farewell/v1",
  256,
  struct<Farewell>({ roomId: RoomId, person: PersonId, leaf: LeafKey }),
);

export function signFarewell(crypto: Crypto, leafSeed: Uint8Array, farewell: Farewell): Uint8Array {
  return layout.sign(crypto, leafSeed, farewell);
}

/** The farewell, when the leaf that it names signed it; else null. */
export function openFarewell(crypto: Crypto, bytes: Uint8Array): Farewell | null {
  return layout.open(crypto, bytes, ({ leaf }) => leaf);
}
