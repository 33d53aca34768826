import { concatBytes } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type Append, encodeAppend } from "@conclave/protocol";
import { DEFAULT_LIMITS, decodeRelayMessage, writeProofBytes } from "@conclave/wire";
import { expect, it } from "vitest";
import { LiveSession } from "../src/room/liveSession.js";
import { type Home, twoIn, World } from "./world.js";

function engineOf({ room }: Home) {
  if (!(room instanceof LiveSession)) throw new Error("not a session");
  return room.engine;
}

/** A program on a member's connection that commits junk, each time with a key of its own. */
function junkOf(world: World, home: Home) {
  const { connection, state, slots } = engineOf(home);
  const { tag: roomTag } = home;
  let { epoch, lastCommit } = state.room!;
  return {
    async commit(attachment: Uint8Array): Promise<string> {
      (slots as unknown as { proof: { give(): void } }).proof.give();
      const seed = systemRandom(32);
      const nextWriteKey = nodeCrypto.ed25519PublicKey(seed);
      const append: Append = {
        ...({ roomTag, appendId: systemRandom(16), kind: "commit", epoch, lastCommit, attachment } as const),
        ...{ payload: systemRandom(300), ground: { by: "member" }, nextWriteKey, deliveries: [], slots: [] },
      };
      const answer = await world.run(connection.append(encodeAppend(append)));
      if (answer.type !== "appended") return answer.type === "error" ? answer.error : answer.type;
      [epoch, lastCommit] = [epoch + 1, answer.n];
      const { challenge } = connection.welcome!;
      const signature = nodeCrypto.ed25519Sign(seed, writeProofBytes(challenge, roomTag, epoch));
      await world.run(connection.request({ type: "prove", roomTag, epoch, writeKey: nextWriteKey, signature }));
      return answer.type;
    },
  };
}

/** Counts what newcomers are given of the roster log. */
function counting(world: World) {
  const given = { pages: 0, records: 0, bytes: 0 };
  world.changeAnswer = (answer) => {
    const decoded = decodeRelayMessage(answer, 1 << 26);
    for (const frame of decoded.ok ? decoded.value : []) {
      if (frame.type !== "roster") continue;
      given.pages++;
      given.records += frame.records.length;
      for (const record of frame.records) given.bytes += record.length;
    }
    return answer.slice();
  };
  return given;
}

it("A106: RULE roster.only-the-chain: a newcomer reads nothing of a member's junk, however much there is", async () => {
  const world = new World();
  const [alice, bob] = await twoIn(world);
  const link = await alice.invite();
  // Several versions of the slot, the newest in step.
  await world.get(alice.room.decide({ type: "setTitle", title: "Allotment" }));
  await world.pass(60_000);
  const newest = engineOf(alice).state.room!.slots(0).length;
  expect(newest).toBeGreaterThan(0);
  const before = counting(world);
  const guest = world.home();
  await guest.open();
  await world.get(guest.client.previewInvite(link));
  const honest = { ...before };
  expect(honest).toMatchObject({ pages: 1, records: alice.room.decisions().length });
  const junk = junkOf(world, bob);
  for (let n = 0; n < 40; n++) {
    // As if it followed what is there, and as large as a relay takes it.
    const head = nodeCrypto.hash("sha256", systemRandom(9));
    expect(await junk.commit(concatBytes(head, systemRandom(60_000)))).toBe("appended");
  }
  const after = counting(world);
  const carol = world.home();
  await carol.open();
  const invited = await world.get(carol.client.previewInvite(link));
  expect(after).toEqual(honest);
  await world.get(invited.accept("Carol"));
  await world.until(() => alice.room.members().length === 3 && carol.room.status().isConfirmed);
});

it("A106: RULE room.record-before: who came in by a slot writes the record that all others expect", async () => {
  const world = new World();
  const [alice] = await twoIn(world);
  const link = await alice.invite();
  const names = ["Carol", "Dave", "Erin"];
  for (const name of names) {
    const home = world.home();
    await home.open();
    await home.join(link, name);
    await world.until(() => home.room.status().isConfirmed);
    await world.get(alice.room.decide({ type: "setTitle", title: `With ${name}` }));
    await world.until(() => home.room.title === `With ${name}`);
  }
  expect(alice.room.members()).toHaveLength(2 + names.length);
});

it("RULE client.preview-in-step: a preview shows who came in while all members sleep", async () => {
  const world = new World({ limits: { ...DEFAULT_LIMITS, pageItems: 2 } });
  const [alice, bob] = await twoIn(world);
  const link = await alice.invite();
  await world.pass(60_000);
  const silent = new Set([alice, bob]);
  world.beforeFrames = (home) => (silent.has(home) ? new Promise(() => undefined) : undefined);
  const carol = world.home();
  await carol.open();
  await carol.join(link, "Carol");
  await world.pass(5000);
  const given = counting(world);
  const dave = world.home();
  await dave.open();
  const invited = await world.get(dave.client.previewInvite(link));
  expect(invited.members.map(({ name }) => name).sort()).toEqual(["Alice", "Bob", "Carol"]);
  // What both versions of the slot lead to is read once.
  expect(invited.members).toHaveLength(3);
  expect(given.pages).toBe(3);
});
