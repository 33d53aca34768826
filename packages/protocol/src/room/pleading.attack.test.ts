import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { openPlea, pleaKeys, sealPlea } from "../invite/plea.js";
import { openSlot } from "../invite/slot.js";
import { leafSealKeys } from "../identity/leafCert.js";
import type { Door } from "../invite/door.js";
import { decodeEntry } from "../roster/entry.js";
import { openRosterRecord } from "../transport/rosterLog.js";
import { entryKey } from "./acceptCommit.js";
import { forgeAppend, inside, shuttingOut } from "./forger.fixture.js";
import { readFrom } from "./history.js";
import { loadRoom } from "./loadRoom.js";
import { openRoom, readSlot } from "./preview.js";
import { currentRosterKey } from "./keyring.js";
import { everyone, threeOfUs } from "./threeOfUs.fixture.js";
import { invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

/** Bob, a plain member, makes new keys for all but Alice, the owner. */
function shutOut() {
  const room = threeOfUs();
  const { alice, bob, carol, log } = room;
  expect(shuttingOut(bob, [alice], () => bob.act(log, { type: "rekey" }))).toBeNull();
  everyone(log, alice, bob, carol);
  return room;
}

const SECRET = new Uint8Array(32).fill(9);

/** What a device keeps of the room's chain, as a client gives it. */
function kept(person: Person): [string, Uint8Array][] {
  return [...person.records].filter(([key]) => key.startsWith("x/"));
}

/** What the one who asked makes of being told that they are out. Gives the refusal's code, or the decision. */
function told(victim: Person, helper: Person, log: Pick<TestLog, "roster">) {
  const plea = helper.readPlea(victim.room.doors.plead(SECRET, "unopened"))!;
  expect(helper.room.doors.pleaStanding(plea)).toBe("out");
  const { blob, slot } = helper.room.doors.tellRemoval(plea, kept(helper), NOW)!;
  expect(slot).toBeNull();
  return judged(victim, victim.room.doors.readDoor(SECRET, blob)!, log);
}

function judged(victim: Person, { leaf, removal }: Pick<Door, "leaf" | "removal">, log: Pick<TestLog, "roster">) {
  const opened = readFrom(victim.primitives.crypto, victim.room.doors.openingRemoval(removal!), log.roster);
  const decision = opened.ok ? victim.room.doors.judgeRemoval(leaf, opened.value) : opened;
  return decision.ok ? decision.value : `${decision.error.code} ${decision.error.detail}`;
}

function decodedEntry(person: Person, seq: number) {
  const decoded = decodeEntry(person.primitives.crypto, person.records.get(entryKey(seq))!, person.room.roster.version);
  if (!decoded.ok) throw new Error("no entry");
  return decoded.value;
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
    const blob = alice.room.doors.plead(SECRET, "unopened");
    const plea = carol.readPlea(blob)!;
    expect(plea).toMatchObject({ why: "unopened", epoch: alice.room.epoch, leaf: alice.room.self.leaf });
    expect(carol.room.doors.pleaStanding(plea)).toBe("waits");
    const opening = carol.room.doors.openDoorFor(plea, NOW)!;
    expect(alice.room.doors.readDoor(SECRET, opening.blob)).toMatchObject({
      leaf: carol.room.self.leaf,
      removal: null,
    });
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
    expect(carol.room.doors.pleaStanding(carol.readPlea(alice.room.doors.plead(SECRET, "unopened"))!)).toBe("ahead");
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

  it("A107, RULE room.ahead-in-order: junk of a far epoch is no reason to ask, and of the next one none that lasts", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const others = [bob, carol];
    const junk = (kind: "commit" | "message", epoch: number) => {
      expect(
        log.append({ ...forgeAppend(bob, new Uint8Array(100), { kind }), epoch, lastCommit: log.lastCommit }),
      ).toBe(true);
      everyone(log, alice, ...others);
    };
    const reasons = () => [alice, ...others].map(({ room }) => room.doors.pleaReason);
    for (const kind of ["commit", "message"] as const)
      for (const far of [1, 2, 1_000_000]) junk(kind, alice.room.epoch + far);
    expect(reasons()).toEqual([null, null, null]);
    junk("commit", alice.room.epoch);
    expect(reasons()).toEqual([null, null, null]);
    junk("message", alice.room.epoch + 2);
    expect(reasons()).toEqual([null, null, null]);
    junk("message", alice.room.epoch + 1);
    expect(reasons()).toEqual(["unopened", "unopened", "unopened"]);
    expect(alice.act(log, { type: "rekey" })).toBeNull();
    everyone(log, alice, ...others);
    expect(reasons()).toEqual([null, null, null]);
  });

  it("A108: RULE plea.signed: nobody asks in the name of a leaf that they do not hold", () => {
    const { alice, bob, carol } = shutOut();
    const { crypto } = alice.primitives;
    const rosterKey = currentRosterKey(inside(bob).keys);
    const { roomTag } = inside(bob);
    const place = { roomId: alice.room.id, roomTag, rosterKey };
    const honest = openPlea(crypto, place, alice.room.doors.plead(SECRET, "unopened"))!;
    const bobs = pleaKeys(crypto, alice.room.id, new Uint8Array(32).fill(1));
    const forged = { ...honest, doorId: bobs.inviteId, doorPub: bobs.slot.publicKey, tokenPub: bobs.tokenPub };
    const seal = { roomTag, rosterKey };
    const byBob = sealPlea(bob.primitives, { ...seal, leafSeed: inside(bob).core.leafSeed }, forged);
    expect(carol.readPlea(byBob)).toBeNull();
    const byAlice = sealPlea(alice.primitives, { ...seal, leafSeed: inside(alice).core.leafSeed }, forged);
    expect(carol.readPlea(byAlice)).not.toBeNull();
  });

  it("A107, RULE plea.readable: by whoever is in the room, however many new keys others made meanwhile, and whenever they came", () => {
    const { alice, bob, carol, log, secret } = threeOfUs();
    /** Alice begins a generation of the roster's keys. */
    const beginGeneration = () => {
      const { action } = alice.room.newInvite({
        ...({ for: { class: "multi", limit: 2 }, role: "member", notAfter: null, mode: "direct" } as const),
      });
      for (const next of [action, { type: "revokeInvite", inviteId: action.invite.inviteId } as const]) {
        expect(alice.act(log, next)).toBeNull();
        everyone(log, alice, bob, carol);
      }
    };
    beginGeneration();
    expect(shuttingOut(bob, [carol], () => bob.act(log, { type: "rekey" }))).toBeNull();
    everyone(log, alice, bob, carol);
    const early = carol.room.doors.plead(SECRET, "unopened");
    for (let round = 0; round < 40; round++) {
      expect(bob.act(log, { type: "rekey" })).toBeNull();
      everyone(log, bob);
    }
    everyone(log, alice, carol);
    // Two generations later, somebody who knew none of this.
    const { generation } = alice.room.roster;
    for (let round = 0; round < 2; round++) beginGeneration();
    const dave = join(alice, "Dave", log, secret);
    everyone(log, bob, carol);
    expect([alice, bob, carol].map(({ room }) => room.roster.generation - generation)).toEqual([2, 2, 0]);
    for (const each of [alice, bob, dave])
      for (const plea of [early, carol.room.doors.plead(SECRET, "unopened")])
        expect(each.room.doors.pleaStanding(each.readPlea(plea)!)).toBe("waits");
  });

  it("A108, RULE door.no-invite: nobody has an invite's slot filled with their door", () => {
    const { alice, carol } = shutOut();
    const plea = carol.readPlea(alice.room.doors.plead(SECRET, "unopened"))!;
    expect(carol.room.doors.openDoorFor(plea, NOW)).not.toBeNull();
    const [invite] = [...carol.room.roster.openInvites.values()];
    expect(carol.room.doors.openDoorFor({ ...plea, doorId: invite!.inviteId }, NOW)).toBeNull();
  });

  it("a leaf that never was in is told nothing", () => {
    const { alice, bob } = shutOut();
    const plea = bob.readPlea(alice.room.doors.plead(SECRET, "unopened"))!;
    const stranger = { ...plea, leaf: bob.room.self.leaf.map((byte) => byte ^ 1) as typeof plea.leaf };
    expect(bob.room.doors.pleaStanding(stranger)).toBe("out");
    expect(bob.room.doors.tellRemoval(stranger, kept(bob), NOW)).toBeNull();
  });
});

