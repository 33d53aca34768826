import type { RoomSession } from "@conclave/client";
import { type ClientFrame, decodeRelayMessage, encodeRelayMessage } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { asks, driving, refuse } from "./scripted.js";
import { type Home, twoIn, World } from "./world.js";

const NEW = "ws://relay2";
const THERE = "ws://relay2/relay";

async function whyNot(world: World, asked: ReturnType<RoomSession["move"] | RoomSession["follow"]>): Promise<unknown> {
  const outcome = await world.run<Awaited<typeof asked>>(asked);
  return outcome.ok ? outcome : outcome.error;
}

/** Nothing answers at the room's own relay. */
async function lose(world: World): Promise<void> {
  world.downAt.add("ws://relay/relay");
  world.cut();
  await world.pass(30_000);
}

describe("who wants to move a room, or to follow it", () => {
  it("is told why it cannot be: they are leaving, are out, or have no connection", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    await world.get(alice.room.decide({ type: "setRole", person: bob.client.person, role: "owner" }));
    await world.get(bob.room.synced(5000));
    await lose(world);
    expect(await whyNot(world, alice.room.move({ relay: NEW }))).toEqual({ kind: "unreachable" });
    world.downAt.clear();
    await world.until(() => alice.room.status().connection === "live");
    // Nobody is there to carry it out.
    await world.run(alice.client.close());
    await world.until(() => bob.room.status().connection === "live");
    await world.get(bob.room.leave());
    expect(await whyNot(world, bob.room.move({ relay: NEW, isOldGone: true }))).toEqual({ kind: "leaving" });
    expect(await whyNot(world, bob.room.follow(NEW))).toEqual({ kind: "leaving" });
    await alice.open();
    await world.until(() => bob.room.status().standing === "left");
    expect(await whyNot(world, bob.room.move({ relay: NEW }))).toEqual({ kind: "not_member" });
    expect(await whyNot(world, bob.room.follow(NEW))).toEqual({ kind: "not_member" });
    expect(alice.room.relay).not.toBe(THERE);
  });

  it("and follows to what is no address, to where they are, to where nobody is, or to where the room is not, goes nowhere", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const before = [bob.room.relay, bob.room.status().n];
    expect(await whyNot(world, bob.room.follow("no address"))).toEqual({ kind: "malformed", what: "relay" });
    expect(await whyNot(world, bob.room.follow("ws://relay"))).toEqual({
      kind: "refused",
      rejection: { code: "already_so", detail: "relay" },
    });
    expect(await whyNot(world, bob.room.follow(NEW))).toMatchObject({ kind: "relay", error: "room_unknown" });
    world.downAt.add(THERE);
    expect(await whyNot(world, bob.room.follow(NEW))).toMatchObject({ kind: "unreachable" });
    expect([bob.room.relay, bob.room.status().n]).toEqual(before);
    expect(alice.room.status().alarms).toEqual([]);
  });

  it("is behind, where the room was moved from a place of its log that they have not read, or is ahead of", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    // Bob does not get what Alice wrote last.
    await world.run(bob.client.close());
    await world.get(alice.room.send("the last word"));
    await world.until(() => alice.room.status().pending === 0);
    await lose(world);
    await world.get(alice.room.move({ relay: NEW, isOldGone: true }));
    await bob.open();
    await world.pass(1000);
    expect(await whyNot(world, bob.room.follow(NEW))).toMatchObject({ kind: "behind" });
    expect(bob.room.relay).not.toBe(THERE);
    // The old relay is back for a moment: now they have read as far as she had.
    world.downAt.clear();
    await world.until(() => bob.room.status().n === alice.room.status().n - 1);
    await lose(world);
    expect(await world.run(bob.room.follow(NEW))).toMatchObject({ ok: true });
    expect(bob.room.relay).toBe(THERE);
    await world.until(() => bob.room.status().connection === "live");
    expect(await bob.texts()).toEqual(["Alice: the last word"]);
  });
});

