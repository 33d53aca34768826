import type { Result } from "@conclave/codec";
import { type InviteLink, MOST_RETURNS, returnSecret, type Room, type RoomPreview } from "@conclave/protocol";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";
import { previewSlot } from "./readInvite.js";

const NO_SECRET = new Uint8Array(32);

/** The link of a room's way back. It says where the room is, and opens nothing without the recovery words. */
export function returnLinkOf(room: Room): InviteLink {
  return room.linkOf(NO_SECRET);
}

/**
 * Checks whether this person made an invite to return to the room of a link. Any link to the room will do, even one that is
 * over: only the room's id, its relay and the floor are needed (docs/decisions/0006). Null where no such invite is open.
 */
export async function readReturn(
  ports: Pick<ClientPorts, "crypto" | "random" | "clock">,
  connection: RelayAccess,
  link: InviteLink,
  seed: Uint8Array,
): Promise<Result<RoomPreview, Problem> | null> {
  for (let number = 0; number < MOST_RETURNS; number++) {
    const secret = returnSecret(ports.crypto, seed, link.roomId, number);
    const read = await previewSlot(ports, connection, { ...link, secret });
    if (read.ok) return read;
    // A closed one was revoked, and another may have followed it; one that never existed ends the search.
    if (read.error.kind !== "relay" || read.error.error !== "slot_closed") return null;
  }
  return null;
}
