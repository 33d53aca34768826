import { utf8Bytes } from "@conclave/codec";
import { MAX_FILE_BYTES, MAX_KEYS_AT_ONCE, MessageNonce, type NamedSshKey, SshKey } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const MINUTE = 60_000;
const MOST_BODY_BYTES = 60 * 1024;
const MOST_DRAFT_LENGTH = 256 * 1024;

const nonce = (n: number) => MessageNonce.of(new Uint8Array(16).fill(n));
const text = (length: number) => ({ kind: "text", body: new Uint8Array(length).fill(97) });
const codeOf = (result: { ok: boolean; error?: { kind: string } }) => (result.ok ? "ok" : result.error?.kind);

async function alone(world: World): Promise<Home> {
  const alice = world.home();
  await alice.open();
  await alice.found("Garden", "Alice");
  return alice;
}

describe("a message of any kind", () => {
  it("has a body of at most 60 KiB and a kind of 1 to 32 bytes; anything else is malformed, and nothing of it is kept", async () => {
    const world = new World();
    const alice = await alone(world);
    const post = async (message: object) =>
      codeOf(await world.run(alice.room.post({ kind: "note", body: new Uint8Array(1), ...message })));
    expect(await post(text(MOST_BODY_BYTES + 1))).toBe("malformed");
    expect(await post({ kind: "" })).toBe("malformed");
    expect(await post({ kind: "k".repeat(33) })).toBe("malformed");
    // 17 letters of two bytes.
    expect(await post({ kind: "ä".repeat(17) })).toBe("malformed");
    expect(await post({ nonce: new Uint8Array(15) })).toBe("malformed");
    expect(await post({ nonce: new Uint8Array(17) })).toBe("malformed");
    expect(alice.room.status().pending).toBe(0);
    expect(await post(text(MOST_BODY_BYTES))).toBe("ok");
    expect(await post({ kind: "ä".repeat(16) })).toBe("ok");
    expect(await post({ kind: "k" })).toBe("ok");
    await world.get(alice.room.flushed(MINUTE));
  });

  it("is there once, however often it is posted with one nonce, before and after it is sent", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const post = (kept: string) =>
      world.get(
        alice.room.post({
          ...{ nonce: nonce(7), kind: "text", body: utf8Bytes("hello") },
          records: [{ key: "draft", value: utf8Bytes(kept) }],
        }),
      );
    const keptNow = async () =>
      (await alice.client.records.list("")).map(({ key, value }) => [key, new TextDecoder().decode(value)]);
    world.isDown = true;
    world.cut();
    const first = await post("one");
    expect((await post("two")).id).toEqual(first.id);
    // What it was to bring along is changed with the message, or not at all.
    expect(await keptNow()).toEqual([["draft", "one"]]);
    expect(alice.room.status().pending).toBe(1);
    world.isDown = false;
    await world.get(alice.room.flushed(MINUTE));
    expect(await post("three")).toMatchObject({ id: first.id, state: "sent" });
    expect(await keptNow()).toEqual([["draft", "one"]]);
    await world.until(() => bob.room.status().unread === 1);
    await world.pass(MINUTE);
    expect(await bob.texts()).toEqual(["Alice: hello"]);
  });

  it("that changes another one is refused where that one is not here, and is told with what it made of it", async () => {
    const world = new World();
    const alice = await alone(world);
    const { id } = await world.get(alice.room.send("helo"));
    const edit = { kind: "edit", body: utf8Bytes("hello") };
    const known = await world.run(alice.room.post({ ...edit, ref: id }));
    expect(known).toMatchObject({ ok: true, value: { id } });
    const missing = id.slice();
    missing[0]! ^= 1;
    expect(codeOf(await world.run(alice.room.post({ ...edit, ref: missing as typeof id })))).toBe("unknown");
    expect(codeOf(await world.run(alice.room.post(edit)))).toBe("unknown");
    expect(alice.room.status().pending).toBe(2);
    await world.get(alice.room.flushed(MINUTE));
    const [item] = await world.run(alice.room.timeline({ limit: 1 }));
    if (item?.kind !== "message") throw new Error("no message");
    expect(new TextDecoder().decode(item.message.edited?.body)).toBe("hello");
  });

  it("is shown at once, before it is sent", async () => {
    const world = new World();
    const alice = await alone(world);
    const told: string[] = [];
    alice.room.watch((event) => {
      if (event.type === "item") told.push(event.item.kind === "message" ? event.item.message.state : event.item.kind);
    });
    world.isDown = true;
    world.cut();
    await world.get(alice.room.send("hello"));
    expect(told).toEqual(["pending"]);
  });
});

