import { encode } from "@conclave/codec";
import { encodeAppend, encodeAsking, inviteLink, preset } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { standingOf } from "../src/store/phase.js";
import { decodeRoomMeta, encodeRoomMeta, type RoomMeta } from "../src/store/roomMeta.js";
import { World, type Home } from "./world.js";

const STANDINGS = ["founding", "joining", "asking", "member", "removed", "left", "lost", "restored"];
const NO_BYTES = new Uint8Array(0);

function recordOf({ disk }: Home): [string, RoomMeta] {
  const [key, value] = [...disk.records].find(([each]) => each.startsWith("rooms/"))!;
  return [key, decodeRoomMeta(value)];
}

/** The room's record as 0.1.0 wrote it: the phase in nullable fields, and the keys of a request in a record of their own. */
function makeOld(home: Home): void {
  const [key, meta] = recordOf(home);
  const { phase } = meta;
  const request = "request" in phase ? phase.request : null;
  const direct = phase.is === "joining" ? { ...phase.join, isPosted: false, blob: NO_BYTES } : null;
  const blob = phase.is === "joining" && phase.join ? encodeAppend(phase.join.append) : (request?.blob ?? NO_BYTES);
  const old = encode(meta, (w, m) => {
    w.u8(4)
      .fixed(m.roomId)
      .fixed(m.roomTag)
      .text(m.relay)
      .text(m.title)
      .u8(STANDINGS.indexOf(standingOf(phase)));
    w.optional(phase.is === "founding" ? phase.creation : null, (x, c) =>
      x.fixed(c.roomTag).fixed(c.writeKey).opaque(c.attachment).opaque(c.permit),
    );
    w.optional(direct ?? request, (x, { link }) => {
      x.text(link ? inviteLink("", link) : "")
        .text(direct?.name ?? "Carol")
        .text("let me in");
      x.u16(direct?.attempts ?? 1)
        .bool(request?.isPosted ?? false)
        .opaque(blob)
        .bool(direct?.isLast ?? false);
    });
    w.optional("ending" in phase ? phase.ending : null, (x, { problem, by }) => {
      x.text(JSON.stringify(problem));
      x.optional(by, (y, { person, name, time }) => y.fixed(person).text(name).u53(time));
    });
  });
  home.disk.apply([{ put: key, value: old }]);
  const asking = `${key.replace("rooms/", "room/")}/asking`;
  if (request) home.disk.apply([{ put: asking, value: encodeAsking(request.asking) }]);
}

/** Carol is on the way into Alice's room, or out of it; and what then has to come about. */
const SCENES: Record<string, (world: World, alice: Home, carol: Home) => Promise<() => Promise<void>>> = {
  founding: async (world, _alice, carol) => {
    world.beforeFrames = (_home, frames) => hold(frames.some(({ type }) => type === "createRoom"));
    const options = { title: "Own", name: "Carol", policy: preset("ownerLed"), relay: "ws://relay" };
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

/** The record did not say for which epoch a request was sealed: it is sealed anew. */
function withoutEpoch(meta: RoomMeta): RoomMeta {
  const { phase } = meta;
  if (phase.is === "asking") return { ...meta, phase: { ...phase, request: { ...phase.request, epoch: 0 } } };
  if (phase.is !== "out" || phase.why !== "lost" || phase.request === null) return meta;
  return { ...meta, phase: { ...phase, request: { ...phase.request, epoch: 0 } } };
}

describe("a room's record of 0.1.0", () => {
  it.each(Object.entries(SCENES))(
    "%s: it is read, written anew in one commit, and the room goes on",
    async (_name, scene) => {
      for (const fate of ["kill before", "kill after", "commit"] as const) {
        const world = new World();
        const [alice, carol] = [world.home(), world.home()];
        await alice.open();
        await carol.open();
        await alice.found("Garden", "Alice");
        const goesOn = await scene(world, alice, carol);
        const [key, meta] = recordOf(carol);
        await world.run(carol.client.close());
        makeOld(carol);
        world.beforeFrames = () => undefined;
        if (fate !== "commit") {
          const { commits } = carol.disk;
          void carol.open(() => fate);
          await world.pass(1000);
          expect(carol.disk.commits - commits).toBe(fate === "kill after" ? 1 : 0);
          carol.kill();
        }
        await carol.open();
        expect(carol.disk.records.get(key)).toEqual(encodeRoomMeta(withoutEpoch(meta)));
        expect([...carol.disk.records.keys()].filter((each) => each.endsWith("/asking"))).toEqual([]);
        expect(carol.room.status().standing).toBe(standingOf(meta.phase));
        await goesOn();
      }
    },
  );
});
