import type { RoomMember, RoomSession } from "@conclave/client";
import { isGone } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import type { CliError } from "../cliError.js";
import { notInRoom } from "../session/standing.js";

/** What a person is told when this device is not in the room. */
export function outside(room: RoomSession): CliError {
  const status = room.status();
  return notInRoom(status, toHex(room.id));
}

/** @throws CliError NOT_MEMBER if this device is not in the room yet, or no longer, and so cannot know who is */
export function mustBeKnown(room: RoomSession): void {
  const { standing } = room.status();
  if (isGone(standing) || standing === "asking") throw outside(room);
}

/** This home's own person. @throws CliError NOT_MEMBER if they are not in the room */
export function mySelf(room: RoomSession): RoomMember {
  const self = room.members().find(({ isYou }) => isYou);
  if (!self) throw outside(room);
  return self;
}
