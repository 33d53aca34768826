import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { askToJoin, type InviteLink, inviteKeys, newDevice, newIdentity } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { previewSlot } from "../src/joining/readInvite.js";
import { giveSlotProof } from "../src/joining/slotProof.js";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

const HOUR = 3_600_000;

function engineOf({ room }: Home) {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  return room.engine;
}

/** The link of this home's newest invite. */
function newestLink(home: Home): InviteLink {
  const { state } = engineOf(home);
  const { inviteId } = [...state.room!.roster.invites.values()].at(-1)!;
  return state.room!.linkOf(state.invites.find(inviteId)!.secret);
}

async function namesOf(world: World, { room }: Home): Promise<string[]> {
  return (await world.get(room.requests())).map(({ name }) => name);
}

/** Leaves junk as a request, as anybody who has the link can. */
function leaveJunk(world: World, home: Home, link: InviteLink): Promise<void> {
  return leaveRequest(world, home, link, systemRandom(200));
}

async function leaveRequest(world: World, home: Home, link: InviteLink, blob: Uint8Array): Promise<void> {
  const { connection, state } = engineOf(home);
  const { slotId } = inviteKeys(nodeCrypto, link.roomId, link.secret);
  for (let isLeft = false; !isLeft;) {
    const proof = giveSlotProof(state.ports, connection, link);
    const body = { type: "postRequest", roomTag: home.tag, slotId, blob } as const;
    const answer = await world.run(connection.request<"postRequest">(body));
    await world.run(proof);
    isLeft = answer.type === "posted";
    if (answer.type === "error" && answer.error !== "rate_limited") throw new Error(answer.error);
    if (!isLeft) await world.pass(2000);
  }
}

/** Alice's room, Bob in it, and Carol who asks. */
async function asking(world: World): Promise<[Home, Home, Home]> {
  const [alice, bob] = await twoIn(world);
  const carol = world.home();
  await carol.open();
  const link = await alice.invite("ask");
  await carol.join(link, "Carol", "it is me");
  await world.pass(5000);
  return [alice, bob, carol];
}

