import type { RoomJoinRequest } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";

/**
 * What a request to join is called in commands.
 *
 * RULE: cli.request-name: the device that asks names its request, and never the relay's number: under a number that a person has
 * read, the relay could give another's request to the next command (attack A154).
 */
export function requestName({ action }: Pick<RoomJoinRequest, "action">): string {
  return "leafCert" in action ? toHex(nodeCrypto.hash("sha256", action.leafCert)).slice(0, 16) : "";
}
