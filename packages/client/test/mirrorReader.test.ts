import { beforeEach, describe, expect, it } from "vitest";
import { lookAtMirror } from "../src/work/mirrorLook.js";
import { MirrorReader } from "../src/work/mirrorReader.js";
import { passFor, workOf } from "./scripted.js";
import { mirrored, ScriptedMirror } from "./scriptedMirror.js";
import type { Home, World } from "./world.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

let world: World;
let bob: Home;
let mirror: ScriptedMirror;
let work: ReturnType<typeof workOf>;
let reader: MirrorReader;
let sync: { isDistrusted: boolean; isRoomUnknown: boolean };
let connection: { welcome: object | null; isConnecting: boolean };
/** What Bob has read, and what the mirror has. */
let [read, n] = [0, 0];

/** Bob slept while three things were said, which the mirror has. */
beforeEach(async () => {
  const made = await mirrored(0);
  ({ world, bob } = made);
  await world.run(bob.client.close());
  read = made.n;
  const { alice } = made;
  for (const text of ["one", "two", "three"]) {
    await world.get(alice.room.send(text));
    await world.until(() => alice.room.mirrors()[0]?.n === alice.room.status().n);
  }
  ({ n } = alice.room.status());
  expect(n).toBe(read + 3);
  world.isDown = true;
  await bob.open();
  mirror = await ScriptedMirror.at(world, made.core);
  work = workOf(bob);
  sync = { isDistrusted: false, isRoomUnknown: false };
  connection = { ...mirror.connection, welcome: null };
  work.connection = connection as never;
  reader = new MirrorReader(work, sync as never, () => undefined);
  reader.mount();
});

const pass = (ms: number) => passFor(world, work, reader, ms);
const cursor = () => work.state.room!.cursor.n;
const looks = () => mirror.of("read").filter(({ limit }) => limit === 0).length;

describe("a device whose relay is away", () => {
  it("reads at the mirror after three seconds, and tells where", async () => {
    expect(cursor()).toBe(read);
    await pass(2.9 * SECOND);
    expect([mirror.asked.length, reader.reading]).toEqual([0, null]);
    await pass(SECOND);
    expect(cursor()).toBe(n);
    expect(reader.reading).toBe("ws://relay2/relay");
  });

  it("says that it changed where it begins or ends to read at a mirror, and not at each look", async () => {
    await pass(4 * SECOND);
    let changes = 0;
    work.state.watch(({ type }) => (changes += type === "changed" ? 1 : 0));
    await pass(MINUTE);
    expect([looks() > 3, changes]).toEqual([true, 0]);
    mirror.isUp = false;
    await pass(MINUTE);
    expect([reader.reading, changes]).toEqual([null, 1]);
  });

  it("looks there again every fifteen seconds, and not once the relay is back", async () => {
    await pass(4 * SECOND);
    expect(looks()).toBe(1);
    await pass(13 * SECOND);
    expect(looks()).toBe(1);
    await pass(2 * SECOND);
    expect(looks()).toBe(2);
    expect(reader.reading).toBe("ws://relay2/relay");
    connection.welcome = {};
    expect(reader.reading).toBe(null);
    await pass(MINUTE);
    expect(looks()).toBe(2);
    // Away once more: it waits three seconds again.
    connection.welcome = null;
    await pass(2.9 * SECOND);
    expect([looks(), reader.reading]).toEqual([2, null]);
    await pass(SECOND);
    expect(looks()).toBe(3);
  });

  it("reads nothing while it still connects", async () => {
    connection.isConnecting = true;
    await pass(MINUTE);
    await reader.readNow();
    expect(mirror.asked).toEqual([]);
  });

  it.each(["isDistrusted", "isRoomUnknown"] as const)(
    "reads there also where what answers is no help: %s",
    async (why) => {
      connection.welcome = {};
      await pass(MINUTE);
      expect(cursor()).toBe(read);
      sync[why] = true;
      await pass(4 * SECOND);
      expect(cursor()).toBe(n);
    },
  );

  it("reads at once where that is asked for", async () => {
    await reader.readNow();
    expect(cursor()).toBe(n);
  });

  it("names no mirror where none answers, and stops naming one that has fallen silent", async () => {
    mirror.isUp = false;
    await pass(MINUTE);
    expect(reader.reading).toBe(null);
    mirror.isUp = true;
    await pass(16 * SECOND);
    expect(reader.reading).toBe("ws://relay2/relay");
    mirror.isUp = false;
    await pass(16 * SECOND);
    expect(reader.reading).toBe(null);
    expect(cursor()).toBe(n);
  });

  it("A140: takes nothing in that its relay did not sign, or that contradicts what it has read", async () => {
    const { mirrors } = work.state.room!;
    const really = mirrors.read.bind(mirrors);
    const noted = { delta: { put: [], delete: [] }, alarm: null };
    for (const stands of [null, "apart", "other"]) {
      Object.assign(mirrors, { read: () => stands && { stands, noted } });
      await reader.readNow();
      expect([cursor(), reader.reading]).toEqual([read, null]);
    }
    Object.assign(mirrors, { read: really });
    await reader.readNow();
    expect(cursor()).toBe(n);
    // Nothing new: it is told as read there as long as the newest part is of the same log.
    for (const [stands, told] of [
      ["agrees", "ws://relay2/relay"],
      ["apart", "ws://relay2/relay"],
      ["other", null],
    ] as const) {
      Object.assign(mirrors, { read: () => ({ stands, noted }) });
      await reader.readNow();
      expect(reader.reading).toBe(told);
    }
  });

  it("takes nothing in once the relay is back, also where it was being read", async () => {
    mirror.answer = (asked) => {
      if (asked.type === "read" && asked.limit > 0) connection.welcome = {};
      return null;
    };
    await pass(4 * SECOND);
    expect(cursor()).toBe(read);
    expect(reader.reading).toBe(null);
  });
});

