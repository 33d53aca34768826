import { toHex } from "@conclave/codec";
import { describe, expect, it, vi } from "vitest";
import type { ClientFrame } from "@conclave/wire";
import { granted, inspect, World, type SimulatedDevice } from "../../src/index.js";
import { namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 240_000 });

const DAY = 24 * 3_600_000;
type Post = Extract<ClientFrame, { type: "postRequest" }>;

async function ask(world: World, device: SimulatedDevice, link: string): Promise<void> {
  const invited = granted(await world.finish(device.client.previewInvite(link)));
  granted(await world.finish(invited.accept(device.name)));
}

/** The relay shows a request again, as if it had just come. */
function showAgain(world: World, device: SimulatedDevice, { slotId, blob }: Post): void {
  const { store } = world.relay.main;
  const row = store.rooms.get(world.tagOf(device))!;
  const by = { digest: world.dice.random(32), address: new Uint8Array(8) };
  store.requests.add(row.no, { slotId, blob, time: world.timeline.now }, by);
  world.relay.say(device.name, [{ type: "requestsChanged", roomTag: world.tagOf(device) }]);
}

describe("key packages", () => {
  it("A69: there is no store of key packages to run dry: each request brings its own, and none serves twice", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!, { mode: "ask", for: { class: "multi", limit: 100 } });
    const posts: Post[] = [];
    world.relay.tamper({
      request: (_node, frame) => {
        if (frame.type === "postRequest") posts.push(frame);
        return [frame];
      },
    });
    const guests: SimulatedDevice[] = [];
    for (let n = 0; n < 12; n++) {
      const guest = await world.device(`Guest ${n}`);
      await ask(world, guest, link);
      guests.push(guest);
    }
    for (const { id } of granted(await world.finish(alice!.room.requests()))) {
      granted(await world.finish(alice!.room.admit(id)));
    }
    await world.until(() => guests.every(({ room }) => room.status().standing === "member"), 300_000);
    expect(namesOf(bob!)).toHaveLength(14);
    const { holders } = inspect(world.crypto, alice!.disk, toHex(alice!.room.id))!;
    expect(new Set(holders.map((holder) => holder.split(" ")[1])).size).toBe(14);
    // Shown again, a request asks for nobody who is in; and of one who was removed it is worth nothing, as their link is closed.
    showAgain(world, alice!, posts[0]!);
    await world.pass(20_000);
    expect(granted(await world.finish(alice!.room.requests()))).toEqual([]);
    const gone = guests[0]!;
    granted(await world.finish(alice!.room.decide({ type: "remove", person: gone.client.person, ban: false })));
    await world.inStep();
    for (let again = 0; again < 3; again++) showAgain(world, alice!, posts[0]!);
    await world.pass(20_000);
    for (const { id } of granted(await world.finish(alice!.room.requests()))) await world.finish(alice!.room.admit(id));
    await world.pass(20_000);
    expect(namesOf(alice!)).not.toContain(gone.name);
    await talk(world, alice!, guests[1]!);
  });
  it("A70: RULE request.lifetime: a request that the relay kept for longer than it is good for is shown to nobody", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!, { mode: "ask" });
    const posts: Post[] = [];
    world.relay.tamper({
      request: (node, frame) => {
        if (node !== "Carol" || frame.type !== "postRequest") return [frame];
        posts.push(frame);
        return [];
      },
    });
    const carol = await world.device("Carol");
    const invited = granted(await world.finish(carol.client.previewInvite(link)));
    void invited.accept("Carol");
    await world.until(() => posts.length > 0);
    carol.crash();
    bob!.crash();
    alice!.crash();
    await world.pass(10 * 60_000);
    await world.start(alice!);
    await world.pass(20_000);
    showAgain(world, alice!, posts[0]!);
    await world.pass(20_000);
    // Within its time it is as good as ever.
    expect(granted(await world.finish(alice!.room.requests())).map(({ name }) => name)).toEqual(["Carol"]);
    alice!.crash();
    await world.pass(32 * DAY);
    await world.start(alice!);
    await world.pass(60_000);
    showAgain(world, alice!, posts[0]!);
    await world.pass(20_000);
    expect(granted(await world.finish(alice!.room.requests()))).toEqual([]);
    expect(namesOf(alice!)).toEqual(["Alice", "Bob"]);
  });
});
