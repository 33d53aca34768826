import type { LogItem, LogRecord } from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { Alarm } from "../evidence/alarm.js";
import type { Delta } from "../encoding/provider.js";
import type { Upgraded } from "../policy/rejection.js";
import type { Received } from "./outcome.js";
import { CORE, epochOf, type RoomParts } from "./parts.js";
import { receiveCommit } from "./receiveCommit.js";
import { receiveMessage, receiveOwn } from "./receiveMessage.js";
import { ignored, type Reception } from "./reception.js";
import { pauseFor } from "./pause.js";
import { encodeCore } from "./roomCore.js";
import { isWithheld, release, withhold } from "./withheld.js";

/**
 * Takes in one record of the log, in order: exactly the one after the cursor (docs/protocol.md §5, §6). `availableFrom`: from
 * where on no message can have been deleted, see {@link availableOf}.
 */
export function receive(parts: RoomParts, item: LogItem, availableFrom: number): Received {
  const { log, primitives, roster, watch, core } = parts;
  if (item.n <= log.place.n) return { kind: "deferred", reason: "seen" };
  if (item.n > log.place.n + 1) return { kind: "deferred", reason: "gap" };
  if (core.status === "removed" || core.status === "left") return { kind: "deferred", reason: "closed" };
  const relayKey = roster.relay.publicKey;
  const hash = log.hashOf(primitives.crypto, item);
  if (isWithheld(item, availableFrom)) return { kind: "withheld", ...withhold(parts, item, hash), events: [] };
  const { epoch } = parts.group;
  const reception = item.pruned ? prunedMessage(parts, item.n, hash) : receiveRecord(parts, item, hash);
  if (reception.kind === "upgraded") return waitFor(parts, reception.upgraded);
  const isNewEpoch = parts.group.epoch !== epoch;
  const moved = joinDeltas(log.advance(primitives.crypto, hash), release(parts, item, isNewEpoch));
  if (isNewEpoch) parts.core = { ...parts.core, gapAt: 0, upgraded: null };
  if (!isNewEpoch) noteAhead(parts, item);
  if (item.kind === "commit") parts.core = { ...parts.core, lastCommit: item.n };
  const { delta, alarm: convicted } = watch.reached(primitives.crypto, relayKey, log);
  return finish(parts, reception, joinDeltas(moved, delta), convicted);
}

/**
 * RULE: room.ahead-in-order: others are ahead of us only by way of a commit of our own epoch that we did not take, and of records of
 * the epoch right after it. Nobody signs the epoch of a record, so both can be junk: it is over with the next commit that we take, and
 * no record of an epoch that nobody leads to counts (attack A107).
 */
function noteAhead(parts: RoomParts, { kind, epoch }: LogItem): void {
  const { core } = parts;
  const own = epochOf(parts);
  const passed = kind === "commit" && epoch === own ? own : core.passed;
  const ahead = core.passed === own && epoch === own + 1 ? epoch : core.ahead;
  parts.core = { ...core, passed, ahead };
}

// Everything stays as it is before the upgrade: the newer app reads on from there.
function waitFor(parts: RoomParts, upgraded: Upgraded): Received {
  parts.core = { ...parts.core, upgraded };
  return { kind: "upgraded", delta: { put: [[CORE, encodeCore(parts.core)]], delete: [] }, alarm: null, events: [] };
}

function receiveRecord(parts: RoomParts, item: LogRecord, hash: Uint8Array): Reception {
  return item.kind === "commit" ? receiveCommit(parts, item, hash) : receiveMessage(parts, item, hash);
}

function prunedMessage(parts: RoomParts, n: number, hash: Uint8Array): Reception {
  // An own message whose body the relay has dropped already is in the log all the same.
  const own = receiveOwn(parts, n, hash);
  if (own !== null) return own;
  parts.core = { ...parts.core, gapAt: n };
  return ignored("pruned", null, parts.proposals.missed(n));
}

function finish(
  parts: RoomParts,
  reception: Exclude<Reception, { kind: "upgraded" }>,
  moved: Delta,
  convicted: Alarm | null,
): Received {
  const raised = convicted ?? reception.alarm ?? null;
  const paused = joinDeltas(pauseFor(parts, reception.alarm ?? null), pauseFor(parts, convicted));
  const core = { put: [[CORE, encodeCore(parts.core)]] as const, delete: [] };
  const delta = joinDeltas(reception.delta ?? NO_DELTA, moved, paused, core);
  switch (reception.kind) {
    case "accepted":
      return { kind: "accepted", delta, events: reception.events, alarm: raised };
    case "rejected":
      // The relay's lie weighs more than the junk that it came with.
      return {
        kind: "rejected",
        delta,
        rejection: reception.rejection,
        alarm: convicted ?? reception.alarm,
        events: [],
      };
    case "ignored":
      return { kind: "ignored", delta, unreadable: reception.unreadable, alarm: raised, events: [] };
  }
}
