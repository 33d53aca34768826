import { describe, expect, it } from "vitest";
import { openPlea, pleaKeys, sealPlea } from "../invite/plea.js";
import { openSlot } from "../invite/slot.js";
import { leafSealKeys } from "../identity/leafCert.js";
import { shuttingOut, inside } from "./forger.fixture.js";
import { loadRoom } from "./loadRoom.js";
import { openRoom, readSlot } from "./preview.js";
import { requestKeyPair } from "./keyring.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

function threeOfUs() {
  const { alice, log } = founded();
  const secret = invite(alice, log);
  const [bob, carol] = [join(alice, "Bob", log, secret), join(alice, "Carol", log, secret)];
  alice.act(log, { type: "rekey" });
  everyone(log, alice, bob, carol);
  return { alice, bob, carol, log };
}

function everyone(log: TestLog, ...people: Person[]): void {
  for (const person of people) person.catchUp(log);
}

/** Bob, a plain member, makes new keys for all but Alice, the owner. */
function shutOut() {
  const room = threeOfUs();
  const { alice, bob, carol, log } = room;
  expect(shuttingOut(bob, [alice], () => bob.act(log, { type: "rekey" }))).toBeNull();
  everyone(log, alice, bob, carol);
  return room;
}

const SECRET = new Uint8Array(32).fill(9);

function signedEntries(person: Person): Uint8Array[] {
  return [...person.records.keys()]
    .filter((key) => key.startsWith("x/e/"))
    .sort()
    .map((key) => person.records.get(key)!);
}

