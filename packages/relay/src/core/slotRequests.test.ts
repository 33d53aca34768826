import { systemRandom } from "@conclave/crypto/node";
import { openDatabase } from "@conclave/sqlite";
import { InboxId, type SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { CoreWorld } from "./coreWorld.js";
import { DAY, isMember, joinBy, MINUTE, place, rekey, room } from "./probationRoom.js";
import { commitAppend, newKey, newSlot, type ScriptedClient } from "./scriptedClient.js";

const error = (code: string) => ({ type: "error", error: code });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A room in which nobody of the members is, and somebody who came by a link and acts for it. */
async function acting(settings: Parameters<typeof room>[0] = {}) {
  const scene = await room(settings);
  scene.world.restart();
  scene.world.tick(1);
  scene.world.tick(DAY);
  const client = await scene.world.connect("acting");
  await joinBy(client, scene.roomTag, scene.slots[0], 0);
  scene.world.now += 11 * MINUTE;
  expect(await isMember(client, scene.roomTag)).toBe(true);
  return { ...scene, client };
}

describe("the list of a room's slots", () => {
  it("is read 256 at a time, by name, and says whether there are more", async () => {
    const world = new CoreWorld({ quotas: { slotsPerRoom: 600 } });
    const { client, roomTag } = await world.founder();
    const list = async (after: SlotId | null) => {
      const answer = await client.ask({ type: "listSlots", roomTag, after });
      if (answer.type !== "slots") throw new Error(answer.type);
      return answer;
    };
    const put = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await client.ask({ type: "putSlot", roomTag, slot: newSlot(), life: 0 });
    };
    await put(256);
    expect([(await list(null)).slots.length, (await list(null)).more]).toEqual([256, false]);
    await put(1);
    const first = await list(null);
    expect([first.slots.length, first.more]).toEqual([256, true]);
    const rest = await list(first.slots.at(-1)!.slotId);
    expect([rest.slots.length, rest.more]).toEqual([1, false]);
    const names = [...first.slots, ...rest.slots].map(({ slotId }) => hex(slotId));
    expect(names).toEqual(names.toSorted());
  });
});

describe("the list of join requests", () => {
  it("is read page by page, and says whether there are more", async () => {
    const { alice, roomTag, slots, world } = await room({ limits: { pageItems: 3 } });
    const list = async (after: number) => {
      const answer = await alice.ask({ type: "listRequests", roomTag, after });
      if (answer.type !== "requests") throw new Error(answer.type);
      return [answer.requests.map(({ request }) => request), answer.more];
    };
    expect(await list(0)).toEqual([[], false]);
    const asker = await world.connect("asker");
    const { slotId } = slots[0].slot;
    await asker.proveSlot(roomTag, slotId, slots[0].token);
    for (let n = 0; n < 6; n++) await asker.ask({ type: "postRequest", roomTag, slotId, blob: systemRandom(9) });
    expect([await list(0), await list(3), await list(6)]).toEqual([
      [[1, 2, 3], true],
      [[4, 5, 6], false],
      [[], false],
    ]);
    // One that is taken away is not shown, and those who show it are told; one that is not there is told to nobody.
    await alice.ask({ type: "subscribe", roomTag, fromN: 1 });
    for (const request of [2, 2, 77]) {
      expect(await alice.ask({ type: "deleteRequest", roomTag, request })).toMatchObject({ type: "done" });
    }
    expect(alice.pushes).toEqual([{ type: "requestsChanged", roomTag }]);
    expect(await list(0)).toEqual([[1, 3, 4], true]);
  });

  it("of requests that nobody answered, nothing stays for longer than thirty days", async () => {
    const { alice, roomTag, world } = await room();
    await alice.ask({ type: "postPlea", roomTag, stays: false, blob: systemRandom(9) });
    const list = () => alice.ask({ type: "listRequests", roomTag, after: 0 });
    world.tick(30 * DAY);
    expect(await list()).toMatchObject({ requests: [{}] });
    world.tick(31_000);
    expect(await list()).toMatchObject({ requests: [] });
  });
});

