import { nodeCrypto } from "@conclave/crypto/node";
import { preset, proofFromJson, verifyProof } from "@conclave/protocol";
import { messageAppend, newKey, ScriptedClient } from "@conclave/relay/testing";
import {
  type ClientFrame,
  type CopyPart,
  decodeRelayMessage,
  encodeCopyPart,
  encodeRelayMessage,
  type LogItem,
  type RelayFrame,
  type RoomTag,
} from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { type Home, twoIn, World } from "./world.js";

const MIRROR = "ws://relay2";
const AT_MIRROR = "ws://relay2/relay";
const RELAY = "ws://relay/relay";
const HOUR = 60 * 60 * 1000;

const mirrorOf = (home: Home) => home.room.mirrors()[0];
const lastOf = async (home: Home) => (await home.texts()).at(-1);

/** A room of two with a mirror that has what there is. */
async function mirrored(world = new World()) {
  world.addRelay(MIRROR);
  const [alice, bob] = await twoIn(world);
  expect(await world.get(alice.room.addMirror({ relay: MIRROR }))).toMatchObject({ done: true });
  await world.until(() => mirrorOf(bob)?.state === "agrees");
  expect(mirrorOf(alice)).toEqual({ address: AT_MIRROR, state: "agrees", n: alice.room.status().n });
  return { world, alice, bob };
}

/** Says something, and waits until this device knows that the mirror has it. */
async function sayMirrored(world: World, by: Home, text: string): Promise<void> {
  await world.get(by.room.send(text));
  await world.until(() => by.room.status().pending === 0 && mirrorOf(by)?.n === by.room.status().n);
}

/** The room's own relay is gone. */
function takeDown(world: World): void {
  world.downAt.add(RELAY);
  world.cut();
}

/** What a hostile mirror makes of the parts that it is asked for. */
function changeParts(world: World, change: (items: readonly LogItem[]) => readonly LogItem[]): void {
  const isPart = (frame: RelayFrame) => frame.type === "page" && frame.items.every(({ epoch }) => epoch === 0);
  world.changeAnswer = (bytes) => {
    const decoded = decodeRelayMessage(bytes, 1 << 26);
    if (!decoded.ok || !decoded.value.some((frame) => isPart(frame))) return bytes.slice();
    const frames = decoded.value.map((frame) =>
      frame.type === "page" && isPart(frame) ? { ...frame, items: change(frame.items) } : frame,
    );
    return encodeRelayMessage(frames);
  };
}

const altered = (item: LogItem): LogItem =>
  item.pruned ? item : { ...item, payload: item.payload.map((byte, at) => (at === 90 ? byte ^ 1 : byte)) };

