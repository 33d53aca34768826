import { inboxProofBytes, type InboxId } from "@conclave/wire";
import type { Answer } from "../relay/answer.js";
import type { RelayAccess } from "../relay/relayConnection.js";
import type { ClientPorts } from "../api/client.js";

/** An inbox at the relay, and the key that proves that it is ours (docs/protocol.md §6). */
export interface Inbox {
  readonly inboxId: InboxId;
  readonly inboxPub: Uint8Array;
  readonly inboxSeed: Uint8Array;
}

/** Proves to the relay that an inbox is ours, and fetches all that is in it. */
export function readInbox(
  { crypto }: Pick<ClientPorts, "crypto">,
  connection: RelayAccess,
  { inboxId, inboxPub, inboxSeed }: Inbox,
): Promise<Answer<"fetchInbox">> {
  const { welcome } = connection;
  if (!welcome) return Promise.resolve({ type: "lost" });
  const signature = crypto.ed25519Sign(inboxSeed, inboxProofBytes(welcome.challenge, inboxId));
  void connection.request<"proveInbox">({ type: "proveInbox", inboxPub, signature });
  return connection.request<"fetchInbox">({ type: "fetchInbox", inboxId, after: 0 });
}