describe("a device that looks at its room's mirror", () => {
  const look = () => lookAtMirror(work.state, connection as never, work.state.room!.mirrors.all[0]!);
  const page = (change: object) => (asked: { type: string; limit?: number }) =>
    asked.type === "read" && asked.limit === 0 ? { type: "page", n: 1, items: [], receipt: null, ...change } : null;

  it("finds the copy ahead of what it has read, of the same log", async () => {
    expect(await look()).toMatchObject({ state: "agrees", n });
  });

  it.each([
    ["nobody answers", () => (mirror.isUp = false), { state: "unreachable", length: 0, n: 0 }],
    [
      "it does not say how long the copy is",
      () => (mirror.answer = ({ type }) => (type === "read" ? { type: "error", error: "storage_busy" } : null)),
      { state: "unreachable" },
    ],
    [
      "it has no copy",
      () => (mirror.answer = ({ type }) => (type === "read" ? { type: "error", error: "room_unknown" } : null)),
      { state: "empty" },
    ],
    ["the newest part is deleted", () => (mirror.answer = page({ n: 99 })), { state: "pruned", length: 99, n: 0 }],
  ])("tells where %s", async (_, change, found) => {
    change();
    expect(await look()).toMatchObject(found);
  });

  it("holds the part right behind its own log to it where the newest is too far ahead to tell", async () => {
    const { mirrors } = work.state.room!;
    const noted = { delta: { put: [], delete: [] }, alarm: null };
    for (const [near, state] of [
      ["other", "contradicts"],
      ["agrees", "agrees"],
    ] as const) {
      const stands = ["apart", near];
      Object.assign(mirrors, { read: () => ({ stands: stands.shift() ?? near, noted }) });
      mirror.asked.length = 0;
      expect(await look()).toMatchObject({ state, n });
      // What contradicts it is told that our relay signed something else for us.
      expect(mirror.of("bringCopy")).toHaveLength(near === "other" ? 1 : 0);
    }
  });

  it("A140: RULE client.rival-told: leaves what its relay signed for it beside a copy of another log", async () => {
    const { mirrors, receipts, tag } = work.state.room!;
    Object.assign(mirrors, {
      read: () => ({ stands: "other", noted: { delta: { put: [], delete: [] }, alarm: null } }),
    });
    expect(await look()).toMatchObject({ state: "contradicts" });
    const [told, ...more] = mirror.of("bringCopy");
    expect(more).toEqual([]);
    expect(told!.part).toMatchObject({ items: [], receipt: { receipt: { n: receipts.newest!.receipt.n } } });
    expect(told!.roomTag).not.toEqual(tag);
  });
});
