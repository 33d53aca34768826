import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { InboxId, inboxIdOf } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { Store } from "../store/store.js";
import { joinBy, DAY, isMember, isOwn, MINUTE, place, rekey, room, talk } from "./probationRoom.js";
import { commitAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });

/** A room in which nobody of the members is, and a day later. */
async function deserted() {
  const scene = await room();
  scene.world.restart();
  scene.world.tick(1);
  scene.world.tick(DAY);
  return scene;
}

describe("an owner who is alone, and somebody who has an old link", () => {
  it.each([
    ["came before the owner", true],
    ["comes after the owner", false],
  ])(
    "A109: RULE writeKey.quiet: the owner acts in ten minutes, though the other one %s, and commits all the time",
    async (_, isFirst) => {
      const { world, roomTag, slots } = await deserted();
      const [owner, thief] = [await world.connect("owner"), await world.connect("thief")];
      if (isFirst) {
        for (let n = 0; n < 100; n++) {
          await joinBy(thief, roomTag, slots[1], 0);
          world.now += 9 * MINUTE;
        }
      }
      const begun = world.now;
      await joinBy(owner, roomTag, slots[0], 0);
      while (!(await isMember(owner, roomTag))) {
        expect(world.now - begun).toBeLessThan(DAY);
        await joinBy(thief, roomTag, slots[1], 0);
        world.now += 30_000;
      }
      console.info(
        `an owner who is alone acts after ${String((world.now - begun) / 1000)} s, beside somebody with a link`,
      );
      expect(world.now - begun).toBeLessThanOrEqual(10 * MINUTE);
      // It lasts, and ends no lineage of the owner's: commits go on.
      let epoch = 1;
      for (let step = 0; step < 8 * 48; step++) {
        world.now += 30 * MINUTE;
        await joinBy(thief, roomTag, slots[1], 0);
        if (step % 40 !== 0) continue;
        world.now += MINUTE;
        await rekey(owner, roomTag, epoch++);
        expect(await isMember(owner, roomTag)).toBe(true);
      }
      // After a week the owner closes the link.
      expect(await owner.ask({ type: "closeSlot", roomTag, slotId: slots[1].slot.slotId })).toMatchObject({
        type: "done",
      });
    },
    60_000,
  );
});

describe("somebody who has a link, where no member is", () => {
  it("A109: RULE slot.others-refresh; RULE request.others-take-none: ends no slot and takes away no request", async () => {
    const { world, roomTag, slots } = await deserted();
    const asker = await world.connect("asker");
    await asker.proveSlot(roomTag, slots[1].slot.slotId, slots[1].token);
    await asker.ask({ type: "postRequest", roomTag, slotId: slots[1].slot.slotId, blob: systemRandom(9) });
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    world.now += 11 * MINUTE;
    expect(await isMember(thief, roomTag)).toBe(true);
    const { slot } = slots[1];
    expect(await thief.ask({ type: "closeSlot", roomTag, slotId: slot.slotId })).toMatchObject(error("on_probation"));
    expect(await thief.ask({ type: "deleteRequest", roomTag, request: 1 })).toMatchObject(error("on_probation"));
    const answer = { type: "answerRequest" as const, roomTag, request: 1, inboxId: InboxId.of(systemRandom(32)) };
    expect(await thief.ask({ ...answer, blob: systemRandom(9) })).toMatchObject(error("on_probation"));
    for (let n = 0; n < 4; n++) {
      await thief.ask({ type: "putSlot", roomTag, slot: { ...slot, blob: systemRandom(4) }, life: 1 });
      world.now += 2000;
    }
    world.tick(DAY);
    const get = { type: "getSlot" as const, roomTag, slotId: slot.slotId, back: 0 };
    expect(await asker.ask(get)).toMatchObject({ type: "slot", blob: slot.blob });
    const list = await thief.ask({ type: "listRequests", roomTag, after: 0 });
    expect(list).toMatchObject({ requests: [{ request: 1 }] });
  });

  it("A109: RULE slot.others-refresh: opens no link again that a member has closed", async () => {
    const { world, alice, roomTag, slots } = await room();
    await alice.ask({ type: "closeSlot", roomTag, slotId: slots[1].slot.slotId });
    world.restart();
    world.tick(1);
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    world.now += 11 * MINUTE;
    expect(await isMember(thief, roomTag)).toBe(true);
    expect(await thief.ask({ type: "putSlot", roomTag, slot: slots[1].slot, life: 0 })).toMatchObject(
      error("on_probation"),
    );
  });
});

