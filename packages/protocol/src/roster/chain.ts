import { done, equalBytes, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { RoomId } from "../encoding/ids.js";
import { refused, type Rejection, updateNeeded } from "../policy/rejection.js";
import { decodeEntry, type Entry, foundedIn } from "./entry.js";
import { ROOM_VERSION } from "./version.js";

/**
 * Reads a whole chain: each entry in the version that the room has at its place, by what the chain itself says. Nothing is judged
 * yet. Where the room moves on to a version that this app does not know, the chain ends with the entry that moves it. Refused with
 * `malformed` where an entry is none, and with `update_needed` where the room began in such a version.
 *
 * @param bytes signed entries, the charter first
 * @param roomId the room that was asked for: the hash of its charter
 */
export function readChain(
  crypto: Crypto,
  bytes: readonly Uint8Array[],
  roomId: RoomId,
): Result<readonly Entry[], Rejection> {
  const [charter] = bytes;
  if (charter === undefined) return refused("malformed", "no entries");
  if (!equalBytes(crypto.hash("sha256", charter), roomId)) return refused("wrong_room");
  const founded = foundedIn(charter);
  if (founded === null) return refused("malformed", "no charter");
  if (founded > ROOM_VERSION) return updateNeeded({ by: null, version: founded, knows: ROOM_VERSION });
  const chain: Entry[] = [];
  let version = founded;
  for (const each of bytes) {
    // What comes after an upgrade is read in its version; if it is not allowed, the chain is refused there, whatever follows.
    if (version > ROOM_VERSION) break;
    const decoded = decodeEntry(crypto, each, version);
    if (!decoded.ok) return refused("malformed", `entry ${String(chain.length)}`);
    chain.push(decoded.value);
    if (decoded.value.action.type === "upgrade") version = decoded.value.action.version;
  }
  return done(chain);
}
