import { toBase64url, toHex } from "@conclave/codec";
import { inviteKeys, LeafKey, parseLink, RoomId } from "@conclave/protocol";
import { roomCapabilities, sealSlot, signInviteProof } from "@conclave/protocol/testing";
import type { SlotId } from "@conclave/wire";
import { describe, expect, it, vi } from "vitest";
import { granted, World, type SimulatedDevice } from "../../src/index.js";
import { HostileMember } from "../hostile/hostileMember.js";
import { Outsider } from "../hostile/outsider.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const remove = (device: SimulatedDevice, ban = false) => ({
  type: "remove" as const,
  person: device.client.person,
  ban,
});

/** The relay opens a slot by itself, with a token of its own. */
function reopen(world: World, device: SimulatedDevice, slotId: SlotId): void {
  const { store } = world.relay.main;
  const time = { time: world.timeline.now, commits: 0, end: 0 };
  store.slots.open(store.rooms.get(world.tagOf(device))!.no, slotId, new Uint8Array(32), time);
}

describe("attacks by way of invites", () => {
  it("A36: nothing of an invite's secret ever reaches the relay, in either way of joining", async () => {
    const world = new World();
    world.relay.isWatching = true;
    const [alice] = await world.roomOf(["Alice"]);
    const secrets: string[] = [];
    for (const mode of ["direct", "ask"] as const) {
      const { link } = await world.invite(alice!, { mode });
      expect(new URL(`https://${link.replace(/^https?:\/\//u, "")}`).hash).toContain("join/v1.");
      const { roomId, secret } = parseLink(link)!;
      const keys = inviteKeys(world.crypto, roomId, secret);
      secrets.push(...[secret, keys.joinSeed, keys.tokenSeed, keys.slot.privateKey].flatMap(spellings));
      const guest = await world.device(`guest ${mode}`);
      const invited = granted(await world.finish(guest.client.previewInvite(link)));
      granted(await world.finish(invited.accept(guest.name)));
      if (mode === "ask") {
        const [request] = granted(await world.finish(alice!.room.requests()));
        granted(await world.finish(alice!.room.admit(request!.id)));
      }
      await world.until(() => guest.room.status().standing === "member");
      await talk(world, alice!, guest);
    }
    const all = world.relay.seen.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join("\n");
    expect(all.length).toBeGreaterThan(10_000);
    for (const secret of secrets) expect(all.includes(secret)).toBe(false);
  });
  it("A111: a newcomer's leaf that is as large as it likes is refused by all; the link goes on letting people in", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!, { for: { class: "multi", limit: 9 } });
    await world.inStep();
    await world.pass(20_000);
    const mallory = new Outsider(world, "Mallory");
    const { slotId } = inviteKeys(world.crypto, parseLink(link)!.roomId, parseLink(link)!.secret);
    const slotBytes = () => {
      const { store } = world.relay.main;
      return store.slots.version(store.rooms.get(world.tagOf(alice!))!.no, slotId, 0)!.blob.length;
    };
    const before = [stateOf(world, alice!), slotBytes()];
    // Each is allowed by RFC 9420: the leaf lists what it carries.
    const many = Array.from({ length: 256 }, (_, i) => 0xf100 + i);
    for (const leaf of [
      { extensions: [{ type: 0xf0c1, data: new Uint8Array(200_000) }] },
      { capabilities: { ...roomCapabilities(1), proposals: many } },
    ]) {
      world.relay.inject(world.tagOf(alice!), { ...mallory.externalCommit(mallory.look(link), { leaf }), slotId });
      await world.inStep();
      await world.pass(20_000);
    }
    expect(stateOf(world, alice!)).toEqual(before[0]);
    for (const device of [alice!, bob!]) {
      expect(alarmsOf(device)).toEqual(["REFUSED_CHANGE leaf_not_plain", "REFUSED_CHANGE leaf_not_plain"]);
    }
    expect(slotBytes()).toBe(before[1]);
    const carol = await world.device("Carol");
    await world.join(carol, link);
    await talk(world, bob!, carol);
  });
  it("A37: an invite proof that was caught on its way is of no use with other keys, in another place, or in another room", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link, invitation } = await world.invite(alice!);
    await world.inStep();
    await world.pass(20_000);
    const tag = world.tagOf(alice!);
    const mallory = new Outsider(world, "Mallory");
    const carol = new Outsider(world, "Carol");
    const view = mallory.look(link);
    // Carol's proof, as she would send it; Mallory has the slot's keys by some other way, and not the invite's.
    const { roomId } = view.link;
    const { joinSeed, slotId } = inviteKeys(world.crypto, roomId, view.link.secret);
    const someLeaf = LeafKey.of(world.crypto.ed25519PublicKey(carol.random(32)));
    const { inviteId } = invitation;
    const { person } = mallory;
    type Seen = ReturnType<Outsider["look"]>;
    type Proof = Parameters<typeof signInviteProof>[2];
    const placeIn = ({ roster, slot }: Seen) => ({ prev: roster.head, epoch: slot.epoch, lastCommit: slot.lastCommit });
    // Each has one fault, and is as it should be otherwise.
    const proofOf =
      (fault: Partial<Proof> | ((seen: Seen) => Partial<Proof>), seed = joinSeed) =>
      (seen: Seen) =>
      (leaf: LeafKey) =>
        signInviteProof(world.crypto, seed, {
          ...{ roomId, inviteId, person, leaf, place: placeIn(seen), baseSeq: null, ssh: null },
          ...(typeof fault === "function" ? fault(seen) : fault),
        });
    const faults = {
      "Carol's": proofOf({ person: carol.person, leaf: someLeaf }),
      "of another leaf": proofOf({ leaf: someLeaf }),
      "of another person": proofOf({ person: carol.person }),
      "for another place": proofOf((seen) => ({ place: { ...placeIn(seen), epoch: seen.slot.epoch - 1 } })),
      "behind another commit": proofOf((seen) => ({
        place: { ...placeIn(seen), lastCommit: seen.slot.lastCommit - 1 },
      })),
      "behind another entry": proofOf((seen) => ({ place: { ...placeIn(seen), prev: someLeaf } })),
      "for no place, as one that asks": proofOf(({ roster }) => ({ place: null, baseSeq: roster.seq })),
      "for another room": proofOf({ roomId: RoomId.of(someLeaf) }),
      "signed by another key than the invite's": proofOf({}, someLeaf),
    };
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    for (const [what, fault] of Object.entries(faults)) {
      // The slot of now: a proof for an older place would have a second fault.
      const seen = mallory.look(link);
      world.relay.inject(tag, { ...mallory.externalCommit(seen, { inviteProof: fault(seen) }), slotId });
      await world.pass(30_000);
      expect([stateOf(world, alice!), stateOf(world, bob!)], what).toEqual(before);
    }
    expect(alarmsOf(alice!)).toEqual(Object.keys(faults).map(() => "REFUSED_CHANGE bad_invite_proof"));
  });
  it("A38: of two who use a single invite at once, one comes in, and everybody agrees which", async () => {
    const world = new World();
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!, { for: { class: "single" } });
    await world.inStep();
    await world.pass(20_000);
    const racers = [await world.device("Carol"), await world.device("Dave")];
    const invited = [];
    for (const racer of racers) invited.push(granted(await world.finish(racer.client.previewInvite(link))));
    const joins = invited.map((each, at) => each.accept(racers[at]!.name));
    await world.finish(Promise.all(joins), 600_000);
    await world.pass(60_000);
    const names = namesOf(alice!);
    expect(names).toHaveLength(3);
    expect(namesOf(bob!)).toEqual(names);
    const [winner] = racers.filter((device) => device.isInRoom && device.room.status().standing === "member");
    expect(namesOf(winner!)).toEqual(names);
    expect(winner!.name).toBe(names[2]);
    const loser = racers.find((device) => device !== winner)!;
    expect(loser.client.rooms().map((room) => room.status().standing)).not.toContain("member");
    await talk(world, alice!, winner!);
  });
  it("A38: a second use that is made by hand is refused by the count in the chain", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!, { for: { class: "single" } });
    await world.pass(10_000);
    const then = new Outsider(world, "Mallory");
    const { link: parsed } = then.look(link);
    const bob = await world.device("Bob");
    await world.join(bob, link);
    await world.inStep();
    const before = stateOf(world, alice!);
    // Mallory has the link, and a member's help for the slot of the present.
    const view = slotByHand(world, bob, link);
    const { slotId } = inviteKeys(world.crypto, parsed.roomId, parsed.secret);
    reopen(world, alice!, slotId);
    world.relay.inject(world.tagOf(alice!), { ...then.externalCommit(view), slotId });
    await world.pass(3000);
    expect(stateOf(world, alice!)).toEqual(before);
    expect(alarmsOf(alice!)).toEqual(["REFUSED_CHANGE invite_used_up"]);
  });
  it("A39: an invite that is over by the room's time lets nobody in, whatever time the newcomer claims", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link } = await world.invite(alice!, { notAfter: world.timeline.now + 3_600_000 });
    await world.pass(4 * 3_600_000);
    granted(await world.finish(alice!.room.decide({ type: "setRole", person: bob!.client.person, role: "admin" })));
    await world.inStep();
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    const mallory = new Outsider(world, "Mallory");
    const view = slotByHand(world, bob!, link);
    const { slotId } = inviteKeys(world.crypto, view.link.roomId, view.link.secret);
    reopen(world, alice!, slotId);
    for (const time of [0, world.timeline.now - 4 * 3_600_000, world.timeline.now, world.timeline.now + 1e11]) {
      world.relay.inject(world.tagOf(alice!), { ...mallory.externalCommit(view, { lie: { time } }), slotId });
      await world.pass(3000);
      expect([stateOf(world, alice!), stateOf(world, bob!)]).toEqual(before);
    }
    expect(new Set(alarmsOf(alice!))).toEqual(new Set(["REFUSED_CHANGE invite_expired"]));
  });
  it("A40: who was removed does not come back by the link they used, nor by all that they remember", async () => {
    const world = new World({ isRelayHonest: false });
    const alice = await world.device("Alice");
    await world.found(alice);
    const { link } = await world.invite(alice);
    const bob = await world.device("Bob");
    const xavier = await world.device("Xavier");
    await world.join(bob, link);
    const other = await world.invite(alice);
    await world.join(xavier, other.link);
    await world.inStep();
    await world.pass(20_000);
    const remembered = new HostileMember(world, xavier);
    const then = world.relay.snapshot();
    granted(await world.finish(alice.room.decide(remove(xavier))));
    await world.pass(20_000);
    // The link they came by is dead at the relay, and in the room.
    expect(
      alice.room.invites().find(({ inviteId }) => toHex(inviteId) === toHex(other.invitation.inviteId)),
    ).toMatchObject({
      isRevoked: true,
    });
    expect((await world.finish(xavier.client.previewInvite(other.link))).ok).toBe(false);
    const before = [stateOf(world, alice), stateOf(world, bob)];
    // With a relay's help they have the slot of the time before, and one of the present by a member's hand.
    const tag = world.tagOf(alice);
    const outsider = new Outsider(world, "Xavier again");
    const old = world.relay.fork("old", []);
    old.restart(then);
    const oldView = outsider.look(other.link, old);
    world.relay.forge(tag, outsider.externalCommit(oldView));
    await world.pass(60_000);
    world.relay.forge(tag, outsider.externalCommit(slotByHand(world, bob, other.link)));
    await world.pass(60_000);
    expect([stateOf(world, alice), stateOf(world, bob)]).toEqual(before);
    expect(alarmsOf(alice).join()).toContain("REFUSED_CHANGE invite_revoked");
    // By a commit of the member that they were, in the epoch that they knew.
    world.relay.forge(tag, remembered.commit({ lie: { action: { type: "leave", person: bob.client.person } } }));
    await world.pass(60_000);
    expect([stateOf(world, alice), stateOf(world, bob)]).toEqual(before);
    await talk(world, alice, bob);
  });
  it("A43: who was banned does not come back as somebody new by the link of many uses that let them in", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
    const { link, invitation } = await world.invite(alice!, { for: { class: "multi", limit: 50 } });
    const mallory = await world.device("Mallory");
    await world.join(mallory, link);
    await world.inStep();
    await world.pass(20_000);
    granted(await world.finish(alice!.room.decide(remove(mallory, true))));
    // The link goes with the same decision, and not a moment later.
    const [last] = alice!.room.decisions().slice(-1);
    expect(last!.revokedInvites.map((id) => toHex(id))).toContain(toHex(invitation.inviteId));
    await world.pass(20_000);
    const before = [stateOf(world, alice!), stateOf(world, bob!)];
    const fresh = await world.device("Nobody you know");
    expect((await world.finish(fresh.client.previewInvite(link))).ok).toBe(false);
    // Nor with a relay that opens the slot again, and a member who fills it.
    const outsider = new Outsider(world, "Somebody new");
    world.relay.forge(world.tagOf(alice!), outsider.externalCommit(slotByHand(world, bob!, link)));
    await world.pass(60_000);
    expect([stateOf(world, alice!), stateOf(world, bob!)]).toEqual(before);
    expect(alarmsOf(alice!)).toEqual(["REFUSED_CHANGE invite_revoked"]);
  });
  it("A41: a slot that was overwritten with another room's keys leads nowhere, and nothing is sent", async () => {
    const world = new World({ isRelayHonest: false });
    const [alice] = await world.roomOf(["Alice"]);
    const { link } = await world.invite(alice!);
    const mallory = await world.device("Mallory");
    await world.found(mallory);
    const hers = new HostileMember(world, mallory);
    const malloryLink = (await world.invite(mallory)).link;
    const parsed = parseLink(link)!;
    const { slot, slotId, inviteId } = inviteKeys(world.crypto, parsed.roomId, parsed.secret);
    const helper = new Outsider(world, "helper");
    const [hersView, trueView] = [helper.look(malloryLink).slot, helper.look(link).slot];
    const place = { roomTag: world.tagOf(alice!), slotPub: slot.publicKey, leafSeed: hers.leafSeed };
    const blobs = [
      // Her room under the true room's name; the true roster with her keys; the true view in her own name.
      { ...hersView, roomId: parsed.roomId, inviteId },
      { ...trueView, entrance: hersView.entrance },
      { ...trueView, leaf: hers.leaf },
      { ...trueView, leaf: hers.leaf, entrance: hersView.entrance },
    ].map((view) => sealSlot(helper.primitives, place, view)!);
    world.relay.isWatching = true;
    const bob = await world.device("Bob");
    const records = new Map(bob.disk.records);
    for (const blob of blobs) {
      world.relay.tamper({
        reply: (node, frame) => [node === "Bob" && frame.type === "slot" ? { ...frame, blob } : frame],
      });
      expect((await world.finish(bob.client.previewInvite(link))).ok).toBe(false);
    }
    expect(bob.disk.records).toEqual(records);
    const sent = world.relay.seen
      .filter(({ node }) => node === "Bob")
      .map(({ bytes }) => toHex(bytes))
      .join();
    expect(sent).toContain(toHex(slotId));
    expect(sent).not.toContain(toHex(bob.client.person));
    // The true slot is still there for who is shown it.
    world.relay.tamper(null);
    await world.join(bob, link);
    await world.inStep();
    await talk(world, alice!, bob);
  });
});

function spellings(secret: Uint8Array): string[] {
  return [Buffer.from(secret).toString("latin1"), toHex(secret), toBase64url(secret)];
}

/** What a slot for this link would hold now, made with a member's real keys: the best help that an attacker can have. */
function slotByHand(world: World, device: SimulatedDevice, linkText: string) {
  const member = new HostileMember(world, device);
  const link = parseLink(linkText)!;
  const { group, keys, roster, leaf } = member;
  return {
    link,
    roster,
    slot: {
      roomId: link.roomId,
      inviteId: inviteKeys(world.crypto, link.roomId, link.secret).inviteId,
      leaf,
      time: 0,
      epoch: member.epoch,
      head: { seq: roster.seq, hash: roster.head },
      log: { n: 0, head: new Uint8Array(32) },
      lastCommit: 0,
      requestPub: new Uint8Array(32),
      suite: world.suite,
      roster: keys.roster,
      isRosterKeyUsed: keys.isRosterKeyUsed,
      record: keys.record,
      entrance: { groupInfo: group.view.groupInfo(), envelopeKey: keys.envelopes.at(-1)!.key },
    },
  };
}
