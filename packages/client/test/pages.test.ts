import { decodeRelayMessage, encodeRelayMessage, type RelayFrame, type SlotsResponse } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { asks, driving, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;

/** A relay whose answers come out of this. */
function changing(world: World, change: (frame: RelayFrame) => RelayFrame): void {
  world.changeAnswer = (bytes) => {
    const decoded = decodeRelayMessage(bytes, 1 << 26);
    return decoded.ok ? encodeRelayMessage(decoded.value.map(change)) : bytes.slice();
  };
}

async function asking(world: World, link: string, name: string): Promise<Home> {
  const home = world.home();
  await home.open();
  await home.join(link, name);
  return home;
}

describe("a relay that gives one thing at a time", () => {
  it("is asked until all requests are there, each page after the one before; no more than that", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const link = await alice.invite("ask");
    for (const name of ["Carol", "Dora", "Erin"]) await asking(world, link, name);
    await world.pass(MINUTE);
    changing(world, (frame) =>
      frame.type === "requests"
        ? { ...frame, requests: frame.requests.slice(0, 1), more: frame.requests.length > 1 }
        : frame,
    );
    const before = world.heard.length;
    const listed = await world.get(alice.room.requests());
    expect(listed.map(({ name }) => name)).toEqual(["Carol", "Dora", "Erin"]);
    const asked = world.heard.slice(before).filter(asks("listRequests"));
    expect(asked.map(({ after }) => after)).toEqual([0, listed[0]!.id, listed[1]!.id]);
    // A page that says that there are more, and gives none, is the last one.
    changing(world, (frame) => (frame.type === "requests" ? { ...frame, requests: [], more: true } : frame));
    expect(await world.get(alice.room.requests())).toEqual([]);
    expect(world.heard.slice(before).filter(asks("listRequests"))).toHaveLength(4);
  });

  it("is asked for all slots, at most four pages of them; links that are there are left alone", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    for (let n = 0; n < 2; n++) await alice.invite();
    await world.pass(2 * MINUTE);
    await world.run(bob.client.close());
    changing(world, (frame) =>
      frame.type === "slots" ? { ...frame, slots: frame.slots.slice(0, 1), more: frame.slots.length > 1 } : frame,
    );
    let page: SlotsResponse["slots"] = [];
    const lists = () => world.heard.filter(asks("listSlots")).length;
    let before = lists();
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    await world.pass(MINUTE);
    expect([lists() - before, driving(alice).slots.isFresh]).toEqual([3, true]);
    expect(world.heard.filter(asks("closeSlot"))).toEqual([]);
    // One that goes on listing the same.
    changing(world, (frame) =>
      frame.type === "slots"
        ? { ...frame, slots: (page = frame.slots.length > 0 ? frame.slots : page), more: true }
        : frame,
    );
    before = lists();
    await world.get(alice.room.decide({ type: "setTitle", title: "Orchard" }));
    await world.pass(MINUTE);
    expect([lists() - before, driving(alice).slots.isFresh]).toEqual([4, true]);
    // None of it, and more to come: that was all.
    changing(world, (frame) => (frame.type === "slots" ? { ...frame, slots: [], more: true } : frame));
    before = lists();
    await world.get(alice.room.decide({ type: "setTitle", title: "Field" }));
    await world.pass(MINUTE);
    expect(lists() - before).toBe(1);
  });

  it("and no list of slots is asked again, and the links are good as soon as it gives one", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await alice.invite();
    await world.pass(2 * MINUTE);
    await world.run(bob.client.close());
    const refused = refuse(world, alice, asks("listSlots"), { error: "storage_busy", retryAfter: 100, times: 2 });
    const puts = () => world.heard.filter(asks("putSlot")).length;
    const before = puts();
    await world.get(alice.room.decide({ type: "setTitle", title: "Meadow" }));
    expect([refused.length, driving(alice).slots.isFresh]).toEqual([2, true]);
    expect(puts() - before).toBe(2);
    expect(driving(alice).slots.isDone).toBe(true);
  });
});

describe("a request that somebody else answers", () => {
  it("is no longer shown to the others, whether they were let in or not", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    const link = await alice.invite("ask");
    const waits = (home: Home) => [home.room.status().requests, home.room.status().asked];
    const carol = await asking(world, link, "Carol");
    await world.until(() => [alice, bob].every(({ room }) => room.status().requests === 1));
    expect([waits(alice), waits(bob)]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    const [request] = await world.get(bob.room.requests());
    await world.get(bob.room.denyRequest(request!.id));
    await world.until(() => carol.room.status().standing === "lost");
    expect(carol.room.status().ending).toMatchObject({ by: { name: "Bob" } });
    await world.get(alice.room.requests());
    expect([waits(alice), waits(bob)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const dora = await asking(world, link, "Dora");
    await world.until(() => [alice, bob].every(({ room }) => room.status().asked === 1));
    const [hers] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(hers!.id));
    await world.until(() => dora.room.status().standing === "member" && bob.room.status().requests === 0);
    expect(waits(bob)).toEqual([0, 0]);
  });
});
