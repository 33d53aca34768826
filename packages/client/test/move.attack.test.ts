import { systemRandom, nodeCrypto } from "@conclave/crypto/node";
import { type Append, type Asking, encodeAppend, type InviteLink } from "@conclave/protocol";
import { decodeRelayMessage, encodeRelayMessage, type RelayFrame, type RoomTag, writeProofBytes } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

const OLD = "ws://relay/relay";
const NEW = "ws://relay2/relay";

function engineOf({ room }: Home) {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  return room.engine;
}

/** A program on a member's machine that goes on writing at the relay which the room has left. */
async function writeAt(world: World, home: Home, address: string): Promise<string> {
  const { state, connection } = engineOf(home);
  const { roomTag } = state.meta;
  const { epoch, publicKey: writeKey, seed } = state.room!.writeKey();
  const relay = connection.find(address)!;
  const written = relay.use(10_000, async ({ challenge }) => {
    const signature = nodeCrypto.ed25519Sign(seed, writeProofBytes(challenge, roomTag, epoch));
    void relay.request<"prove">({ type: "prove", roomTag, epoch, writeKey, signature });
    const append: Append = {
      ...({ roomTag, appendId: systemRandom(16), kind: "message", epoch, lastCommit: state.room!.lastCommit } as const),
      ...{ payload: systemRandom(300), attachment: new Uint8Array(), ground: { by: "member" }, nextWriteKey: null },
      ...{ deliveries: [], slots: [] },
    };
    return (await relay.append(encodeAppend(append))).type;
  });
  return (await world.run(written)) ?? "unreachable";
}

/** Somebody who knows the room's tag, and is quicker at the new relay. */
function squat(home: Home, roomTag: RoomTag, n: number, address = NEW): Promise<string | null> {
  const relay = engineOf(home).connection.find(address)!;
  const nextWriteKey = nodeCrypto.ed25519PublicKey(systemRandom(32));
  const commit = { epoch: 3, payload: systemRandom(300), attachment: systemRandom(80), nextWriteKey };
  const adopt = { type: "adoptRoom", roomTag, n, head: systemRandom(32), ...commit, permit: new Uint8Array() } as const;
  return relay.use(10_000, async () => (await relay.request<"adoptRoom">(adopt)).type);
}

