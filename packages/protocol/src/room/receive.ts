import type { LogItem } from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { Alarm } from "../evidence/alarm.js";
import type { Delta } from "../primitives.js";
import type { Received } from "./outcome.js";
import { CORE, type RoomParts } from "./parts.js";
import { receiveCommit } from "./receiveCommit.js";
import { receiveMessage, receiveOwn } from "./receiveMessage.js";
import { ignored, type Reception } from "./reception.js";
import { pauseFor } from "./pause.js";
import { encodeCore } from "./roomCore.js";

/** Takes in one record of the log, in order: exactly the one after the cursor (docs/protocol.md §5, §6). */
export function receive(parts: RoomParts, item: LogItem): Received {
  const { log, primitives, roster, watch, core } = parts;
  if (item.n <= log.place.n) return { kind: "deferred", reason: "seen" };
  if (item.n > log.place.n + 1) return { kind: "deferred", reason: "gap" };
  if (core.status === "removed" || core.status === "left") return { kind: "deferred", reason: "closed" };
  const relayKey = roster.relay.publicKey;
  const hash = log.hashOf(primitives.crypto, item);
  const reception = receiveRecord(parts, item, hash);
  if (reception.kind === "unsupported") return { kind: "deferred", reason: "update_needed" };
  const moved = log.advance(primitives.crypto, hash);
  if (item.kind === "commit") parts.core = { ...parts.core, lastCommit: item.n };
  const { delta, alarm: convicted } = watch.reached(relayKey, log);
  return finish(parts, reception, joinDeltas(moved, delta), convicted);
}

function receiveRecord(parts: RoomParts, item: LogItem, hash: Uint8Array): Reception {
  if (item.kind === "commit") {
    // A pruned commit is a lie: the relay keeps them for ever. The hash still moves the head on.
    return item.pruned ? ignored("pruned") : receiveCommit(parts, item, hash);
  }
  return item.pruned ? prunedMessage(parts, hash) : receiveMessage(parts, item, hash);
}

// An own message whose body the relay has dropped already is in the log all the same.
function prunedMessage(parts: RoomParts, hash: Uint8Array): Reception {
  return receiveOwn(parts, parts.log.place.n + 1, hash) ?? ignored("pruned");
}

function finish(
  parts: RoomParts,
  reception: Exclude<Reception, { kind: "unsupported" }>,
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
