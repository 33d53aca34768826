import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { newDevice, newIdentity } from "../identity/person.js";
import { returnSecret } from "../invite/returnSecret.js";
import { alarm } from "../evidence/alarm.js";
import { inside, shuttingOut } from "./forger.fixture.js";
import { joinRoom } from "./joinRoom.js";
import { readFrom } from "./history.js";
import { openRoom, readSlot } from "./preview.js";
import { founded, invite, join, NOW, Person, preview, seeded } from "./testRelay.fixture.js";
import { everyone, threeOfUs } from "./threeOfUs.fixture.js";

describe("coming in directly", () => {
  it("is refused before anything is made: by a link that asks, by another's way back, and without a certificate", () => {
    const alice = new Person(seeded("alice"), "Alice");
    const identity = newIdentity(alice.primitives);
    alice.device = newDevice(alice.primitives, identity, 1);
    const { log } = founded(undefined, undefined, alice);
    const [direct, ask, auto] = (["direct", "ask", "auto"] as const).map((mode) => invite(alice, log, { mode }));
    expect(alice.act(log, alice.room.newReturn(identity.seed)!)).toBeNull();
    alice.catchUp(log);
    const guest = new Person(seeded("guest"), "Guest");
    const codeOf = (secret: Uint8Array, change: object = {}) => {
      const joiner = { device: guest.device, name: "Guest", now: NOW, ...change };
      const joining = joinRoom(guest.primitives, preview(alice, guest, log, secret), joiner);
      return joining.ok ? null : joining.error.code;
    };
    expect(codeOf(direct!)).toBeNull();
    expect([codeOf(ask!), codeOf(auto!)]).toEqual(["invite_needs_admission", "invite_needs_admission"]);
    const back = returnSecret(nodeCrypto, identity.seed, alice.room.id, 0);
    expect(codeOf(back)).toBe("not_member");
    expect(codeOf(direct!, { device: { ...guest.device, deviceCert: new Uint8Array(9) } })).toBe("bad_leaf_cert");
    const seen = preview(alice, guest, log, direct!);
    const without = joinRoom(
      guest.primitives,
      { ...seen, entrance: null },
      { device: guest.device, name: "Guest", now: NOW },
    );
    expect(without).toMatchObject({ error: { code: "invite_needs_admission" } });
    // A way in that somebody found elsewhere changes nothing about it.
    for (const secret of [ask!, auto!]) {
      const other = { ...preview(alice, guest, log, secret), entrance: seen.entrance };
      const joining = joinRoom(guest.primitives, other, { device: guest.device, name: "Guest", now: NOW });
      expect(joining).toMatchObject({ error: { code: "invite_needs_admission" } });
    }
  });
});

describe("why a device asks for a door", () => {
  it("is what it knows of itself: that it is a copy, that it was shut out of a log with a gap, or that it could not open something", () => {
    const { alice, bob, carol, log } = threeOfUs();
    const reason = () => bob.room.doors.pleaReason;
    const parts = inside(bob);
    expect(reason()).toBeNull();
    parts.alarms = [alarm("FORK"), alarm("SHUT_OUT")];
    expect(reason()).toBe("behind");
    parts.alarms = [alarm("SHUT_OUT"), alarm("RESTORED")];
    expect(reason()).toBe("copy");
    parts.alarms = [];
    shuttingOut(alice, [bob], () => alice.act(log, { type: "rekey" }));
    everyone(log, alice, bob, carol);
    expect(reason()).toBe("unopened");
    parts.alarms = [alarm("SHUT_OUT")];
    expect(reason()).toBe("behind");
    // Who is out has nothing to ask for.
    parts.core = { ...parts.core, status: "removed" };
    expect(reason()).toBeNull();
    parts.alarms = [alarm("RESTORED")];
    expect(reason()).toBe("copy");
  });
});