describe("A139: a room that moves", () => {
  it("RULE client.moved-on: what is written at the old relay after it moved is nothing of the room", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite(), "Carol");
    await world.until(() => carol.room.status().isConfirmed);
    await world.run(carol.client.close());
    await world.get(alice.room.move({ relay: "ws://relay2" }));
    await world.until(() => bob.room.status().connection === "live" && bob.room.relay === NEW);
    for (let n = 0; n < 3; n++) expect(await writeAt(world, bob, OLD)).toBe("appended");
    await carol.open();
    await world.until(() => carol.room.status().connection === "live" && carol.room.relay === NEW);
    await world.get(alice.room.send("here"));
    await world.until(() => alice.room.status().pending === 0);
    await world.until(() => carol.room.status().n === alice.room.status().n);
    expect(await carol.texts()).toContain("Alice: here");
    for (const home of [alice, bob, carol]) expect(home.room.status().alarms).toEqual([]);
  });

  it("a relay where somebody else was quicker gets nothing, and everybody is told why", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    const { tag } = alice;
    const { n } = alice.room.status();
    let isDone = false;
    world.beforeFrames = async (home, frames) => {
      if (home !== alice || isDone || !frames.some((frame) => frame.type === "append" && frame.kind === "commit"))
        return;
      isDone = true;
      expect(await squat(bob, tag, n + 7)).toBe("created");
    };
    const moved = await world.run(alice.room.move({ relay: "ws://relay2" }));
    expect(moved).toMatchObject({ ok: false });
    await world.until(() => bob.room.relay === NEW);
    await world.pass(60_000);
    const before = world.appends("message").length;
    for (const home of [alice, bob]) {
      await world.run(home.room.send("a secret"));
      await world.pass(30_000);
      // The log that it shows begins elsewhere: nothing of it is taken in, and nothing is sent there.
      expect(home.room.status().n).toBe(n + 1);
      expect(home.room.status().pending).toBe(1);
    }
    expect(world.appends("message").length).toBe(before);
  });

  it("RULE move.told: where the old relay was quicker at the new one, with a key of its own, nobody is told that all is well", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    let isDone = false;
    world.beforeFrames = async (home, frames) => {
      const adopt = frames.find(({ type }) => type === "adoptRoom");
      if (home !== alice || isDone || adopt?.type !== "adoptRoom") return;
      isDone = true;
      const relay = engineOf(bob).connection.find(NEW)!;
      const nextWriteKey = nodeCrypto.ed25519PublicKey(systemRandom(32));
      const made = relay.use(10_000, async () => (await relay.request<"adoptRoom">({ ...adopt, nextWriteKey })).type);
      expect(await made).toBe("created");
    };
    const moved = await world.run(alice.room.move({ relay: "ws://relay2" }));
    expect(isDone).toBe(true);
    expect(moved).toMatchObject({ ok: false, error: { kind: "relay", error: "room_exists" } });
  });

  it("the new relay that begins elsewhere with as many records is caught by its first receipt", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice, bob] = await twoIn(world);
    const { tag } = alice;
    const { n } = alice.room.status();
    let isDone = false;
    world.beforeFrames = async (home, frames) => {
      if (home !== alice || isDone || !frames.some((frame) => frame.type === "append" && frame.kind === "commit"))
        return;
      isDone = true;
      expect(await squat(bob, tag, n)).toBe("created");
    };
    await world.run(alice.room.move({ relay: "ws://relay2" }));
    await world.until(() => bob.room.relay === NEW);
    await world.pass(60_000);
    for (const home of [alice, bob]) expect(home.room.status().alarms.map(({ code }) => code)).toEqual(["FORK"]);
  });

  it("RULE move.told: where the new relay asks for a permit, the others are told that, and wait for who has it", async () => {
    const world = new World();
    const permit = new TextEncoder().encode("let me in");
    world.addRelay("ws://relay2", { createPermit: permit });
    const [alice, bob] = await twoIn(world);
    world.beforeFrames = (home, frames) => {
      if (home === alice && frames.some(({ type }) => type === "adoptRoom")) alice.kill();
      return undefined;
    };
    void alice.room.move({ relay: "ws://relay2", permit });
    await world.until(() => bob.room.relay === NEW);
    await world.pass(20_000);
    const synced = await world.run(bob.room.synced(5000));
    expect(synced).toMatchObject({ error: { kind: "relay", error: "create_denied" } });
    expect(bob.room.status().alarms).toEqual([]);
    world.beforeFrames = () => undefined;
    await alice.open();
    await world.get(alice.room.send("now"));
    await world.until(() => alice.room.status().pending === 0 && bob.room.status().n === alice.room.status().n);
    expect(await bob.texts()).toContain("Alice: now");
  });

  it("RULE client.own-relay-only: what the old relay signs of the commit that moves the room is held against no other key", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice] = await twoIn(world);
    let held: RelayFrame[] = [];
    world.changeAnswer = (bytes) => {
      const decoded = decodeRelayMessage(bytes, 1 << 26);
      const frames = decoded.ok ? decoded.value : [];
      if (frames.some((frame) => frame.type === "appended" && frame.receipt !== null)) {
        held = frames;
        return null;
      }
      if (held.length === 0 || !frames.some(({ type }) => type === "records")) return bytes.slice();
      const both = encodeRelayMessage([...frames, ...held]);
      held = [];
      return both;
    };
    expect(await world.get(alice.room.move({ relay: "ws://relay2" }))).toMatchObject({ done: true });
    expect(alice.room.relay).toBe(NEW);
    expect(alice.room.status().alarms).toEqual([]);
  });

  it("A90: RULE move.alone-when-gone: RULE move.hint-decides-nothing: goes on at another relay where its own is gone", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const elsewhere = world.addRelay("ws://relay3");
    const [alice, bob] = await twoIn(world);
    const { tag } = alice;
    const { n, seq } = bob.room.status();
    expect(await world.run(alice.room.move({ relay: "ws://relay2", isOldGone: true }))).toMatchObject({ ok: false });
    world.downAt.add(OLD);
    world.cut();
    await world.pass(30_000);
    await world.run(bob.room.send("written meanwhile"));
    // Nothing is there yet, and what somebody else has put there is no decision of an owner.
    const none = { ok: false, error: { kind: "relay", error: "room_unknown" } };
    expect(await world.run(bob.room.follow("ws://relay2"))).toMatchObject(none);
    expect(elsewhere).toBeDefined();
    expect(await squat(bob, tag, n, "ws://relay3/relay")).toBe("created");
    expect(await world.run(bob.room.follow("ws://relay3"))).toMatchObject({ ok: false, error: { kind: "refused" } });
    expect([bob.room.status().n, bob.room.status().seq, bob.room.relay]).toEqual([n, seq, OLD]);
    expect(await world.run(bob.room.move({ relay: "ws://relay2", isOldGone: true }))).toMatchObject({ ok: false });
    expect(await world.get(alice.room.move({ relay: "ws://relay2", isOldGone: true }))).toMatchObject({ done: true });
    expect(await world.run(bob.room.follow("ws://relay2"))).toMatchObject({ ok: true });
    await world.get(alice.room.send("here"));
    await world.until(() => [alice, bob].every((home) => home.room.status().pending === 0));
    await world.until(() => bob.room.status().n === alice.room.status().n);
    for (const home of [alice, bob]) {
      expect((await home.texts()).sort()).toEqual(["Alice: here", "Bob: written meanwhile"]);
      expect([home.room.relay, home.room.status().alarms]).toEqual([NEW, []]);
    }
    expect(bob.room.roomCode()).toBe(alice.room.roomCode());
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite(), "Carol");
    await world.until(() => bob.room.members().length === 3);
  });

  it("A90: RULE move.alone-when-gone: a relay that has lost the room, or another one at its address, is as good as gone", async () => {
    for (const fate of ["deleted", "replaced"]) {
      const world = new World();
      world.addRelay("ws://relay2");
      const [alice, bob] = await twoIn(world);
      if (fate === "deleted") world.relay.deleteRoom(alice.tag, world.clock.now());
      else world.addRelay("ws://relay");
      world.cut();
      await world.pass(30_000);
      expect(await world.run(alice.room.move({ relay: "ws://relay2" })), fate).toMatchObject({ ok: false });
      const alone = await world.run(alice.room.move({ relay: "ws://relay2", isOldGone: true }));
      expect(alone, fate).toMatchObject({ ok: true, value: { done: true } });
      expect(await world.run(bob.room.follow("ws://relay2")), fate).toMatchObject({ ok: true });
      await world.get(alice.room.send("here"));
      await world.until(() => alice.room.status().pending === 0);
      await world.until(() => bob.room.status().n === alice.room.status().n);
      expect(await bob.texts()).toEqual(["Alice: here"]);
    }
  });

  it("RULE move.no-dead-home: an owner who moves the room to an address that no app can dial ends nobody's home", async () => {
    for (const address of ["wss://chat.example:99999", "wss://999.999.999.999", "wss://xn--a"]) {
      const world = new World();
      world.addRelay("ws://relay2");
      // Newer versions of Node take some of these for an address. Nobody answers there.
      world.downAt.add(`${address}/relay`);
      const [alice, bob] = await twoIn(world);
      const { n, head } = { n: alice.room.status().n, head: new Uint8Array(32) };
      const action = { type: "setRelay", relay: { publicKey: new Uint8Array(32), address }, n, logHead: head } as const;
      const { seq } = bob.room.status();
      void alice.room.decide(action);
      await world.until(() => bob.room.status().seq === seq + 1);
      await world.pass(60_000);
      await world.run(bob.client.close());
      await bob.open();
      await world.pass(60_000);
      expect([bob.room.relay, bob.room.title]).toEqual([address, "Garden"]);
      expect(bob.room.status().alarms).toEqual([]);
      expect((await world.run(bob.room.synced(5000))).ok).toBe(false);
    }
  });

  it("RULE join.follow-roster: whoever asked at the old relay takes no older room at the new one", async () => {
    const world = new World();
    world.addRelay("ws://relay2");
    const [alice] = await twoIn(world);
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    const before = alice.room.status().seq;
    expect(await world.get(alice.room.move({ relay: "ws://relay2" }))).toMatchObject({ done: true });
    await world.until(() => carol.room.relay === NEW, 3);
    const engine = engineOf(carol);
    const { phase } = engine.state;
    const kept = phase.is === "asking" ? phase.request : null;
    const { asked: used } = engine as unknown as { asked: { link: InviteLink; asking: Asking } };
    for (const { link, asking } of [kept!, used])
      expect([link.floor.seq, asking.floor.seq]).toEqual([before + 1, before + 1]);
    const [request] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(request!.id));
    await world.until(() => carol.room.members().length === 3);
  });
});
