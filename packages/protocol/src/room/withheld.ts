import { toHex } from "@conclave/codec";
import type { LogItem } from "@conclave/wire";
import { NO_DELTA } from "../encoding/delta.js";
import { type Alarm, alarm } from "../evidence/alarm.js";
import type { Delta } from "../encoding/provider.js";
import { encodeAlarms } from "./alarmRecord.js";
import { ALARM_RECORD, type RoomParts } from "./parts.js";
import { pauseFor } from "./pause.js";

/** What came of something that the relay keeps back: what to store, and what to tell; null when it was told before. */
export interface Withheld {
  readonly delta: Delta;
  readonly alarm: Alarm | null;
}

/**
 * From where on no message of these records can have been deleted, whatever the relay says: an honest one deletes from the
 * oldest on, so a message that is there ends what may be missing (docs/protocol.md §6, Retention).
 */
export function availableOf(items: readonly LogItem[], availableFrom: number): number {
  // RULE: log.pruned-from-the-oldest: a relay cannot leave out one message and give an older one (attack A110).
  const whole = items.find((item) => item.kind === "message" && !item.pruned);
  return Math.min(availableFrom, whole?.n ?? availableFrom);
}

/** Whether the relay keeps a record back that it has to give. */
export function isWithheld(item: LogItem, availableFrom: number): boolean {
  // RULE: log.commit-never-pruned: a relay keeps commits for ever; one that it calls deleted is a change that it hides, such as
  // a removal (docs/protocol.md §6, attack A110).
  if (item.pruned && item.kind === "commit") return true;
  // RULE: log.pruned-below: only what lies before the place that the relay itself names may be deleted (attack A110).
  return item.pruned && item.n >= availableFrom;
}

/** The record cannot be used, nor passed over: the room stays before it, and sends nothing until it is there. */
export function withhold(parts: RoomParts, item: LogItem, hash: Uint8Array): Withheld {
  return raise(parts, alarm("WITHHELD", { evidence: `${item.kind} ${item.n} ${toHex(hash)}` }));
}

/**
 * The relay takes no messages by our write key, and has shown us no commit that would explain it. Null where nothing of the
 * log is missing: then another's commit without sense may have retired the key, and new keys help.
 */
export function shutOut(parts: RoomParts): Withheld | null {
  const { gapAt, lastCommit } = parts.core;
  // RULE: room.no-keys-over-a-gap: who has not seen the whole log of this epoch makes no keys of its own when the relay refuses
  // the ones it has: it would go on beside the others, with people they have removed (attack A110).
  if (gapAt === 0) return null;
  return raise(parts, alarm("SHUT_OUT", { evidence: `record ${gapAt} is missing, newest commit ${lastCommit}` }));
}

function raise(parts: RoomParts, found: Alarm): Withheld {
  // RULE: room.withheld-once: asked again and again for the same, a relay makes one alarm (attack A83).
  if (parts.alarms.some(({ code }) => code === found.code)) return { delta: NO_DELTA, alarm: null };
  return { delta: pauseFor(parts, found), alarm: found };
}

/**
 * The log goes on after all: what was kept back is there, whole, and an epoch that is over shuts nobody out. Where it goes on
 * over the gap, as the relay has found another reason for it, a person has to look.
 */
export function release(parts: RoomParts, { pruned }: LogItem, isNewEpoch: boolean): Delta {
  const isOver = ({ code }: Alarm) => (code === "WITHHELD" && !pruned) || (code === "SHUT_OUT" && isNewEpoch);
  const left = parts.alarms.filter((each) => !isOver(each));
  if (left.length === parts.alarms.length) return NO_DELTA;
  parts.alarms = left;
  return { put: [[ALARM_RECORD, encodeAlarms(left)]], delete: [] };
}
