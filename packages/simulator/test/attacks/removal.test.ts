import { toHex } from "@conclave/codec";
import { openEnvelope, openRosterRecord } from "@conclave/protocol";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const remove = (device: SimulatedDevice, ban = false) => ({
  type: "remove" as const,
  person: device.client.person,
  ban,
});

describe("attacks after a removal, and on a device's state", () => {
  it("A58: who was removed reads nothing that came after, with the relay's whole log and all keys they ever had", async () => {
    const world = new World();
    const [alice, bob, xavier] = await world.roomOf(["Alice", "Bob", "Xavier"]);
    await world.say(alice!, "while X is here");
    await world.inStep();
    const tag = world.tagOf(alice!);
    const thief = new HostileMember(world, xavier!);
    granted(await world.finish(alice!.room.decide(remove(xavier!))));
    const removal = world.relay.main.log(tag).at(-1)!.n;
    for (let n = 0; n < 5; n++) await world.say(n % 2 === 0 ? alice! : bob!, `secret ${n}`);
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "admin" })));
    await world.say(bob!, "the last secret");
    await world.inStep([alice!, bob!]);
    const later = world.relay.main.log(tag, removal + 1);
    expect(later.length).toBeGreaterThan(6);
    let opened = 0;
    for (const item of later) {
      if (item.pruned) throw new Error("pruned");
      for (const { key } of thief.keys.envelopes) {
        for (const epoch of [item.epoch, thief.epoch]) {
          if (openEnvelope(world.crypto, key, { roomTag: tag, epoch }, item.payload) !== null) opened++;
        }
      }
      if (item.attachment.length > 0 && openRosterRecord(world.crypto, tag, thief.keys.roster, item.attachment))
        opened++;
    }
    expect(opened).toBe(0);
    // The removal itself is the last thing that their keys stage: it leads to no epoch of theirs.
    const record = world.relay.main.log(tag, removal)[0]!;
    if (record.pruned) throw new Error("pruned");
    const message = openEnvelope(
      world.crypto,
      thief.keys.envelopes.at(-1)!.key,
      { roomTag: tag, epoch: record.epoch },
      record.payload,
    );
    const staged = thief.group.stage(message!);
    expect(staged.ok && staged.value.kind === "commit" && staged.value.next).toBeNull();
  });
  it("A59: what a removed person wrote before is marked as late, and is theirs, not the one's who has their place now", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    const tag = world.tagOf(alice!);
    const text = "written before";
    const held = new HostileMember(world, bob!);
    const late = held.message({ body: new TextEncoder().encode(text) });
    world.invariants.wrote(bob!.client.person, text);
    const place = held.group.ownLeafIndex;
    granted(await world.finish(alice!.room.decide(remove(bob!))));
    await world.pass(20_000);
    const dave = await world.device("Dave");
    await world.join(dave, link);
    await world.inStep([alice!, dave]);
    const now = new HostileMember(world, dave);
    expect(now.group.ownLeafIndex).toBe(place);
    world.relay.forge(tag, late);
    await world.pass(60_000);
    const items = await world.finish(alice!.room.timeline());
    const shown = items.flatMap((item) => (item.kind === "message" ? [item.message] : []));
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({ late: true, authorGone: true, author: { name: "Bob" } });
    expect(toHex(shown[0]!.author.person)).toBe(toHex(bob!.client.person));
    // Whom the late message was never for does not read it at all.
    expect(await world.texts(dave)).toEqual([]);
    await talk(world, alice!, dave);
  });
  it("A64: a copy of a device sends nothing that the original's keys could have sent", async () => {
    const world = new World();
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    // The keys that are owed after a join are made first.
    await world.pass(60_000);
    await world.say(bob!, "one");
    await world.inStep();
    const copy = bob!.disk.copy();
    await world.say(bob!, "two");
    await world.say(bob!, "three");
    await world.inStep();
    const appended: string[] = [];
    world.relay.tamper({
      request: (node, frame) => {
        if (frame.type === "append") appended.push(node);
        return [frame];
      },
    });
    // The backup is put back: the log holds what this device does not remember.
    bob!.crash();
    bob!.disk = copy;
    world.invariants.allowAlarm("RESTORED");
    alice!.crash();
    await world.start(bob!);
    await world.pass(60_000);
    expect(bob!.room.status()).toMatchObject({ standing: "restored", comingBack: { why: "copy", step: "asked" } });
    const sent = await world.finish(bob!.room.send("four"));
    expect(sent.ok).toBe(false);
    await world.pass(60_000);
    bob!.crash();
    await world.start(bob!);
    await world.pass(30_000);
    expect(bob!.room.status().standing).toBe("restored");
    // From this device nothing came, and no key was ever used twice (which each step has checked).
    expect(appended).not.toContain("Bob");
    expect(world.audit.traced).toBeGreaterThan(2);
    // Somebody is there: it comes back with a new leaf, and says what it has to say with new keys.
    await world.start(alice!);
    await world.until(() => bob!.room.status().standing === "member", 200_000);
    await talk(world, alice!, bob!);
    expect(namesOf(alice!)).toEqual(["Alice", "Bob"]);
  });
  it("A66: a decision that is cut off by a crash, at any commit to the disk, takes effect once or not at all", async () => {
    for (const fate of ["kill before", "kill after"] as const) {
      for (let at = 1; at <= 4; at++) {
        const world = new World({ seed: at });
        const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
        await world.pass(5000);
        let commits = 0;
        alice!.onCommit = () => (++commits === at ? fate : "commit");
        const decision = { type: "setRole", person: bob!.client.person, role: "admin" } as const;
        void alice!.room.decide(decision);
        await world.pass(10_000);
        alice!.onCommit = null;
        if (!alice!.isRunning) await world.start(alice!);
        await world.inStep();
        const seq = alice!.room.status().seq;
        const role = bob!.room.members().find(({ name }) => name === "Bob")!.role;
        expect(alice!.room.members().find(({ name }) => name === "Bob")!.role).toBe(role);
        const decided = bob!.room.decisions().filter(({ action }) => action.type === "setRole");
        expect(decided).toHaveLength(role === "admin" ? 1 : 0);
        expect(bob!.room.status().seq).toBe(seq);
        granted(await world.finish(alice!.room.decide({ type: "rekey" })));
        await world.inStep();
        expect(alice!.room.roomCode()).toBe(bob!.room.roomCode());
        await talk(world, alice!, bob!);
      }
    }
  });
  it("A68: RULE client.no-keys-alone: a commit whose new keys do not fit is refused by whom it would shut out; the others and they go on", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, mallory] = await world.roomOf(["Alice", "Bob", "Mallory"]);
    // The keys that are owed after a join are made first.
    await world.pass(60_000);
    const hostile = new HostileMember(world, mallory!, { crypto: spoiling(world) });
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    spoil = true;
    const commit = hostile.commit({});
    spoil = false;
    world.relay.inject(hostile.roomTag, commit);
    await world.pass(5000);
    expect([stateOf(world, alice!), stateOf(world, bob!)]).toEqual(before);
    for (const victim of [alice!, bob!]) expect(alarmsOf(victim).join()).toContain("REFUSED_CHANGE");
    // They still can show Mallory out, and talk.
    granted(await world.finish(alice!.room.decide(remove(mallory!))));
    await world.inStep([alice!, bob!]);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    await talk(world, alice!, bob!);
  });
});

let spoil = false;

/** Primitives whose public-key encryption gives rubbish when told so: a path that nobody can follow. */
function spoiling({ crypto }: World): World["crypto"] {
  return {
    ...crypto,
    aeadSeal: (name, key, nonce, aad, plaintext) => {
      const sealed = crypto.aeadSeal(name, key, nonce, aad, plaintext);
      // Path secrets are of 32 bytes, and nothing else that a commit seals is.
      return spoil && plaintext.length === 32 ? sealed.map((byte) => byte ^ 1) : sealed;
    },
  };
}
