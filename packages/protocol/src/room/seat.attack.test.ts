import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { LeafKey, type PersonId } from "../encoding/ids.js";
import { newDevice, newIdentity } from "../identity/person.js";
import { preset } from "../policy/presets.js";
import type { ComingIn } from "./comeIn.js";
import { shuttingOut } from "./forger.fixture.js";
import { loadRoom } from "./loadRoom.js";
import type { Received } from "./outcome.js";
import { openRoom, readSlot } from "./preview.js";
import type { OpenDoor } from "./seat.js";
import { everyone, threeOfUs } from "./threeOfUs.fixture.js";
import { invite, join, NOW, Person, seeded, TestLog } from "./testRelay.fixture.js";

/** Whose device makes new keys that these cannot use. */
function shutOut(by: Person, victims: Person[], log: TestLog): void {
  expect(shuttingOut(by, victims, () => by.act(log, { type: "rekey" }))).toBeNull();
}

let pleas = 0;

function pleadBy(victim: Person): { secret: Uint8Array; blob: Uint8Array } {
  const secret = new Uint8Array(32).fill(++pleas);
  return { secret, blob: victim.room.doors.plead(secret, victim.room.doors.pleaReason ?? "unopened") };
}

/** A member opens a door for who pleads. Gives what the one who asked makes of it. */
function doorFor(victim: Person, helper: Person, log: TestLog, { secret, blob } = pleadBy(victim)): OpenDoor | string {
  const plea = helper.readPlea(blob);
  if (plea === null) return "no plea";
  const opening = helper.room.doors.openDoorFor(plea, NOW);
  if (opening === null) return "no door";
  const link = victim.room.doors.doorLink(secret);
  const key = victim.room.doors.doorKey(victim.device.deviceSeed);
  const slot = readSlot(victim.primitives, link, opening.slot!.blob, key);
  if (!slot.ok) return slot.error.code;
  const opened = openRoom(victim.primitives, link, slot.value, log.roster);
  if (!opened.ok) return opened.error.code;
  const judged = victim.room.doors.judgeDoor(opened.value);
  return judged.ok ? judged.value : judged.error.code;
}

function seatBy(victim: Person, helper: Person, log: TestLog): ComingIn {
  const door = doorFor(victim, helper, log);
  if (typeof door === "string") throw new Error(door);
  const seat = victim.room.doors.takeSeat(door, {
    device: victim.device,
    now: NOW,
    after: victim.room.doors.unopened?.by ?? null,
  });
  if (!seat.ok) throw new Error(`${seat.error.code} ${seat.error.detail ?? ""}`);
  return seat.value;
}

/** The log shows the commit: the room in which it has us takes the place of the one that could not follow. */
function arrive(victim: Person, seat: ComingIn, log: TestLog): Received[] {
  const records = victim.room.doors.seatRecords(seat.delta.put);
  victim.records.clear();
  victim.begin(loadRoom(victim.primitives, records), { put: [...records], delete: [] });
  return victim.catchUp(log);
}

function comeBack(victim: Person, helper: Person, log: TestLog): ComingIn {
  const seat = seatBy(victim, helper, log);
  expect(log.append(seat.append)).toBe(true);
  arrive(victim, seat, log);
  return seat;
}

function expectTogether(log: TestLog, ...people: Person[]): void {
  everyone(log, ...people);
  expect(new Set(people.map(({ room }) => room.code())).size).toBe(1);
  for (const speaker of people) {
    expect(speaker.say(log, `${speaker.name} is here`)).toBe(true);
    for (const person of people) {
      const heard = person.catchUp(log).flatMap((each) => (each.kind === "accepted" ? each.events : []));
      const kind = person === speaker ? "sent" : "message";
      expect([person.name, heard.some(({ type }) => type === kind)]).toEqual([person.name, true]);
    }
  }
}

