import { bool, DecodeError, encode, mapped, optional, stored, struct, text, u53, boxed } from "@conclave/codec";
import {
  type Alarm,
  type AlarmCode,
  ALARM_CODES,
  proofFromJson,
  REJECTION_CODES,
  type Rejection,
  PersonId,
} from "@conclave/protocol";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

/** An alarm as it is kept. */
export interface LoggedAlarm {
  readonly order: number;
  /** The log's length when it was seen. */
  readonly n: number;
  readonly time: number;
  readonly alarm: Alarm;
  readonly count: number;
  /** A person has looked at it. */
  readonly acknowledged: boolean;
}

/** How many alarms are kept; beyond that, the newest takes the place of the one before. */
const KEPT = 200;
/** How many of them may be alarms that members can cause, so that there is always a place for what the relay does. */
const KEPT_OF_MEMBERS = 180;
const MAX_EVIDENCE_BYTES = 16 * 1024;
/** A proof is worth something only whole. */
const MAX_PROOF_BYTES = 64 * 1024;

/** What this device detected in a room, with the evidence. */
export class AlarmLog {
  readonly entries: LoggedAlarm[];

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    this.entries = records.map((record) => stored("alarm", record.value, layout));
  }

  /** Keeps an alarm. `isNew` is false where it only counts one more of the same. */
  add(tx: Transaction, alarm: Alarm, n: number, time: number): { entry: LoggedAlarm; isNew: boolean } {
    const same = this.entries.find((entry) => isSame(entry, alarm));
    const kept = { ...alarm, evidence: keptEvidence(alarm) };
    const placed = same ?? this.displaced(alarm);
    // RULE: client.acknowledged-one: a person who looked at one alarm has not looked at another: that one is shown (attack A83).
    const entry: LoggedAlarm = same
      ? { ...same, alarm: better(same.alarm, kept), count: same.count + 1 }
      : { order: placed?.order ?? this.entries.length + 1, n, time, alarm: kept, count: 1, acknowledged: false };
    this.keep(tx, entry);
    return { entry, isNew: !placed };
  }

  // RULE: client.alarms-bounded: a member who makes alarms at will fills neither disk nor screen, and hides no alarm about the relay
  // behind them (attack A83).
  private displaced(alarm: Alarm): LoggedAlarm | undefined {
    const isOfRelay = (each: Alarm) => ofRelay.has(each.code) && each.person === null;
    if (isOfRelay(alarm)) return this.entries[KEPT - 1];
    const others = this.entries.filter((entry) => !isOfRelay(entry.alarm));
    return others.length < KEPT_OF_MEMBERS ? this.entries[KEPT - 1] : others.at(-1);
  }

  /** A person has looked at this one. False when there is none. */
  acknowledge(tx: Transaction, order: number): boolean {
    const entry = this.find(order);
    if (entry) this.keep(tx, { ...entry, acknowledged: true });
    return entry !== null;
  }

  find(order: number): LoggedAlarm | null {
    return this.entries[order - 1] ?? null;
  }

  private keep(tx: Transaction, entry: LoggedAlarm): void {
    this.entries[entry.order - 1] = entry;
    tx.put(this.keys.alarm(entry.order), encode(entry, layout.write));
  }
}

/** Junk is junk, wherever it is; the same proof or the same person's same fault is one alarm. */
function isSame({ alarm: a, acknowledged }: LoggedAlarm, b: Alarm): boolean {
  if (a.code !== b.code) return false;
  if (a.code === "JUNK" || a.code === "RESTORED" || a.evidence === keptEvidence(b)) return true;
  // RULE: client.one-lie: a relay that was caught is caught again on each connection, by other receipts: that is one alarm
  // until a person has looked at it (attack A83).
  return ofRelay.has(a.code) && a.person === null && b.person === null && !acknowledged;
}

const ofRelay: ReadonlySet<AlarmCode> = new Set([
  "FORK",
  "ROLLBACK",
  "EQUIVOCATION",
  "BAD_RECEIPT",
  "WITHHELD",
  "SHUT_OUT",
]);

/** Of two of the same the first one stays, unless only the other one is a proof. */
function better(first: Alarm, second: Alarm): Alarm {
  return proofFromJson(first.evidence) === null && proofFromJson(second.evidence) !== null ? second : first;
}

function keptEvidence({ code, evidence }: Alarm): string {
  return evidence.slice(0, code === "EQUIVOCATION" || code === "ROLLBACK" ? MAX_PROOF_BYTES : MAX_EVIDENCE_BYTES);
}

const layout = struct<LoggedAlarm>({
  order: u53,
  n: u53,
  time: u53,
  count: u53,
  alarm: struct<Alarm>({
    code: mapped(text(), codeOf, (code) => code),
    person: optional(boxed(PersonId)),
    evidence: text(),
    rejection: optional(
      mapped(struct({ code: text(), detail: text() }), rejectionOf, ({ code, detail }) => ({
        code,
        detail: detail ?? "",
      })),
    ),
  }),
  acknowledged: bool,
});

function codeOf(name: string): AlarmCode {
  const code = ALARM_CODES.find((each) => each === name);
  if (code === undefined) throw new DecodeError("version", "alarm code");
  return code;
}

function rejectionOf({ code: name, detail }: { code: string; detail: string }): Rejection {
  const code = REJECTION_CODES.find((each) => each === name);
  if (code === undefined) throw new DecodeError("version", "rejection code");
  return detail === "" ? { code } : { code, detail };
}
