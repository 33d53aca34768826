import { bool, encode, list, opaque, stored, struct, text, u53, versioned } from "@conclave/codec";
import type { RoomAdoption } from "@conclave/protocol";
import { RoomTag, SlotId, type SlotContent } from "@conclave/wire";

/** The room has moved to another relay, and what is to be done for it (docs/decisions/0033). */
export interface Relocation {
  /** The address of the relay that it was at. */
  readonly from: string;
  readonly to: string;
  /** What the new relay is told where it does not have the room yet. */
  readonly adoption: RoomAdoption;
  /** Proves to the old relay that we are a member: the seed of the write key that it learned last. */
  readonly writeSeed: Uint8Array;
  /** When this device noticed it, by its clock (ms). */
  readonly since: number;
  /** It was decided on this device. */
  readonly isOwn: boolean;
  /** The new relay has the room. */
  readonly isThere: boolean;
  /** It has all that was ever decided, for newcomers. */
  readonly isBrought: boolean;
  /** Links to the old relay lead on. */
  readonly isForwarded: boolean;
  /** The slots of the open invites as they were when the room moved, for the old relay; none once they are there. */
  readonly slots: readonly SlotContent[];
}

const layout = versioned(
  1,
  struct<Relocation>({
    from: text(),
    to: text(),
    adoption: struct<RoomAdoption>({
      ...{ roomTag: RoomTag, n: u53, head: opaque(32), epoch: u53, payload: opaque(), attachment: opaque() },
      nextWriteKey: opaque(32),
    }),
    writeSeed: opaque(32),
    since: u53,
    isOwn: bool,
    isThere: bool,
    isBrought: bool,
    isForwarded: bool,
    slots: list(struct<SlotContent>({ slotId: SlotId, tokenPub: opaque(32), blob: opaque() })),
  }),
);

export function encodeRelocation(relocation: Relocation): Uint8Array {
  return encode(relocation, layout.write);
}

/** @throws TypeError when the stored bytes are damaged */
export function decodeRelocation(bytes: Uint8Array): Relocation {
  return stored("relocation", bytes, layout);
}
