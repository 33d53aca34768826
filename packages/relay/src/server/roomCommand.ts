import type { RoomUse } from "../store/roomTable.js";

/** What the operator asks about rooms: the next ones of the list, or to delete one. */
export type RoomCommand =
  | { readonly do: "list"; readonly after: number; readonly limit: number }
  | { readonly do: "delete"; readonly roomTag: Uint8Array };

/** A room command with a number for its answer. */
export interface RoomCommandCall {
  readonly call: number;
  readonly command: RoomCommand;
}

/**
 * To `list` the rooms; to `delete` whether there was such a room, or null when nothing can be written now. `away` when the store that
 * relays share does not answer.
 */
export interface RoomCommandAnswer {
  readonly call: number;
  readonly answer: readonly RoomUse[] | boolean | "away" | null;
}
