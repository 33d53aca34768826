import { toBase64url, toHex } from "@conclave/codec";
import { describe, expect, it, vi } from "vitest";
import { decodeClientMessage, DEFAULT_LIMITS, type ClientFrame } from "@conclave/wire";
import { granted, World } from "../../src/index.js";
import { talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

/** Everything of 16 bytes that stands in these bytes, anywhere. */
function windows(bytes: Uint8Array): Set<string> {
  const text = Buffer.from(bytes).toString("latin1");
  return new Set(Array.from({ length: Math.max(0, text.length - 15) }, (_, at) => text.slice(at, at + 16)));
}

function framesOf(world: World, node: string): ClientFrame[] {
  return world.relay.seen.flatMap((message) => {
    const decoded = message.node === node ? decodeClientMessage(message.bytes, DEFAULT_LIMITS) : null;
    return decoded?.ok === true ? decoded.value : [];
  });
}

describe("what the relay learns", () => {
  it("A88: of all that reaches it nothing names a person, a role, a room or a link, and lengths are of a few sizes", async () => {
    const world = new World();
    world.relay.isWatching = true;
    const [alice, bob] = await world.roomOf(["Alice Aardvark", "Bob Bandicoot"]);
    granted(await world.finish(alice!.room.decide({ type: "setTitle", title: "Zebra conspiracy" })));
    await world.invite(alice!, { label: "Newsletter readers" });
    const { link: asking } = await world.invite(alice!, { mode: "ask" });
    const carol = await world.device("Carol Capybara");
    const invited = granted(await world.finish(carol.client.previewInvite(asking)));
    granted(await world.finish(invited.accept(carol.name, "I am the treasurer")));
    const [request] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(request!.id)));
    await world.until(() => carol.room.status().standing === "member");
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "admin" })));
    for (const length of [1, 2, 10, 30, 60, 90, 120]) await world.say(bob!, "x".repeat(length));
    await talk(world, alice!, carol);
    const people = [alice!, bob!, carol];
    const secrets = people
      .map(({ client }) => client.person)
      .flatMap((id) => [Buffer.from(id).toString("latin1"), toHex(id), toBase64url(id)]);
    const words = ["Aardvark", "Bandicoot", "Capybara", "Zebra", "Newsletter", "treasurer", "admin", "owner"];
    const all = world.relay.seen.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\n");
    expect(all.length).toBeGreaterThan(50_000);
    expect([...secrets, ...words].filter((each) => all.includes(each))).toEqual([]);
    // Nor does a message's length say more of it than its size class.
    const said = framesOf(world, bob!.name).flatMap((frame) =>
      frame.type === "append" && frame.kind === "message" ? [frame.payload.length] : [],
    );
    expect(said.length).toBeGreaterThanOrEqual(7);
    expect(new Set(said).size).toBe(1);
    // What was decided does not show in the length of its record: a title, a role, an invite are one to the relay.
    const decided = framesOf(world, alice!.name).flatMap((frame) =>
      frame.type === "append" && frame.kind === "commit" ? [frame.attachment.length] : [],
    );
    expect(decided.length).toBeGreaterThanOrEqual(5);
    expect(new Set(decided).size).toBeLessThanOrEqual(2);
  });
  it("A89: one person's joins of two rooms have nothing in common that the relay could know them by", async () => {
    const world = new World();
    world.relay.isWatching = true;
    const alice = await world.device("Alice");
    await world.found(alice);
    const { link: first } = await world.invite(alice);
    const dora = await world.device("Dora");
    await world.found(dora);
    const { link: second } = await world.invite(dora);
    const bob = await world.device("Bob");
    const rooms = [await world.join(bob, first), await world.join(bob, second)];
    world.invariants.wrote(bob.client.person, "hello");
    for (const room of rooms) granted(await world.finish(room.send("hello")));
    await world.pass(20_000);
    const appends = framesOf(world, "Bob").filter((frame) => frame.type === "append");
    const tags = [...new Set(appends.map(({ roomTag }) => toHex(roomTag)))];
    expect(tags).toHaveLength(2);
    const [one, two] = tags.map((tag) => appends.filter(({ roomTag }) => toHex(roomTag) === tag));
    expect(one!.map(({ kind }) => kind)).toContain("commit");
    const bytesOf = (frames: typeof appends) =>
      frames.map(({ payload, attachment, nextWriteKey }) =>
        Buffer.concat([payload, attachment, nextWriteKey ?? new Uint8Array()]),
      );
    const ofOne = bytesOf(one!).map(windows);
    const shared = bytesOf(two!).flatMap((bytes) =>
      [...windows(bytes)].filter((window) => ofOne.some((known) => known.has(window))),
    );
    expect(shared).toEqual([]);
    // The person is the same in both rooms for those who are in them.
    const self = toHex(bob.client.person);
    for (const room of rooms) expect(room.members().map(({ person }) => toHex(person))).toContain(self);
  });
});