describe("an owner whose relay is gone", () => {
  it("gives the same commit to the new relay, however often it did not take it, with what lets them in", async () => {
    const world = new World();
    const permit = new TextEncoder().encode("let me in");
    world.addRelay(NEW, { createPermit: permit });
    const [alice, bob] = await twoIn(world);
    await lose(world);
    const adopted = () => world.heard.filter((frame) => frame.type === "adoptRoom");
    const refused = refuse(world, alice, asks("adoptRoom"), { error: "rate_limited", retryAfter: 700, times: 2 });
    const move = () => alice.room.move({ relay: NEW, permit, isOldGone: true });
    for (let n = 0; n < 2; n++) {
      const why = await whyNot(world, move());
      expect(why).toEqual({ kind: "relay", error: "rate_limited", retryAfter: 700 });
    }
    expect(adopted()).toEqual([]);
    expect(alice.room.relay).not.toBe(THERE);
    expect(await world.get(move())).toEqual({ done: true, seq: alice.room.status().seq });
    for (const { payload, permit: shown } of [...refused, ...adopted()])
      expect([payload, shown]).toEqual([refused[0]!.payload, permit]);
    expect(await world.run(bob.room.follow(NEW))).toMatchObject({ ok: true });
    await world.get(alice.room.send("here"));
    await world.until(() => alice.room.status().pending === 0);
    await world.until(() => bob.room.status().n === alice.room.status().n);
    for (const { room } of [alice, bob]) expect([room.relay, room.status().alarms]).toEqual([THERE, []]);
  });

  it("is told that the new relay was lost on the way, and can try again", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice] = await twoIn(world);
    await lose(world);
    let isCut = false;
    world.beforeFrames = (_home, frames) => {
      if (!isCut && frames.some(({ type }) => type === "adoptRoom")) {
        isCut = true;
        world.cut();
      }
      return undefined;
    };
    const lost = (await world.run(alice.room.move({ relay: NEW, isOldGone: true }))) as { readonly error: unknown };
    expect(lost.error).toMatchObject({ kind: "unreachable" });
    const again = await world.get(alice.room.move({ relay: NEW, isOldGone: true }));
    expect(again).toEqual({ done: true, seq: alice.room.status().seq });
    expect(alice.room.relay).toBe(THERE);
  });

  it("is told where their disk does not keep it, and gives it to nobody", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice] = await twoIn(world);
    await world.run(alice.client.close());
    let writes = Number.NEGATIVE_INFINITY;
    await alice.open(() => (++writes === 2 ? "fail" : "commit"));
    await world.until(() => alice.room.status().connection === "live");
    await lose(world);
    writes = 0;
    expect(await whyNot(world, alice.room.move({ relay: NEW, isOldGone: true }))).toEqual({ kind: "unsure" });
    expect(world.heard.some(({ type }) => type === "adoptRoom")).toBe(false);
  });

  it("does not go alone while their relay answers, even where it refuses what is read", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice] = await twoIn(world);
    const refusal = { kind: "refused", rejection: { code: "not_allowed", detail: "the relay answers" } };
    expect(await whyNot(world, alice.room.move({ relay: NEW, isOldGone: true }))).toMatchObject(refusal);
    refuse(world, alice, asks("read"), { error: "rate_limited" });
    expect(await whyNot(world, alice.room.move({ relay: NEW, isOldGone: true }))).toMatchObject(refusal);
    expect(world.heard.some(({ type }) => type === "adoptRoom")).toBe(false);
  });
});