describe("a slot", () => {
  it("is closed once by its members; what was never there is unknown", async () => {
    const { alice, roomTag, slots } = await room();
    const { slotId } = slots[0].slot;
    const close = (id: SlotId) => alice.ask({ type: "closeSlot", roomTag, slotId: id });
    expect(await close(newSlot().slotId)).toMatchObject(error("slot_unknown"));
    expect([(await close(slotId)).type, (await close(slotId)).type]).toEqual(["done", "done"]);
  });

  it("ends at the end of its life, an hour at most, and not before; put again it lives for longer, or as long as anybody puts it", async () => {
    const { world, alice, roomTag } = await room();
    const slot = newSlot();
    const put = (life: number) => alice.ask({ type: "putSlot", roomTag, slot, life });
    const get = () => alice.ask({ type: "getSlot", roomTag, slotId: slot.slotId, back: 0 });
    await put(60);
    world.now += 60_000;
    expect(await get()).toMatchObject({ type: "slot" });
    world.now += 1;
    expect(await get()).toMatchObject(error("slot_unknown"));
    await put(60);
    await put(10_000);
    await put(0);
    world.now += 3_600_000;
    expect(await get()).toMatchObject({ type: "slot" });
    world.now += 1;
    expect(await get()).toMatchObject(error("slot_unknown"));
    await put(0);
    world.now += DAY;
    expect(await get()).toMatchObject({ type: "slot" });
  });

  it("can be put again where a room has as many as it may, and a commit brings it with others that are there", async () => {
    const { alice, roomTag, slots } = await room({ quotas: { slotsPerRoom: 2 } });
    const both = slots.map(({ slot }) => ({ ...slot, blob: systemRandom(4) }));
    expect(await alice.ask(commitAppend(roomTag, newKey(), { slots: both }))).toMatchObject({ n: 1 });
    for (const { slotId, blob } of both) {
      const answer = await alice.ask({ type: "getSlot", roomTag, slotId, back: 0 });
      expect(answer).toMatchObject({ blob, n: 1, lastCommit: 1 });
    }
  });
});

describe("who acts for a room in which no member is", () => {
  const open = (client: ScriptedClient, scene: Awaited<ReturnType<typeof room>>) =>
    client.ask({ type: "putSlot", roomTag: scene.roomTag, slot: newSlot(), life: 0 });

  it("A109: opens slots, half as many as the room may have, by themselves or with a commit", async () => {
    const scene = await acting({ quotas: { slotsPerRoom: 8 } });
    const { client, roomTag } = scene;
    expect((await open(client, scene)).type).toBe("done");
    const { lastCommit } = await place(client, roomTag);
    const commit = (count: number) =>
      commitAppend(roomTag, newKey(), { epoch: 1, lastCommit, slots: Array.from({ length: count }, () => newSlot()) });
    expect(await client.ask(commit(2))).toMatchObject(error("quota_exceeded"));
    expect((await open(client, scene)).type).toBe("done");
    expect(await open(client, scene)).toMatchObject(error("quota_exceeded"));
  });

  it("A107, A159: RULE slot.door-renewed: starts a door's whole life again, and neither ends nor shortens an invite's slot", async () => {
    const scene = await acting();
    const { world, client, roomTag, slots } = scene;
    const door = newSlot();
    const put = (slot = door, life = 3600) => client.ask({ type: "putSlot", roomTag, slot, life });
    const end = (slot = door) => world.store.slots.get(world.store.rooms.get(roomTag)!.no, slot.slotId)!.end;
    await put(door, 60);
    expect(end()).toBe(world.now + 60_000);
    world.now += 50_000;
    await put();
    expect(end()).toBe(world.now + 3_600_000);
    // Not for longer than a door stands open, nor for ever.
    const before = end();
    world.now += 50_000;
    for (const life of [3601, 0]) expect(await put(door, life)).toMatchObject({ type: "done" });
    expect(end()).toBe(before);
    expect(await put(slots[1].slot, 60)).toMatchObject({ type: "done" });
    expect(end(slots[1].slot)).toBe(0);
  });

  it("A109: RULE request.others-take-none: answers pleas now and then, from one address and from all", async () => {
    const { world, roomTag, client } = await acting({
      rates: { doors: { burst: 2, perSecond: 0.001 }, doorsOfAll: { burst: 3, perSecond: 0.001 } },
    });
    await (await world.connect()).ask({ type: "postPlea", roomTag, stays: false, blob: systemRandom(9) });
    const listed = await client.ask({ type: "listRequests", roomTag, after: 0 });
    const request = listed.type === "requests" ? listed.requests[0]!.request : 0;
    const answer = async (who: ScriptedClient): Promise<string> => {
      const inboxId = InboxId.of(systemRandom(32));
      const said = await who.ask({ type: "answerRequest", roomTag, request, inboxId, blob: systemRandom(9) });
      return said.type === "error" ? said.error : said.type;
    };
    expect([await answer(client), await answer(client), await answer(client)]).toEqual([
      "done",
      "done",
      "rate_limited",
    ]);
    const key = await rekey(client, roomTag, 1);
    const other = await world.connect("another address");
    await other.prove(roomTag, 2, key);
    expect([await answer(other), await answer(other)]).toEqual(["done", "rate_limited"]);
  });
});

