import type { CommitFate } from "@conclave/client";
import { describe, expect, it } from "vitest";
import type { RoomEngine } from "../src/room/roomEngine.js";
import { engineOf, World, type Home } from "./world.js";

const FATES: readonly CommitFate[] = ["kill before", "kill after"];

/**
 * Opens the home, does `work`, and kills the home at its `at`-th commit; then opens it again. False when `work` was done
 * before it came to that.
 */
async function crash(world: World, home: Home, at: number, fate: CommitFate, work: () => Promise<unknown>) {
  let commits = 0;
  const state = { isKilled: false, isOver: false };
  let killed: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (killed = resolve));
  const fateOf = () => {
    if (state.isOver || ++commits !== at) return "commit";
    state.isKilled = true;
    killed();
    return fate;
  };
  await world.run(Promise.race([over, home.open(fateOf).then(work)]));
  state.isOver = true;
  if (state.isKilled) {
    home.kill();
    await home.open();
  }
  return state.isKilled;
}

async function everyCrash(one: (at: number, fate: CommitFate) => Promise<boolean>): Promise<number> {
  for (let at = 1; ; at++) {
    for (const fate of FATES) if (!(await one(at, fate))) return at - 1;
  }
}

describe("a crash at every commit", () => {
  it("RULE client.store-first: while talking and deciding: what was durable arrives once, nobody is split", async () => {
    const crashes = await everyCrash(async (at, fate) => {
      const world = new World();
      const [alice, bob] = [world.home(), world.home()];
      await alice.open();
      await bob.open();
      await alice.found("Garden", "Alice");
      await bob.join(await alice.invite(), "Bob");
      await world.run(alice.client.close());
      const kept: string[] = [];
      const say = async (text: string) => {
        if ((await alice.room.send(text)).ok) kept.push(`Alice: ${text}`);
      };
      const isKilled = await crash(world, alice, at, fate, async () => {
        await alice.room.synced(10_000);
        await Promise.all([say("one"), alice.room.decide({ type: "rekey" }), say("two")]);
        await alice.room.decide({ type: "setTitle", title: "Meadow" });
        await say("three");
        await alice.room.flushed(10_000);
      });
      await world.get(alice.room.synced(60_000));
      await world.get(alice.room.flushed(60_000));
      await world.until(() => bob.room.status().n === alice.room.status().n);
      const texts = await bob.texts();
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts).toEqual(expect.arrayContaining(kept));
      expect(await alice.texts()).toEqual(texts);
      expect(bob.room.roomCode()).toBe(alice.room.roomCode());
      expect([...alice.room.status().alarms, ...bob.room.status().alarms]).toEqual([]);
      await world.get(alice.room.send("after"));
      await world.get(alice.room.flushed(60_000));
      await world.until(() => bob.room.status().n === alice.room.status().n);
      expect((await bob.texts()).at(-1)).toBe("Alice: after");
      return isKilled;
    });
    expect(crashes).toBeGreaterThan(8);
  }, 120_000);

  it("while joining: either nothing is here and the link still works, or the join goes on by itself", async () => {
    const crashes = await everyCrash(async (at, fate) => {
      const world = new World();
      const [alice, bob] = [world.home(), world.home()];
      await alice.open();
      await alice.found("Garden", "Alice");
      const link = await alice.invite();
      const isKilled = await crash(world, bob, at, fate, async () => {
        const invited = await bob.client.previewInvite(link);
        if (invited.ok) await invited.value.accept("Bob");
      });
      if (bob.client.rooms().length === 0) await bob.join(link, "Bob");
      await world.until(() => bob.room.status().standing === "member");
      await world.until(() => alice.room.members().length === 2);
      await world.get(alice.room.send("welcome"));
      await world.until(() => bob.room.status().isConfirmed);
      // Alice's new keys for a newcomer confirm too: the message may come after them.
      await world.get(alice.room.flushed(10_000));
      await world.pass(1000);
      expect(await bob.texts()).toEqual(["Alice: welcome"]);
      expect(bob.room.roomCode()).toBe(alice.room.roomCode());
      return isKilled;
    });
    expect(crashes).toBeGreaterThan(2);
  });

  it("while founding: the room is there and works, or is not there at all", async () => {
    const crashes = await everyCrash(async (at, fate) => {
      const world = new World();
      const alice = world.home();
      const isKilled = await crash(world, alice, at, fate, () => alice.found("Garden", "Alice"));
      if (alice.client.rooms().length === 0) await alice.found("Garden", "Alice");
      await world.until(() => alice.room.status().standing === "member");
      await world.get(alice.room.send("mine"));
      await world.get(alice.room.flushed(10_000));
      return isKilled;
    });
    expect(crashes).toBeGreaterThan(1);
  });
});