describe("a room on its way to another relay", () => {
  it("is told by what the new relay says, and waits as long as that asks for", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    const at: number[] = [];
    const held = refuse(world, alice, asks("adoptRoom"), { error: "rate_limited", retryAfter: 25_000 });
    const inner = world.beforeFrames;
    world.beforeFrames = (home: Home, frames: readonly ClientFrame[]) => {
      if (home === bob && frames.some(({ type }) => type === "adoptRoom")) return new Promise<void>(() => undefined);
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) at.push(world.clock.now());
      return inner(home, frames);
    };
    const moved = alice.room.move({ relay: NEW });
    await world.until(() => held.length === 1);
    await world.pass(100);
    expect(driving(alice).sync.problem).toEqual({ kind: "relay", error: "rate_limited", retryAfter: 25_000 });
    expect(alice.room.status()).toMatchObject({
      connection: "catching up",
      paused: { why: "relay", error: "rate_limited" },
    });
    // They are told by its reason, when the time that a move may take is up.
    expect(await world.run(moved)).toMatchObject({ error: { kind: "relay", error: "rate_limited" } });
    expect(held.length).toBeGreaterThan(2);
    world.beforeFrames = (home, frames) => {
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) at.push(world.clock.now());
      return undefined;
    };
    await world.until(() => alice.room.status().connection === "live" && alice.room.status().paused === null);
    expect(at.slice(1).every((time, index) => time - at[index]! >= 25_000)).toBe(true);
    await world.until(() => driving(alice).relocator.isDone);
  });

  it("is brought by whoever moved it, at once; what was left to do is forgotten a week later, over restarts", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice, bob] = await twoIn(world);
    await alice.invite();
    const links = alice.room.invites().length;
    await world.get(alice.room.move({ relay: NEW }));
    expect(driving(alice).relocator.isDone).toBe(true);
    const forwarded = world.heard.filter((frame) => frame.type === "putSlot").length;
    await world.until(() => bob.room.relay === THERE && bob.room.status().connection === "live");
    // Bob knows only later that all is there.
    expect(driving(bob).relocator.isDone).toBe(false);
    await world.pass(5000);
    expect(driving(bob).relocator.isDone).toBe(false);
    await world.until(() => driving(bob).relocator.isDone);
    // Everybody who has the links puts them at the old relay, each of them once.
    expect(world.heard.filter((frame) => frame.type === "putSlot").length).toBe(forwarded + links);
    const away = async (ms: number) => {
      for (const home of [alice, bob]) await world.run(home.client.close());
      await world.pass(ms);
      for (const home of [alice, bob]) await home.open();
      await world.pass(1000);
    };
    await away(6 * 24 * 3_600_000);
    for (const home of [alice, bob]) expect(driving(home).state.relocation).toMatchObject({ to: THERE, isThere: true });
    await away(24 * 3_600_000);
    for (const home of [alice, bob]) expect(driving(home).state.relocation).toBeNull();
    await away(0);
    expect(driving(bob).state.relocation).toBeNull();
    expect(bob.room.status().connection).toBe("live");
  });

  it("has its links put at the old relay again until each is taken, or refused for good", async () => {
    const world = new World();
    world.addRelay(NEW);
    const [alice] = await twoIn(world);
    await alice.invite();
    let puts = 0;
    const asked = new Set<number>();
    world.beforeFrames = (_home, frames) => {
      if (alice.room.relay !== THERE || !frames.some(({ type }) => type === "prove")) return undefined;
      for (const frame of frames) if (frame.type === "putSlot") asked.add(frame.id);
      return undefined;
    };
    world.changeAnswer = (bytes) => {
      const decoded = decodeRelayMessage(bytes, 1 << 26);
      const frames = decoded.ok ? decoded.value : [];
      const isPut = frames.some((frame) => "id" in frame && asked.has(frame.id) && frame.type === "done");
      // The first time for now, the second time for good.
      if (!isPut || !alice.room.relay.startsWith(NEW) || driving(alice).relocator.isDone) return bytes.slice();
      const retryAfter = puts++ === 0 ? 400 : 0;
      return encodeRelayMessage(
        frames.map((frame) =>
          "id" in frame && asked.has(frame.id)
            ? { type: "error", id: frame.id, error: "slot_closed", retryAfter, position: null }
            : frame,
        ),
      );
    };
    void alice.room.move({ relay: NEW });
    await world.until(() => driving(alice).state.relocation !== null);
    await world.until(() => driving(alice).relocator.isDone);
    expect(puts).toBeGreaterThanOrEqual(1);
  });
});
