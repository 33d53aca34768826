import type { AdoptRoomRequest, LogRecord } from "@conclave/wire";
import type { LogPlace } from "../evidence/logMemory.js";
import type { ActionOf } from "../roster/action.js";
import { decodeEntry } from "../roster/entry.js";
import type { RelayIdentity } from "../roster/relayIdentity.js";
import { entryKey } from "./acceptCommit.js";
import { chainRecords } from "./chainRecords.js";
import { writeKeysOf } from "./keyring.js";
import type { RoomParts } from "./parts.js";

/** What a relay needs in order to take in a room that moves to it; the client adds request id and permit. */
export type RoomAdoption = Omit<AdoptRoomRequest, "type" | "id" | "permit">;

/** How the room moves to another relay (docs/protocol.md §6, Moving). */
export class RoomMoving {
  constructor(private readonly parts: RoomParts) {}

  /** The action that moves the room to this relay. */
  to(relay: RelayIdentity): ActionOf<"setRelay"> {
    const { n, head } = this.parts.log.place;
    return { type: "setRelay", relay, n, logHead: head };
  }

  /**
   * What the new relay is told. Call it right after the commit that moved the room was accepted: `record`, and `before` is the place of
   * the log before it.
   */
  adoption({ epoch, payload, attachment }: LogRecord, { n, head }: LogPlace): RoomAdoption {
    const { primitives, keys, roomTag } = this.parts;
    const next = writeKeysOf(primitives.crypto, keys).find((key) => key.epoch === epoch + 1)!;
    return { roomTag, n, head, epoch, payload, attachment, nextWriteKey: next.publicKey };
  }

  /**
   * The whole roster log, the charter's record first: what the new relay gives to newcomers. `stored`: all of this room's records
   * under `x/`.
   */
  rosterRecords(stored: Iterable<readonly [string, Uint8Array]>): Uint8Array[] {
    const { primitives, roster } = this.parts;
    const records = new Map(stored);
    const entries = [];
    for (let seq = 0; seq <= roster.seq; seq++) {
      const decoded = decodeEntry(primitives.crypto, records.get(entryKey(seq)) ?? new Uint8Array(0), roster.version);
      if (!decoded.ok) break;
      entries.push(decoded.value);
    }
    return [...chainRecords(this.parts, entries, records)].map(({ record }) => record);
  }
}
