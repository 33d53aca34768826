import { toHex } from "@conclave/codec";
import type { EpochView } from "@conclave/mls";
import { type Action, authorEntry, NO_EVIDENCE, type Plea, preset } from "@conclave/protocol";
import {
  currentRosterKey,
  envelopeKeyOf,
  type Keyring,
  nextKeyring,
  openPlea,
  rosterKeyCheck,
  sealDoor,
  sealSlot,
  wrappedRosterKey,
} from "@conclave/protocol/testing";
import { inboxIdOf, type RelayFrame, slotIdOfToken } from "@conclave/wire";
import { expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Rogue } from "../hostile/rogue.js";
import { shutOut } from "../hostile/shutOut.js";
import { namesOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 200_000 });

/** What Bob's own program has: the keys of the epoch before his removal, and a connection. */
interface Former {
  readonly world: World;
  readonly hands: HostileMember;
  readonly rogue: Rogue;
}

/** A room as one leaf has it: what a door can lead to. */
interface Branch {
  readonly view: EpochView;
  readonly keys: Keyring;
  readonly head: { readonly seq: number; readonly hash: Uint8Array };
}

/** The room as Bob had it before the removal. */
function branchOf({ group, keys, roster }: HostileMember): Branch {
  return { view: group.view, keys, head: { seq: roster.seq, hash: roster.head } };
}

/** The same behind a decision of his, and the record of it. */
function branchBehind(hands: HostileMember, action: Action): { branch: Branch; attachment: Uint8Array } {
  const { crypto, roster, person, epoch, leafSeed, group } = hands;
  const wrapped = wrappedRosterKey(hands.keys);
  const honest = authorEntry(crypto, leafSeed, roster, {
    ...{ action, person, time: roster.chainTime, evidence: NO_EVIDENCE, external: false, epoch },
    keyCheck: wrapped && rosterKeyCheck(crypto, wrapped),
    transcript: group.view.confirmedTranscriptHash,
  });
  if (!honest.ok) throw new Error(honest.error.code);
  const { stateHash } = honest.value.entry;
  const { entry, staged, attachment } = hands.commit({ lie: { action, stateHash } });
  const record = crypto.hash("sha256", attachment);
  const { generation } = currentRosterKey(hands.keys);
  const view = staged!.next!;
  const keys = nextKeyring(hands.keys, view, { record, generation });
  return { branch: { view, keys, head: { seq: entry!.seq, hash: entry!.hash } }, attachment };
}

/** Appends a commit that nobody can read, by the write key that Bob had, and shows the relay the key that it names. */
async function appendJunk({ world, hands, rogue }: Former, attachment: Uint8Array = new Uint8Array(0)): Promise<void> {
  const { epoch } = hands;
  const seed = world.dice.random(32);
  const nextWriteKey = hands.crypto.ed25519PublicKey(seed);
  const junk = { kind: "commit", ground: { by: "member" }, epoch, payload: world.dice.random(300) } as const;
  let answer: RelayFrame | null = null;
  for (let at = 0; at < 5 && answer?.type !== "appended"; at++) {
    answer = await world.finish(rogue.append({ ...junk, attachment, nextWriteKey }));
    await world.pass(5_000);
  }
  if (answer?.type !== "appended") throw new Error(JSON.stringify(answer));
  await world.finish(rogue.prove(epoch + 1, seed));
}

