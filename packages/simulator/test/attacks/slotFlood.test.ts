import { inviteKeys, parseLink } from "@conclave/protocol";
import { describe, expect, it, vi } from "vitest";
import { granted, World } from "../../src/index.js";
import { talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

describe("a slot full of junk", () => {
  it("A42: costs a newcomer a few tries and sends nothing of theirs; the next change of the room lets them in", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.pass(60_000);
    const tag = world.tagOf(alice!);
    const { roomId, secret } = parseLink(link)!;
    const { slotId } = inviteKeys(world.crypto, roomId, secret);
    const { store } = world.relay.main;
    const good = store.slots.version(store.rooms.get(tag)!.no, slotId, 0)!.blob;
    let tries = 0;
    world.relay.tamper({
      request: (node, frame) => {
        if (node === "Carol" && frame.type === "getSlot") tries++;
        return [frame];
      },
    });
    const carol = await world.device("Carol");
    // Behind five that are junk is one that is not.
    for (let n = 0; n < 5; n++) world.relay.putSlot(tag, { slotId, blob: world.dice.random(good.length) });
    granted(await world.finish(carol.client.previewInvite(link)));
    expect(tries).toBe(6);
    for (let n = 0; n < 200; n++) {
      const blob = n % 2 === 0 ? world.dice.random(300) : good.map((byte, at) => (at === n ? byte ^ 1 : byte));
      world.relay.putSlot(tag, { slotId, blob });
    }
    tries = 0;
    const records = new Map(carol.disk.records);
    expect(await world.finish(carol.client.previewInvite(link))).toMatchObject({ ok: false });
    expect(tries).toBeLessThan(10);
    expect(carol.disk.records).toEqual(records);
    granted(await world.finish(alice!.room.decide({ type: "rekey" })));
    await world.pass(60_000);
    await world.join(carol, link);
    await talk(world, alice!, carol);
  });
});
