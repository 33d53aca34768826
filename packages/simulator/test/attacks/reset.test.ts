import { MemoryStore } from "@conclave/relay";
import { describe, expect, it, vi } from "vitest";
import { World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

type Told = Record<"epoch" | "code" | "authenticator" | "paused", unknown>;

describe("attacks that would have a room begin again", () => {
  it("A31: neither a ReInit by a member's hand nor a relay that has lost the room makes anybody found it again", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    const tag = world.tagOf(alice!);
    await world.pass(60_000);
    // New keys may be made; who is in, and by which decisions, stays.
    const seen = () =>
      [alice!, bob!].map((device) => {
        const { epoch: _, code: __, authenticator: ___, paused: ____, ...rest } = { ...stateOf(world, device) } as Told;
        return rest;
      });
    const before = seen();
    const reInit = { type: "reinit", groupId: alice!.room.id, version: 1, cipherSuite: 1, extensions: [] } as const;
    const hostile = new HostileMember(world, carol!);
    carol!.crash();
    world.relay.inject(tag, hostile.commit({ proposals: [reInit], extensions: null }));
    await world.pass(10_000);
    expect(seen()).toEqual(before);
    expect(alarmsOf(alice!).join()).toContain("REFUSED_CHANGE forbidden_proposal");
    // The relay comes back with nothing, says so, and goes on asking everybody to take part.
    const had = world.relay.snapshot();
    world.relay.isWatching = true;
    const asked: string[] = [];
    world.relay.tamper({ request: (_node, frame) => (asked.push(frame.type), [frame]) });
    world.relay.rollBack(new MemoryStore());
    await world.pass(10 * 60_000);
    for (const device of [alice!, bob!]) world.relay.say(device.name, [{ type: "requestsChanged", roomTag: tag }]);
    await world.pass(10 * 60_000);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((type) => ["createRoom", "append", "putSlot", "postPlea"].includes(type))).toEqual([]);
    expect(seen()).toEqual(before);
    expect(await world.texts(alice!)).toEqual(await world.texts(bob!));
    // With its log again it is the same room.
    world.relay.tamper(null);
    world.relay.rollBack(had);
    await world.pass(10 * 60_000);
    for (const device of [alice!, bob!]) {
      if (device.room.status().paused) await world.finish(device.room.resume());
    }
    await talk(world, alice!, bob!);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob", "Carol"]);
  });
});
