import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { slotIdOf } from "@conclave/protocol";
import type { SlotContent, SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import type { RelayConnection } from "../src/relay/relayConnection.js";
import { type Home, twoIn, World } from "./world.js";

const HOUR = 3_600_000;

/** Asks the relay for something as this home, a member, which an honest client would not. */
async function ask(world: World, { room }: Home, frame: Parameters<RelayConnection["request"]>[0]): Promise<string> {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const { engine } = room;
  (engine.slots as unknown as { proof: { give(): void } }).proof.give();
  const answer = await world.run(engine.connection.request(frame));
  return answer.type === "error" ? answer.error : answer.type;
}

/** The slot of the newest invite of this home's room, and its secret. */
function slotOf({ room }: Home): { slotId: SlotId; tokenPub: Uint8Array } {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  const { state } = room.engine;
  const invite = [...state.room!.roster.invites.values()].at(-1)!;
  return { slotId: state.room!.slotId(invite), tokenPub: invite.tokenPub };
}

const alarmsOf = ({ room }: Home) =>
  room instanceof LiveSession ? room.engine.state.alarms.entries.map(({ alarm }) => alarm.code) : [];

/** Lets a day pass, and what is done once a day. */
function day(world: World): Promise<void> {
  return world.run(new Promise<void>((resolve) => void world.clock.setTimer(25 * HOUR, resolve)), 26);
}

describe("the slots of a room", () => {
  it("A109: RULE slots.closing-shown: who closes an open invite at the relay is noticed, and it is open again", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    await world.pass(60_000);
    const { slotId } = slotOf(alice);
    expect(await ask(world, bob, { type: "closeSlot", roomTag: alice.tag, slotId })).toBe("done");
    // He does not say so, and does not open it again.
    await world.run(bob.client.close());
    expect(alarmsOf(alice)).toEqual([]);
    await world.pass(11 * 60_000);
    world.cut();
    await world.until(() => alarmsOf(alice).length > 0);
    expect(alarmsOf(alice)).toEqual(["INVITE_CLOSED"]);
    // Nothing is paused: what anybody can do keeps nobody from talking.
    expect(alice.room.status().paused).toBeNull();
    await world.pass(60_000);
    expect(alice.room.invites().map(({ isOpen, trouble }) => [isOpen, trouble])).toEqual([
      [true, null],
      [true, null],
    ]);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
  });

  it("A109: a link that the relay does not open again is shown as of no use now", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await alice.invite();
    const { slotId } = slotOf(alice);
    await world.pass(60_000);
    await ask(world, bob, { type: "closeSlot", roomTag: alice.tag, slotId });
    world.sendsChanged = true;
    world.beforeFrames = (_home, frames) => {
      // The relay loses what is put.
      for (const frame of frames) {
        if (frame.type === "putSlot") Object.assign(frame.slot, { tokenPub: nodeCrypto.hash("sha256", slotId) });
      }
      return undefined;
    };
    await day(world);
    expect(alice.room.invites().map(({ trouble }) => trouble)).toContain("closed");
  });

  it("A109: RULE slots.looked-at: junk in the slot of a quiet room is pushed out by whoever put what was there", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const link = await alice.invite();
    const { slotId, tokenPub } = slotOf(alice);
    await world.pass(60_000);
    const { tag: roomTag } = alice;
    for (let at = 0; at < 3; at++) {
      const slot = { slotId, tokenPub, blob: systemRandom(200) };
      expect(await ask(world, bob, { type: "putSlot", roomTag, slot, life: 0 })).toBe("done");
    }
    const carol = world.home();
    await carol.open();
    expect((await world.run(carol.client.previewInvite(link))).ok).toBe(false);
    await day(world);
    await carol.join(link, "Carol");
  });

  it("A109: RULE slot.of-token: nobody opens the slot of a new invite first, with a token of their own", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const before = alice.room.invites().length;
    let squatted: string | null = null;
    world.beforeFrames = (home, frames) => {
      // Bob is quicker than the 150 ms that Alice's client waits.
      if (squatted !== null || home !== alice || !frames.some(({ type }) => type === "putSlot")) return undefined;
      if (bob.room.invites().length <= before) return undefined;
      squatted = "";
      const tokenPub = nodeCrypto.ed25519PublicKey(systemRandom(32));
      const slot = { slotId: slotOf(bob).slotId, tokenPub, blob: systemRandom(9) };
      return ask(world, bob, { type: "putSlot", roomTag: bob.tag, slot, life: 0 }).then((answer) => {
        squatted = answer;
      });
    };
    const link = await alice.invite();
    await world.until(() => squatted !== null && squatted !== "");
    expect(squatted).toBe("token_denied");
    await world.pass(60_000);
    const carol = world.home();
    await carol.open();
    await carol.join(link, "Carol");
  });

  it("A109: RULE slots.strangers-closed: slots of no invite are closed, those that end by themselves are left alone", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    await world.pass(60_000);
    const { tag: roomTag } = alice;
    const [stranger, door] = [systemRandom(32), systemRandom(32)].map((tokenPub) => ({
      ...{ slotId: slotIdOf(nodeCrypto, tokenPub), tokenPub, blob: new Uint8Array(9) },
    })) as [SlotContent, SlotContent];
    for (const [slot, life] of [
      [stranger, 0],
      [door, 3 * 24 * 3600],
    ] as const) {
      expect(await ask(world, bob, { type: "putSlot", roomTag, slot, life })).toBe("done");
    }
    await world.run(bob.client.close());
    const closed: SlotId[] = [];
    world.beforeFrames = (_home, frames) => {
      for (const frame of frames) if (frame.type === "closeSlot") closed.push(frame.slotId);
      return undefined;
    };
    // Once it may be of an invite that is newer than the log.
    await day(world);
    expect(closed).toEqual([]);
    await day(world);
    expect(closed).toEqual([stranger.slotId]);
    expect(alarmsOf(alice)).toEqual([]);
  });
});
