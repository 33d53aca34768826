import { type Alarm, type AlarmCode, PersonId, proofToJson, RoomId } from "@conclave/protocol";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { MemoryDisk } from "../memory/memoryStorage.js";
import { AlarmLog } from "./alarmLog.js";
import { RoomKeys } from "./homeKey.js";
import { Transaction } from "./transaction.js";

const keys = new RoomKeys(RoomId.of(new Uint8Array(32)));
const alarm = (change: Partial<Alarm>): Alarm => ({
  code: "REFUSED_CHANGE",
  person: PersonId.of(new Uint8Array(32).fill(7)),
  rejection: { code: "not_allowed", detail: "x" },
  evidence: "00",
  ...change,
});

describe("AlarmLog", () => {
  it("keeps what it was given, counts what is the same, and reads it back", () => {
    const disk = new MemoryDisk();
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    expect(log.add(tx, alarm({}), 3, 1000).isNew).toBe(true);
    expect(log.add(tx, alarm({}), 4, 2000)).toMatchObject({ isNew: false, entry: { n: 3, count: 2 } });
    expect(log.add(tx, alarm({ code: "JUNK", person: null, rejection: null }), 5, 3000).isNew).toBe(true);
    expect(log.add(tx, alarm({ code: "JUNK", person: null, rejection: null, evidence: "11" }), 6, 3000).isNew).toBe(
      false,
    );
    log.acknowledge(tx, 1);
    disk.apply(tx.writes);
    const records = [...disk.records].map(([key, value]) => ({ key, value }));
    expect(new AlarmLog(keys, records).entries).toEqual(log.entries);
  });

  it("RULE client.alarms-bounded: a flood of different alarms fills neither the disk nor one record", () => {
    const disk = new MemoryDisk();
    const log = new AlarmLog(keys, []);
    for (let i = 0; i < 1000; i++) {
      const tx = new Transaction();
      log.add(tx, alarm({ evidence: `${String(i)} `.padEnd(1 << 16, "f") }), i, i);
      disk.apply(tx.writes);
    }
    expect(disk.records.size).toBeLessThanOrEqual(200);
    expect(Math.max(...[...disk.records.values()].map(({ length }) => length))).toBeLessThan(20_000);
  });

  it("RULE client.one-lie: a relay that is caught again and again makes one alarm until somebody has looked, with the proof there is", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    const lie = (code: AlarmCode, evidence: string) => alarm({ code, person: null, rejection: null, evidence });
    for (const code of ["FORK", "ROLLBACK", "EQUIVOCATION", "BAD_RECEIPT", "WITHHELD", "SHUT_OUT"] as const) {
      const { entry } = log.add(tx, lie(code, "00"), 3, 1000);
      expect(log.add(tx, lie(code, "01"), 4, 2000)).toMatchObject({ isNew: false, entry: { count: 2 } });
      log.acknowledge(tx, entry.order);
      expect(log.add(tx, lie(code, "02"), 5, 3000).isNew).toBe(true);
    }
    // What a member claims is each one's own.
    const claim = (evidence: string) => alarm({ code: "FORK", evidence });
    expect(log.add(tx, claim("03"), 6, 4000).isNew).toBe(true);
    expect(log.add(tx, claim("04"), 6, 4000).isNew).toBe(true);
    // The first has nothing to show, a later one has: that is what is kept.
    const fresh = new AlarmLog(keys, []);
    fresh.add(tx, lie("ROLLBACK", "00"), 3, 1000);
    const head = (n: number, time: number) => {
      const receipt = {
        roomTag: RoomTag.of(new Uint8Array(32)),
        n,
        head: new Uint8Array(32).fill(n),
        time,
        availableFrom: 1,
        keyEpoch: 0,
        writeKey: new Uint8Array(32),
      };
      return { kind: "head", signed: { receipt, signature: new Uint8Array(64) } } as const;
    };
    const proof = proofToJson({ relayKey: new Uint8Array(32), first: head(5, 1), second: head(4, 2) });
    expect(fresh.add(tx, lie("ROLLBACK", proof), 4, 2000).entry.alarm.evidence).toBe(proof);
    expect(fresh.add(tx, lie("ROLLBACK", "01"), 5, 3000).entry).toMatchObject({
      count: 3,
      alarm: { evidence: proof },
    });
  });

  it("RULE client.acknowledged-one: an alarm that somebody looked at stays quiet when it comes again; another one does not", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    log.add(tx, alarm({}), 3, 1000);
    expect(log.acknowledge(tx, 1)).toBe(true);
    expect(log.acknowledge(tx, 2)).toBe(false);
    expect(log.add(tx, alarm({}), 4, 2000).entry).toMatchObject({ order: 1, count: 2, acknowledged: true });
    expect(log.add(tx, alarm({ evidence: "01" }), 5, 3000).entry).toMatchObject({ order: 2, acknowledged: false });
    // Where no more are kept, a new one takes the place of the last: also of one that was looked at.
    for (let n = 0; n < 200; n++) log.add(tx, alarm({ evidence: `02${String(n)}` }), 6, 4000);
    log.acknowledge(tx, 180);
    expect(log.add(tx, alarm({ evidence: "03" }), 7, 5000).entry).toMatchObject({
      ...{ order: 180, n: 7, count: 1, acknowledged: false },
      alarm: { evidence: "03" },
    });
  });

  it("A83: RULE client.alarms-bounded: no flood of a member's hides what the relay does, before it or after it", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    const flood = (from: number) => {
      for (let n = from; n < from + 300; n++) log.add(tx, alarm({ evidence: String(n) }), 6, 4000);
    };
    const lie = (code: AlarmCode, evidence = "00") =>
      log.add(tx, alarm({ code, person: null, rejection: null, evidence }), 7, 5000);
    flood(0);
    expect(lie("WITHHELD")).toMatchObject({ isNew: true, entry: { n: 7, alarm: { code: "WITHHELD" } } });
    flood(1000);
    expect(lie("FORK")).toMatchObject({ isNew: true, entry: { alarm: { code: "FORK" } } });
    flood(2000);
    const codes = log.entries.map((entry) => entry.alarm.code);
    expect(codes.filter((code) => code !== "REFUSED_CHANGE")).toEqual(["WITHHELD", "FORK"]);
    expect(codes).toHaveLength(182);
    // The newest of the member's is told as itself.
    expect(log.entries[179]!.alarm.evidence).toBe("2299");
    // However often the relay is caught and somebody has looked, no more are kept.
    for (let n = 0; n < 100; n++) log.acknowledge(tx, lie("FORK", `01${String(n)}`).entry.order);
    expect(log.entries).toHaveLength(200);
    expect(lie("ROLLBACK").entry).toMatchObject({ order: 200, count: 1, alarm: { code: "ROLLBACK" } });
  });

  it("keeps a reason with and without a detail, and none, as they were; what it does not know it does not read", () => {
    const disk = new MemoryDisk();
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    const reasons = [{ code: "not_allowed" }, { code: "not_allowed", detail: "seal by admin" }, null] as const;
    for (const [at, rejection] of reasons.entries())
      log.add(tx, alarm({ rejection, evidence: String(at), person: at === 1 ? null : alarm({}).person }), at, 1);
    disk.apply(tx.writes);
    const records = [...disk.records].map(([key, value]) => ({ key, value }));
    const again = new AlarmLog(keys, records);
    expect(again.entries).toEqual(log.entries);
    expect(again.entries.map((entry) => entry.alarm.rejection)).toEqual(reasons);
    expect([again.find(0), again.find(4), again.find(3)?.alarm.evidence]).toEqual([null, null, "2"]);
    for (const name of ["REFUSED_CHANGE", "not_allowed"]) {
      const other = records.map(({ key, value }) => {
        const at = Buffer.from(value).indexOf(name);
        return { key, value: at < 0 ? value : value.with(at, 0x78) };
      });
      expect(() => new AlarmLog(keys, other)).toThrow(TypeError);
    }
  });

  it("keeps of the evidence as much as one alarm may have, and a proof whole, up to 64 KB; the same to that length is the same", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    const long = (length: number, end: string) => "e".repeat(length) + end;
    const kept = (change: Partial<Alarm>) => log.add(tx, alarm(change), 1, 1);
    expect(kept({ evidence: long(16 * 1024, "a") }).entry.alarm.evidence).toBe(long(16 * 1024, ""));
    expect(kept({ evidence: long(16 * 1024, "b") })).toMatchObject({ isNew: false, entry: { count: 2 } });
    expect(kept({ evidence: long(16 * 1024 - 1, "b") })).toMatchObject({ isNew: true });
    for (const code of ["EQUIVOCATION", "ROLLBACK"] as const) {
      const { person } = alarm({});
      expect(kept({ code, person, evidence: long(20_000, "a") }).entry.alarm.evidence).toBe(long(20_000, "a"));
      expect(kept({ code, person, evidence: long(20_000, "b") })).toMatchObject({ isNew: true });
      expect(kept({ code, person, evidence: long(70_000, "b") }).entry.alarm.evidence).toHaveLength(64 * 1024);
    }
  });

  it("of one lie keeps the first proof, and takes none from what proves nothing; a member's claim is not the relay's lie", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    const head = (n: number, time: number) => {
      const receipt = {
        ...{ roomTag: RoomTag.of(new Uint8Array(32)), n, head: new Uint8Array(32).fill(n), time, availableFrom: 1 },
        ...{ keyEpoch: 0, writeKey: new Uint8Array(32) },
      };
      return { kind: "head", signed: { receipt, signature: new Uint8Array(64) } } as const;
    };
    const proof = (n: number) => proofToJson({ relayKey: new Uint8Array(32), first: head(n, 1), second: head(4, 2) });
    const lie = (evidence: string, person: PersonId | null = null) =>
      log.add(tx, alarm({ code: "ROLLBACK", person, rejection: null, evidence }), 1, 1);
    lie(proof(5));
    expect(lie(proof(6)).entry).toMatchObject({ count: 2, alarm: { evidence: proof(5) } });
    expect(lie("nothing").entry).toMatchObject({ count: 3, alarm: { evidence: proof(5) } });
    // By a member: it neither counts as the relay's, nor does the relay's next one count as theirs.
    expect(lie("claimed", alarm({}).person)).toMatchObject({ isNew: true, entry: { order: 2 } });
    expect(lie("again")).toMatchObject({ isNew: false, entry: { order: 1, count: 4 } });
    // Of two that prove nothing the first one stays.
    const other = new AlarmLog(keys, []);
    const withheld = (evidence: string) => alarm({ code: "WITHHELD", person: null, rejection: null, evidence });
    other.add(tx, withheld("first"), 1, 1);
    expect(other.add(tx, withheld("second"), 2, 2).entry.alarm.evidence).toBe("first");
    // What is no relay's lie is each its own, though nobody is named.
    const closed = (evidence: string) => alarm({ code: "INVITE_CLOSED", person: null, rejection: null, evidence });
    other.add(tx, closed("one"), 1, 1);
    expect(other.add(tx, closed("two"), 1, 1)).toMatchObject({ isNew: true });
  });

  it("counts what members cause apart from what the relay does, also where a member claims the relay's", () => {
    const log = new AlarmLog(keys, []);
    const tx = new Transaction();
    for (let n = 0; n < 300; n++) log.add(tx, alarm({ code: "FORK", evidence: String(n) }), n, n);
    expect(log.entries).toHaveLength(180);
    expect(log.entries.at(-1)!.alarm.evidence).toBe("299");
    // The first of them are there still, with those that came before the last place was taken again and again.
    expect(log.entries.slice(0, 179).map((entry) => entry.alarm.evidence)).toEqual(
      Array.from({ length: 179 }, (_, n) => String(n)),
    );
  });
});
