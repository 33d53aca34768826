import { describe, expect, it } from "vitest";
import { sealDoor } from "../invite/door.js";
import { openRosterRecord } from "../transport/rosterLog.js";
import { inside, shuttingOut } from "./forger.fixture.js";
import { currentRosterKey } from "./keyring.js";
import { loadRoom } from "./loadRoom.js";
import { founded, invite, join, NOW, Person, seeded, type TestLog } from "./testRelay.fixture.js";

const SECRET = new Uint8Array(32).fill(9);

function threeOfUs() {
  const { alice, log } = founded();
  const secret = invite(alice, log);
  const [bob, carol] = [join(alice, "Bob", log, secret), join(alice, "Carol", log, secret)];
  alice.act(log, { type: "rekey" });
  everyone(log, alice, bob, carol);
  return { alice, bob, carol, log, secret };
}

function everyone(log: TestLog, ...people: Person[]): void {
  for (const person of people) person.catchUp(log);
}

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
  const plea = carol.room.doors.readPlea(alice.room.doors.plead(SECRET, "unopened")!);
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

  it("A107, RULE plea.common-epoch: our own new keys, which nobody followed, are not what a later plea is sealed to", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log } = room;
    shutOut(room);
    everyone(log, alice, bob, carol);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, bob, carol);
    expectHelp(alice, carol);
  });

  it("A107: who joined after that has not the key of the plea, and knows that others may have it", () => {
    const room = threeOfUs();
    const { alice, bob, carol, log, secret } = room;
    shutOut(room);
    everyone(log, alice, bob, carol);
    const dave = join(carol, "Dave", log, secret);
    expect(dave.room.doors.readPlea(alice.room.doors.plead(SECRET, "unopened")!)).toBeNull();
    expect([dave.room.requests.hasAllKeys, alice.room.requests.hasAllKeys]).toEqual([false, true]);
  });
});

it("A108, RULE door.by-member: who is not in the room tells nobody that they were removed", () => {
  const { alice, bob, carol } = threeOfUs();
  const made = alice.room.act({ type: "remove", person: bob.room.self.person, ban: false }, { now: NOW });
  if (!made.ok) throw new Error(made.error.code);
  const { crypto } = carol.primitives;
  const key = currentRosterKey(inside(carol).keys);
  const { entry } = openRosterRecord(crypto, carol.room.tag, [key], made.value.append.attachment)!;
  const plea = carol.room.doors.readPlea(bob.room.doors.plead(SECRET, "behind")!)!;
  // The protocol cannot tell a member who says so of a removal that never was in the log: see `door.judged`.
  const told = (leafSeed: Uint8Array, leaf: typeof plea.leaf) => {
    const blob = sealDoor(
      carol.primitives,
      { roomTag: carol.room.tag, doorPub: plea.doorPub, leafSeed },
      { roomId: carol.room.id, asked: plea.leaf, leaf, time: NOW, entries: [entry] },
    )!;
    return bob.room.doors.judgeRemoval(bob.room.doors.readDoor(SECRET, blob)!).ok;
  };
  const seed = new Uint8Array(32).fill(77);
  expect(told(seed, crypto.ed25519PublicKey(seed) as typeof plea.leaf)).toBe(false);
  expect(told(inside(carol).core.leafSeed, carol.room.self.leaf)).toBe(true);
});
