import { encode } from "@conclave/codec";
import { stored } from "../encoding/stored.js";

/**
 * How this device stands in a room. `joining`: its own join is on its way. `active`: in. `removed`, `left`: not any more.
 */
export type RoomStatus = "joining" | "active" | "removed" | "left";

/** Who in the room was heard of last, by what they signed in the present membership; their own clock, ms. */
export interface Confirmation {
  readonly by: Uint8Array;
  readonly time: number;
}

/** What a room keeps beside group, roster, keys and log: small, and written with each record of the log. Immutable. */
export interface RoomCore {
  readonly roomId: Uint8Array;
  readonly person: Uint8Array;
  /** Ed25519 seed of our leaf's signature key. */
  readonly leafSeed: Uint8Array;
  readonly leaf: Uint8Array;
  readonly status: RoomStatus;
  /** Log position of the newest commit record, valid or not. */
  readonly lastCommit: number;
  /** The newest record of this epoch that the relay had deleted before we read it; 0 for none. */
  readonly gapAt: number;
  /** Record hash of the own join that is on its way. */
  readonly joinHash: Uint8Array | null;
  readonly confirmed: Confirmation | null;
  /** How many races in a row own commits have lost. */
  readonly losses: number;
}

const STATUS = ["joining", "active", "removed", "left"] as const;
const VERSION = 1;

export function encodeCore(core: RoomCore): Uint8Array {
  return encode(core, (w, c) => {
    w.u16(VERSION).fixed(c.roomId).fixed(c.person).fixed(c.leafSeed).fixed(c.leaf);
    w.u8(STATUS.indexOf(c.status))
      .u53(c.lastCommit)
      .u53(c.gapAt)
      .optional(c.joinHash, (x, hash) => x.fixed(hash));
    w.optional(c.confirmed, (x, { by, time }) => x.fixed(by).u53(time)).u32(c.losses);
  });
}

/**
 * The core of a stored room.
 * @throws TypeError for a damaged record, or one of a newer version
 */
export function decodeCore(bytes: Uint8Array | undefined): RoomCore {
  return stored("room", bytes, (r) => {
    if (r.u16() !== VERSION) throw new TypeError("this room was stored by a newer version");
    return {
      roomId: r.fixed(32),
      person: r.fixed(32),
      leafSeed: r.fixed(32),
      leaf: r.fixed(32),
      status: STATUS[r.u8()]!,
      lastCommit: r.u53(),
      gapAt: r.u53(),
      joinHash: r.optional((x) => x.fixed(32)),
      confirmed: r.optional((x) => ({ by: x.fixed(32), time: x.u53() })),
      losses: r.u32(),
    };
  });
}