describe("who was taken out while they could not follow", () => {
  /** Bob shuts Carol out; a title later Alice removes her. */
  function removed(between: (room: ReturnType<typeof threeOfUs>) => void = () => undefined) {
    const room = threeOfUs();
    const { alice, carol, bob, log } = room;
    expect(shuttingOut(bob, [carol], () => bob.act(log, { type: "rekey" }))).toBeNull();
    everyone(log, alice, carol, bob);
    expect(alice.act(log, { type: "setTitle", title: "Shed" })).toBeNull();
    everyone(log, alice, carol, bob);
    between(room);
    expect(alice.act(log, { type: "remove", person: carol.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, carol, bob);
    return room;
  }

  it("RULE plea.listed, RULE door.judged, RULE door.asked, A58: get no door, but are told which entry did it, and find it in the log", () => {
    const { alice, carol, bob, log } = removed();
    expect(told(carol, bob, log)).toMatchObject({ action: { type: "remove" }, by: alice.room.self.person });
    const dave = join(alice, "Dave", log, invite(alice, log));
    everyone(log, carol, bob);
    // What comes later is nothing that the key opens.
    const plea = dave.readPlea(carol.room.doors.plead(SECRET, "unopened"))!;
    const { removal } = carol.room.doors.readDoor(SECRET, dave.room.doors.tellRemoval(plea, kept(dave), NOW)!.blob)!;
    expect(removal!.rosterKey.generation).toBe(dave.room.roster.generation - 1);
    // An answer to somebody else.
    const { blob } = dave.room.doors.tellRemoval(plea, kept(dave), NOW)!;
    expect(bob.room.doors.readDoor(SECRET, blob)).toBeNull();
    expect(carol.room.doors.readDoor(new Uint8Array(32), blob)).toBeNull();
  });

  it("A158, RULE door.second-word: one word alone proves nothing: of who decided it, of somebody unknown, or on what an unknown person decided", () => {
    const { alice, carol, bob, log } = removed();
    expect(told(carol, alice, log)).toBe("bad_history one word alone");
    const dave = join(alice, "Dave", log, invite(alice, log));
    everyone(log, carol, bob);
    expect(told(carol, dave, log)).toBe("bad_history one word alone");
    // Somebody who was let in where Carol cannot see it.
    const other = threeOfUs();
    expect(shuttingOut(other.bob, [other.carol], () => other.bob.act(other.log, { type: "rekey" }))).toBeNull();
    everyone(other.log, other.alice, other.carol, other.bob);
    const erin = join(other.alice, "Erin", other.log, invite(other.alice, other.log));
    const { person } = erin.room.self;
    everyone(other.log, other.bob, erin);
    expect(other.alice.act(other.log, { type: "setRole", person, role: "owner" })).toBeNull();
    everyone(other.log, other.bob, erin);
    expect(erin.act(other.log, { type: "remove", person: other.carol.room.self.person, ban: false })).toBeNull();
    everyone(other.log, other.alice, other.carol, other.bob);
    expect(told(other.carol, other.bob, other.log)).toBe("bad_history one word alone");
  });

  it("A108: also long ago: the answer is as long as ever, however many decisions came before", () => {
    const answered = (decisions: number) => {
      const { alice, carol, bob, log } = removed(({ alice, log }) => {
        for (let round = 0; round < decisions; round++) {
          expect(alice.act(log, { type: "setTitle", title: `Title ${String(round)}` })).toBeNull();
          everyone(log, alice);
        }
      });
      expect(told(carol, bob, log)).toMatchObject({ action: { type: "remove" }, by: alice.room.self.person });
      const plea = bob.readPlea(carol.room.doors.plead(SECRET, "unopened"))!;
      return bob.room.doors.tellRemoval(plea, kept(bob), NOW)!.blob.length;
    };
    expect(answered(24)).toBe(answered(0));
  });

  it("RULE door.judged: another entry than the one that took them out, a chain with a hole, another branch prove nothing", () => {
    const { carol, bob, log } = removed();
    const plea = bob.readPlea(carol.room.doors.plead(SECRET, "unopened"))!;
    const { removal } = carol.room.doors.readDoor(SECRET, bob.room.doors.tellRemoval(plea, kept(bob), NOW)!.blob)!;
    const { hash } = removal!;
    const { leaf } = bob.room.self;
    const { prev } = decodedEntry(bob, bob.room.roster.seq);
    // The record before it, as it is in the log.
    const record = log.roster.at(-2)!;
    const before = { ...removal!, hash: prev, record: nodeCrypto.hash("sha256", record) };
    expect(judged(carol, { leaf, removal: before }, log)).toBe("bad_history not removed");
    expect(judged(carol, { leaf, removal: { ...removal!, hash: hash.map((byte) => byte ^ 1) } }, log)).toMatch(
      "bad_history",
    );
    const { core } = inside(carol);
    const floor = { ...core.unopened!.floor, head: new Uint8Array(32) };
    inside(carol).core = { ...core, unopened: { ...core.unopened!, floor } };
    expect(judged(carol, { leaf, removal }, log)).toMatch("bad_history another room");
  });

  it("A108, RULE door.in-log: what the log does not hold is not proved: the relay keeps it back, or it never was", () => {
    const { alice, carol, bob, log } = threeOfUs();
    expect(alice.act(log, { type: "remove", person: carol.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, bob);
    expect(told(carol, alice, { roster: log.roster.slice(0, -1) })).toBe("bad_history an entry is missing");
    // Where it is there it is read: as Carol has not read the commit yet, she judges that herself.
    expect(told(carol, bob, log)).toBe("bad_history of an epoch that we know");
  });

  it("A108, RULE door.later-epoch: a removal that lost its race, which a member puts into the log, ends nothing", () => {
    const { alice, carol, bob, log } = threeOfUs();
    // Alice's removal of Carol loses the race, and she thinks better of it.
    const made = alice.room.act({ type: "remove", person: carol.room.self.person, ban: false }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    expect(shuttingOut(bob, [carol], () => bob.act(log, { type: "rekey" }))).toBeNull();
    everyone(log, alice, carol, bob);
    const { attachment } = made.value.append;
    const rosterKey = currentRosterKey(inside(bob).keys);
    const { crypto } = bob.primitives;
    const { entry } = openRosterRecord(crypto, bob.room.tag, [rosterKey], attachment)!;
    expect(log.append(forgeAppend(bob, new Uint8Array(10), { attachment }))).toBe(true);
    everyone(log, alice, carol, bob);
    expect(alice.room.roster.members.size).toBe(3);
    const removal = { hash: crypto.hash("sha256", entry), rosterKey, record: crypto.hash("sha256", attachment) };
    const { leaf } = bob.room.self;
    expect(judged(carol, { leaf, removal }, log)).toBe("bad_history of an epoch that we know");
  });
});

describe("what a door leads to", () => {
  function opened(alice: Person, carol: Person, log: TestLog) {
    const plea = carol.readPlea(alice.room.doors.plead(SECRET, "unopened"))!;
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