describe("a member whom another one has shut out", () => {
  it("A107: the only owner comes back by a member's door, with everything that they were; everybody agrees", () => {
    const { alice, bob, carol, log, secret } = threeOfUs();
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    expect(carol.say(log, "where is Alice?")).toBe(true);
    everyone(log, alice, bob, carol);
    const oldLeaf = alice.room.self.leaf;
    const before = alice.room.roster.members.get(toHex(alice.room.self.person))!;
    const seat = comeBack(alice, carol, log);
    expect(seat.decision).toMatchObject({
      action: { type: "reseat", leaf: oldLeaf, after: bob.room.self.person },
      by: alice.room.self.person,
    });
    for (const person of [bob, carol]) {
      expect(person.catchUp(log).at(-1)).toMatchObject({
        events: [{ type: "entry", decision: { action: { type: "reseat" }, name: "Alice" }, own: false }],
      });
    }
    expect(alice.room.status).toBe("active");
    expect([alice.room.doors.unopened, alice.room.doors.pleaReason]).toEqual([null, null]);
    const after = alice.room.roster.members.get(toHex(alice.room.self.person))!;
    expect(after).toEqual({ ...before, devices: after.devices, lostSeq: after.lostSeq, entries: before.entries + 1 });
    expect(after.devices.map(({ leaf }) => leaf)).toEqual([alice.room.self.leaf]);
    expectTogether(log, alice, bob, carol);
    // The chain reads on for who comes later, before and after a member's commit binds it.
    const dave = join(carol, "Dave", log, secret);
    everyone(log, alice, bob, dave);
    alice.restart();
    alice.room.caughtUp();
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: true })).toBeNull();
    everyone(log, alice, bob, carol, dave);
    expect(bob.room.status).toBe("removed");
    // Bob's own link went with him.
    const fresh = invite(alice, log);
    everyone(log, carol, dave);
    const erin = join(alice, "Erin", log, fresh);
    expectTogether(log, alice, carol, dave, erin);
  });

  it("A107: who does it twice is named twice, with the commits that they signed", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const named: (PersonId | null)[] = [];
    for (let round = 0; round < 2; round++) {
      shutOut(bob, [alice], log);
      const refused = alice.catchUp(log).find(({ kind }) => kind === "rejected");
      if (refused?.kind !== "rejected") throw new Error("not refused");
      named.push(refused.alarm.person);
      expect(alice.room.doors.unopened?.by).toEqual(bob.room.self.person);
      everyone(log, bob, carol);
      comeBack(alice, carol, log);
      expectTogether(log, alice, bob, carol);
    }
    const { person } = bob.room.self;
    expect(named).toEqual([person, person]);
  });

  it("A107: two who were shut out at once help each other, where only the one who did it is left to help the first", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(bob, [alice, carol], log);
    everyone(log, alice, bob, carol);
    comeBack(alice, bob, log);
    everyone(log, bob, carol);
    comeBack(carol, alice, log);
    expectTogether(log, alice, bob, carol);
  });

  it("A107: also in a sealed room", () => {
    const { alice, bob, carol, log } = threeOfUs();
    expect(alice.act(log, { type: "seal" })).toBeNull();
    everyone(log, alice, bob, carol);
    shutOut(bob, [carol], log);
    everyone(log, alice, bob, carol);
    comeBack(carol, alice, log);
    expectTogether(log, alice, bob, carol);
  });

  it("A107: after decisions that they have missed: those are judged from their own roster on, and followed", () => {
    const { alice, bob, carol, log } = threeOfUs(preset("admins:1"));
    shutOut(bob, [carol], log);
    everyone(log, alice, bob, carol);
    expect(alice.act(log, { type: "setTitle", title: "Without Carol" })).toBeNull();
    everyone(log, alice, bob, carol);
    expect(alice.act(log, { type: "setRole", person: bob.room.self.person, role: "admin" })).toBeNull();
    everyone(log, alice, bob, carol);
    const seat = comeBack(carol, alice, log);
    everyone(log, alice, bob);
    expect(carol.room.roster.title).toBe("Without Carol");
    expect(seat.decision.seq).toBe(alice.room.roster.seq);
    expectTogether(log, alice, bob, carol);
  });

  it("A107: who lost the race stays where they were, and asks again with the same leaf", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    const late = seatBy(alice, carol, log);
    expect(carol.act(log, { type: "rekey" })).toBeNull();
    expect(log.append(late.append)).toBe(false);
    everyone(log, alice, bob, carol);
    alice.restart();
    everyone(log, alice);
    expect(alice.room.doors.pleaReason).toBe("unopened");
    comeBack(alice, bob, log);
    expectTogether(log, alice, bob, carol);
  });
});

describe("a door that leads to another branch", () => {
  /** Alice is on one side of what the relay shows, Carol on the other one. */
  function parted() {
    const room = threeOfUs();
    const { log } = room;
    const other = new TestLog(log.roster[0]!);
    other.items.push(...log.items);
    other.roster.splice(0, 1, ...log.roster);
    other.lastCommit = log.lastCommit;
    return { ...room, other };
  }

  it("A107: RULE door.same-chain: what we know was decided is a part of what the door leads to, or nobody follows", () => {
    const { alice, carol, log, other } = parted();
    const plea = pleadBy(alice);
    expect(alice.act(log, { type: "setTitle", title: "On our side" })).toBeNull();
    everyone(log, alice);
    expect(carol.act(other, { type: "rekey" })).toBeNull();
    everyone(other, carol);
    const before = [alice.room.code(), alice.room.cursor];
    expect(doorFor(alice, carol, other, plea)).toBe("below_floor");
    expect([alice.room.code(), alice.room.cursor]).toEqual(before);
  });

  it("A107: RULE door.same-log: nor where the log is another one than we have read", () => {
    const { alice, carol, log, other } = parted();
    expect(alice.say(log, "one")).toBe(true);
    expect(alice.say(log, "two")).toBe(true);
    everyone(log, alice);
    expect(carol.act(other, { type: "rekey" })).toBeNull();
    everyone(other, carol);
    expect(doorFor(alice, carol, other)).toBe("bad_slot");
    // A log that goes on behind ours has to be read first.
    everyone(other, carol);
    for (let i = 0; i < 3; i++) carol.say(other, String(i));
    everyone(other, carol);
    expect(doorFor(alice, carol, other)).toBe("not_caught_up");
  });
});

