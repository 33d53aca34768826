import { encode, fixed, opaque, struct, u32 } from "@conclave/codec";
import { inviteKeys, pleaKeys, type Room, slotIdOf } from "@conclave/protocol";
import { openPlea } from "@conclave/protocol/testing";
import { expect, it, vi } from "vitest";
import { type SimulatedDevice, World } from "../../src/index.js";
import { Outsider } from "../hostile/outsider.js";
import { Rogue } from "../hostile/rogue.js";
import { shutOut } from "../hostile/shutOut.js";

vi.setConfig({ testTimeout: 200_000 });

const isBack = ({ isInRoom, room }: SimulatedDevice) => isInRoom && room.status().comingBack === null;

interface Answer {
  readonly type: string;
  readonly error?: string;
}
interface Inside {
  readonly engine: {
    readonly state: { readonly room: Room };
    readonly connection: { request: (body: Readonly<Record<string, unknown>>) => Promise<Answer> };
  };
}
const inside = ({ room }: SimulatedDevice) => (room as unknown as Inside).engine;

it("A107: RULE plea.next: a plea that cannot be answered keeps nobody from being answered after it", async () => {
  const world = new World({ isRelayHonest: false });
  const devices = await world.roomOf(["Alice", "Bob", "Carol"]);
  const [alice, bob, carol] = devices as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
  await world.pass(60_000);
  const roomTag = world.tagOf(bob);
  const { room } = inside(bob).state;
  const secret = new Uint8Array(32).fill(7);
  const { tokenPub } = pleaKeys(world.crypto, room.id, secret);
  const denied = slotIdOf(world.crypto, tokenPub).join();
  const { connection } = inside(carol);
  const request = connection.request.bind(connection);
  let refusals = 0;
  connection.request = (body) => {
    const slot = body["slot"] as { readonly slotId: Uint8Array } | undefined;
    if (body["type"] !== "putSlot" || slot?.slotId.join() !== denied) return request(body);
    refusals++;
    return Promise.resolve({ type: "error", error: "token_denied", retryAfter: 0 });
  };
  const blob = room.doors.plead(secret, "copy");
  const left = await world.finish(inside(bob).connection.request({ type: "postPlea", roomTag, stays: false, blob }));
  expect(left).toMatchObject({ type: "posted" });
  await shutOut(world, bob, [alice]);
  await world.inStep([bob, carol]);
  bob.crash();
  await world.until(() => alice.room.status().comingBack !== null);
  await world.until(() => isBack(alice), 10 * 60_000);
  expect(refusals).toBeGreaterThan(0);
});

it("A109: RULE slot.of-token: who has a link, and is no member, opens nobody's door first", async () => {
  const world = new World();
  world.invariants.allowAlarm("RESTORED");
  world.invariants.allowAlarm("JUNK");
  const [alice, bob] = (await world.roomOf(["Alice", "Bob"])) as [SimulatedDevice, SimulatedDevice];
  const { link } = await world.invite(alice);
  await world.pass(60_000);
  await world.say(bob, "before the copy");
  await world.inStep();
  const copy = world.newDevice("Bob's copy");
  copy.disk = bob.disk.copy();
  await world.say(bob, "after the copy");
  await world.inStep([alice, bob]);
  const looked = new Outsider(world, "Mallory").look(link);
  alice.crash();
  bob.crash();
  await world.start(copy);
  await world.until(() => copy.room.status().comingBack !== null);
  await world.pass(10_000);
  const roomTag = world.tagOf(copy);
  const { roomId, secret } = looked.link;
  const rogue = new Rogue(world, "mallory", roomTag);
  const { epoch } = world.relay.main.store.rooms.get(roomTag)!;
  await world.finish(rogue.proveLink(looked.link));
  const seed = new Uint8Array(32).fill(9);
  const junk = rogue.append({
    ...{ kind: "commit", payload: world.dice.random(300), nextWriteKey: world.crypto.ed25519PublicKey(seed) },
    ground: { by: "slot", slotId: inviteKeys(world.crypto, roomId, secret).slotId },
  });
  expect(await world.finish(junk)).toMatchObject({ type: "appended" });
  await world.finish(rogue.prove(epoch + 1, seed));
  const listed = await world.finish(rogue.ask({ type: "listRequests", roomTag, after: 0 }));
  if (listed?.type !== "requests") throw new Error(listed?.type);
  const rosterKey = looked.slot.roster.at(-1)!;
  const pleas = listed.requests.flatMap(
    ({ blob }) => openPlea(world.crypto, { roomId, roomTag, rosterKey }, blob) ?? [],
  );
  expect(pleas).toHaveLength(1);
  for (const { tokenPub } of pleas) {
    const token = world.crypto.ed25519PublicKey(new Uint8Array(32).fill(8));
    const slot = { slotId: slotIdOf(world.crypto, tokenPub), tokenPub: token, blob: new Uint8Array(9) };
    const put = await world.finish(rogue.ask({ type: "putSlot", roomTag, slot, life: 3600 }));
    expect(put).toMatchObject({ type: "error", error: "token_denied" });
    // With the door's own token it is a version among others.
    const version = rogue.ask({ type: "putSlot", roomTag, slot: { ...slot, tokenPub }, life: 1 });
    expect(await world.finish(version)).toMatchObject({ type: "done" });
  }
  await world.start(alice);
  await world.until(() => isBack(copy), 10 * 60_000);
});

const sealed = struct({ generation: u32, salt: fixed(32), sealed: opaque(1024) });

it.each([0, 0xffff_ffff])(
  "A83: RULE plea.unknown-key: junk by people who know only the room's tag is thrown away, and who was away for long can ask: generation %s",
  async (generation) => {
    const world = new World();
    const [alice] = (await world.roomOf(["Alice", "Bob", "Carol"])) as [SimulatedDevice];
    await world.pass(60_000);
    const roomTag = world.tagOf(alice);
    const plead = (name: string, blob: Uint8Array) =>
      world.finish(new Rogue(world, name, roomTag).ask({ type: "postPlea", roomTag, stays: false, blob }));
    for (let n = 0; n < 8; n++) {
      const junk = { generation, salt: world.dice.random(32), sealed: world.dice.random(300) };
      expect(await plead(`rogue ${String(n)}`, encode(junk, sealed.write))).toMatchObject({ type: "posted" });
    }
    await world.pass(5 * 60_000);
    const { no } = world.relay.main.store.rooms.get(roomTag)!;
    expect(world.relay.main.store.requests.count(no, null)).toBe(0);
    expect(await plead("who was away", world.dice.random(300))).toMatchObject({ type: "posted" });
  },
);
