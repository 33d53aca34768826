import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import type { Action } from "../roster/action.js";
import { draftEntry } from "../roster/evaluate.js";
import { ROOM_VERSION } from "../roster/version.js";
import { openRosterRecord, sealRosterRecord } from "../transport/rosterLog.js";
import { unknownHere } from "./alreadySo.js";
import { roomExtensions } from "./binding.js";
import { forgeCommit, forgeEntry, inside, stranger } from "./forger.fixture.js";
import { currentRosterKey, wrappedRosterKey } from "./keyring.js";
import type { Append } from "./outcome.js";
import { epochOf } from "./parts.js";
import { previewRoom, readSlot } from "./preview.js";
import { founded, invite, join, NOW, Person, seeded } from "./testRelay.fixture.js";

const NEXT = { type: "upgrade", version: ROOM_VERSION + 1 } as const;
const upgradedBy = { by: { name: "Alice" }, version: ROOM_VERSION + 1, knows: ROOM_VERSION };

function friends() {
  const { alice, log } = founded(preset("owner"));
  const secret = invite(alice, log);
  const bob = join(alice, "Bob", log, secret);
  const carol = join(alice, "Carol", log, secret);
  bob.catchUp(log);
  return { alice, bob, carol, log, secret };
}

/** What the app of somebody commits that knows the next version: an upgrade that holds, beside `proposals`. */
function upgradeOf(person: Person, proposals: Parameters<typeof forgeCommit>[1]["proposals"] = []): Append {
  const { primitives, roster, core, group, keys, roomTag } = inside(person);
  const drafted = draftEntry(primitives.crypto, core.leafSeed, roster, {
    ...{ action: NEXT, person: core.person, time: NOW },
    ...{ epoch: epochOf(inside(person)), transcript: group.view.confirmedTranscriptHash },
  });
  if (!drafted.ok) throw new Error(drafted.error.code);
  const { entry, roster: after } = drafted.value;
  const attachment = sealRosterRecord(
    nodeCrypto,
    roomTag,
    currentRosterKey(keys),
    { seq: entry.seq, before: keys.record },
    {
      entry: entry.bytes,
      previousKey: wrappedRosterKey(keys),
    },
  );
  const binding = { type: "group_context_extensions", extensions: roomExtensions(after) } as const;
  return forgeCommit(person, { proposals: [...proposals, binding], authenticatedData: entry.hash, attachment });
}

