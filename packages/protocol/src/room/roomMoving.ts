import { done, failed, type Result } from "@conclave/codec";
import type { AdoptRoomRequest, LogRecord } from "@conclave/wire";
import type { LogPlace } from "../evidence/logMemory.js";
import type { ActionOf } from "../roster/action.js";
import { decodeEntry } from "../roster/entry.js";
import type { RelayIdentity } from "../roster/relayIdentity.js";
import { entryKey } from "./acceptCommit.js";
import { chainRecords } from "./chainRecords.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Transition } from "../roster/evaluate.js";
import { openEnvelope } from "../transport/envelope.js";
import { judge, rejectionOf } from "./judge.js";
import { envelopeKeyOf, writeKeysOf } from "./keyring.js";
import { ownCommit } from "./ownCommit.js";
import { beforeCommit, epochOf, type RoomParts } from "./parts.js";

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
   * Whether a record that somebody shows us is the commit by which the room moves, and follows right behind what we have read. Nothing is
   * changed, and nothing is taken in.
   *
   * RULE: move.hint-decides-nothing: whoever says where the room is now only says where to look: what is there is judged as any commit
   * of the room, and has to be an owner's (attack A139).
   */
  judge(record: LogRecord): Result<void, Rejection> {
    const { primitives, roomTag, keys, group, log } = this.parts;
    if (record.n !== log.place.n + 1) return refused("not_caught_up");
    if (record.kind !== "commit" || record.epoch !== epochOf(this.parts)) return refused("invalid_action", "no move");
    const own = ownCommit(this.parts, log.hashOf(primitives.crypto, record));
    if (own !== null) return isMove(own.judgement.transition) ? done(undefined) : refused("invalid_action", "no move");
    const context = { roomTag, epoch: record.epoch };
    const message = openEnvelope(primitives.crypto, envelopeKeyOf(keys, record.epoch)!, context, record.payload);
    if (message === null) return refused("malformed", "envelope");
    const staged = group.stage(message);
    if (!staged.ok) return refused("mls", staged.error.message);
    if (staged.value.kind !== "commit") return refused("forbidden_proposal", staged.value.kind);
    const judged = judge(beforeCommit(this.parts), staged.value, record.attachment);
    if (!judged.ok) return failed(rejectionOf(judged.error));
    return isMove(judged.value.transition) ? done(undefined) : refused("invalid_action", "no move");
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

function isMove(transition: Transition | null): boolean {
  return transition?.entry.action.type === "setRelay";
}
