import { inviteKeys, type InviteLink, roomTagOf } from "@conclave/protocol";
import { slotProofBytes, type DoneResponse, type ErrorResponse } from "@conclave/wire";
import type { LostAnswer } from "../relay/answer.js";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";

/** Proves to the relay that we have an invite: so we may send one external commit, and requests to join (docs/protocol.md §6). */
export function giveSlotProof(
  { crypto }: Pick<ClientPorts, "crypto">,
  connection: RelayAccess,
  link: InviteLink,
): Promise<DoneResponse | ErrorResponse | LostAnswer> {
  const { welcome } = connection;
  if (!welcome) return Promise.resolve({ type: "lost" });
  const roomTag = roomTagOf(crypto, link.roomId);
  const { slotId, tokenSeed, tokenPub } = inviteKeys(crypto, link.roomId, link.secret);
  const signature = crypto.ed25519Sign(tokenSeed, slotProofBytes(welcome.challenge, roomTag, slotId));
  return connection.request<"proveSlot">({ type: "proveSlot", roomTag, slotId, tokenPub, signature });
}
