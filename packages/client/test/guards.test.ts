import { fateOfDecision, type Storage, type Write } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { systemRandom } from "@conclave/crypto/node";
import { decodeRelayMessage, encodeRelayMessage } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { closed, engineOf, type Home, twoIn, World } from "./world.js";

/** A storage whose commits wait until they are let go. */
class SlowStorage implements Storage {
  held: (() => void)[] = [];
  isHeld = false;
  constructor(private readonly inner: Storage) {}
  get(key: string) {
    return this.inner.get(key);
  }
  range(range: Parameters<Storage["range"]>[0]) {
    return this.inner.range(range);
  }
  async commit(writes: readonly Write[]): Promise<void> {
    if (this.isHeld) await new Promise<void>((resolve) => this.held.push(resolve));
    await this.inner.commit(writes);
  }
  close() {
    return this.inner.close();
  }
}

/** Each commit of hers becomes bytes that nobody can read: a decision is given up, and an hour passes. */
async function decideInVain(world: World, { room }: Home): Promise<void> {
  world.sendsChanged = true;
  world.beforeFrames = (_home, frames) => {
    for (const frame of frames) {
      if (frame.type !== "append" || frame.kind !== "commit") continue;
      Object.assign(frame, { payload: systemRandom(1024), attachment: systemRandom(64) });
    }
    return undefined;
  };
  const decided = await world.run(room.decide({ type: "setTitle", title: "Meadow" }));
  expect(decided).toMatchObject({ ok: false, error: { kind: "starved" } });
  await world.pass(3_600_000);
}

/** Commits arrive as they are again. */
async function decideAgain(world: World, { room }: Home): Promise<void> {
  world.beforeFrames = () => undefined;
  await world.get(room.decide({ type: "setTitle", title: "Orchard" }));
  expect(room.title).toBe("Orchard");
}

