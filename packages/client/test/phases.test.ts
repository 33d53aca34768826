import { preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { standingOf } from "../src/store/phase.js";
import { decodeRoomMeta, encodeRoomMeta, type RoomMeta } from "../src/store/roomMeta.js";
import { World, type Home } from "./world.js";

function recordOf({ disk }: Home): [string, RoomMeta] {
  const [key, value] = [...disk.records].find(([each]) => each.startsWith("rooms/"))!;
  return [key, decodeRoomMeta(value)];
}

/** Carol is on the way into Alice's room, or out of it; and what then has to come about. */
const SCENES: Record<string, (world: World, alice: Home, carol: Home) => Promise<() => Promise<void>>> = {
  founding: async (world, _alice, carol) => {
    world.beforeFrames = (_home, frames) => hold(frames.some(({ type }) => type === "createRoom"));
    const options = { title: "Own", name: "Carol", policy: preset("owner"), relay: "ws://relay" };
    void carol.client.createRoom(options);
    await world.pass(2000);
    return () => standing(world, carol, "member");
  },
  joining: async (world, alice, carol) => {
    const invited = await world.get(carol.client.previewInvite(await alice.invite()));
    world.beforeFrames = (home, frames) => hold(home === carol && frames.some(({ type }) => type === "append"));
    void invited.accept("Carol");
    await world.pass(2000);
    return () => standing(world, carol, "member");
  },
  asking: async (world, alice, carol) => {
    await carol.join(await alice.invite("ask"), "Carol", "let me in");
    return async () => {
      await admit(world, alice);
      await standing(world, carol, "member");
    };
  },
  "joining by an admission": async (world, alice, carol) => {
    await carol.join(await alice.invite("ask"), "Carol", "let me in");
    world.beforeFrames = (home, frames) => hold(home === carol && frames.some(({ type }) => type === "subscribe"));
    await admit(world, alice);
    await world.until(() => carol.room.status().standing === "joining");
    return () => standing(world, carol, "member");
  },
  "lost by what the relay says": async (world, alice, carol) => {
    const link = await alice.invite("ask");
    await carol.join(link, "Carol", "let me in");
    const { inviteId } = alice.room.invites()[0]!;
    await world.get(alice.room.decide({ type: "revokeInvite", inviteId }));
    await standing(world, carol, "lost");
    expect(recordOf(carol)[1].phase).toHaveProperty("request.isPosted", true);
    return () => standing(world, carol, "lost");
  },
  removed: async (world, alice, carol) => {
    await carol.join(await alice.invite(), "Carol");
    const { person } = alice.room.members().find(({ isYou }) => !isYou)!;
    await world.get(alice.room.decide({ type: "remove", person, ban: false }));
    await standing(world, carol, "removed");
    return () => standing(world, carol, "removed");
  },
};

function hold(isHeld: boolean): Promise<void> | undefined {
  return isHeld ? new Promise(() => undefined) : undefined;
}

async function standing(world: World, home: Home, wanted: string): Promise<void> {
  await world.until(() => home.room.status().standing === wanted);
}

async function admit(world: World, alice: Home): Promise<void> {
  const [request] = await world.get(alice.room.requests());
  await world.get(alice.room.admit(request!.id));
}

describe("a room's record", () => {
  it.each(Object.entries(SCENES))("%s: it is read after a restart, and the room goes on", async (_name, scene) => {
    const world = new World();
    const [alice, carol] = [world.home(), world.home()];
    await alice.open();
    await carol.open();
    await alice.found("Garden", "Alice");
    const goesOn = await scene(world, alice, carol);
    const [key, meta] = recordOf(carol);
    await world.run(carol.client.close());
    world.beforeFrames = () => undefined;
    expect(carol.disk.records.get(key)).toEqual(encodeRoomMeta(meta));
    await carol.open();
    expect(carol.room.status().standing).toBe(standingOf(meta.phase));
    await goesOn();
  });

  it("of another version is not read", async () => {
    const world = new World();
    const carol = world.home();
    await carol.open();
    await carol.found("Garden", "Carol");
    const [, meta] = recordOf(carol);
    const other = encodeRoomMeta(meta);
    other[0]!--;
    expect(() => decodeRoomMeta(other)).toThrow("of another version");
  });
});
