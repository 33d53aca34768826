import type { HostedRoom } from "../ledger/hostedRoom.js";
import type { Session } from "./session.js";

/** Whether the connection has proved a live write key; `isTrusted`: one that did not come through an invite. */
export function isMember(room: HostedRoom, session: Session, isTrusted = false): boolean {
  const { tag, writeKeys } = room.row;
  return writeKeys.some((key) => key.live && !(isTrusted && key.byToken) && session.hasWriteProof(tag, key));
}