describe("an upgrade to a version that this app does not know", () => {
  it("A104: RULE room.upgrade-waits: is judged whole, and then waited for; who moved the room is known, also after a restart", () => {
    const { alice, bob, carol, log } = friends();
    expect(log.append(upgradeOf(alice))).toBe(true);
    const before = log.items.length - 1;
    for (const each of [bob, carol]) {
      expect(each.catchUp(log)).toMatchObject([{ kind: "upgraded", alarm: null }]);
      expect(each.room.cursor.n).toBe(before);
      expect(each.room.upgraded).toMatchObject(upgradedBy);
      each.restart();
      each.room.caughtUp();
      expect(each.room.upgraded).toMatchObject(upgradedBy);
      expect(each.room.roster.version).toBe(ROOM_VERSION);
      expect(each.room.say({ kind: "text", ref: null, body: new Uint8Array(1) }, NOW)).toMatchObject({
        error: { code: "update_needed", upgraded: upgradedBy },
      });
      expect(each.act(log, { type: "rekey" })).toBe("update_needed");
      expect(each.room.pausingAlarms).toEqual([]);
    }
  });

  it("A104: is refused like any other change where it does not hold, and nobody waits", () => {
    const { alice, bob, carol, log } = friends();
    const { keyPackage } = stranger(new Person(seeded("mallory"), "Mallory"), alice.room);
    const attempts: [by: Person, make: () => Append, code: string][] = [
      [bob, () => forgeCommit(bob, forgeEntry(bob, NEXT)), "not_allowed"],
      [alice, () => forgeCommit(alice, forgeEntry(alice, { ...NEXT, version: ROOM_VERSION + 2 })), "invalid_action"],
      [alice, () => forgeCommit(alice, forgeEntry(alice, NEXT)), "state_mismatch"],
      // A stranger rides along with an honest upgrade.
      [alice, () => upgradeOf(alice, [{ type: "add", keyPackage }]), "ghost"],
    ];
    for (const [by, make, code] of attempts) {
      expect(log.append(make())).toBe(true);
      for (const each of [alice, bob, carol].filter((one) => one !== by)) {
        expect(each.catchUp(log).at(-1)).toMatchObject({
          kind: "rejected",
          rejection: { code },
          alarm: { code: "REFUSED_CHANGE" },
        });
        expect(each.room.upgraded).toBeNull();
      }
      by.catchUp(log);
    }
    carol.catchUp(log);
    expect(carol.say(log, "we go on")).toBe(true);
    alice.room.resume();
    expect(bob.catchUp(log).at(-1)).toMatchObject({ kind: "accepted" });
  });

  it("A104: RULE replay.upgrade: a newcomer whose app is too old is told who moved the room, before anything is sent", () => {
    const { alice, bob, log, secret } = friends();
    const slots = alice.room.slots(NOW);
    expect(log.append(upgradeOf(alice))).toBe(true);
    bob.catchUp(log);
    const guest = new Person(seeded("guest"), "Guest");
    const link = alice.room.linkOf(secret);
    const slot = readSlot(guest.primitives, link, slots[0]!.blob);
    if (!slot.ok) throw new Error(slot.error.code);
    // The newer app has put a slot for the room as it is now: its head is the upgrade.
    const hash = nodeCrypto.hash("sha256", entryOf(alice, log.roster.at(-1)!));
    const head = { ...slot.value.head, seq: slot.value.head.seq + 1, hash };
    const record = nodeCrypto.hash("sha256", log.roster.at(-1)!);
    expect(previewRoom(guest.primitives, link, { ...slot.value, head, record }, log.roster)).toMatchObject({
      error: { code: "update_needed", upgraded: upgradedBy },
    });
  });

  it("RULE room.upgrade-known: is not begun, proposed or agreed to by an app that does not know it", () => {
    const { alice, bob, log } = friends();
    expect(alice.act(log, NEXT)).toBe("update_needed");
    expect(alice.room.proposals.propose(NEXT, NOW)).toMatchObject({ error: { code: "update_needed" } });
    expect(alice.room.outlook(NEXT, NOW)).toMatchObject({ can: "no", why: { code: "update_needed" } });
    const { hash, delta } = alice.room.proposals.note(NEXT);
    alice.store(delta);
    expect(alice.room.proposals.approve(hash, NOW)).toMatchObject({ error: { code: "update_needed" } });
    expect(bob.room.upgraded).toBeNull();
    const about = (version: number) => unknownHere({ type: "upgrade", version });
    expect([about(ROOM_VERSION), unknownHere({ type: "tick" })]).toEqual([null, null]);
    expect(about(ROOM_VERSION + 1)).toMatchObject({ error: { code: "update_needed" } });
  });

  it("what the apps of the others know is known, until their devices are gone", () => {
    const { alice, bob, carol, log } = friends();
    const people = (of: Person[]) => of.map(({ room }) => room.self.person);
    expect(alice.room.appsBehind(ROOM_VERSION)).toEqual({ behind: [], unknown: people([bob, carol]) });
    bob.catchUp(log);
    expect(bob.say(log, "hello")).toBe(true);
    alice.catchUp(log);
    expect(alice.room.appsBehind(ROOM_VERSION)).toEqual({ behind: [], unknown: people([carol]) });
    expect(alice.room.appsBehind(ROOM_VERSION + 1)).toEqual({ behind: people([bob]), unknown: people([carol]) });
    alice.restart();
    alice.catchUp(log);
    expect(alice.room.appsBehind(ROOM_VERSION + 1).behind).toEqual(people([bob]));
    const action: Action = { type: "remove", person: bob.room.self.person, ban: false };
    expect(alice.act(log, action)).toBeNull();
    alice.catchUp(log);
    expect(alice.room.appsBehind(ROOM_VERSION + 1).behind).toEqual([]);
    expect([...alice.records.keys()].filter((key) => key.startsWith("k/"))).toEqual([]);
  });
});

function entryOf(person: Person, attachment: Uint8Array): Uint8Array {
  const { primitives, roomTag, keys } = inside(person);
  return openRosterRecord(primitives.crypto, roomTag, [currentRosterKey(keys)], attachment)!.entry;
}
