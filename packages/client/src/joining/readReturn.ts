import { type InviteLink, MOST_RETURNS, returnSecret, type Room, type RoomPreview } from "@conclave/protocol";
import type { RelayConnection } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";
import type { Problem } from "../api/problem.js";
import { previewSlot } from "./readInvite.js";

const NO_SECRET = new Uint8Array(32);

/** The link of a room's way back. It says where the room is, and opens nothing without the recovery words. */
export function returnLinkOf(room: Room): InviteLink {
  return room.linkOf(NO_SECRET);
}

/**
 * Looks whether this person made an invite to return to the room of a link, any link of it, also one that is over: the room's
 * id and relay are all that is needed of it, and the floor (docs/decisions/0006). Null where there is none that is good.
 */
export async function readReturn(
  ports: Pick<ClientPorts, "crypto" | "random" | "clock">,
  connection: RelayConnection,
  link: InviteLink,
  seed: Uint8Array,
): Promise<Result<RoomPreview, Problem> | null> {
  for (let number = 0; number < MOST_RETURNS; number++) {
    const secret = returnSecret(ports.crypto, seed, link.roomId, number);
    const read = await previewSlot(ports, connection, { ...link, secret });
    if (read.ok) return read;
    // One that is closed was revoked, and another may have followed it; one that never was ends the row.
    if (read.error.kind !== "relay" || read.error.error !== "slot_closed") return null;
  }
  return null;
}
