import { describe, expect, it } from "vitest";
import { inside } from "./forger.fixture.js";
import type { Append } from "./outcome.js";
import { MOST_WITHDRAWN } from "./ownCommit.js";
import { joinRoom } from "./joinRoom.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";

function pair() {
  const { alice, log } = founded();
  const secret = invite(alice, log);
  const bob = join(alice, "Bob", log, secret);
  bob.catchUp(log);
  return { alice, bob, log };
}

/** Puts a commit that nobody can read before all others. */
function junk(log: TestLog, epoch: number): void {
  const n = log.items.length + 1;
  const payload = new Uint8Array(256).fill(n);
  log.items.push({ n, kind: "commit", epoch, payload, attachment: new Uint8Array(0), time: 0, pruned: false });
  log.lastCommit = n;
}

/** A relay that brings a commit into the log whatever it answered to it. */
function smuggle(log: TestLog, append: Append): void {
  if (!log.append({ ...append, lastCommit: log.lastCommit })) throw new Error("stale");
}

function made(person: Person, title: string): Append {
  const outcome = person.room.act({ type: "setTitle", title }, { now: NOW });
  if (!outcome.ok) throw new Error(outcome.error.code);
  person.store(outcome.value.delta);
  return outcome.value.append;
}

function expectTogether(log: TestLog, title: string, ...people: Person[]): void {
  for (const person of people) person.catchUp(log);
  expect(new Set(people.map(({ room }) => room.code())).size).toBe(1);
  for (const { room } of people) {
    expect(room.roster.title).toBe(title);
    expect(room.pausingAlarms).toEqual([]);
  }
  for (const person of people) {
    expect(person.say(log, "still here")).toBe(true);
    for (const other of people) expect(other.catchUp(log).at(-1)).toMatchObject({ kind: "accepted" });
  }
}

describe("a relay that refuses our commit and brings it into the log all the same", () => {
  for (const isRestarted of [false, true]) {
    const how = isRestarted ? ", after a restart" : "";

    it(`A103: RULE room.own-commit: it counts for us too, when it was given up${how}`, () => {
      const { alice, bob, log } = pair();
      const append = made(alice, "Meadow");
      alice.store(alice.room.discardPending());
      expect(alice.room.pending).toBeNull();
      if (isRestarted) alice.restart();
      bob.say(log, "meanwhile");
      alice.catchUp(log);
      smuggle(log, append);
      expectTogether(log, "Meadow", alice, bob);
      expect([...alice.records.keys()].filter((key) => key.startsWith("s/withdrawn/"))).toEqual([]);
      alice.restart();
      expectTogether(log, "Meadow", alice, bob);
    });

    it(`A103: behind a commit that is junk, and when another one of ours is on its way${how}`, () => {
      const { alice, bob, log } = pair();
      const first = made(alice, "Meadow");
      alice.store(alice.room.discardPending());
      junk(log, alice.room.epoch);
      alice.catchUp(log);
      if (isRestarted) alice.restart();
      alice.catchUp(log);
      made(alice, "Orchard");
      if (isRestarted) alice.restart();
      smuggle(log, first);
      const events = alice.catchUp(log).flatMap((each) => (each.kind === "deferred" ? [] : [...each.events]));
      expect(events).toMatchObject([
        { type: "entry", own: true },
        { type: "lostRace", action: { type: "setTitle", title: "Orchard" } },
      ]);
      expect(alice.room.pending).toBeNull();
      expectTogether(log, "Meadow", alice, bob);
    });
  }

  it("A103: the same act again is the same commit, so that there are never two of it", () => {
    const { alice, bob, log } = pair();
    const first = made(alice, "Meadow");
    alice.store(alice.room.discardPending());
    junk(log, alice.room.epoch);
    alice.catchUp(log);
    const second = made(alice, "Meadow");
    expect(second).toMatchObject({ payload: first.payload, lastCommit: alice.room.lastCommit });
    expect(second.appendId).not.toEqual(first.appendId);
    alice.restart();
    expect(alice.room.pending?.append).toEqual(second);
    expect(log.append(second)).toBe(true);
    expectTogether(log, "Meadow", alice, bob);
  });

  it("a commit that junk came before is sent again as it is, behind the junk (attack A85)", () => {
    const { alice, bob, log } = pair();
    const first = made(alice, "Meadow");
    junk(log, alice.room.epoch);
    expect(log.append(first)).toBe(false);
    alice.catchUp(log);
    const renewed = alice.room.renewPending()!;
    alice.store(renewed.delta);
    alice.restart();
    expect(alice.room.pending?.append).toEqual(renewed.append);
    expect(log.append(renewed.append)).toBe(true);
    expectTogether(log, "Meadow", alice, bob);
  });

  it("does not fill the disk: after so many that were given up no other is made before the epoch ends", () => {
    const { alice, bob, log } = pair();
    for (let at = 0; at < MOST_WITHDRAWN; at++) {
      made(alice, `Garden ${String(at)}`);
      alice.store(alice.room.discardPending());
    }
    const act = (title: string) => alice.room.act({ type: "setTitle", title }, { now: NOW });
    expect(act("one more")).toMatchObject({ error: { code: "pending" } });
    expect(inside(alice).withdrawn).toHaveLength(MOST_WITHDRAWN);
    const again = act("Garden 3");
    if (!again.ok) throw new Error(again.error.code);
    alice.store(again.value.delta);
    expect(log.append(again.value.append)).toBe(true);
    expectTogether(log, "Garden 3", alice, bob);
    expect(inside(alice).withdrawn).toEqual([]);
    expect(made(alice, "one more").epoch).toBe(alice.room.epoch);
  });
});

describe("a relay that brings a join into the log behind another commit", () => {
  for (const [behind, isEpochOver] of [
    ["somebody else's new keys", true],
    ["junk, in the same epoch", false],
  ] as const) {
    it(`A103: RULE room.join-next: ${behind}: it counts for nobody, its author neither, who comes in again`, () => {
      const { alice, bob, log } = pair();
      const secret = invite(alice, log);
      bob.catchUp(log);
      const carol = new Person(seeded("carol"), "Carol");
      const comeIn = () => {
        const joining = joinRoom(carol.primitives, preview(alice, carol, log, secret), {
          device: carol.device,
          name: "Carol",
          now: NOW,
        });
        if (!joining.ok) throw new Error(joining.error.code);
        carol.records.clear();
        carol.begin(joining.value.room, joining.value.delta);
        return joining.value.append;
      };
      const join = comeIn();
      if (isEpochOver) expect(bob.act(log, { type: "rekey" })).toBeNull();
      else junk(log, alice.room.epoch);
      smuggle(log, join);
      for (const person of [alice, bob, carol]) person.catchUp(log);
      expect([alice, bob].map(({ room }) => [...room.roster.members.values()].map(({ name }) => name))).toEqual([
        ["Alice", "Bob"],
        ["Alice", "Bob"],
      ]);
      expect(carol.room.status).toBe("joining");
      carol.restart();
      // Neither later in the log, nor as the relay likes.
      smuggle(log, join);
      carol.catchUp(log);
      expect(carol.room.status).toBe("joining");
      for (const person of [alice, bob]) person.catchUp(log);
      expect(log.append(comeIn())).toBe(true);
      expectTogether(log, "Garden club", alice, bob, carol);
      expect(carol.room.status).toBe("active");
    });
  }
});
