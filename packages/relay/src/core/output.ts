import type { RoomTag } from "@conclave/wire";

/** Where the new records of a push come from, so that a slow reader can be told where to read on. */
export interface PushOrigin {
  readonly roomTag: RoomTag;
  /** The first record of the push. */
  readonly fromN: number;
}

/** What the relay core wants done on connections, in this order, once its batch is committed. */
export type CoreOutput =
  /** Bytes for one connection: one or more whole frames. */
  | { readonly kind: "send"; readonly connection: number; readonly bytes: Uint8Array }
  /** The same bytes for many connections. With an origin they may be dropped for a slow reader, who is told instead. */
  | {
      readonly kind: "push";
      readonly connections: readonly number[];
      readonly bytes: Uint8Array;
      readonly origin: PushOrigin | null;
    }
  /** Close the connection with this WebSocket close code. */
  | { readonly kind: "close"; readonly connection: number; readonly code: number }
  /** The subscription that was reported as lagging has ended: later pushes of this room belong to a new one. */
  | { readonly kind: "lagEnded"; readonly connection: number; readonly roomTag: RoomTag };