describe("storage that fails", () => {
  it("RULE client.fail-closed: a transaction that is not stored has no effect, and nothing is done in the room any more", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    await bob.join(await alice.invite(), "Bob");
    await world.run(alice.client.close());
    const storage = { isBroken: false };
    await alice.open(() => (storage.isBroken ? "fail" : "commit"));
    await world.get(alice.room.synced(10_000));
    storage.isBroken = true;
    expect(await world.run(alice.room.send("lost"))).toMatchObject({ ok: false, error: { kind: "unsure" } });
    storage.isBroken = false;
    expect(await world.run(alice.room.send("lost too"))).toMatchObject({ ok: false, error: { kind: "closed" } });
    expect(alice.room.status().paused).toMatchObject({ why: "failed" });
    await world.pass(5000);
    expect(await bob.texts()).toEqual([]);
    await world.run(alice.client.close());
    await alice.open();
    await world.get(alice.room.send("again"));
    await world.get(alice.room.flushed(10_000));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    expect(await bob.texts()).toEqual(["Alice: again"]);
  });

  it("RULE client.worker-fails-closed: a bug in what a worker does stops the room and is told; nothing more is sent", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    await bob.join(await alice.invite(), "Bob");
    const { state } = engineOf(alice.room) as unknown as Pick<RoomEngine, "state">;
    // What somebody leaves at the door makes her worker throw, outside of any transaction.
    state.room!.requests.open = () => {
      throw new Error("a bug");
    };
    const asking = await alice.invite("ask");
    const carol = world.home();
    await carol.open();
    await carol.join(asking, "Carol");
    await world.until(() => alice.room.status().paused !== null);
    expect(alice.room.status().paused).toEqual({ why: "failed", message: "a bug" });
    expect(await world.run(alice.room.send("lost"))).toMatchObject({ ok: false, error: { kind: "closed" } });
    const decided = await world.run(alice.room.decide({ type: "setTitle", title: "Allotment" }));
    expect(decided).toMatchObject({ ok: false, error: { kind: "closed" } });
    await world.run(alice.client.close());
    await alice.open();
    await world.get(alice.room.send("again"));
    await world.get(alice.room.flushed(10_000));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    expect(await bob.texts()).toEqual(["Alice: again"]);
  });
});

describe("a device that was copied", () => {
  it("RULE client.restored: notices it in the log, and never encrypts again with those keys", async () => {
    const world = new World();
    const [alice, bob] = [world.home(), world.home()];
    await alice.open();
    await bob.open();
    await alice.found("Garden", "Alice");
    await bob.join(await alice.invite(), "Bob");
    await world.run(bob.client.close());
    const backup = bob.disk.copy();
    await bob.open();
    await world.get(bob.room.send("after the backup"));
    await world.get(bob.room.flushed(10_000));
    await world.run(bob.client.close());
    bob.disk = backup;
    // Nobody is there who would give it a new place at once.
    await world.run(alice.client.close());
    await bob.open();
    await world.until(() => bob.room.status().standing === "restored");
    expect(bob.room.status().paused).toEqual({ why: "restored" });
    expect(await world.run(bob.room.send("hello"))).toMatchObject({ error: { kind: "restored" } });
    await world.pass(60_000);
    const sent = world.appends("message").length;
    // Once somebody is there, it comes back with new keys, and only then it sends.
    await alice.open();
    await world.until(() => bob.room.status().standing === "member");
    expect(world.appends("message").length).toBe(sent);
    await world.get(bob.room.send("back"));
    await world.get(bob.room.flushed(10_000));
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(await alice.texts()).toEqual(["Bob: after the backup", "Bob: back"]);
  });
});