describe("a file", () => {
  it("that is larger than the relay takes is refused before anything is sent; what is no size is malformed", async () => {
    const world = new World();
    const alice = await alone(world);
    await world.until(() => alice.room.status().fileLimit !== null);
    const limit = alice.room.status().fileLimit!;
    expect(limit).toBeLessThan(MAX_FILE_BYTES);
    const attach = async (size: number) => {
      const read = () => Promise.reject(new Error("nobody reads it"));
      const file = { name: "a.bin", type: "application/octet-stream", size, read };
      const attached = await world.run(alice.room.attach(file as never));
      return attached.ok ? "ok" : { error: null, ...attached.error };
    };
    const uploads = () => world.heard.filter(({ type }) => type.endsWith("Blob"));
    expect(await attach(limit + 1)).toMatchObject({ kind: "relay", error: "too_large", retryAfter: 0 });
    expect(await attach(MAX_FILE_BYTES)).toMatchObject({ kind: "relay", error: "too_large" });
    expect(await attach(MAX_FILE_BYTES + 1)).toMatchObject({ kind: "malformed" });
    expect(await attach(-1)).toMatchObject({ kind: "malformed" });
    expect(uploads()).toEqual([]);
    expect(await attach(limit)).toMatchObject({ kind: "source" });
    expect(uploads()[0]?.type).toBe("beginBlob");
  });
});

describe("a long list of SSH keys", () => {
  const AT_ONCE = MAX_KEYS_AT_ONCE / 2;
  const keys = (count: number): NamedSshKey[] =>
    Array.from({ length: count }, (_, n) => {
      const key = new Uint8Array(32);
      key.set([n & 0xff, n >> 8, 1]);
      return { key: SshKey.of(key), comment: "" };
    });

  it("is listed, and taken off, in as few decisions as there can be", async () => {
    const world = new World();
    const alice = await alone(world);
    const decided = () => alice.room.status().seq;
    let before = decided();
    const listed = await world.get(alice.room.allowKeys(keys(2 * AT_ONCE + 1)));
    expect(listed).toMatchObject({ count: 2 * AT_ONCE + 1, left: 0, progress: { done: true } });
    expect(decided() - before).toBe(3);
    expect(alice.room.sshKeys()).toHaveLength(2 * AT_ONCE + 1);
    before = decided();
    const off = await world.get(alice.room.disallowKeys(keys(2 * AT_ONCE).map(({ key }) => key)));
    expect(off).toMatchObject({ count: 2 * AT_ONCE, left: 0 });
    expect(decided() - before).toBe(2);
    expect(alice.room.sshKeys()).toHaveLength(1);
  });

  it("waits with the rest where others must agree to the first part", async () => {
    const world = new World();
    const alice = world.home();
    await alice.open();
    await alice.found("Garden", "Alice", "admins:2");
    const bob = world.home();
    await bob.open();
    const { link } = await world.get(
      alice.room.createInvite({
        ...{ label: "link", for: { class: "single" }, notAfter: null, mode: "direct", role: "admin" },
        host: "https://chat.example",
      }),
    );
    await bob.join(link!, "Bob");
    await world.until(() => alice.room.members().length === 2);
    const asked = await world.get(alice.room.allowKeys(keys(AT_ONCE + 5)));
    expect(asked).toMatchObject({ count: AT_ONCE, left: 5, progress: { done: false, have: 1, need: 2 } });
    expect(alice.room.proposals()).toHaveLength(1);
  });
});

describe("what one has begun to write", () => {
  it("is kept up to a bound that is far above a message's", async () => {
    const world = new World();
    const alice = await alone(world);
    await world.run(alice.room.setDraft("x".repeat(MOST_DRAFT_LENGTH)));
    expect((await world.run(alice.room.draft())).length).toBe(MOST_DRAFT_LENGTH);
    await world.run(alice.room.setDraft(`${"y".repeat(MOST_DRAFT_LENGTH)}zz`));
    expect(await world.run(alice.room.draft())).toBe("y".repeat(MOST_DRAFT_LENGTH));
  });
});
