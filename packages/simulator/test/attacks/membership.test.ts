import { concatBytes, toHex } from "@conclave/codec";
import { generateKeyPackage, Group } from "@conclave/mls";
import {
  certifyLeaf,
  inviteKeys,
  LeafKey,
  openEnvelope,
  parseLink,
  sealEnvelope,
  sealRosterRecord,
} from "@conclave/protocol";
import { roomCapabilities, roomEngine, sealSlot } from "@conclave/protocol/testing";
import { recordBefore } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Outsider } from "../hostile/outsider.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

describe("attacks on who is in", () => {
  it("A1, A91: a ghost that the relay puts into the log is refused, and hears nothing", async () => {
    const world = new World({ isRelayHonest: false });
    world.relay.isWatching = true;
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const tag = world.tagOf(alice!);
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    // The relay has no key of the room: it makes a group of its own under the room's id, and adds itself there.
    const mallory = new Outsider(world, "Mallory");
    const engine = roomEngine(mallory.primitives);
    const leaf = (seed: Uint8Array) => ({
      credential: {
        type: "basic" as const,
        identity: certifyLeaf(world.crypto, mallory.device, {
          roomId: alice!.room.id,
          leaf: LeafKey.of(world.crypto.ed25519PublicKey(seed)),
          name: "Mallory",
        }),
      },
      capabilities: roomCapabilities(1),
      extensions: [],
      signaturePrivateKey: seed,
    });
    const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
    const own = Group.create(engine, {
      suite: 1,
      groupId: alice!.room.id,
      leaf: { ...leaf(mallory.primitives.random(32)), lifetime },
      extensions: [],
    });
    const { keyPackage } = generateKeyPackage(engine, { ...leaf(mallory.primitives.random(32)), suite: 1, lifetime });
    const add = own.group.commit({ proposals: [{ type: "add", keyPackage }] });
    if (!add.ok) throw add.error;
    const epoch = alice!.room.status().epoch;
    const key = world.relay.seed;
    world.relay.inject(tag, {
      kind: "commit",
      payload: sealEnvelope(world.crypto, key, { roomTag: tag, epoch }, add.value.message),
      attachment: mallory.primitives.random(80),
    });
    world.relay.inject(tag, { kind: "commit", payload: add.value.message });
    await world.inStep();
    expect([stateOf(world, alice!), stateOf(world, bob!)]).toEqual(before);
    expect(alarmsOf(alice!).filter((alarm) => alarm.startsWith("JUNK"))).not.toEqual([]);
    await world.say(alice!, "only for Bob");
    await world.inStep();
    expect(await world.texts(bob!)).toEqual(["Alice: only for Bob"]);
    // Nothing of 32 bytes that the relay ever saw, nor its own key, opens what Alice wrote.
    const last = world.relay.main.log(tag).at(-1)!;
    const payload = last.pruned ? new Uint8Array() : last.payload;
    const all = concatBytes(...world.relay.seen.map(({ bytes }) => bytes));
    const context = { roomTag: tag, epoch: last.epoch };
    expect(openEnvelope(world.crypto, key, context, payload)).toBeNull();
    for (let at = 0; at + 32 <= Math.min(all.length, 40_000); at++) {
      if (openEnvelope(world.crypto, all.subarray(at, at + 32), context, payload) !== null) throw new Error("it opens");
    }
  });
  it("A4: who holds no valid invite does not come in; then who does comes in, in the same epoch", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    await world.pass(10_000);
    const tag = world.tagOf(alice!);
    // Mallory has seen the slot, keys and all, but signs no proof with the invite's key.
    const mallory = new Outsider(world, "Mallory");
    const view = mallory.look(link);
    const before = stateOf(world, alice!);
    for (const commit of [
      mallory.externalCommit(view, { bare: true }),
      mallory.externalCommit(view, { inviteProof: null }),
      mallory.externalCommit(view, { inviteProof: mallory.primitives.random(150) }),
    ]) {
      world.relay.inject(tag, {
        ...commit,
        slotId: inviteKeys(world.crypto, view.link.roomId, view.link.secret).slotId,
      });
    }
    await world.inStep();
    await world.pass(1000);
    // Three commits stand in the log, and the room is where it was.
    expect(stateOf(world, alice!)).toEqual(before);
    expect(namesOf(bob!)).toEqual(["Alice", "Bob"]);
    expect(alarmsOf(alice!)).toEqual([
      "REFUSED_CHANGE no_record",
      "REFUSED_CHANGE author_unknown",
      "REFUSED_CHANGE bad_invite_proof",
    ]);
    const carol = await world.device("Carol");
    await world.join(carol, link);
    await world.inStep();
    expect(namesOf(bob!)).toEqual(["Alice", "Bob", "Carol"]);
    await talk(world, alice!, carol);
  });
  it("A8: the relay cannot put its own key in the place of somebody's who asks", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!, { mode: "ask" });
    const bob = await world.device("Bob");
    const mallory = await world.device("Mallory");
    const posted: Uint8Array[] = [];
    world.relay.tamper({
      request: (node, frame) => {
        if (frame.type !== "postRequest") return [frame];
        posted.push(frame.blob);
        // Bob's request is kept, changed in one byte, and never arrives as he wrote it.
        if (node !== "Bob") return [frame];
        const blob = frame.blob.slice();
        blob[blob.length >> 1]! ^= 1;
        return [{ ...frame, blob }];
      },
    });
    for (const who of [bob, mallory]) {
      const invited = granted(await world.finish(who.client.previewInvite(link)));
      granted(await world.finish(invited.accept(who.name)));
    }
    const requests = granted(await world.finish(alice!.room.requests()));
    // Who else holds the link may ask too, and is seen to be who they are: no request is Bob's.
    expect(requests.map(({ name }) => name)).toEqual(["Mallory"]);
    expect(requests.map(({ person }) => toHex(person))).not.toContain(toHex(bob.client.person));
    // The true request is Bob's own key, vouched for by him, and comes in as nothing else.
    world.relay.tamper(null);
    const row = world.relay.main.store.rooms.get(world.tagOf(alice!))!;
    const { slotId } = inviteKeys(world.crypto, parseLink(link)!.roomId, parseLink(link)!.secret);
    world.relay.main.store.requests.add(
      row.no,
      { slotId, blob: posted[0]!, time: world.timeline.now },
      { digest: posted[0]!.subarray(0, 32), address: new Uint8Array(8) },
    );
    const again = granted(await world.finish(alice!.room.requests()));
    const his = again.find(({ name }) => name === "Bob")!;
    expect(toHex(his.person)).toBe(toHex(bob.client.person));
    granted(await world.finish(alice!.room.admit(his.id)));
    await world.until(() => bob.room.status().standing === "member");
    expect(namesOf(alice!)).toEqual(["Alice", "Bob"]);
  });
  it("A13: a room that only looks like the link's is refused before anything is sent", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!);
    // Mallory founds a room of the same title, calls herself Alice, and makes a slot of it for Alice's link.
    const mallory = await world.device("Mallory");
    granted(
      await world.finish(
        mallory.client.createRoom({
          title: "Garden club",
          name: "Alice",
          policy: alice!.room.policy()!,
          relay: "ws://relay.test",
        }),
      ),
    );
    const false_ = await world.invite(mallory);
    const parsed = parseLink(link)!;
    const keys = inviteKeys(world.crypto, parsed.roomId, parsed.secret);
    const outsider = new Outsider(world, "helper");
    const look = outsider.look(false_.link);
    const hers = new HostileMember(world, mallory);
    const target = { roomTag: world.tagOf(alice!), slotPub: keys.slot.publicKey, leafSeed: hers.leafSeed };
    // The entries of her room, sealed as if they were the other's: for who reads them, the chain is whole.
    let record = new Uint8Array(32);
    const roster = [...hers.records]
      .filter(([name]) => name.startsWith("x/e/"))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, entry], seq) => {
        const content = { entry, previousKey: null };
        const place = { seq, before: record };
        const sealed = sealRosterRecord(world.crypto, target.roomTag, look.slot.roster[0]!, place, content);
        record = world.crypto.hash("sha256", sealed).slice();
        return sealed;
      })
      .reverse();
    const blob = sealSlot(outsider.primitives, target, {
      ...look.slot,
      roomId: parsed.roomId,
      inviteId: keys.inviteId,
      record,
    })!;
    expect(roster.length).toBeGreaterThan(1);
    world.relay.isWatching = true;
    world.relay.tamper({
      reply: (node, frame) => {
        if (node !== "Bob") return [frame];
        if (frame.type === "slot") return [{ ...frame, blob }];
        return frame.type === "roster" ? [{ ...frame, records: roster }] : [frame];
      },
    });
    const bob = await world.device("Bob");
    const records = new Map(bob.disk.records);
    const invited = await world.finish(bob.client.previewInvite(link));
    expect(invited).toMatchObject({ ok: false, error: { kind: "refused", rejection: { code: "wrong_room" } } });
    expect(bob.disk.records).toEqual(records);
    // Bob asked for the slot and the roster, and said nothing about himself.
    const sent = world.relay.seen
      .filter(({ node }) => node === "Bob")
      .map(({ bytes }) => toHex(bytes))
      .join();
    expect(sent).not.toContain(toHex(bob.client.person));
    expect(sent).not.toContain(toHex(parsed.secret));
  });
  it("A14: an admission that does not hold leaves nothing on the disk", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!, { mode: "ask" });
    const bob = await world.device("Bob");
    const invited = granted(await world.finish(bob.client.previewInvite(link)));
    granted(await world.finish(invited.accept("Bob")));
    world.relay.tamper({
      reply: (_node, frame) => {
        if (frame.type !== "inbox") return [frame];
        const spoil = (blob: Uint8Array) => blob.map((byte, at) => (at === blob.length - 20 ? byte ^ 1 : byte));
        return [{ ...frame, items: frame.items.map((item) => ({ ...item, blob: spoil(item.blob) })) }];
      },
    });
    const [request] = granted(await world.finish(alice!.room.requests()));
    granted(await world.finish(alice!.room.admit(request!.id)));
    await world.pass(20_000);
    expect(bob.room.status()).toMatchObject({ standing: "asking", epoch: 0 });
    expect([...bob.disk.records.keys()].filter((key) => key.includes("/state/"))).toEqual([]);
    // With the true admission, the same Bob comes in.
    world.relay.tamper(null);
    world.network.disconnect("Bob");
    await world.until(() => bob.room.status().standing === "member");
    await talk(world, alice!, bob);
  });
  it("A15: a second founding of a known room is refused, by the relay, by members and by newcomers", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!);
    await world.inStep();
    const mallory = await world.device("Mallory");
    await world.found(mallory);
    const store = world.relay.main.store;
    const { keys } = new HostileMember(world, mallory);
    const charter = store.roster.get(store.rooms.get(world.tagOf(mallory))!.no, keys.record)!;
    world.relay.tamper({
      reply: (_node, frame) => {
        if (frame.type !== "roster") return [frame];
        const records = frame.records.map((record) =>
          recordBefore(record)!.every((byte) => byte === 0) ? charter : record,
        );
        return [{ ...frame, records }];
      },
    });
    const carol = await world.device("Carol");
    const refusal = { ok: false, error: { kind: "refused", rejection: { code: "bad_history" } } };
    expect(await world.finish(carol.client.previewInvite(link))).toMatchObject(refusal);
    world.relay.tamper(null);
    // A member's charter over an existing room is no action at all.
    const before = stateOf(world, alice!);
    const hostile = new HostileMember(world, bob!);
    const { policy, title, relay } = hostile.roster;
    const nonce = hostile.random(32);
    const leafCert = certifyLeaf(world.crypto, new Outsider(world, "x").device, {
      roomId: hostile.roomId,
      leaf: hostile.leaf,
      name: "Bob",
    });
    const action = { type: "charter", version: 2, leafCert, policy, title, relay, nonce } as const;
    world.relay.inject(hostile.roomTag, hostile.commit({ lie: { action } }));
    await world.pass(3000);
    expect(stateOf(world, alice!)).toEqual(before);
    expect(alarmsOf(alice!).join()).toContain("REFUSED_CHANGE");
  });
  it("A91: a listener whom a member is forced to let in comes in by nobody's hand unseen, and reads nothing of whom it is kept from", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob, carol] = await world.roomOf(["Alice", "Bob", "Carol"]);
    await world.pass(60_000);
    const tag = world.tagOf(alice!);
    const before = namesOf(bob!);
    // With the owner's keys, and without a decision, or under the name of another one: everybody refuses it.
    const forced = new HostileMember(world, alice!);
    const listener = new Outsider(world, "Listener");
    const leafSeed = listener.random(32);
    const leaf = LeafKey.of(world.crypto.ed25519PublicKey(leafSeed));
    const { keyPackage } = generateKeyPackage(roomEngine(listener.primitives), {
      suite: 1,
      credential: {
        type: "basic",
        identity: certifyLeaf(world.crypto, listener.device, { roomId: forced.roomId, leaf, name: "Listener" }),
      },
      capabilities: roomCapabilities(1),
      extensions: [],
      signaturePrivateKey: leafSeed,
      lifetime: { notBefore: 0n, notAfter: 2n ** 64n - 1n },
    });
    const proposals = [{ type: "add" as const, keyPackage }];
    world.relay.forge(tag, forced.commit({ proposals, extensions: null }));
    await world.pass(60_000);
    const again = new HostileMember(world, alice!);
    world.relay.forge(tag, again.commit({ proposals, lie: { action: { type: "setTitle", title: "Nothing to see" } } }));
    await world.pass(60_000);
    for (const device of [bob!, carol!]) {
      expect(namesOf(device)).toEqual(before);
      expect(alarmsOf(device).filter((alarm) => alarm.startsWith("REFUSED_CHANGE")).length).toBeGreaterThan(0);
      expect(device.room.title).toBe("Garden club");
    }
    // The owner lets them in as anybody: that is a decision, and Carol sees whose.
    const ear = await world.device("Ear");
    const { link } = await world.invite(alice!);
    await world.inStep([alice!, bob!, carol!]);
    await world.pass(60_000);
    const away = world.relay.fork("without the ear", ["Bob"]);
    await world.pass(20_000);
    await world.join(ear, link);
    await world.pass(20_000);
    expect(carol!.room.decisions().at(-1)).toMatchObject({ person: { name: "Ear" } });
    expect(namesOf(carol!)).toContain("Ear");
    // From Bob it was kept: the listener reads nothing of what he says then, no matter who brings it.
    expect(namesOf(bob!)).not.toContain("Ear");
    world.invariants.wrote(bob!.client.person, "is anybody listening?");
    granted(await world.finish(bob!.room.send("is anybody listening?")));
    await world.pass(20_000);
    const last = away.log(tag).at(-1)!;
    if (last.pruned) throw new Error("pruned");
    world.relay.forge(tag, last);
    await world.pass(20_000);
    expect((await world.texts(bob!)).join()).toContain("listening");
    expect((await world.texts(ear)).join()).not.toContain("listening");
  });
});