describe("who is on probation", () => {
  it("A109: RULE slot.others-refresh: brings with a commit no slot that was not there, nor one again that is closed", async () => {
    // On a file: there, a version of a slot that is not there would be left for whoever opens it.
    const store = new SqliteStore(openDatabase(":memory:"));
    const { world, roomTag, slots, alice } = await room({ quotas: { slotsPerRoom: 2 } }, store);
    const thief = await world.connect("thief");
    await joinBy(thief, roomTag, slots[0], 0);
    const { lastCommit } = await place(thief, roomTag);
    const fresh = newSlot();
    const refreshed = { ...slots[1].slot, blob: systemRandom(5) };
    await alice.ask({ type: "closeSlot", roomTag, slotId: slots[0].slot.slotId });
    const commit = commitAppend(roomTag, newKey(), { epoch: 1, lastCommit, slots: [fresh, slots[0].slot, refreshed] });
    expect(await thief.ask(commit)).toMatchObject({ type: "appended" });
    const get = ({ slotId }: { slotId: SlotId }, back = 0) => alice.ask({ type: "getSlot", roomTag, slotId, back });
    expect(await get(fresh)).toMatchObject(error("slot_unknown"));
    expect(await get(slots[0].slot)).toMatchObject(error("slot_closed"));
    expect(await get(refreshed)).toMatchObject({ blob: slots[1].slot.blob, versions: 2 });
    expect(await get(refreshed, 1)).toMatchObject({ blob: refreshed.blob });
    // Nor does it leave anything for when a member opens it.
    await alice.ask({ type: "putSlot", roomTag, slot: fresh, life: 0 });
    expect(await get(fresh)).toMatchObject({ blob: fresh.blob, versions: 1 });
  });
});

describe("pleas", () => {
  it("RULE plea.bounded: two of one address stay, however many others ask; the same again is one", async () => {
    const { world, alice, roomTag, key } = await room({ rates: { pleas: { burst: 9, perSecond: 1 } } });
    const blobs = [1, 2, 3, 4, 5, 6].map((fill) => new Uint8Array(4).fill(fill));
    const plead = async (address: string, at: number): Promise<unknown> => {
      const client = await world.connect(address);
      await client.prove(roomTag, 0, key);
      const answer = await client.ask({ type: "postPlea", roomTag, stays: false, blob: blobs[at]! });
      return answer.type === "posted" ? answer.request : answer;
    };
    const list = async () => {
      const answer = await alice.ask({ type: "listRequests", roomTag, after: 0 });
      return answer.type === "requests" ? answer.requests.map(({ blob }) => blob[0]) : [];
    };
    const posted: unknown[] = [];
    for (const [address, at] of [
      ["a", 0],
      ["b", 1],
      ["c", 2],
      ["a", 3],
      ["a", 3],
    ] as const)
      posted.push(await plead(address, at));
    expect([posted, await list()]).toEqual([
      [1, 2, 3, 4, 4],
      [1, 2, 3, 4],
    ]);
    await plead("a", 4);
    expect(await list()).toEqual([2, 3, 4, 5]);
  });
});

describe("an invite", () => {
  it("RULE request.bounded: is used by all addresses together only so fast", async () => {
    const { world, roomTag, slots } = await room({ rates: { slotOfAll: { burst: 3, perSecond: 1 } } });
    const { slotId } = slots[0].slot;
    const post = async (address: string): Promise<string> => {
      const client = await world.connect(address);
      await client.proveSlot(roomTag, slotId, slots[0].token);
      return (await client.ask({ type: "postRequest", roomTag, slotId, blob: systemRandom(9) })).type;
    };
    const answers: string[] = [];
    for (const address of ["a", "b", "c", "d"]) answers.push(await post(address));
    expect(answers).toEqual(["posted", "posted", "posted", "error"]);
    world.now += 1000;
    expect(await post("e")).toBe("posted");
    // Another invite is another one's.
    const other = await world.connect("a");
    await other.proveSlot(roomTag, slots[1].slot.slotId, slots[1].token);
    const elsewhere = { type: "postRequest" as const, roomTag, slotId: slots[1].slot.slotId, blob: systemRandom(9) };
    expect(await other.ask(elsewhere)).toMatchObject({ type: "posted" });
  });
});
