import { done, type Failure, type Result } from "@conclave/codec";
import type { LeafKey } from "../encoding/ids.js";
import { leafSealKeys } from "../identity/leafCert.js";
import type { Door, Removal } from "../invite/door.js";
import type { InviteLink } from "../invite/link.js";
import type { Plea, PleaReason } from "../invite/plea.js";
import type { Rejection } from "../policy/rejection.js";
import type { Branches } from "./branches.js";
import type { ComingIn } from "./comeIn.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import type { OpenedHistory } from "./history.js";
import type { RoomParts } from "./parts.js";
import {
  type DoorOpening,
  judgeRemoval,
  keyRecordOfPlea,
  openDoorFor,
  openingRemoval,
  plead,
  pleaReason,
  type PleaStanding,
  pleaStanding,
  readDoor,
  readPlea,
  tellRemoval,
} from "./pleading.js";
import type { OpenedRoom } from "./preview.js";
import type { Unopened } from "./roomCore.js";
import {
  branchesOf,
  doorLinkOf,
  judgeDoor,
  objectionToDoor,
  type OpenDoor,
  type Reseating,
  seatRecords,
  takeSeat,
} from "./seat.js";

/** How a device that cannot follow the room any more comes back into it (docs/protocol.md §7), seen from it and from the others. */
export class RoomDoors {
  constructor(private readonly parts: RoomParts) {}

  /**
   * Why this device cannot go on here by itself, as far as it can tell; null where it can. It is a reason to ask with a plea,
   * and no more.
   */
  get pleaReason(): PleaReason | null {
    return pleaReason(this.parts);
  }

  /** The commit of this epoch that we could not open, though its signature holds; null for none. */
  get unopened(): Unopened | null {
    return this.parts.core.unopened;
  }

  /** Our signed plea for a door, of a new `secret` (32 bytes), to be left at the relay. */
  plead(secret: Uint8Array, why: PleaReason): Uint8Array {
    return plead(this.parts, secret, why);
  }

  /**
   * The name of this room's record that opens a plea: give it to {@link readPlea}. Where there is none of that name, the plea is of
   * a part of the room that we do not know, or junk. Null for bytes that are no plea.
   */
  keyRecordOfPlea(blob: Uint8Array): string | null {
    return keyRecordOfPlea(blob);
  }

  /** A plea that lay at the relay; null for what is none. `key`: what is in the record of {@link keyRecordOfPlea}. */
  readPlea(blob: Uint8Array, key: Uint8Array): Plea | null {
    return readPlea(this.parts, blob, key);
  }

  /** What can be done for who pleads. */
  pleaStanding(plea: Plea): PleaStanding {
    return pleaStanding(this.parts, plea);
  }

  /** A door for who pleads and `waits`: a slot to put at the relay, then an answer. Null when the plea's keys are unusable. */
  openDoorFor(plea: Plea, now: number): DoorOpening | null {
    return openDoorFor(this.parts, plea, now);
  }

  /**
   * The answer to who pleads and is `out`: which entry took their leaf out, and the key to read the roster log until there.
   * `stored`: all of this room's records under `x/`. Null where that leaf never was in.
   */
  tellRemoval(plea: Plea, stored: Iterable<readonly [string, Uint8Array]>, now: number): DoorOpening | null {
    return tellRemoval(this.parts, plea, stored, now);
  }

  /** The answer to our plea of this secret; null for what is none. */
  readDoor(secret: Uint8Array, blob: Uint8Array): Door | null {
    return readDoor(this.parts, secret, blob);
  }

  /** The door of our plea as a link, to be read with `readSlot` and `openRoom`. */
  doorLink(secret: Uint8Array): InviteLink {
    return doorLinkOf(this.parts, secret);
  }

  /** The private key that a door for this device is sealed to. */
  doorKey(deviceSeed: Uint8Array): Uint8Array {
    return leafSealKeys(this.parts.primitives.crypto, deviceSeed, this.parts.core.leaf).privateKey;
  }

  /** Checks what the door of our plea leads to. `not_caught_up`: read the log on, and ask again. */
  judgeDoor(opened: OpenedRoom): Result<OpenDoor, Rejection> {
    return judgeDoor(this.parts, opened);
  }

  /** What the log holds beside a door's chain: give it the records of the commits behind the floor of {@link doorLink}, in their order. */
  branchesOf(door: OpenDoor): Branches {
    return branchesOf(this.parts, door);
  }

  /** Why not to go through a door, now that all of the log was read for it; null where nothing speaks against it. */
  objectionToDoor(door: OpenDoor, branches: Branches): Failure<Rejection> | null {
    return objectionToDoor(door, branches);
  }

  /**
   * Our commit through a door that was judged, with a new leaf of the same device. Store its records beside this room's, then send
   * its append; this room stays as it is until the log shows it, see {@link seatRecords}.
   */
  takeSeat(door: OpenDoor, who: Reseating): Result<ComingIn, Rejection> {
    return takeSeat(this.parts, door, who);
  }

  /**
   * The records of the room in which our commit through a door (`records`) has us, for just before its record is received: store
   * them in place of this room's, load them with `loadRoom`, and give that room the record. Throw this one away.
   */
  seatRecords(records: Iterable<readonly [string, Uint8Array]>): ReadonlyMap<string, Uint8Array> {
    return seatRecords(this.parts, records);
  }

  /** Reads in the roster log what an answer to our plea says of our removal, page by page, for {@link judgeRemoval}. */
  openingRemoval(removal: Removal): ReturnType<typeof openingRemoval> {
    return openingRemoval(this.parts, removal);
  }

  /**
   * The entry by which we were taken out, judged with the whole chain before it; refused where it is not proved. `teller`: the leaf
   * that signed the answer.
   */
  judgeRemoval(teller: LeafKey, history: Pick<OpenedHistory, "entries">): Result<DecisionRecord, Rejection> {
    const judged = judgeRemoval(this.parts, teller, history);
    return judged.ok ? done(decisionRecordOf(judged.value)) : judged;
  }
}
