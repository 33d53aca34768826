import type { Crypto } from "@conclave/crypto";
import { type Engine } from "@conclave/mls";
import { RoomTag } from "@conclave/wire";
import { labelledHash } from "../encoding/digest.js";
import type { RoomId } from "../encoding/ids.js";
import { isLeafCredential } from "../identity/leafCert.js";
import type { Provider } from "../encoding/provider.js";

/** What the relay calls the room: it tells nothing of the room's id, and links to nothing else (docs/protocol.md §6). */
export function roomTagOf(crypto: Crypto, roomId: RoomId): RoomTag {
  return RoomTag.of(labelledHash(crypto, "conclave/tag/v1", roomId));
}

/** The MLS engine with the credential check of rooms (docs/protocol.md §3). */
export function roomEngine({ crypto, random }: Provider): Engine {
  return {
    crypto,
    random,
    validateCredential: (leaf, groupId) => isLeafCredential(crypto, leaf, groupId),
  };
}
