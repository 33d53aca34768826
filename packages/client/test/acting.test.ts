import { utf8Bytes } from "@conclave/codec";
import type { TimelineMessage } from "@conclave/client";
import { MAX_FILE_BYTES, type MessageId, MessageNonce } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { attach } from "../src/room/posting.js";
import { driving } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const text = (body: Uint8Array | undefined) => new TextDecoder().decode(body);

async function found(world: World, home: Home, id: MessageId): Promise<TimelineMessage> {
  return (await world.run(home.room.find(id)))!;
}

const reactions = ({ reactions: all }: TimelineMessage) =>
  all.map(({ emoji, people }) => `${emoji} ${people.map(({ name }) => name).join()}`);

async function settled(world: World, from: Home, to: Home): Promise<void> {
  await world.get(from.room.flushed(600_000));
  await world.until(() => to.room.status().n === from.room.status().n);
}

describe("what a person does to messages", () => {
  it("takes back one that was never sent, with what was done to it; what waits beside it goes", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    world.isDown = true;
    world.cut();
    await world.pass(1000);
    const { id: one } = await world.get(bob.room.send("one"));
    const { id: two } = await world.get(bob.room.send("two"));
    await world.get(bob.room.edit(one, "one!"));
    await world.get(bob.room.edit(two, "two!"));
    await world.get(bob.room.react(two, "👍"));
    const seen: TimelineMessage[] = [];
    bob.room.watch((event) => event.type === "amended" && seen.push(event.message));
    const gone = await world.get(bob.room.remove(one));
    expect(gone).toMatchObject({ id: one, deleted: { by: { name: "Bob" } }, edited: null });
    expect(seen).toEqual([gone]);
    expect(bob.room.status().pending).toBe(3);
    world.isDown = false;
    await settled(world, bob, alice);
    expect(await alice.texts()).toEqual(["Bob: two"]);
    const there = await found(world, alice, two);
    expect([text(there.edited?.body), reactions(there)]).toEqual(["two!", ["👍 Bob"]]);
    expect(await world.run(bob.room.edit(one, "again"))).toMatchObject({ error: { kind: "unknown" } });
  });

  it("takes back a reaction that others have made too, and edits to the longest that a text may be", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const { id } = await world.get(alice.room.send("hello"));
    await settled(world, alice, bob);
    await world.get(bob.room.react(id, "👍"));
    await settled(world, bob, alice);
    await world.get(alice.room.react(id, "👍"));
    await settled(world, alice, bob);
    expect(reactions(await found(world, bob, id))).toEqual(["👍 Bob,Alice"]);
    expect(reactions(await world.get(alice.room.react(id, null)))).toEqual(["👍 Bob"]);
    await settled(world, alice, bob);
    expect(reactions(await found(world, bob, id))).toEqual(["👍 Bob"]);
    const longest = "x".repeat(60 * 1024);
    await world.get(alice.room.edit(id, longest));
    await settled(world, alice, bob);
    expect(text((await found(world, bob, id)).edited?.body)).toBe(longest);
  });

  it("takes back nothing that is not there, whatever it is of", async () => {
    const world = new World();
    const [alice] = await twoIn(world);
    const { id } = await world.get(alice.room.send("hello"));
    const nothing = id.map((byte) => byte ^ 1) as MessageId;
    for (const refused of [
      alice.room.remove(nothing),
      alice.room.react(nothing, null),
      alice.room.react(nothing, "👍"),
    ])
      expect(await world.run(refused)).toMatchObject({ error: { kind: "unknown" } });
    expect(await world.run(alice.room.react(id, ""))).toMatchObject({ error: { kind: "malformed" } });
  });
});

describe("a message with a program's records", () => {
  it("is kept with them, once; one that is refused leaves none behind", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const records = (value: number) => [{ key: "sent", value: new Uint8Array([value]) }];
    const kept = async () => (await alice.client.records.list("")).map(({ key, value }) => `${key} ${value.join()}`);
    const nonce = MessageNonce.of(new Uint8Array(16).fill(3));
    const post = (value: number, change: object = {}) =>
      world.run(alice.room.post({ nonce, kind: "text", body: utf8Bytes("hi"), records: records(value), ...change }));
    expect(await post(1, { kind: "" })).toMatchObject({ error: { kind: "malformed" } });
    expect(await post(1, { kind: "edit", ref: nonce })).toMatchObject({ error: { kind: "unknown" } });
    expect(await kept()).toEqual([]);
    const first = await post(1);
    expect(await kept()).toEqual(["sent 1"]);
    // The same once more, as by a program that was killed before it heard that it was kept.
    expect(await post(2)).toMatchObject({ ok: first.ok });
    expect(await kept()).toEqual(["sent 1"]);
    await settled(world, alice, bob);
    expect(await bob.texts()).toEqual(["Alice: hi"]);
  });

  it("says what became of the message that it changes; one that names none says so", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const { id } = await world.get(alice.room.send("hello"));
    const items: string[] = [];
    alice.room.watch((event) => items.push(event.type));
    const changed = await world.get(alice.room.post({ kind: "edit", ref: id, body: utf8Bytes("hello!") }));
    expect([changed.id, text(changed.edited?.body)]).toEqual([id, "hello!"]);
    // It is no line of its own.
    expect(items).not.toContain("item");
    await settled(world, alice, bob);
    expect(await bob.texts()).toEqual(["Alice: hello"]);
    expect(text((await found(world, bob, id)).edited?.body)).toBe("hello!");
  });
});

describe("a file, by its size", () => {
  it("is refused at once where the relay takes none so large; the largest goes, and so does any where that is not known", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    let reads = 0;
    const file = (size: number) => ({
      ...{ name: "a.bin", type: "application/octet-stream", size },
      read: (at: number, length: number) => {
        reads++;
        return Promise.resolve(new Uint8Array(Math.min(length, size - at)));
      },
    });
    const send = (size: number, limit: number | null) =>
      world.run(attach(driving(alice), file(size) as never, {}, limit));
    const tooLarge = { ok: false, error: { kind: "relay", error: "too_large", retryAfter: 0 } };
    expect(await send(11, 10)).toEqual(tooLarge);
    expect(await send(MAX_FILE_BYTES, 10)).toEqual(tooLarge);
    // What is no size of a file is none, whatever the relay takes.
    expect(await send(MAX_FILE_BYTES + 1, 10)).toMatchObject({ error: { kind: "malformed" } });
    expect(reads).toBe(0);
    for (const limit of [10, null]) expect(await send(10, limit)).toMatchObject({ ok: true });
    await settled(world, alice, bob);
    const files = (await world.run(bob.room.timeline({ limit: 100 }))).filter(
      (item) => item.kind === "message" && item.message.kind === "file",
    );
    expect(files).toHaveLength(2);
    expect(alice.room.status().pending).toBe(0);
  });
});