describe("a home that was restored from a copy", () => {
  it("A64: takes the place of the device that it is a copy of; that one learns that it came back elsewhere", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const copy = new Person(seeded("copy"), "Alice");
    copy.device = alice.device;
    for (const [key, value] of alice.records) copy.records.set(key, value);
    copy.restart();
    expect(alice.say(log, "said by the original")).toBe(true);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, bob, carol);
    copy.catchUp(log);
    expect(copy.room.pausingAlarms.map(({ code }) => code)).toContain("RESTORED");
    expect([
      copy.room.doors.pleaReason,
      copy.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW).ok,
    ]).toEqual(["copy", false]);
    comeBack(copy, carol, log);
    expect([copy.room.status, copy.room.pausingAlarms]).toEqual(["active", []]);
    const news = alice.catchUp(log);
    expect(alice.room.status).toBe("removed");
    expect(news.at(-1)).toMatchObject({ events: [{ type: "entry" }, { type: "removed" }] });
    expectTogether(log, copy, bob, carol);
  });
});

describe("who has not all that it takes", () => {
  it("A108: the thief of a leaf's keys alone takes nobody's place, with no device of their own", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    const door = doorFor(alice, carol, log);
    if (typeof door === "string") throw new Error(door);
    const thief = newDevice(alice.primitives, newIdentity(alice.primitives), 1);
    expect(alice.room.doors.takeSeat(door, { device: thief, now: NOW, after: null })).toMatchObject({
      error: { code: "not_member" },
    });
    const { deviceCert } = alice.device;
    const { deviceSeed } = thief;
    const seat = alice.room.doors.takeSeat(door, { device: { deviceSeed, deviceCert }, now: NOW, after: null });
    expect(seat).toMatchObject({ error: { code: "bad_leaf_cert" } });
    comeBack(alice, carol, log);
    expectTogether(log, alice, bob, carol);
  });

  it("A108: somebody who was removed comes through no door, and a door that they were shown before is of no use", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(alice, [bob], log);
    everyone(log, alice, bob, carol);
    const seat = seatBy(bob, carol, log);
    const { person } = bob.room.self;
    expect(alice.act(log, { type: "remove", person, ban: false })).toBeNull();
    everyone(log, alice, bob, carol);
    expect(doorFor(bob, carol, log)).toBe("no door");
    // The relay brings it into the log all the same.
    expect(log.append({ ...seat.append, lastCommit: log.lastCommit })).toBe(true);
    const epoch = carol.room.epoch;
    everyone(log, alice, carol);
    expect([carol.room.epoch, carol.room.roster.members.size]).toEqual([epoch, 2]);
    expectTogether(log, alice, carol);
  });

  it("A41, A107: what a door leads to is refused for each thing that does not hold, and so is a place without a way in", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    const { doors } = alice.room;
    const asked = pleadBy(alice);
    const link = doors.doorLink(asked.secret);
    const opening = carol.room.doors.openDoorFor(carol.readPlea(asked.blob)!, NOW)!;
    const slot = readSlot(alice.primitives, link, opening.slot!.blob, doors.doorKey(alice.device.deviceSeed));
    if (!slot.ok) throw new Error(slot.error.code);
    const opened = openRoom(alice.primitives, link, slot.value, log.roster);
    if (!opened.ok) throw new Error(opened.error.code);
    const but = (change: Partial<typeof slot.value>) => ({ ...opened.value, slot: { ...slot.value, ...change } });
    const { head, log: place, entrance } = slot.value;
    const other = new Uint8Array(32).fill(9);
    const said = [
      opened.value,
      but({ head: { ...head, seq: head.seq + 1 } }),
      but({ head: { ...head, seq: head.seq - 1 } }),
      but({ log: { ...place, n: place.n + 1 } }),
      but({ log: { ...place, head: other } }),
      but({ leaf: LeafKey.of(other) }),
      but({ entrance: null }),
      but({ entrance: { ...entrance!, groupInfo: other } }),
      but({ epoch: slot.value.epoch + 1 }),
      but({ suite: 2 }),
      { ...opened.value, link: { ...link, floor: { ...link.floor, head: other } } },
      { ...opened.value, link: { ...link, floor: { ...link.floor, seq: head.seq + 1 } } },
      { ...opened.value, entries: opened.value.entries.slice(1) },
    ].map((each) => {
      const judged = doors.judgeDoor(each);
      return judged.ok ? null : [judged.error.code, judged.error.detail];
    });
    expect(said.slice(0, 7)).toEqual([
      null,
      ["bad_history", "seq of the slot"],
      ["bad_history", "seq of the slot"],
      ["not_caught_up", undefined],
      ["bad_slot", "another log"],
      ["bad_slot", "not by a member"],
      ["bad_slot", "no entrance"],
    ]);
    expect(said.slice(7).map((each) => each?.[0])).toEqual([
      ...["bad_slot", "bad_slot", "bad_slot", "bad_history", "below_floor", "wrong_room"],
    ]);
    const door = doors.judgeDoor(opened.value);
    if (!door.ok) throw new Error(door.error.code);
    const seated = (change: Partial<typeof slot.value>, device = alice.device) => {
      const seat = doors.takeSeat(
        { ...door.value, slot: { ...slot.value, ...change } },
        { device, now: NOW, after: null },
      );
      return seat.ok ? null : [seat.error.code, seat.error.detail];
    };
    expect([seated({}), seated({ entrance: null }), seated({ roster: [] })]).toEqual([
      null,
      ["bad_slot", "no entrance"],
      ["bad_slot", "no entrance"],
    ]);
    expect(seated({}, { ...alice.device, deviceCert: other })).toEqual(["bad_leaf_cert", "device"]);
    // Nobody comes in beside their old leaf.
    Object.assign(door.value.entrance, { members: [] });
    expect(seated({})).toEqual(["ghost", undefined]);
  });

  it("A108: a commit through a door counts right behind the one that it follows, and once", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    const seat = seatBy(alice, carol, log);
    // Behind junk, in the same epoch.
    const junk = { ...seat.append, payload: new Uint8Array(300) };
    expect(log.append(junk)).toBe(true);
    expect(log.append({ ...seat.append, lastCommit: log.lastCommit })).toBe(true);
    for (const person of [bob, carol]) {
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "bad_reseat_proof" } });
    }
    alice.catchUp(log);
    expect(alice.room.doors.pleaReason).toBe("unopened");
    const used = comeBack(alice, bob, log);
    everyone(log, bob, carol);
    expect(log.append({ ...used.append, lastCommit: log.lastCommit })).toBe(true);
    const leaf = alice.room.self.leaf;
    everyone(log, alice, bob, carol);
    expect(alice.room.self.leaf).toEqual(leaf);
    expectTogether(log, alice, bob, carol);
  });
});

