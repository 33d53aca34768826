import { equalBytes } from "@conclave/codec";
import type { LogRecord } from "@conclave/wire";
import { NO_DELTA } from "../encoding/delta.js";
import type { SlotView } from "../invite/slot.js";
import { openEnvelope } from "../transport/envelope.js";
import { epochOf, type RoomParts } from "./parts.js";
import { accepted, ignored, type Reception } from "./reception.js";
import type { JoinSlot } from "./roomCore.js";

/** Takes in a commit record until the own join is in the log. Others are not ours to judge: we are in no epoch before it. */
export function receiveJoin(parts: RoomParts, record: LogRecord, hash: Uint8Array): Reception {
  const { core } = parts;
  const { join } = core;
  if (join === null) return ignored(null);
  if (!equalBytes(join.recordHash, hash)) {
    const { slot } = join;
    const isContested = slot !== null && (slot.isContested || !isSurelyJunk(parts, slot, record));
    parts.core = { ...core, join: { ...join, slot: slot && { ...slot, isContested } } };
    return ignored(null);
  }
  // `room.join-next`, as the members judge it: what comes too late is no join, and its author begins again.
  if (join.lastCommit !== null && join.lastCommit !== core.lastCommit) return ignored(null);
  parts.core = { ...core, status: "active", join: null, gapAt: 0, unopened: null };
  return accepted(NO_DELTA, [{ type: "joined" }]);
}

/** Which commit a join by this slot follows, when another one came before the join that is on its way; null: nobody can tell yet. */
export function joinPlace(
  { core }: Pick<RoomParts, "core">,
  { lastCommit }: Pick<SlotView, "lastCommit">,
): number | null {
  if (lastCommit >= core.lastCommit) return lastCommit;
  const before = core.join?.slot;
  if (!before || lastCommit < before.lastCommit) return null;
  // By a newer slot the commits after it are judged with its own key, once more.
  if (lastCommit > before.lastCommit) return lastCommit;
  return before.isContested ? null : core.lastCommit;
}

/**
 * Whether a commit after the slot is none for any member: of another epoch than theirs, or of bytes that they cannot open. More
 * cannot be told without the keys of that epoch.
 *
 * RULE: room.join-past-junk: anyone with a link can put junk behind the newest commit; a newcomer sees what cannot be anything
 * else, and follows it, also while all members sleep (attack A106).
 */
function isSurelyJunk(parts: RoomParts, { envelopeKey }: JoinSlot, { epoch, payload }: LogRecord): boolean {
  if (epoch !== epochOf(parts) - 1) return true;
  return openEnvelope(parts.primitives.crypto, envelopeKey, { roomTag: parts.roomTag, epoch }, payload) === null;
}
