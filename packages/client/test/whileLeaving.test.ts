import type { SessionEvent } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { holdCommits } from "./scripted.js";
import { twoIn, World } from "./world.js";

describe("who has said farewell, and is still there", () => {
  it("RULE client.farewell-blind: is told nothing of what others say, do or find to say about it; only that something changed", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const earlier = await world.get(alice.room.send("before"));
    const own = await world.get(bob.room.send("mine"));
    await world.until(() => alice.room.status().pending + bob.room.status().pending === 0);
    await world.until(() => alice.room.status().n === bob.room.status().n);
    holdCommits(world);
    await world.get(bob.room.leave());
    await world.until(() => bob.room.status().pending === 0);
    const told: SessionEvent[] = [];
    bob.room.watch((event) => told.push(event));
    await world.get(alice.room.send("after"));
    await world.get(alice.room.edit(earlier.id, "before, but better"));
    await world.get(alice.room.react(own.id, "👍"));
    await world.until(() => alice.room.status().pending === 0);
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter(({ type }) => type !== "changed")).toEqual([]);
    expect(await bob.texts()).not.toContain("Alice: after");
    expect(await world.run(bob.room.search("after"))).toEqual([]);
    expect(bob.room.status()).toMatchObject({ unread: 0, mentions: 0, firstUnread: null });
    // Who stays after all is told what came meanwhile, each line once, and from then on everything as it comes.
    told.length = 0;
    await world.get(bob.room.stay());
    await world.pass(1000);
    const lines = () =>
      told.flatMap((event) => (event.type === "item" && event.item.kind === "message" ? [event.item.n] : []));
    const [after] = (await world.run(bob.room.timeline())).filter((item) => item.kind === "message").slice(-1);
    expect(lines()).toEqual([after!.n]);
    expect((await bob.texts()).at(-1)).toBe("Alice: after");
    told.length = 0;
    await world.get(alice.room.edit(earlier.id, "best"));
    await world.get(alice.room.send("again"));
    await world.until(() => alice.room.status().pending === 0);
    await world.until(() => alice.room.status().n === bob.room.status().n);
    expect(told.map(({ type }) => type)).toEqual(expect.arrayContaining(["amended", "item"]));
    expect(lines()).toHaveLength(1);
  });

  it("sees their own words that were still on their way, wherever in the log they come", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    let isHeld = true;
    world.beforeFrames = (home, frames) =>
      home === bob && isHeld && frames.some((frame) => frame.type === "append" && frame.kind === "message")
        ? new Promise<void>((resolve) => void world.clock.setTimer(3000, resolve))
        : undefined;
    const told: SessionEvent[] = [];
    bob.room.watch((event) => told.push(event));
    await world.get(bob.room.send("last words"));
    const leaving = bob.room.leave();
    await world.get(alice.room.send("meanwhile"));
    await world.get(leaving);
    holdCommits(world);
    isHeld = false;
    await world.pass(5000);
    expect(await bob.texts()).toContain("Bob: last words");
    const own = told.filter((event) => event.type === "item" && event.item.kind === "message");
    expect(
      own.every((event) => event.type === "item" && event.item.kind === "message" && event.item.message.author.isYou),
    ).toBe(true);
    expect(own.length).toBeGreaterThan(0);
  });
});