describe("a member who cannot follow", () => {
  it("A107, A108: RULE room.unopened, RULE door.for-device: knows whose commit it was, asks, and is offered a door", () => {
    const { alice, bob, carol, log } = shutOut();
    expect([carol.room.epoch, bob.room.epoch]).toEqual([alice.room.epoch + 1, alice.room.epoch + 1]);
    expect(alice.room.doors.unopened).toMatchObject({
      n: log.items.length,
      epoch: alice.room.epoch,
      by: bob.room.self.person,
    });
    expect([alice.room.doors.pleaReason, bob.room.doors.pleaReason, carol.room.doors.pleaReason]).toEqual([
      "unopened",
      null,
      null,
    ]);
    const blob = alice.room.doors.plead(SECRET, "unopened")!;
    const plea = carol.room.doors.readPlea(blob)!;
    expect(plea).toMatchObject({ why: "unopened", epoch: alice.room.epoch, leaf: alice.room.self.leaf });
    expect(carol.room.doors.pleaStanding(plea)).toBe("waits");
    const opening = carol.room.doors.openDoorFor(plea, NOW)!;
    expect(alice.room.doors.readDoor(SECRET, opening.blob)).toMatchObject({ leaf: carol.room.self.leaf, entries: [] });
    const { crypto } = alice.primitives;
    const { slot, slotId, inviteId, inboxId } = pleaKeys(crypto, alice.room.id, SECRET);
    expect([opening.slot!.slotId, opening.inboxId]).toEqual([slotId, inboxId]);
    const place = { roomId: alice.room.id, roomTag: alice.room.tag, inviteId };
    const own = leafSealKeys(crypto, alice.device.deviceSeed, alice.room.self.leaf).privateKey;
    const view = openSlot(crypto, { ...place, slotKey: own }, opening.slot!.blob);
    // RULE door.for-device, A108: whoever has the leaf's key, and so the secret of the plea, reads nothing by it.
    expect(openSlot(crypto, { ...place, slotKey: slot.privateKey }, opening.slot!.blob)).toBeNull();
    expect(view).toMatchObject({ leaf: carol.room.self.leaf, epoch: carol.room.epoch });
    expect(view?.entrance).not.toBeNull();
  });

  it("A107: knows it again after a restart, and is asked nothing more once another commit opens", () => {
    const { alice, bob, carol, log } = threeOfUs();
    // Nobody but its author can open it.
    shuttingOut(bob, [alice, carol], () => bob.act(log, { type: "rekey" }));
    everyone(log, alice, carol);
    expect([alice.room.doors.pleaReason, carol.room.doors.pleaReason]).toEqual(["unopened", "unopened"]);
    alice.restart();
    alice.catchUp(log);
    expect(alice.room.doors.pleaReason).toBe("unopened");
    // Who stands where the plea stands opens no door.
    expect(carol.room.doors.pleaStanding(carol.room.doors.readPlea(alice.room.doors.plead(SECRET, "unopened")!)!)).toBe(
      "ahead",
    );
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, carol);
    expect(carol.room.doors.pleaReason).toBeNull();
    // Our own commit shows nothing: nobody need have followed it.
    expect(alice.room.doors.unopened).not.toBeNull();
    carol.say(log, "I am with you");
    alice.catchUp(log);
    expect([alice.room.doors.unopened, alice.room.doors.pleaReason]).toEqual([null, null]);
  });

  it("A107: records of later epochs are a reason to ask, whatever was made of the commit between", () => {
    const { alice, bob, carol, log } = shutOut();
    expect(carol.say(log, "in the next epoch")).toBe(true);
    alice.catchUp(log);
    const { core } = inside(alice);
    inside(alice).core = { ...core, unopened: null };
    expect(alice.room.doors.pleaReason).toBe("unopened");
    everyone(log, bob);
    expect(bob.room.doors.pleaReason).toBeNull();
  });

  it("A108: RULE plea.signed: nobody asks in the name of a leaf that they do not hold", () => {
    const { alice, bob, carol } = shutOut();
    const { crypto } = alice.primitives;
    const key = requestKeyPair(crypto, inside(bob).keys.requests.at(-2)!.key);
    const { roomTag } = inside(bob);
    const place = { roomId: alice.room.id, roomTag, requestKey: key.privateKey };
    const honest = openPlea(crypto, place, alice.room.doors.plead(SECRET, "unopened")!)!;
    const bobs = pleaKeys(crypto, alice.room.id, new Uint8Array(32).fill(1));
    const forged = { ...honest, doorId: bobs.inviteId, doorPub: bobs.slot.publicKey, tokenPub: bobs.tokenPub };
    const seal = { roomTag, requestPub: key.publicKey };
    const byBob = sealPlea(bob.primitives, { ...seal, leafSeed: inside(bob).core.leafSeed }, forged)!;
    expect(carol.room.doors.readPlea(byBob)).toBeNull();
    const byAlice = sealPlea(alice.primitives, { ...seal, leafSeed: inside(alice).core.leafSeed }, forged)!;
    expect(carol.room.doors.readPlea(byAlice)).not.toBeNull();
  });

  it("RULE plea.listed, RULE door.judged, RULE door.asked, A58: whoever was taken out gets no door, but the signed entry that did it", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const n = log.items.length;
    expect(alice.act(log, { type: "setTitle", title: "Shed" })).toBeNull();
    everyone(log, alice, carol);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, carol);
    expect(carol.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, carol);
    // The relay shows Bob none of it.
    expect(bob.room.cursor.n).toBe(n);
    const plea = alice.room.doors.readPlea(bob.room.doors.plead(SECRET, "behind")!)!;
    expect(alice.room.doors.pleaStanding(plea)).toBe("out");
    const opening = alice.room.doors.tellRemoval(plea, signedEntries(alice), NOW)!;
    expect(opening.slot).toBeNull();
    const door = bob.room.doors.readDoor(SECRET, opening.blob)!;
    expect(door.entries).toHaveLength(2);
    const judged = bob.room.doors.judgeRemoval(door);
    expect(judged.ok && judged.value).toMatchObject({ action: { type: "remove" }, by: alice.room.self.person });
    // A part of the truth is none.
    for (const entries of [door.entries.slice(1), door.entries.slice(0, 1), []])
      expect(bob.room.doors.judgeRemoval({ ...door, entries }).ok).toBe(false);
    // An answer to somebody else.
    expect(carol.room.doors.readDoor(SECRET, opening.blob)).toBeNull();
    expect(bob.room.doors.readDoor(new Uint8Array(32), opening.blob)).toBeNull();
  });

  it("a leaf that never was in is told nothing", () => {
    const { alice, bob } = shutOut();
    const plea = bob.room.doors.readPlea(alice.room.doors.plead(SECRET, "unopened")!)!;
    const stranger = { ...plea, leaf: bob.room.self.leaf.map((byte) => byte ^ 1) as typeof plea.leaf };
    expect(bob.room.doors.pleaStanding(stranger)).toBe("out");
    expect(bob.room.doors.tellRemoval(stranger, signedEntries(bob), NOW)).toBeNull();
  });
});