describe("what leaves, and when", () => {
  it("RULE client.store-first: no ciphertext is sent before it is stored, whatever else happens meanwhile", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.run(bob.client.close());
    let slow: SlowStorage | null = null;
    await bob.open(undefined, (storage) => (slow = new SlowStorage(storage)));
    await world.get(bob.room.synced(10_000));
    slow!.isHeld = true;
    const before = world.appends("message").length;
    const sent = bob.room.send("held");
    for (let i = 0; i < 5; i++) {
      await world.pass(200);
      engineOf(bob.room).plan();
      await world.run(bob.room.synced(1000));
    }
    expect(world.appends("message")).toHaveLength(before);
    slow!.isHeld = false;
    for (const release of slow!.held) release();
    await world.get(sent);
    await world.get(bob.room.flushed(10_000));
    expect(world.appends("message")).toHaveLength(before + 1);
    expect(await alice.texts()).toEqual(["Bob: held"]);
  });

  it("RULE client.reseal-after-log: a lost answer is asked again with the same ciphertext; only a commit makes a new one", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const payloads: string[] = [];
    world.beforeFrames = (_home, frames) => {
      const appends = frames.filter((frame) => frame.type === "append");
      payloads.push(...appends.map(({ payload }) => toHex(payload)));
      // The first one never arrives.
      return appends.length > 0 && payloads.length === 1 ? new Promise(() => undefined) : undefined;
    };
    await world.get(bob.room.send("once"));
    await world.pass(2000);
    world.cut();
    await world.get(bob.room.flushed(60_000));
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(await alice.texts()).toEqual(["Bob: once"]);
    expect(payloads).toHaveLength(2);
    expect(new Set(payloads).size).toBe(1);
    // Now a commit comes first: the relay refuses it, and it is encrypted returned.
    world.beforeFrames = (home, frames) => {
      const appends = frames.filter((frame) => frame.type === "append").filter(({ kind }) => kind === "message");
      payloads.push(...appends.map(({ payload }) => toHex(payload)));
      const isFirst = home === bob && appends.length > 0 && payloads.length === 3;
      return isFirst ? alice.room.decide({ type: "rekey" }).then(() => undefined) : undefined;
    };
    await world.get(bob.room.send("twice"));
    await world.get(bob.room.flushed(60_000));
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(new Set(payloads).size).toBe(3);
    expect(await alice.texts()).toEqual(["Bob: once", "Bob: twice"]);
  });

  it("RULE client.unknown-told: who decides while the line is cut, and stays cut, is told that it is on its way; it is done once, by itself", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    world.beforeFrames = (home, frames) => {
      if (home !== alice || !frames.some(({ type }) => type === "append")) return undefined;
      // It never gets there, and nothing gets anywhere from now on.
      world.beforeFrames = () => new Promise(() => undefined);
      return new Promise(() => undefined);
    };
    const decided = alice.room.decide({ type: "setTitle", title: "Allotment" });
    await world.pass(1000);
    const cutAt = world.clock.now();
    world.cut();
    const result = await world.run(decided);
    expect(world.clock.now() - cutAt).toBeLessThan(20_000);
    expect(result).toMatchObject({ ok: false, error: { kind: "underway" } });
    expect(result.ok ? null : fateOfDecision(result.error)).toBe("kept");
    world.beforeFrames = () => undefined;
    world.cut();
    await world.until(() => bob.room.title === "Allotment");
    expect(bob.room.decisions().filter(({ action }) => action.type === "setTitle")).toHaveLength(1);
  });

  it("looking at an invite stores nothing and says nothing about us; accepting makes the first record", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    const link = await alice.invite();
    const before = new Map(carol.disk.records);
    world.heard.length = 0;
    await world.get(carol.client.previewInvite(link));
    expect(carol.disk.records).toEqual(before);
    expect(new Set(world.heard.map(({ type }) => type))).toEqual(new Set(["hello", "getSlot", "readRoster"]));
  });

  it("RULE history.only-the-chain: a relay that sends records without end is given up at the first that leads nowhere", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const link = await alice.invite();
    const carol = world.home();
    await carol.open();
    // Large records, and very many empty ones.
    const floods = [
      { count: 5, bytes: 1 << 20 },
      { count: 2048, bytes: 0 },
    ];
    for (const { count, bytes } of floods) {
      let pages = 0;
      world.changeAnswer = (answer) => {
        const decoded = decodeRelayMessage(answer, 1 << 26);
        const [first] = decoded.ok ? decoded.value : [];
        if (first?.type !== "roster") return answer.slice();
        pages++;
        const junk = Array.from({ length: count }, () => new Uint8Array(bytes));
        return encodeRelayMessage([{ ...first, records: [...first.records.slice(0, 2), ...junk] }]);
      };
      expect(await world.run(carol.client.previewInvite(link))).toMatchObject({
        error: { kind: "refused", rejection: { code: "bad_history" } },
      });
      expect(pages).toBe(1);
    }
  });

  it("A103: RULE client.join-kept: who was told that their join was refused, and is in the room all the same, comes in by the link", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const link = await alice.invite();
    const carol = world.home();
    await carol.open();
    // The relay takes the join, says that it did not, and does not show it.
    world.changeAnswer = (answer) => {
      const decoded = decodeRelayMessage(answer, 1 << 26);
      const [first] = decoded.ok ? decoded.value : [];
      if (first?.type === "records") return null;
      if (first?.type !== "appended") return answer.slice();
      return encodeRelayMessage([{ type: "error", id: first.id, error: "slot_closed", retryAfter: 0, position: null }]);
    };
    const invited = await world.get(carol.client.previewInvite(link));
    expect(await world.run(invited.accept("Carol"))).toMatchObject({
      error: { kind: "relay", error: "slot_closed" },
    });
    world.changeAnswer = (answer) => answer.slice();
    // As it is after a restart too.
    carol.kill();
    await carol.open();
    expect(carol.room.status()).toMatchObject({ standing: "lost" });
    expect(await world.run(carol.client.previewInvite(link))).toMatchObject({ error: { kind: "already_here" } });
    expect(carol.room.status()).toMatchObject({ standing: "member" });
    world.cut();
    await world.until(() => alice.room.members().length === 3 && carol.room.status().connection === "live");
    await world.get(carol.room.send("here after all"));
    await world.pass(5000);
    expect(await alice.texts()).toEqual(["Carol: here after all"]);
  });

  it("A103: RULE client.ask-kept: who was told that the link is closed, and is let in all the same, comes in by the same link", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const link = await alice.invite("ask");
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    world.changeAnswer = closed;
    world.cut();
    const over = { kind: "relay", error: "slot_closed" };
    await world.until(() => carol.room.status().standing === "lost");
    expect(carol.room.status().ending).toMatchObject({ problem: over });
    expect(await world.run(carol.client.previewInvite(link))).toMatchObject({ error: over });
    expect(carol.room.status()).toMatchObject({ standing: "lost", ending: { problem: over } });
    world.changeAnswer = (answer) => answer.slice();
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    // As it is after a restart too.
    carol.kill();
    await carol.open();
    expect(await world.run(carol.client.previewInvite(link))).toMatchObject({ error: { kind: "already_here" } });
    await world.until(() => carol.room.status().standing === "member" && alice.room.members().length === 3);
    await world.get(carol.room.send("here after all"));
    await world.pass(5000);
    expect(await alice.texts()).toEqual(["Carol: here after all"]);
  });

  it("who was told that the link is closed goes on asking where it is open, and asks again by another one", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const [link, other] = [await alice.invite("ask"), await alice.invite("ask")];
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
    for (const again of [link, other]) {
      world.changeAnswer = closed;
      world.cut();
      await world.until(() => carol.room.status().standing === "lost");
      world.changeAnswer = (answer) => answer.slice();
      const looked = await world.run(carol.client.previewInvite(again));
      if (again === link) expect(looked).toMatchObject({ error: { kind: "already_here" } });
      else if (looked.ok) await world.get(looked.value.accept("Carol"));
      expect(carol.room.status().standing).toBe("asking");
    }
    const requests = await world.get(alice.room.requests());
    await world.get(alice.room.admit(requests.at(-1)!.id));
    await world.until(() => carol.room.status().standing === "member");
  });

  it.each(["slot", "roster"] as const)(
    "a no is told also where the relay is too busy at first to give the %s",
    async (kind) => {
      const world = new World();
      const [alice] = await twoIn(world);
      const carol = world.home();
      await carol.open();
      await carol.join(await alice.invite("ask"), "Carol");
      await world.run(carol.client.close());
      await world.get(alice.room.denyRequest((await world.get(alice.room.requests())).at(-1)!.id));
      let refusals = 0;
      world.changeAnswer = (answer) => {
        const decoded = decodeRelayMessage(answer, 1 << 26);
        const [first] = decoded.ok ? decoded.value : [];
        if (first?.type !== kind || refusals === 3) return answer.slice();
        refusals++;
        return encodeRelayMessage([
          { type: "error", id: first.id, error: "rate_limited", retryAfter: 500, position: null },
        ]);
      };
      await carol.open();
      await world.run(carol.room.synced(20_000));
      expect(refusals).toBe(3);
      expect(carol.room.status()).toMatchObject({ standing: "lost", ending: { by: { name: "Alice" } } });
    },
  );

  it("a link that is none, or to a room that we are in, is refused before anything is asked", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    expect(await world.run(bob.client.previewInvite("https://chat.example/"))).toMatchObject({
      error: { kind: "link", fault: "none" },
    });
    expect(await world.run(bob.client.previewInvite(link))).toMatchObject({ error: { kind: "already_here" } });
  });
});

