import { describe, expect, it } from "vitest";
import { inside, shuttingOut } from "./forger.fixture.js";
import { loadRoom } from "./loadRoom.js";
import { everyone, threeOfUs } from "./threeOfUs.fixture.js";
import { join, Person, seeded } from "./testRelay.fixture.js";

const SECRET = new Uint8Array(32).fill(9);

/** A hostile member as they are now, once more: they keep the keys of each epoch. */
function twin(of: Person): Person {
  const other = new Person(seeded(`twin of ${of.name}`), of.name);
  other.device = of.device;
  const records = new Map([...of.records].map(([key, value]) => [key, value.slice()] as const));
  other.begin(loadRoom(other.primitives, records), { put: [...records], delete: [] });
  other.room.caughtUp();
  return other;
}

/** Bob shuts Alice out. Gives Bob as he was before. */
function shutOut({ alice, bob, log }: ReturnType<typeof threeOfUs>): Person {
  const before = twin(bob);
  expect(shuttingOut(bob, [alice], () => bob.act(log, { type: "rekey" }))).toBeNull();
  return before;
}

function expectHelp(alice: Person, carol: Person): void {
  expect(alice.room.doors.pleaReason).toBe("unopened");
  const plea = carol.readPlea(alice.room.doors.plead(SECRET, "unopened"));
  expect(plea && carol.room.doors.pleaStanding(plea)).toBe("waits");
}

describe("who was shut out finds the others, whatever the one who did it sends next", () => {
  it("A107, RULE room.unopened-by-another: a second commit of the same epoch, and then another bad one on that branch", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log } = room;
    const before = shutOut(room);
    inside(before).core = { ...inside(before).core, lastCommit: log.lastCommit };
    expect(before.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, bob, carol, before);
    expect([alice.room.epoch, alice.room.code()]).toEqual([carol.room.epoch, before.room.code()]);
    expectHelp(alice, carol);
    inside(before).core = { ...inside(before).core, unopened: null };
    expect(shuttingOut(before, [alice], () => before.act(log, { type: "rekey" }))).toBeNull();
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
  });

  it("A107: names whose commit came first, and who made a later one only where that is not known", () => {
    for (const isKnown of [true, false]) {
      const room = threeOfUs();
      const { alice, bob, carol, log } = room;
      const again = shutOut(room);
      alice.catchUp(log);
      const parts = inside(alice);
      const first = parts.core.unopened!;
      expect(first).toMatchObject({ by: bob.room.self.person, n: log.items.length });
      parts.core = { ...parts.core, unopened: { ...first, by: isKnown ? carol.room.self.person : null } };
      inside(again).core = { ...inside(again).core, lastCommit: log.lastCommit };
      expect(shuttingOut(again, [alice], () => again.act(log, { type: "rekey" }))).toBeNull();
      expect(alice.catchUp(log)).toMatchObject([{ kind: "rejected", alarm: { person: bob.room.self.person } }]);
      const by = (isKnown ? carol : bob).room.self.person;
      alice.restart();
      expect(inside(alice).core.unopened).toEqual({ ...first, by, n: log.items.length });
    }
  });

  it("A107, RULE room.unopened-by-another: a message in the epoch that all others have left", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log } = room;
    const before = shutOut(room);
    before.catchUp(log);
    inside(before).alarms = [];
    expect(before.say(log, "all is well")).toBe(true);
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
  });

  it("A107, RULE room.unopened-by-another: somebody who came in by our own slot after that", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log, secret } = room;
    shutOut(room);
    everyone(log, alice, bob, carol);
    const dave = join(alice, "Dave", log, secret);
    expect(alice.room.roster.members.size).toBe(4);
    expect(dave.say(log, "hello")).toBe(true);
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
    dave.catchUp(log);
    expect(dave.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
  });

  it("A107, RULE plea.common-key: our own keys, which nobody followed, are not what a later plea is sealed under", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log } = room;
    shutOut(room);
    everyone(log, alice, bob, carol);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
  });
});
