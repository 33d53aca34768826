import { authorEntry, NO_EVIDENCE, sealRosterRecord, type Action, type Policy, preset } from "@conclave/protocol";
import { currentRosterKey, openPlea, rosterKeyCheck, sealDoor, wrappedRosterKey } from "@conclave/protocol/testing";
import { inboxIdOf } from "@conclave/wire";
import { expect, it, vi } from "vitest";
import { granted, type SimulatedDevice, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { shutOut } from "../hostile/shutOut.js";
import { Rogue } from "../hostile/rogue.js";

function policyFor(what: string): Policy {
  if (what === "remove, plain member") return preset("everyone");
  const base = preset("open");
  return what.startsWith("remove")
    ? base
    : { ...base, rules: { ...base.rules, setPolicy: { kind: "role", role: "admin" } } };
}

vi.setConfig({ testTimeout: 200_000 });

/** Bob was an admin, shut Carol out, and was removed for it. What he signs now on the roster that Carol knows is nobody's decision. */
it.each(["remove", "remove, plain member", "upgrade"] as const)(
  "A158, RULE door.second-word: what a removed member decided alone is told as what they say, and the victim comes back: %s",
  async (what) => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = (await world.roomOf(["Alice", "Bob", "Carol"], policyFor(what))) as [
      SimulatedDevice,
      SimulatedDevice,
      SimulatedDevice,
    ];
    await world.pass(60_000);
    if (what !== "remove, plain member")
      granted(await world.finish(alice.room.decide({ type: "setRole", person: bob.client.person, role: "admin" })));
    await world.inStep();
    const carolPerson = carol.client.person;
    await shutOut(world, bob, [carol]);
    carol.crash();
    await world.inStep([alice, bob]);
    const hands = new HostileMember(world, bob);
    granted(await world.finish(alice.room.decide({ type: "remove", person: bob.client.person, ban: true })));
    await world.inStep([alice]);
    await world.until(() => bob.room.status().standing === "removed", 100_000);
    bob.crash();
    alice.crash();
    await world.pass(60_000);

    // Carol comes back and asks; nobody of the members is there.
    await world.start(carol);
    await world.until(() => carol.room.status().comingBack !== null, 200_000);
    await world.pass(20_000);

    // Bob, with the keys from before his removal.
    const { crypto, roomTag, roomId, roster, keys } = hands;
    const wrapped = wrappedRosterKey(keys);
    const action: Action =
      what !== "upgrade" ? { type: "remove", person: carolPerson, ban: false } : { type: "upgrade", version: 3 };
    const made = authorEntry(crypto, hands.leafSeed, roster, {
      ...{ action, person: hands.person, time: roster.chainTime, evidence: NO_EVIDENCE, external: false },
      keyCheck: wrapped && rosterKeyCheck(crypto, wrapped),
      ...{ epoch: hands.epoch, transcript: hands.group.view.confirmedTranscriptHash },
    });
    if (!made.ok) throw new Error(made.error.code);
    const { entry } = made.value;
    const rosterKey = currentRosterKey(keys);
    const place = { seq: entry.seq, before: keys.record };
    const attachment = sealRosterRecord(crypto, roomTag, rosterKey, place, {
      entry: entry.bytes,
      previousKey: wrapped,
    });
    const rogue = new Rogue(world, "bob's own program", roomTag);
    await world.finish(rogue.prove(hands.epoch, keys.writes.at(-1)!.key));
    const seed = world.dice.random(32);
    const nextWriteKey = crypto.ed25519PublicKey(seed);
    const junk = await world.finish(
      rogue.append({
        kind: "commit",
        ground: { by: "member" },
        epoch: hands.epoch,
        payload: world.dice.random(300),
        attachment,
        nextWriteKey,
      }),
    );
    expect(junk).toMatchObject({ type: "appended" });
    await world.finish(rogue.prove(hands.epoch + 1, seed));
    const listed = await world.finish(rogue.ask({ type: "listRequests", roomTag, after: 0 }));
    if (listed?.type !== "requests") throw new Error(JSON.stringify(listed));
    let answered = 0;
    for (const { request, blob } of listed.requests) {
      const plea = openPlea(crypto, { roomId, roomTag, rosterKey }, blob);
      if (plea === null) continue;
      const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
      const door = sealDoor(
        { crypto, random: hands.random },
        { roomTag, doorPub: plea.doorPub, leafSeed: hands.leafSeed },
        {
          ...{ roomId, asked: plea.leaf, leaf: hands.leaf, time: world.timeline.now },
          removal: { hash: entry.hash, rosterKey, record: sha256(attachment) },
        },
      )!;
      const inboxId = inboxIdOf(sha256, plea.inboxPub);
      const done = await world.finish(rogue.ask({ type: "answerRequest", roomTag, request, inboxId, blob: door }));
      expect(done).toMatchObject({ type: "done" });
      answered++;
    }
    expect(answered).toBeGreaterThan(0);
    await world.pass(300_000);
    expect(carol.room.status()).toMatchObject({
      ...{ standing: "member", paused: null },
      comingBack: { step: "asked", told: { name: "Bob" } },
    });
    // Alice lets her in again.
    await world.start(alice);
    const isBack = () => carol.isInRoom && carol.room.status().comingBack === null;
    await world.until(() => isBack() && carol.room.status().paused === null, 8_000_000);
  },
);