describe("a log that is longer than a page", () => {
  async function behind() {
    const world = new World({ limits: { pageItems: 4 } });
    const [alice, bob] = await twoIn(world);
    await world.run(bob.client.close());
    for (let n = 0; n < 20; n++) await world.get(alice.room.send(`text ${String(n)}`));
    await world.get(alice.room.flushed(60_000));
    return { world, alice, bob };
  }

  it("A64: nothing is sent before it was read to its end, however many pages that takes", async () => {
    const { world, alice, bob } = await behind();
    const { n } = alice.room.status();
    const readTo: (number | null)[] = [];
    world.beforeFrames = (home, frames) => {
      if (home === bob && frames.some(({ type }) => type === "append")) readTo.push(bob.room.status().n);
      return undefined;
    };
    await bob.open();
    await world.get(bob.room.send("late"));
    await world.get(bob.room.flushed(60_000));
    expect(readTo).toEqual([n]);
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(await alice.texts()).toEqual(await bob.texts());
  });

  it("a relay that promises records and does not give them is asked ever more slowly", async () => {
    const { world, bob } = await behind();
    let asked = 0;
    world.changeAnswer = (answer) => {
      const decoded = decodeRelayMessage(answer, 1 << 26);
      const [first] = decoded.ok ? decoded.value : [];
      // So that a client that asks without a pause comes to an end too.
      if (first?.type !== "page" || ++asked > 500) return answer.slice();
      return encodeRelayMessage([{ ...first, items: [] }]);
    };
    await bob.open();
    await world.pass(60_000);
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(20);
  });
});

describe("a relay that lists requests without end", () => {
  it("A80: is asked for a bounded number of pages", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    let pages = 0;
    world.changeAnswer = (answer) => {
      const decoded = decodeRelayMessage(answer, 1 << 26);
      const [first] = decoded.ok ? decoded.value : [];
      // So that a client that asks for ever comes to an end too.
      if (first?.type !== "requests" || ++pages > 200) return answer.slice();
      const requests = Array.from({ length: 100 }, (_, index) => ({
        ...{ request: pages * 100 + index, slotId: new Uint8Array(32) },
        ...{ blob: new Uint8Array(8), time: 0 },
      }));
      return encodeRelayMessage([{ ...first, requests, more: true }]);
    };
    expect(await world.get(alice.room.requests())).toEqual([]);
    // An honest relay keeps 64 for each of 256 slots.
    expect(pages).toBe(164);
  });
});

