import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { actionHash } from "../roster/action.js";
import { signApproval } from "../roster/approval.js";
import { decodeAsking } from "./asking.js";
import { inside } from "./forger.fixture.js";
import { loadRoom } from "./loadRoom.js";
import { decodeAppend, encodeAppend } from "./storedAppend.js";
import { founded, invite, join, NOW, type Person } from "./testRelay.fixture.js";

/** A room of which a device keeps something of every kind. */
function everything(): Person {
  const { alice, log } = founded(preset("admins:2"));
  const admins = invite(alice, log, { role: "admin" });
  const [bob, carol] = [join(alice, "Bob", log, admins), join(alice, "Carol", log, admins)];
  for (const each of [alice, bob, carol]) each.catchUp(log);
  const { person } = carol.room.self;
  const removal = { type: "remove", person, ban: false } as const;
  const say = (who: Person, said: ReturnType<typeof who.room.say>) => {
    if (!said.ok) throw new Error(said.error.code);
    who.store(said.value.delta);
    expect(log.append(said.value.append)).toBe(true);
  };
  const role = { type: "setRole", person, role: "member" } as const;
  const { core, roster } = inside(bob);
  const base = { baseSeq: roster.seq, maxSeq: roster.seq + 100, policyHash: roster.policyHash };
  const early = signApproval(bob.primitives.crypto, core.leafSeed, {
    ...{ roomId: core.roomId, person: core.person, leaf: core.leaf, ...base },
    actionHash: actionHash(bob.primitives.crypto, role, alice.room.self.person),
  });
  say(bob, bob.room.say({ kind: "approval", ref: null, body: early }, NOW));
  const { hash, delta } = alice.room.proposals.note(removal);
  alice.store(delta);
  say(alice, alice.room.proposals.propose(removal, NOW));
  for (const each of [alice, bob, carol]) each.catchUp(log);
  say(bob, bob.room.proposals.approve(hash, NOW));
  say(carol, carol.room.farewell(NOW));
  say(carol, carol.room.proposals.decline(hash, NOW));
  alice.catchUp(log);
  for (const title of ["Meadow", "Orchard"]) {
    const made = alice.room.act({ type: "setTitle", title }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    alice.store(made.value.delta);
    if (title === "Meadow") alice.store(alice.room.discardPending());
  }
  alice.store(alice.room.resume());
  return alice;
}

/** Records that decide nothing when they are not readable: they are as if they were not there. */
const HARMLESS = /^(?:w\/|f\/|h\/|o\/|x\/)/u;

describe("a store that is damaged", () => {
  it("is not loaded: a room begins with all of it or not at all", () => {
    const alice = everything();
    const kinds = new Set([...alice.records.keys()].map((key) => key.split("/").slice(0, 2).join("/").slice(0, 9)));
    for (const kind of ["q/", "y/", "yes/", "back/", "k/", "s/core", "s/keys", "s/alarms", "s/pending", "s/withdra"]) {
      expect([...kinds].some((each) => each.startsWith(kind))).toBe(true);
    }
    expect(() => loadRoom(alice.primitives, alice.records)).not.toThrow();
    for (const [key, value] of alice.records) {
      if (HARMLESS.test(key) || key.startsWith("g/") || key.startsWith("r/")) continue;
      const damaged = new Map(alice.records);
      for (const bytes of [value.slice(0, -1), new Uint8Array([...value, 0])]) {
        damaged.set(key, bytes);
        expect([key, thrown(() => loadRoom(alice.primitives, damaged))]).toEqual([key, TypeError]);
      }
    }
    for (const key of ["s/core", "s/keys"]) {
      const without = new Map(alice.records);
      without.delete(key);
      expect(thrown(() => loadRoom(alice.primitives, without))).toBe(TypeError);
    }
  });

  it("nor is a commit on its way that the room refuses now, nor bytes that are no append and no request", () => {
    const alice = everything();
    const { append } = alice.room.pending!;
    expect(decodeAppend(encodeAppend(append))).toEqual(append);
    const bytes = encodeAppend(append);
    for (const bad of [new Uint8Array(0), bytes.slice(1), bytes.slice(0, -1)]) {
      expect(thrown(() => decodeAppend(bad))).toBe(TypeError);
      expect(thrown(() => decodeAsking(bad))).toBe(TypeError);
    }
    // Another room's decision does not follow from this one's roster.
    const { alice: stranger } = founded(preset("admins:2"));
    const made = stranger.room.act({ type: "setTitle", title: "Meadow" }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    stranger.store(made.value.delta);
    const mixed = new Map(alice.records).set("s/pending", stranger.records.get("s/pending")!);
    expect(thrown(() => loadRoom(alice.primitives, mixed))).toBe(TypeError);
  });
});

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as Error).constructor;
  }
  return null;
}
