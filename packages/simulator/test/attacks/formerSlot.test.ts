import {
  authorEntry,
  inviteKeys,
  NO_EVIDENCE,
  parseLink,
  type Policy,
  preset,
  sealRosterRecord,
} from "@conclave/protocol";
import {
  currentRosterKey,
  envelopeKeyOf,
  rosterKeyCheck,
  sealSlot,
  wrappedRosterKey,
} from "@conclave/protocol/testing";
import { describe, expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Rogue } from "../hostile/rogue.js";
import { namesOf } from "../hostile/view.js";

vi.setConfig({ testTimeout: 200_000 });

const base = preset("open");
const policy: Policy = { ...base, rules: { ...base.rules, setPolicy: { kind: "role", role: "admin" } } };

interface Case {
  readonly what: "fork" | "upgrade";
  readonly isAdmin?: boolean;
  readonly areAwake?: boolean;
}

/**
 * Bob was removed, and has the keys from before. Behind a junk commit he puts a version of the link's slot that leads to the room
 * as it was, signed by the leaf that he had.
 */
async function formerSlot({ what, isAdmin = true, areAwake = false }: Case) {
  const world = new World({ isRelayHonest: false });
  const [alice, bob] = (await world.roomOf(["Alice", "Bob", "Carol"], policy)) as [SimulatedDevice, SimulatedDevice];
  await world.pass(60_000);
  const bobPerson = bob.client.person;
  if (isAdmin) granted(await world.finish(alice.room.decide({ type: "setRole", person: bobPerson, role: "admin" })));
  const { link: linkText } = await world.invite(alice);
  await world.pass(60_000);
  await world.inStep();
  const hands = new HostileMember(world, bob);
  granted(await world.finish(alice.room.decide({ type: "remove", person: bobPerson, ban: true })));
  await world.until(() => bob.room.status().standing === "removed", 100_000);
  bob.crash();
  await world.pass(200_000);
  if (!areAwake) for (const name of ["Alice", "Carol"]) world.devices.get(name)!.crash();

  const { crypto, roomTag, roomId, roster, keys, group } = hands;
  const link = parseLink(linkText)!;
  const { inviteId, slotId, slot: slotKeys, tokenPub } = inviteKeys(crypto, link.roomId, link.secret);
  const wrapped = wrappedRosterKey(keys);
  const isFork = what !== "upgrade";
  const made = authorEntry(crypto, hands.leafSeed, roster, {
    action: isFork ? { type: "tick" } : { type: "upgrade", version: 3 },
    ...{ person: hands.person, time: roster.chainTime, evidence: NO_EVIDENCE, external: false },
    keyCheck: wrapped && rosterKeyCheck(crypto, wrapped),
    ...{ epoch: hands.epoch, transcript: group.view.confirmedTranscriptHash },
  });
  // What they could not decide they write all the same: nobody reads it.
  const nothing = { seq: 0, hash: new Uint8Array(32), bytes: world.dice.random(300) };
  expect(made.ok).toBe(isAdmin);
  const entry = made.ok ? made.value.entry : nothing;
  const rosterKey = currentRosterKey(keys);
  const place = { seq: entry.seq, before: keys.record };
  const attachment = sealRosterRecord(crypto, roomTag, rosterKey, place, { entry: entry.bytes, previousKey: wrapped });
  const rogue = new Rogue(world, "bob's own program", roomTag);
  await world.finish(rogue.prove(hands.epoch, keys.writes.at(-1)!.key));
  const seed = world.dice.random(32);
  const nextWriteKey = crypto.ed25519PublicKey(seed);
  const junk = await world.finish(
    rogue.append({
      ...{ kind: "commit", ground: { by: "member" }, epoch: hands.epoch, payload: world.dice.random(300) },
      ...{ attachment, nextWriteKey },
    }),
  );
  expect(junk).toMatchObject({ type: "appended" });
  await world.finish(rogue.prove(hands.epoch + 1, seed));
  const { n, head, lastCommit } = world.relay.main.store.rooms.get(roomTag)!;
  const { leafSeed, leaf, epoch, random } = hands;
  const blob = sealSlot(
    { crypto, random },
    { roomTag, slotPub: slotKeys.publicKey, leafSeed },
    {
      ...{ roomId, inviteId, leaf, time: world.timeline.now, epoch },
      head: isFork ? { seq: roster.seq, hash: roster.head } : { seq: entry.seq, hash: entry.hash },
      ...{ log: { n, head }, lastCommit, suite: group.suite },
      requestPub: crypto.kemDeriveKeyPair("x25519", world.dice.random(32)).publicKey,
      entrance: { groupInfo: group.view.groupInfo(), envelopeKey: envelopeKeyOf(keys, epoch)! },
      roster: keys.isRosterKeyUsed ? [rosterKey] : keys.roster,
      isRosterKeyUsed: keys.isRosterKeyUsed || !isFork,
      record: isFork ? keys.record : crypto.hash("sha256", attachment),
    },
  )!;
  const put = await world.finish(rogue.ask({ type: "putSlot", roomTag, slot: { slotId, tokenPub, blob }, life: 0 }));
  expect(put).toMatchObject({ type: "done" });
  return { world, linkText };
}

describe("a removed member puts a version of a link's slot, behind junk of theirs", () => {
  it.each<Case>([
    { what: "fork" },
    { what: "fork", isAdmin: false },
    { what: "fork", areAwake: true },
    { what: "upgrade" },
    { what: "upgrade", areAwake: true },
  ])("A157, RULE client.preview-goes-on: the newcomer joins the room of the members: %o", async (which) => {
    const { world, linkText } = await formerSlot(which);
    const dave = await world.device("Dave");
    const seen = await world.finish(dave.client.previewInvite(linkText));
    if (!seen.ok) throw new Error(`no preview: ${JSON.stringify(seen.error).slice(0, 200)}`);
    granted(await world.finish(seen.value.accept("Dave")));
    await world.pass(120_000);
    expect(namesOf(dave).sort()).toEqual(["Alice", "Carol", "Dave"]);
    for (const name of ["Alice", "Carol"]) {
      const each = world.devices.get(name)!;
      if (!each.isRunning) await world.start(each);
      await world.until(() => namesOf(each).includes("Dave") && dave.room.status().isConfirmed, 600_000);
    }
  });
});