describe("a door", () => {
  it("leads nobody back who is not in the room any more, nor by another leaf than theirs", () => {
    const { alice, bob, carol, log, secret } = threeOfUs();
    shuttingOut(alice, [bob, carol], () => alice.act(log, { type: "rekey" }));
    everyone(log, alice, bob, carol);
    const judged = (who: Person, by = secret) => {
      const link = { ...alice.room.linkOf(by), floor: who.room.doors.doorLink(by).floor };
      const slot = readSlot(who.primitives, link, alice.room.slots(NOW)[0]!.blob);
      const opened = slot.ok ? openRoom(who.primitives, link, slot.value, log.roster) : slot;
      if (!opened.ok) throw new Error(opened.error.code);
      const door = who.room.doors.judgeDoor(opened.value);
      return door.ok ? door.value.self.name : door.error.code;
    };
    expect([judged(bob), judged(carol)]).toEqual(["Bob", "Carol"]);
    expect(alice.act(log, { type: "remove", person: bob.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, bob, carol);
    const again = invite(alice, log);
    everyone(log, bob, carol);
    expect([judged(bob, again), judged(carol, again)]).toEqual(["not_member", "Carol"]);
    // The place that the room has for Carol is that of her leaf, and not of any that she had.
    const parts = inside(carol);
    parts.core = { ...parts.core, leaf: bob.room.self.leaf };
    expect(judged(carol, again)).toBe("not_member");
  });

  it("A159: RULE door.not-taken-out: opened by somebody whom the log takes out since leads nobody back", () => {
    const { alice, bob, carol, log } = threeOfUs();
    shuttingOut(alice, [bob], () => alice.act(log, { type: "rekey" }));
    everyone(log, alice, bob, carol);
    const secret = new Uint8Array(32).fill(5);
    const plea = carol.readPlea(bob.room.doors.plead(secret, "unopened"))!;
    const slot = readSlot(
      bob.primitives,
      bob.room.doors.doorLink(secret),
      carol.room.doors.openDoorFor(plea, NOW)!.slot!.blob,
      bob.room.doors.doorKey(bob.device.deviceSeed),
    );
    const before = [...log.roster];
    const opened = slot.ok ? openRoom(bob.primitives, bob.room.doors.doorLink(secret), slot.value, before) : slot;
    if (!opened.ok) throw new Error(opened.error.code);
    const door = bob.room.doors.judgeDoor(opened.value);
    if (!door.ok) throw new Error(door.error.code);
    const objection = (records: readonly Uint8Array[]) => {
      const branches = bob.room.doors.branchesOf(door.value);
      for (const each of records) branches.take(each);
      return bob.room.doors.objectionToDoor(door.value, branches)?.error.code ?? null;
    };
    expect(objection(before)).toBeNull();
    expect(alice.act(log, { type: "setTitle", title: "Meadow" })).toBeNull();
    everyone(log, alice, carol);
    expect(objection(log.roster)).toBeNull();
    expect(alice.act(log, { type: "remove", person: carol.room.self.person, ban: false })).toBeNull();
    everyone(log, alice, carol);
    expect(objection(log.roster)).toBe("bad_slot");
    // Only in their order do records follow from one another.
    expect(objection(log.roster.toReversed())).toBeNull();
  });
});

describe("who was taken out while they could not follow", () => {
  it("A108: is told so after several removals, each of which began new keys for the list, and not by whom the room does not know", () => {
    const { alice, bob, carol, log, secret } = threeOfUs();
    const [dora, emil] = [join(alice, "Dora", log, secret), join(alice, "Emil", log, secret)];
    everyone(log, alice, bob, carol, dora, emil);
    const remove = (who: Person) => {
      expect(alice.act(log, { type: "remove", person: who.room.self.person, ban: false })).toBeNull();
      everyone(log, alice, carol, dora, emil);
    };
    const act = (title: string) => {
      expect(alice.act(log, { type: "setTitle", title })).toBeNull();
      everyone(log, alice, carol, dora, emil);
    };
    remove(dora);
    act("one");
    bob.catchUp(log);
    shuttingOut(alice, [bob], () => alice.act(log, { type: "rekey" }));
    everyone(log, alice, bob, carol, emil);
    remove(emil);
    act("two");
    remove(bob);
    act("three");
    const SECRET = new Uint8Array(32).fill(9);
    const plea = carol.readPlea(bob.room.doors.plead(SECRET, "unopened"))!;
    expect(carol.room.doors.pleaStanding(plea)).toBe("out");
    const kept = [...carol.records].filter(([key]) => key.startsWith("x/"));
    const opening = carol.room.doors.tellRemoval(plea, kept, NOW)!;
    const { leaf, removal } = bob.room.doors.readDoor(SECRET, opening.blob)!;
    const opened = readFrom(nodeCrypto, bob.room.doors.openingRemoval(removal!), log.roster);
    if (!opened.ok) throw new Error(opened.error.detail);
    const told = (teller = leaf) => {
      const judged = bob.room.doors.judgeRemoval(teller, opened.value);
      return judged.ok ? judged.value.action.type : judged.error.detail;
    };
    expect(told()).toBe("remove");
    expect(told(alice.room.self.leaf)).toBe("one word alone");
    expect(told(dora.room.self.leaf)).toBe("one word alone");
    expect(told(emil.room.self.leaf)).toBe("told by somebody who is out");
    // Who is in the room is told nothing, nor who never was.
    const ours = carol.readPlea(alice.room.doors.plead(SECRET, "unopened"))!;
    expect(carol.room.doors.pleaStanding(ours)).toBe("ahead");
    expect(carol.room.doors.tellRemoval(ours, kept, NOW)).toBeNull();
    expect(carol.room.doors.tellRemoval(plea, kept.slice(1), NOW)).toBeNull();
  });
});