describe("a relay that gives nothing of the log for now", () => {
  it("RULE client.reason-as-itself: is told by its own reason, and not as one that keeps records back", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    world.changeAnswer = (answer) => {
      const decoded = decodeRelayMessage(answer, 1 << 26);
      const [first] = decoded.ok ? decoded.value : [];
      if (first?.type !== "subscribed") return answer.slice();
      return encodeRelayMessage([
        { type: "error", id: first.id, error: "storage_busy", retryAfter: 100, position: null },
      ]);
    };
    world.cut();
    await world.get(bob.room.send("when it can"));
    expect(await world.run(bob.room.flushed(20_000))).toMatchObject({
      error: { kind: "relay", error: "storage_busy" },
    });
    world.changeAnswer = (answer) => answer.slice();
    // By now it waits up to half a minute before it asks again.
    await world.get(bob.room.flushed(60_000));
    await world.pass(60_000);
    expect(await alice.texts()).toEqual(["Bob: when it can"]);
  });
});

describe("who keeps losing", () => {
  it("A23: RULE client.starved: RULE client.rivals-named: learns after three lost races to whom, and is not given up before", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const starved: unknown[] = [];
    alice.room.watch((event) => {
      if (event.type !== "starved") return;
      const by = event.by.map(({ person, count, canRemove }) => [person.name, count, canRemove]);
      starved.push([event.losses, by]);
    });
    let rivals = 0;
    world.beforeFrames = (home, frames) => {
      // Whenever Alice's commit is on its way, Bob's overtakes it.
      const isCommit = frames.some((frame) => frame.type === "append" && frame.kind === "commit");
      if (home !== alice || !isCommit || rivals >= 4) return;
      rivals++;
      return bob.room.decide({ type: "rekey" }).then(() => undefined);
    };
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(rivals).toBe(4);
    expect(starved).toEqual([
      [3, [["Bob", 3, true]]],
      [4, [["Bob", 4, true]]],
    ]);
    await world.until(() => bob.room.title === "Meadow");
  });

  it("RULE client.starved: is given up when the time of who waits is up, and not tried again by itself", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    let rivals = 0;
    world.beforeFrames = (home, frames) => {
      const isCommit = frames.some((frame) => frame.type === "append" && frame.kind === "commit");
      if (home !== alice || !isCommit) return;
      rivals++;
      return bob.room.decide({ type: "rekey" }).then(() => undefined);
    };
    const decided = await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect(decided).toMatchObject({ ok: false, error: { kind: "starved" } });
    const until = rivals;
    expect(until).toBeGreaterThan(3);
    expect(until).toBeLessThan(12);
    await world.pass(3_600_000);
    expect([rivals, alice.room.title, bob.room.title]).toEqual([until, "Garden", "Garden"]);
  });

  it("A85: RULE client.starved: a decision is given up, and not sent again, after twelve commits that nobody can use", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    const { n } = alice.room.status();
    await decideInVain(world, alice);
    expect(alice.room.status().n).toBe(n + 12);
    await decideAgain(world, alice);
  });

  it("A85: RULE client.keys-in-vain: a device whose commits nobody can use does not fill the log with new keys for its links", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice");
    await alice.invite();
    await world.pass(60_000);
    const { n } = alice.room.status();
    await decideInVain(world, alice);
    // After a minute, four, sixteen and so on; it was 200 in each hour.
    expect(alice.room.status().n).toBeLessThanOrEqual(n + 5 * 12);
    await decideAgain(world, alice);
  });

  it("RULE client.starved: who loses for as long as one waits is told so, not that the relay does not answer", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const before = alice.room.decisions().length;
    world.beforeFrames = (home, frames) => {
      const isCommit = frames.some((frame) => frame.type === "append" && frame.kind === "commit");
      return home === alice && isCommit ? bob.room.decide({ type: "rekey" }).then(() => undefined) : undefined;
    };
    const decided = await world.run(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    const by = [{ person: { name: "Bob" }, canRemove: true }];
    expect(decided).toMatchObject({ ok: false, error: { kind: "starved", by } });
    expect(alice.room.decisions()).toHaveLength(before);
    world.beforeFrames = () => undefined;
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.until(() => bob.room.title === "Orchard");
  });
});