describe("what a door leads to", () => {
  function opened(alice: Person, carol: Person, log: TestLog) {
    const plea = carol.room.doors.readPlea(alice.room.doors.plead(SECRET, "unopened")!)!;
    const link = alice.room.doors.doorLink(SECRET);
    const key = alice.room.doors.doorKey(alice.device.deviceSeed);
    const slot = readSlot(alice.primitives, link, carol.room.doors.openDoorFor(plea, NOW)!.slot!.blob, key);
    const found = slot.ok ? openRoom(alice.primitives, link, slot.value, log.roster) : slot;
    if (!found.ok) throw new Error(found.error.code);
    return found.value;
  }

  it("A107: is the room as the others have it; and the seat is taken by a commit that they accept", () => {
    const { alice, bob, carol, log } = shutOut();
    const door = alice.room.doors.judgeDoor(opened(alice, carol, log));
    if (!door.ok) throw new Error(door.error.code);
    expect(door.value.by.person).toEqual(carol.room.self.person);
    const seat = alice.room.doors.takeSeat(door.value, { device: alice.device, now: NOW, after: null });
    if (!seat.ok) throw new Error(`${seat.error.code} ${seat.error.detail ?? ""}`);
    expect(log.append(seat.value.append)).toBe(true);
    everyone(log, bob, carol);
    expect(carol.room.roster.members.size).toBe(3);
    // The room as it was gives way just before the record.
    const records = alice.room.doors.seatRecords(seat.value.delta.put);
    alice.begin(loadRoom(alice.primitives, records), { put: [...records], delete: [] });
    expect(alice.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", events: [{ type: "joined" }] });
    expect(alice.room.roster.head).toEqual(carol.room.roster.head);
    expect(alice.room.code()).toBe(carol.room.code());
    expect(alice.room.doors.pleaReason).toBeNull();
  });

  it("RULE door.same-chain, A32: is not followed onto another branch of the room", () => {
    const { alice, carol, log } = shutOut();
    const found = opened(alice, carol, log);
    const { floor } = found.link;
    const elsewhere = { ...found, link: { ...found.link, floor: { ...floor, head: new Uint8Array(32) } } };
    expect(alice.room.doors.judgeDoor(elsewhere)).toMatchObject({ error: { code: "bad_history" } });
    const ahead = { ...found, link: { ...found.link, floor: { ...floor, seq: floor.seq + 9 } } };
    expect(alice.room.doors.judgeDoor(ahead)).toMatchObject({ error: { code: "below_floor" } });
  });

  it("RULE door.same-log, A21: nor is it where whoever opened it has read another log, or is not in the room", () => {
    const { alice, bob, carol, log } = shutOut();
    const found = opened(alice, carol, log);
    const code = (slot: Partial<typeof found.slot>) => {
      const judged = alice.room.doors.judgeDoor({ ...found, slot: { ...found.slot, ...slot } });
      return judged.ok ? "ok" : judged.error.code;
    };
    expect(code({})).toBe("ok");
    expect(code({ log: { ...found.slot.log, head: new Uint8Array(32) } })).toBe("bad_slot");
    expect(code({ log: { ...found.slot.log, n: found.slot.log.n + 1 } })).toBe("not_caught_up");
    expect(code({ leaf: bob.room.self.leaf.map((byte) => byte ^ 1) as typeof found.slot.leaf })).toBe("bad_slot");
    expect(code({ entrance: null })).toBe("bad_slot");
  });
});
