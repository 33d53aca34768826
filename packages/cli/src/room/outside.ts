import type { RoomMember, RoomSession } from "@conclave/client";
import { isGone } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import type { CliError } from "../cliError.js";
import { notInRoom, problemError } from "../session/problem.js";
import { webAddress } from "../session/relayAddress.js";

/** What is told where this device is not in the room. */
export function outside(room: RoomSession): CliError {
  const status = room.status();
  const problem = status.ending?.problem ?? null;
  return problem?.kind === "early_form"
    ? problemError(problem, webAddress(room.relay))
    : notInRoom(status, toHex(room.id));
}

/** @throws CliError NOT_MEMBER where this device has nothing to do with who is in the room: not yet, or not any more */
export function mustBeKnown(room: RoomSession): void {
  const { standing } = room.status();
  if (isGone(standing) || standing === "asking") throw outside(room);
}

/** This home's own person. @throws CliError NOT_MEMBER where they are not in the room */
export function mySelf(room: RoomSession): RoomMember {
  const self = room.members().find(({ isYou }) => isYou);
  if (!self) throw outside(room);
  return self;
}