describe("a request to join", () => {
  it("A118: RULE client.ask-again: is there again within the hour, when a member has taken it away", async () => {
    const world = new World();
    const [alice, bob, carol] = await asking(world);
    const [asked] = await world.get(alice.room.requests());
    const engine = engineOf(bob);
    expect(await world.run(engine.requests.remove(asked!.id))).toMatchObject({ ok: true });
    expect(await namesOf(world, alice)).toEqual([]);
    await world.pass(HOUR - 60_000);
    await world.pass(10 * 60_000);
    const [again] = await world.get(alice.room.requests());
    expect(again).toMatchObject({ name: "Carol", note: "it is me" });
    await world.get(alice.room.admit(again!.id));
    await world.until(() => carol.room.status().standing === "member");
  });

  it("A118: RULE client.ask-again: is sealed again before its key is gone, and is one request to who has both", async () => {
    const world = new World();
    const [alice, bob, carol] = await asking(world);
    for (let epoch = 0; epoch < 40; epoch++) await world.get(alice.room.decide({ type: "rekey" }));
    await world.pass(10 * 60_000);
    expect(await namesOf(world, bob)).toEqual(["Carol"]);
    await world.run(alice.client.close());
    await alice.open();
    const [again] = await world.get(alice.room.requests());
    expect(again).toMatchObject({ name: "Carol" });
    await world.get(alice.room.admit(again!.id));
    await world.until(() => carol.room.status().standing === "member");
  });

  it("A118: RULE client.requests-past-junk: what nobody can open hides no request, and does not stay", async () => {
    const world = new World({ rates: { slot: { burst: 100, perSecond: 100 } } });
    const [alice, bob] = await twoIn(world);
    for (let at = 0; at < 5; at++) {
      await alice.invite("ask");
      await world.pass(1000);
      for (let count = 0; count < 60; count++) await leaveJunk(world, bob, newestLink(alice));
    }
    const carol = world.home();
    await carol.open();
    await carol.join(await alice.invite("ask"), "Carol");
    await world.pass(120_000);
    expect(await namesOf(world, alice)).toEqual(["Carol"]);
    await world.pass(10 * 60_000);
    const engine = engineOf(alice);
    const answer = await world.run(
      engine.connection.request<"listRequests">({ type: "listRequests", roomTag: alice.tag, after: 0 }),
    );
    expect(answer).toMatchObject({ type: "requests", requests: [{}], more: false });
    expect(await namesOf(world, alice)).toEqual(["Carol"]);
  });

  it("A118: RULE client.ahead-junk: one that names an entry which will never be hides no other, and does not stay", async () => {
    const world = new World();
    const [alice, bob] = await twoIn(world);
    const open = await alice.invite("ask");
    await world.pass(1000);
    const link = newestLink(alice);
    const { connection, state } = engineOf(bob);
    const preview = await world.get(previewSlot(state.ports, connection, link));
    const device = newDevice(state.ports, newIdentity(state.ports), 1);
    const ahead = { ...preview, roster: { ...preview.roster, seq: 2 ** 52 } };
    const made = askToJoin(state.ports, ahead, { device, name: "Nobody", note: "", now: state.now() });
    if (!made.ok) throw new Error(made.error.code);
    await leaveRequest(world, bob, link, made.value.blob);
    const carol = world.home();
    await carol.open();
    await carol.join(open, "Carol");
    await world.pass(5000);
    const kept = async () => {
      const body = { type: "listRequests", roomTag: alice.tag, after: 0 } as const;
      const answer = await world.run(engineOf(alice).connection.request<"listRequests">(body));
      return answer.type === "requests" ? answer.requests.length : null;
    };
    expect([await namesOf(world, alice), await kept()]).toEqual([["Carol"], 2]);
    await world.pass(90_000);
    expect([await namesOf(world, alice), await kept()]).toEqual([["Carol"], 1]);
  });

  it("A118: RULE client.admitted-never-here: who was let in and never came is shown so, asks again, and is let in again", async () => {
    const world = new World();
    const [alice, bob, carol] = await asking(world);
    carol.kill();
    world.cut();
    const [asked] = await world.get(alice.room.requests());
    await world.get(alice.room.admit(asked!.id));
    await world.until(() => bob.room.members().length === 3);
    await world.pass(60_000);
    const unheard = ({ room }: Home) => room.members().filter(({ isUnheard }) => isUnheard);
    for (const home of [alice, bob]) expect(unheard(home).map(({ name }) => name)).toEqual(["Carol"]);
    // Her device is gone with the keys of the request; she has her words.
    const returned = world.home();
    await returned.open(undefined, undefined, carol.client.recoveryPhrase());
    await returned.join(await alice.invite("ask"), "Carol");
    await world.pass(5000);
    const [again] = await world.get(alice.room.requests());
    expect(again).toMatchObject({ name: "Carol", isAgain: true, can: "alone" });
    // Bob may not, and sees it.
    expect(await world.get(bob.room.requests())).toMatchObject([{ isAgain: true, can: "no" }]);
    expect(await world.run(bob.room.admit(again!.id))).toMatchObject({ ok: false });
    expect(await world.get(alice.room.admit(again!.id))).toMatchObject({ done: true });
    await world.until(() => returned.room.status().standing === "member");
    expect(returned.room.members().map(({ name }) => name)).toEqual(["Alice", "Bob", "Carol"]);
    await world.until(() => unheard(alice).length === 0);
    await world.until(() => unheard(bob).length === 0);
    // Who is here needs no other admission: what they ask for again is taken away.
    const [ids] = [(await world.get(alice.room.requests())).map(({ name }) => name)];
    expect(ids).toEqual([]);
  });
});