/** Puts a slot as if it were the room's door for this plea, which leads to the room as it was, and answers that it is open. */
async function openFalseDoor({ world, hands, rogue }: Former, branch: Branch, plea: Plea, request: number) {
  const { crypto, roomTag, roomId, roster, leafSeed, leaf, random } = hands;
  const { view, keys, head: to } = branch;
  const { n, head, lastCommit } = world.relay.main.store.rooms.get(roomTag)!;
  const devices = [...roster.members.values()].flatMap((member) => member.devices);
  const slotPub = devices.find((each) => toHex(each.leaf) === toHex(plea.leaf))!.seal;
  const epoch = Number(view.epoch);
  const content = {
    ...{ roomId, inviteId: plea.doorId, leaf, time: world.timeline.now, epoch, suite: hands.group.suite },
    ...{ head: to, log: { n, head }, lastCommit },
    requestPub: crypto.kemDeriveKeyPair("x25519", world.dice.random(32)).publicKey,
    entrance: { groupInfo: view.groupInfo(), envelopeKey: envelopeKeyOf(keys, epoch)! },
    ...{ roster: keys.roster, isRosterKeyUsed: keys.isRosterKeyUsed, record: keys.record },
  };
  const blob = sealSlot({ crypto, random }, { roomTag, slotPub, leafSeed }, content)!;
  const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
  const { tokenPub } = plea;
  const slot = { slotId: slotIdOfToken(sha256, tokenPub), tokenPub, blob };
  const put = await world.finish(rogue.ask({ type: "putSlot", roomTag, slot, life: 3600 }));
  expect(put).toMatchObject({ type: "done" });
  const door = { roomId, asked: plea.leaf, leaf, time: world.timeline.now, removal: null };
  const answer = sealDoor({ crypto, random }, { roomTag, doorPub: plea.doorPub, leafSeed }, door)!;
  const inboxId = inboxIdOf(sha256, plea.inboxPub);
  const answered = await world.finish(rogue.ask({ type: "answerRequest", roomTag, request, inboxId, blob: answer }));
  expect(answered).toMatchObject({ type: "done" });
}

it.each([
  ["where she lost him", false],
  ["to a decision of his own, which he put into the log before he was removed", true],
] as const)(
  "A159, RULE door.not-taken-out, RULE slot.door-renewed: a removed member leads somebody whom he shut out to no room of his own: he opens a door %s, and she waits for the others",
  async (_where, isOwn) => {
    const world = new World({ isRelayHonest: false });
    const people = await world.roomOf(["Alice", "Bob", "Carol"], preset("open"));
    const [alice, bob, carol] = people as [SimulatedDevice, SimulatedDevice, SimulatedDevice];
    await world.pass(60_000);
    granted(await world.finish(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })));
    await world.inStep();
    await shutOut(world, bob, [carol]);
    carol.crash();
    await world.inStep([alice, bob]);
    const hands = new HostileMember(world, bob);
    const rogue = new Rogue(world, "bob's own program", hands.roomTag);
    const former = { world, hands, rogue };
    await world.finish(rogue.prove(hands.epoch, hands.keys.writes.at(-1)!.key));
    const own = isOwn ? branchBehind(hands, { type: "setTitle", title: "Mine" }) : null;
    if (own) await appendJunk(former, own.attachment);
    await world.inStep([alice]);
    // What Bob was there to see is no help to him: the room goes on from it.
    if (!isOwn) granted(await world.finish(alice.room.decide({ type: "setTitle", title: "Meadow" })));
    granted(await world.finish(alice.room.decide({ type: "remove", person: bob.client.person, ban: true })));
    await world.until(() => bob.room.status().standing === "removed", 100_000);
    for (const each of [alice, bob]) each.crash();
    await world.pass(60_000);
    // She is there again, and nobody of the members is.
    await world.start(carol);
    await world.until(() => carol.room.status().comingBack !== null, 200_000);
    await world.pass(20_000);
    await appendJunk(former);
    await world.pass(5_000);
    const { roomId, roomTag } = hands;
    const listed = await world.finish(rogue.ask({ type: "listRequests", roomTag, after: 0 }));
    if (listed?.type !== "requests") throw new Error(JSON.stringify(listed));
    let opened = 0;
    for (const { request, blob } of listed.requests) {
      const plea = openPlea(hands.crypto, { roomId, roomTag, rosterKey: currentRosterKey(hands.keys) }, blob);
      if (plea === null) continue;
      await openFalseDoor(former, own?.branch ?? branchOf(hands), plea, request);
      opened++;
    }
    expect(opened).toBeGreaterThan(0);
    await world.pass(300_000);
    expect(carol.room.status()).toMatchObject({ standing: "member", comingBack: { step: "asked" } });
    await world.start(alice);
    await world.until(() => carol.isInRoom && carol.room.status().comingBack === null, 8_000_000);
    await world.inStep([alice, carol]);
    for (const each of [alice, carol]) expect(namesOf(each)).toEqual(["Alice", "Carol"]);
    await talk(world, alice, carol);
  },
);