describe("members whom junk has cost their key, beside whoever made it", () => {
  /** Mallory has made junk and stays connected; Bob and Carol go on with the key that it retired. */
  async function shutOut() {
    const scene = await room();
    const { world, roomTag, key } = scene;
    const [mallory, bob, carol] = [
      await world.connect("mallory"),
      await world.connect("bob"),
      await world.connect("carol"),
    ] as const;
    for (const each of [mallory, bob, carol]) await each.prove(roomTag, 0, key);
    await rekey(mallory, roomTag, 0);
    const own = await rekey(bob, roomTag, 0);
    return { ...scene, bob, carol, own };
  }
  const door = () => newSlot(systemRandom(100));
  const plead = (client: ScriptedClient, scene: Awaited<ReturnType<typeof room>>) =>
    client.ask({ type: "postPlea", roomTag: scene.roomTag, stays: false, blob: systemRandom(40) });

  it("A107: RULE slot.doors-on-probation; RULE request.others-take-none: see a plea, open a door and say so", async () => {
    const scene = await shutOut();
    const { world, roomTag, bob, carol } = scene;
    expect([await isOwn(bob, roomTag), await isMember(bob, roomTag)]).toEqual([false, false]);
    expect(await plead(carol, scene)).toMatchObject({ type: "posted" });
    const listed = await bob.ask({ type: "listRequests", roomTag, after: 0 });
    const request = listed.type === "requests" ? listed.requests[0]!.request : 0;
    const slot = door();
    expect(await bob.ask({ type: "putSlot", roomTag, slot, life: 3600 })).toMatchObject({ type: "done" });
    expect(await carol.ask({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 })).toMatchObject({
      blob: slot.blob,
    });
    const inbox = newKey();
    const { inboxId } = await inboxOf(carol, inbox);
    const answer = { type: "answerRequest" as const, roomTag, request, inboxId, blob: systemRandom(9) };
    expect(await bob.ask(answer)).toMatchObject({ type: "done" });
    expect(await carol.ask({ type: "fetchInbox", inboxId, after: 0 })).toMatchObject({
      items: [{ blob: answer.blob }],
    });
    // A member still finds the plea: whoever answered may be anybody.
    expect(await scene.alice.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject(error("write_denied"));
    expect(await bob.ask({ type: "listRequests", roomTag, after: 0 })).toMatchObject({ requests: [{ request }] });
    world.tick(3_700_000);
    expect(await carol.ask({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 })).toMatchObject(
      error("slot_unknown"),
    );
  });

  it("A109: RULE slot.doors-on-probation: a few, for an hour; and none from one address takes the others' place", async () => {
    const { world, roomTag, bob, own } = await shutOut();
    for (const life of [0, 3601]) {
      expect(await bob.ask({ type: "putSlot", roomTag, slot: door(), life })).toMatchObject(error("on_probation"));
    }
    const open = (client: ScriptedClient) => client.ask({ type: "putSlot", roomTag, slot: door(), life: 3600 });
    let opened = 0;
    for (let minute = 0; minute < 60; minute++) {
      world.now += MINUTE;
      while ((await open(bob)).type === "done") opened++;
    }
    expect(opened).toBeLessThanOrEqual(16 + 30);
    const other = await world.connect("dave");
    await other.prove(roomTag, 1, own);
    expect(await open(other)).toMatchObject({ type: "done" });
  });

  it("A83: RULE probation.fills-no-disk; RULE probation.reserve: go on talking, though somebody with a link writes without end", async () => {
    const scene = await room({
      quotas: { probationBytes: 1 << 20 },
      rates: { lastingOfRoom: { burst: 1 << 20, perSecond: 1024 } },
    });
    const { world, roomTag, key, slots } = scene;
    const [mallory, bob, thief] = [
      await world.connect("mallory"),
      await world.connect("bob"),
      await world.connect("thief"),
    ];
    for (const each of [mallory, bob]) await each.prove(roomTag, 0, key);
    await rekey(mallory, roomTag, 0);
    await joinBy(thief, roomTag, slots[0], 1);
    await rekey(bob, roomTag, 0);
    const begun = world.now;
    const before = world.store.rooms.get(roomTag)!.probationBytes;
    let said = 0;
    for (let second = 0; second < 3 * 3600; second++) {
      world.now += 1000;
      await talk(thief, roomTag, 2, 17 * 1024);
      if (second % 10 === 0 && (await talk(bob, roomTag, 1, 1024)).type === "appended") said++;
    }
    expect(said).toBe(1080);
    // What the thief wrote is no more than the space, a part of what is kept for ever, and their own part.
    const seconds = (world.now - begun) / 1000;
    const written = world.store.rooms.get(roomTag)!.probationBytes - before - said * 1024;
    const most = (1 << 20) + ((1 << 18) + seconds * 256) + ((1 << 20) + seconds * 256);
    console.info(`by one link ${String(written)} bytes in three hours, of ${String(most)}`);
    expect(written).toBeLessThanOrEqual(most);
  }, 60_000);
});

describe("a row of the relay's store that is damaged", () => {
  /** The commit at `n` cannot be read until what this returns is called. */
  function damage(store: Store, n: number): () => void {
    const commitAt = store.records.commitAt.bind(store.records);
    store.records.commitAt = (no, at) => {
      if (at === n) throw new RowDamaged("table record");
      return commitAt(no, at);
    };
    return () => (store.records.commitAt = commitAt);
  }

  it("RULE roster.read-before-written: leaves no commit half written that follows it", async () => {
    const { world, roomTag, slots } = await deserted();
    const owner = await world.connect("owner");
    await joinBy(owner, roomTag, slots[0], 0);
    await rekey(owner, roomTag, 1);
    world.tick(8 * DAY);
    const { lastCommit } = await place(owner, roomTag);
    damage(world.store, lastCommit);
    const before = structuredClone(world.store.rooms.get(roomTag));
    expect(await owner.ask(commitAppend(roomTag, newKey(), { epoch: 2, lastCommit }))).toMatchObject(
      error("room_damaged"),
    );
    expect(world.store.rooms.get(roomTag)).toEqual(before);
    expect((await place(owner, roomTag)).n).toBe(lastCommit);
  });

  it("RULE roster.read-before-written: nor a newcomer vouched for by half", async () => {
    const { world, alice, roomTag, slots } = await room();
    const bob = await world.connect("bob");
    const joined = await joinBy(bob, roomTag, slots[0], 0);
    const mend = damage(world.store, joined.n);
    expect(await alice.prove(roomTag, 1, joined.key)).toMatchObject(error("room_damaged"));
    expect(await isOwn(bob, roomTag)).toBe(false);
    mend();
    await alice.prove(roomTag, 1, joined.key);
    expect(await isOwn(bob, roomTag)).toBe(true);
  });
});

async function inboxOf(client: ScriptedClient, key: ReturnType<typeof newKey>): Promise<{ inboxId: InboxId }> {
  await client.proveInbox(key);
  return { inboxId: inboxIdOf((data) => nodeCrypto.hash("sha256", data), key.publicKey) };
}
