import { describe, expect, it } from "vitest";
import { preset } from "../policy/presets.js";
import { inside } from "./forger.fixture.js";
import { KEYS } from "./parts.js";
import { founded, invite, join, NOW, type Person, type TestLog } from "./testRelay.fixture.js";

function room() {
  const { alice, log } = founded(preset("everyone"));
  const secret = invite(alice, log);
  const bob = join(alice, "Bob", log, secret);
  const carol = join(alice, "Carol", log, secret);
  bob.catchUp(log);
  return { alice, bob, carol, log, secret };
}

function shownOut(host: Person, gone: Person, log: TestLog): void {
  expect(host.act(log, { type: "remove", person: gone.room.self.person, ban: false })).toBeNull();
}

describe("taking in the log", () => {
  it("a record that comes before its turn is not taken: the one before it is asked for", () => {
    const { alice, bob, carol, log } = room();
    expect(bob.say(log, "first")).toBe(true);
    expect(carol.say(log, "second")).toBe(true);
    const [first, second] = log.items.slice(alice.room.cursor.n) as [(typeof log.items)[0], (typeof log.items)[0]];
    const { cursor } = alice.room;
    expect(alice.room.receive(second)).toEqual({ kind: "deferred", reason: "gap" });
    expect(alice.room.cursor).toEqual(cursor);
    for (const item of [first, second])
      expect(alice.room.receive(item)).toMatchObject({ kind: "accepted", alarm: null });
    expect(alice.room.receive(first)).toEqual({ kind: "deferred", reason: "seen" });
  });

  it("what changes nothing stores where the log is now, and nothing else", () => {
    const { alice, bob, log } = room();
    alice.catchUp(log);
    expect(bob.act(log, { type: "rekey" })).toBeNull();
    const [rekey] = log.items.slice(alice.room.cursor.n);
    const junk = [
      { ...rekey!, payload: new Uint8Array(300) },
      { ...rekey!, kind: "message" as const, payload: new Uint8Array(300) },
      { ...rekey!, epoch: rekey!.epoch - 1 },
    ];
    for (const item of junk) {
      const received = alice.room.receive({ ...item, n: alice.room.cursor.n + 1 });
      if (received.kind === "deferred") throw new Error(received.reason);
      expect(received.delta.put.map(([key]) => key.slice(0, 2)).sort()).toEqual(["h/", "s/"]);
      expect(received.delta.delete).toEqual([]);
      expect(received.events).toEqual([]);
    }
  });

  it("what is on its way is told with what it decides; new keys decide nothing", () => {
    const { alice, log } = room();
    alice.catchUp(log);
    expect(alice.room.pending).toBeNull();
    for (const what of [{ type: "setTitle", title: "Meadow" } as const, { type: "rekey" } as const]) {
      const made = alice.room.act(what, { now: NOW });
      if (!made.ok) throw new Error(made.error.code);
      alice.store(made.value.delta);
      for (const restarts of [false, true]) {
        if (restarts) alice.restart();
        const action = what.type === "rekey" ? null : what;
        expect(alice.room.pending).toEqual({ append: made.value.append, action });
      }
      alice.room.caughtUp();
      expect(log.append(made.value.append)).toBe(true);
      alice.catchUp(log);
      expect(alice.room.pending).toBeNull();
    }
  });

  it("A58: a removed person keeps no keys of the room on the disk", () => {
    const { alice, bob, carol, log } = room();
    shownOut(alice, bob, log);
    for (const each of [bob, carol]) each.catchUp(log);
    expect(bob.room.status).toBe("removed");
    expect(bob.records.has(KEYS)).toBe(false);
    expect(carol.records.has(KEYS)).toBe(true);
  });
});

describe("proposals of those who are gone", () => {
  const removing = (who: Person) => ({ type: "remove", person: who.room.self.person, ban: false }) as const;

  it("are not stored again by a decision that has nothing to do with them", () => {
    const { alice, bob, carol, log } = room();
    const proposed = bob.room.proposals.propose(removing(carol), NOW);
    if (!proposed.ok) throw new Error(proposed.error.code);
    expect(log.append(proposed.value.append)).toBe(true);
    alice.catchUp(log);
    expect(alice.act(log, { type: "setTitle", title: "Meadow" })).toBeNull();
    const [decided] = alice.catchUp(log);
    if (decided?.kind !== "accepted") throw new Error("not taken in");
    const touched = [...decided.delta.put.map(([key]) => key), ...decided.delta.delete];
    expect(touched.filter((key) => key.startsWith("q/"))).toEqual([]);
    expect(alice.room.proposals.list()).toHaveLength(1);
  });

  it("what only they asked for is forgotten with them", () => {
    const { alice, bob, carol, log } = room();
    const proposed = bob.room.proposals.propose(removing(carol), NOW);
    if (!proposed.ok) throw new Error(proposed.error.code);
    expect(log.append(proposed.value.append)).toBe(true);
    for (const each of [alice, carol]) each.catchUp(log);
    expect(carol.room.proposals.list()).toHaveLength(1);
    shownOut(alice, bob, log);
    for (const each of [alice, carol]) {
      each.catchUp(log);
      expect(each.room.proposals.list()).toEqual([]);
      each.restart();
      expect(each.room.proposals.list()).toEqual([]);
    }
  });

  it("A43: what they ask for afterwards, in an epoch that was theirs, is asked of nobody", () => {
    const { alice, bob, carol, log } = room();
    shownOut(alice, bob, log);
    for (const each of [alice, carol]) each.catchUp(log);
    // Bob's client stays in the epoch before, and says that it knows the log with the removal in it.
    const parts = inside(bob);
    for (const item of log.items.slice(bob.room.cursor.n))
      parts.log.advance(parts.primitives.crypto, parts.log.hashOf(parts.primitives.crypto, item));
    const proposed = bob.room.proposals.propose(removing(carol), NOW);
    if (!proposed.ok) throw new Error(proposed.error.code);
    // No honest relay takes it any more.
    expect(log.append(proposed.value.append)).toBe(false);
    expect(log.append({ ...proposed.value.append, lastCommit: log.lastCommit })).toBe(true);
    for (const each of [alice, carol]) {
      expect(each.catchUp(log).at(-1)).toMatchObject({ kind: "accepted", events: [], alarm: null });
      expect(each.room.proposals.list()).toEqual([]);
    }
  });
});