describe("a room with a mirror", () => {
  it("A90: RULE client.mirror-signed: goes on being read while its relay is away for an hour, and nothing is there twice when it is back", async () => {
    const { world, alice, bob } = await mirrored();
    await sayMirrored(world, alice, "before");
    await world.run(bob.client.close());
    await sayMirrored(world, alice, "while Bob sleeps");
    takeDown(world);
    await bob.open();
    await world.until(() => bob.room.status().mirror !== null);
    expect(bob.room.status()).toMatchObject({ mirror: AT_MIRROR, connection: "offline", alarms: [] });
    expect(bob.room.status().n).toBe(alice.room.status().n);
    expect(await lastOf(bob)).toBe("Alice: while Bob sleeps");
    await world.get(bob.room.send("from the outage"));
    await world.pass(HOUR);
    expect(bob.room.status()).toMatchObject({ pending: 1, mirror: AT_MIRROR, alarms: [] });
    world.downAt.clear();
    await world.until(() => bob.room.status().connection === "live" && bob.room.status().pending === 0);
    expect(bob.room.status()).toMatchObject({ mirror: null, alarms: [] });
    await world.until(() => alice.room.status().n === bob.room.status().n);
    for (const home of [alice, bob]) {
      const said = ["Alice: before", "Alice: while Bob sleeps", "Bob: from the outage"];
      expect(await home.texts()).toEqual(said);
      expect(home.room.status().alarms).toEqual([]);
    }
  }, 60_000);

  it.each([
    ["the longer one", ["to Bob's half"]],
    ["as long as theirs", ["to Bob's half", "to Bob's half, again"]],
  ])(
    "attack 140: RULE client.rival-told: RULE watch.other-part: a relay that splits the room is proved to both sides, where one half is first at the mirror, and %s",
    async (_, said) => {
      const { world, alice, bob } = await mirrored();
      world.split(bob);
      await sayMirrored(world, alice, "to Alice's half");
      await sayMirrored(world, alice, "and again");
      for (const text of said) await world.get(bob.room.send(text));
      await world.until(() => bob.room.status().alarms.length > 0);
      await world.until(() => alice.room.status().alarms.length > 0, 2);
      for (const home of [alice, bob]) {
        const proved = () => home.room.status().alarms.find(({ proof }) => proof !== null);
        await world.until(() => proved() !== undefined, 2);
        const { code, proof } = proved()!;
        // The later word on a shorter log is a proof as well, and may be seen first.
        expect(["EQUIVOCATION", "ROLLBACK"]).toContain(code);
        expect(verifyProof(nodeCrypto, proofFromJson(proof!)!)).toBe(code.toLowerCase());
        expect(home.room.status().paused).toMatchObject({ why: "alarm" });
      }
      expect(mirrorOf(bob)).toMatchObject({ state: "contradicts" });
    },
    60_000,
  );

  it("A140: a relay that keeps back from one of them what it signs for the others is proved by the mirror", async () => {
    const { world, alice, bob } = await mirrored();
    world.split(bob);
    for (const text of ["one", "two", "three"]) await sayMirrored(world, alice, text);
    await world.pass(HOUR);
    // Bob's half stands still, and the relay signs that for him.
    world.cut();
    await world.until(() => bob.room.status().connection === "live");
    await world.run(bob.room.lookAtMirrors());
    const [alarm] = bob.room.status().alarms;
    expect(alarm).toMatchObject({ code: "ROLLBACK" });
    expect(verifyProof(nodeCrypto, proofFromJson(alarm!.proof!)!)).toBe("rollback");
  }, 60_000);

  it("A140: RULE mirror.no-word: RULE client.mirror-same-log: a mirror that forges is not believed, and no word against the relay", async () => {
    const { world, alice, bob } = await mirrored();
    await world.run(bob.client.close());
    await sayMirrored(world, alice, "kept");
    const { n } = alice.room.status();
    changeParts(world, (items) => items.map(altered));
    await bob.open();
    await world.until(() => mirrorOf(bob)?.state === "unsigned");
    expect(bob.room.status()).toMatchObject({ n, alarms: [], paused: null });
    // The same while it is all that can be read.
    await world.run(bob.client.close());
    world.changeAnswer = (bytes) => bytes.slice();
    await sayMirrored(world, alice, "not to be had");
    changeParts(world, (items) => items.map(altered));
    takeDown(world);
    await bob.open();
    await world.pass(HOUR);
    expect(bob.room.status()).toMatchObject({ n, mirror: null, alarms: [], paused: null });
    // It tells the truth again: then it is read.
    world.changeAnswer = (bytes) => bytes.slice();
    await world.until(() => bob.room.status().mirror !== null);
    expect(await lastOf(bob)).toBe("Alice: not to be had");
  }, 60_000);

  it("A140: a mirror that holds back, shows less than before, or is just behind, is no alarm", async () => {
    const { world, alice, bob } = await mirrored();
    for (const text of ["one", "two", "three"]) await sayMirrored(world, alice, text);
    const { n } = alice.room.status();
    // It shows what it had at first.
    changeParts(world, (items) => items.slice(0, 0));
    for (const home of [alice, bob]) await world.run(home.room.lookAtMirrors());
    for (const home of [alice, bob]) expect(home.room.status()).toMatchObject({ n, alarms: [], paused: null });
    world.changeAnswer = (bytes) => bytes.slice();
    // It is away, and then behind: it catches up, and nobody is told anything.
    world.downAt.add(AT_MIRROR);
    world.cut();
    for (const text of ["four", "five"]) await world.get(bob.room.send(text));
    await world.until(() => bob.room.status().pending === 0);
    await world.until(() => mirrorOf(bob)?.state === "unreachable");
    world.downAt.clear();
    await world.until(() => [alice, bob].some((home) => mirrorOf(home)?.n === home.room.status().n));
    for (const home of [alice, bob]) expect(home.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);

  it.each([
    ["that it has less than it was brought", (id: number): RelayFrame => ({ type: "brought", id, n: 1 })],
    ["that somebody else was quicker", null],
  ])(
    "attack 83: RULE client.mirror-takes: a mirror that takes nothing, and says again and again %s, keeps nobody busy",
    async (_, answer) => {
      const { world, alice, bob } = await mirrored();
      let brought = 0;
      world.sendsChanged = true;
      world.beforeFrames = (_home, frames) => {
        for (const [at, frame] of frames.entries()) {
          if (frame.type !== "bringCopy") continue;
          brought++;
          // A mirror that has fewer parts than this.
          (frames as ClientFrame[])[at] = { ...frame, after: 999 };
        }
        if (brought > 500) world.isDown = true;
        if (brought > 500) world.cut();
        return undefined;
      };
      world.changeAnswer = (bytes) => {
        const decoded = decodeRelayMessage(bytes, 1 << 26);
        if (!decoded.ok || answer === null) return bytes.slice();
        const isStale = (frame: RelayFrame) => frame.type === "error" && frame.error === "stale_epoch";
        if (!decoded.value.some(isStale)) return bytes.slice();
        return encodeRelayMessage(
          decoded.value.map((frame) => (frame.type === "error" && isStale(frame) ? answer(frame.id) : frame)),
        );
      };
      await world.get(alice.room.send("not taken"));
      await world.pass(HOUR / 6);
      expect(brought).toBeGreaterThan(0);
      expect(brought).toBeLessThan(30);
      for (const home of [alice, bob])
        expect(home.room.status()).toMatchObject({ alarms: [], paused: null, pending: 0 });
    },
    60_000,
  );

  it.each([
    ["has no space", "storage_full", 5000],
    ["wants to be left in peace", "rate_limited", 90_000],
  ] as const)(
    "RULE client.mirror-busy: a mirror that %s is told as busy, brought nothing meanwhile, and the rest after it",
    async (_, code, retryAfter) => {
      const { world, alice, bob } = await mirrored();
      let brought = 0;
      world.beforeFrames = (_home, frames) => {
        brought += frames.filter(({ type }) => type === "bringCopy").length;
        return undefined;
      };
      world.changeAnswer = (bytes) => {
        const decoded = decodeRelayMessage(bytes, 1 << 26);
        if (!decoded.ok || !decoded.value.some(({ type }) => type === "brought")) return bytes.slice();
        const refusal = { type: "error", error: code, retryAfter, position: null } as const;
        return encodeRelayMessage(
          decoded.value.map((frame) => (frame.type === "brought" ? { ...refusal, id: frame.id } : frame)),
        );
      };
      await world.get(alice.room.send("more"));
      await world.until(() => [alice, bob].some((home) => mirrorOf(home)?.state === "busy"));
      const before = brought;
      await world.pass(retryAfter - 4000);
      expect(brought).toBeLessThanOrEqual(before + 1);
      world.changeAnswer = (bytes) => bytes.slice();
      await world.until(() => [alice, bob].every((home) => mirrorOf(home)?.state === "agrees"), 2);
      expect(mirrorOf(alice)?.n).toBe(alice.room.status().n);
    },
    60_000,
  );

  it("A140: RULE copy.own-place: is kept at its mirror also where a stranger was first in the place of its copy", async () => {
    const world = new World();
    world.addRelay(MIRROR);
    const [alice, bob] = await twoIn(world);
    world.sendsChanged = true;
    const squatter = new ScriptedClient((message) => {
      mirror.receive(999, message, world.clock.now());
      for (const output of mirror.commit())
        if (output.kind === "send" && output.connection === 999) squatter.receive(output.bytes);
    });
    const mirror = world.addRelay(MIRROR);
    let squatted: RoomTag | null = null;
    world.beforeFrames = (_home, frames) => {
      const offer = frames.find(({ type }) => type === "bringCopy");
      if (offer?.type !== "bringCopy" || squatted !== null) return undefined;
      squatted = offer.roomTag;
      return squat(squatted, offer.part);
    };
    const squat = async (roomTag: RoomTag, part: CopyPart) => {
      mirror.open(999, "stranger", world.clock.now());
      await squatter.hello();
      const key = newKey();
      const attachment = new Uint8Array(1);
      await squatter.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment, permit: attachment });
      await squatter.prove(roomTag, 0, key);
      // It looks like a part, and nobody has signed it.
      const forged = { ...part, receipt: { ...part.receipt, signature: new Uint8Array(64) } };
      const answer = await squatter.ask(messageAppend(roomTag, { payload: encodeCopyPart(forged) }));
      expect(answer.type).toBe("appended");
    };
    await world.get(alice.room.addMirror({ relay: MIRROR }));
    await world.until(() => [alice, bob].every((home) => mirrorOf(home)?.n === home.room.status().n), 2);
    expect(squatted).not.toBeNull();
    await sayMirrored(world, bob, "all the same");
    for (const home of [alice, bob]) expect(home.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);

  it("A140: RULE client.mirror-key: another relay at the mirror's address is given nothing", async () => {
    const { world, alice } = await mirrored();
    const thief = world.addRelay(MIRROR);
    world.cut();
    await world.get(alice.room.send("not for you"));
    await world.until(() => alice.room.status().pending === 0);
    await world.until(() => mirrorOf(alice)?.state === "stranger");
    expect(thief.listRooms(0, 9)).toEqual([]);
    expect(alice.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);
});

describe("A90: a room with a mirror whose relay is gone", () => {
  const NEXT = "ws://relay3";

  /** Alice, who owns the room, has not read what Bob said last, which is at the mirror; then the relay is gone. */
  async function behind() {
    const { world, alice, bob } = await mirrored();
    world.addRelay(NEXT);
    await world.run(alice.client.close());
    await sayMirrored(world, bob, "the last word");
    takeDown(world);
    return { world, alice, bob };
  }

  it("RULE move.reads-first: is moved behind what is at the mirror: who has read there follows", async () => {
    const { world, alice, bob } = await behind();
    await alice.open();
    expect(await world.get(alice.room.move({ relay: NEXT, isOldGone: true }))).toMatchObject({ done: true });
    expect(await lastOf(alice)).toBe("Bob: the last word");
    await world.get(bob.room.follow(NEXT));
    for (const home of [alice, bob]) expect(home.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);

  it("RULE client.mirror-not-while-moving: is read no further once its commit is on its way to another relay alone", async () => {
    const { world, alice } = await behind();
    world.downAt.add(AT_MIRROR);
    await alice.open();
    world.beforeFrames = (home, frames) => {
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) alice.kill();
      return undefined;
    };
    void alice.room.move({ relay: NEXT, isOldGone: true });
    await world.pass(30_000);
    expect(world.heard.some(({ type }) => type === "adoptRoom")).toBe(true);
    world.beforeFrames = () => undefined;
    world.downAt.delete(AT_MIRROR);
    await alice.open();
    await world.pass(60_000);
    // It is there already, right behind what she had read.
    expect(await world.get(alice.room.move({ relay: NEXT, isOldGone: true }))).toMatchObject({ done: true });
    await world.get(alice.room.send("at the new one"));
    await world.until(() => alice.room.status().pending === 0);
    expect(alice.room.status()).toMatchObject({ alarms: [], paused: null });
  }, 60_000);
});

describe("naming mirrors", () => {
  it("RULE mirror.both-named: two who name one each at the same moment, or end them, both have their way", async () => {
    const world = new World();
    const places = [MIRROR, "ws://relay3"] as const;
    for (const place of places) world.addRelay(place);
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" }));
    await world.get(alice.room.decide({ type: "setPolicy", policy: preset("admins:1") }));
    await world.until(() => bob.room.status().seq === alice.room.status().seq);
    const named = () =>
      [alice, bob].map((home) =>
        home.room
          .mirrors()
          .map(({ address }) => address)
          .toSorted(),
      );
    const all = places.map((place) => `${place}/relay`).toSorted();
    await Promise.all([
      world.get(alice.room.addMirror({ relay: places[0] })),
      world.get(bob.room.addMirror({ relay: places[1] })),
    ]);
    await world.until(() => alice.room.status().seq === bob.room.status().seq);
    expect(named()).toEqual([all, all]);
    await Promise.all([world.get(alice.room.removeMirror(places[1])), world.get(bob.room.removeMirror(places[0]))]);
    await world.until(() => alice.room.status().seq === bob.room.status().seq);
    expect(named()).toEqual([[], []]);
  }, 60_000);

  it("RULE mirror.ready-first: asks the mirror first, and takes none twice, nor the room's own relay", async () => {
    const world = new World();
    const permit = new TextEncoder().encode("let me in");
    world.addRelay(MIRROR, { createPermit: permit });
    const [alice, bob] = await twoIn(world);
    const { seq } = alice.room.status();
    const why = async (home: Home, options: Parameters<Home["room"]["addMirror"]>[0]) => {
      const added = await world.run(home.room.addMirror(options));
      return added.ok ? added.value : added.error;
    };
    expect(await why(alice, { relay: "no address" })).toMatchObject({ kind: "malformed", what: "relay" });
    expect(await why(alice, { relay: "ws://relay" })).toMatchObject({ rejection: { code: "already_so" } });
    expect(await why(alice, { relay: MIRROR })).toMatchObject({ kind: "relay", error: "create_denied" });
    expect(await why(bob, { relay: MIRROR, permit })).toMatchObject({ rejection: { code: "not_allowed" } });
    world.downAt.add(AT_MIRROR);
    expect(await why(alice, { relay: MIRROR, permit })).toMatchObject({ kind: "unreachable" });
    expect(alice.room.status().seq).toBe(seq);
    world.downAt.clear();
    // The room's own relay at another address is no second word.
    world.addRelay("ws://relay3", {}, world.relay);
    expect(await why(alice, { relay: "ws://relay3" })).toMatchObject({ rejection: { code: "already_so" } });
    expect(await why(alice, { relay: MIRROR, permit })).toMatchObject({ done: true });
    expect(await why(alice, { relay: MIRROR, permit })).toMatchObject({ rejection: { code: "already_so" } });
    expect(mirrorOf(alice)).toMatchObject({ state: "agrees", n: alice.room.status().n });
    // Bob has no permit, and needs none: the copy is there.
    await world.until(() => mirrorOf(bob)?.state === "agrees");
    await sayMirrored(world, bob, "brought by Bob");
    expect(await world.run(alice.room.removeMirror("ws://nowhere"))).toMatchObject({ error: { kind: "unknown" } });
    expect(await world.get(alice.room.removeMirror(MIRROR))).toMatchObject({ done: true });
    expect(alice.room.mirrors()).toEqual([]);
    await world.until(() => bob.room.mirrors().length === 0);
  }, 60_000);

  it("that is not decided before the client is closed was not, and that is no refusal", async () => {
    const { world, alice } = await mirrored();
    world.isDown = true;
    world.cut();
    await world.pass(100);
    const removing = alice.room.removeMirror(MIRROR);
    await world.pass(100);
    await world.run(alice.client.close());
    expect(await world.run(removing)).toMatchObject({ error: { kind: "closed" } });
  });
});