describe("what the old leaf had signed", () => {
  it("counts no more: an approval has to be given again, and a farewell is forgotten", () => {
    const { alice, bob, carol, log } = threeOfUs(preset("everyone"));
    const change = { type: "setPolicy", policy: preset("admins:2") } as const;
    const proposed = bob.room.proposals.propose(change, NOW);
    if (!proposed.ok) throw new Error(proposed.error.code);
    bob.store(proposed.value.delta);
    bob.store(bob.room.proposals.note(change).delta);
    log.append(proposed.value.append);
    everyone(log, alice, bob, carol);
    const hash = alice.room.proposals.list()[0]!.actionHash;
    const yes = alice.room.proposals.approve(hash, NOW);
    if (!yes.ok) throw new Error(yes.error.code);
    alice.store(yes.value.delta);
    log.append(yes.value.append);
    everyone(log, alice, bob, carol);
    const saysYes = (person: Person) =>
      person.room.proposals.list()[0]!.yes.map(toHex).includes(toHex(alice.room.self.person));
    expect([saysYes(bob), saysYes(carol)]).toEqual([true, true]);
    const farewell = alice.room.farewell(NOW);
    if (!farewell.ok) throw new Error(farewell.error.code);
    alice.store(farewell.value.delta);
    log.append(farewell.value.append);
    everyone(log, alice, bob, carol);
    expect(bob.room.farewells()).toEqual([alice.room.self.person]);
    shutOut(bob, [alice], log);
    everyone(log, alice, bob, carol);
    comeBack(alice, carol, log);
    everyone(log, bob, carol);
    expect([saysYes(bob), saysYes(carol)]).toEqual([false, false]);
    expect([bob.room.farewells(), carol.room.farewells(), alice.room.farewells()]).toEqual([[], [], []]);
    expectTogether(log, alice, bob, carol);
  });
});
