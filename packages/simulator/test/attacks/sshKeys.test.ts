import { concatBytes, encode, u32, utf8Bytes } from "@conclave/codec";
import { inviteKeys, LeafKey, PersonId, sshJoinMessage, type SshSignature } from "@conclave/protocol";
import { signInviteProof } from "@conclave/protocol/testing";
import { describe, expect, it, vi } from "vitest";
import { granted, SimulatedSshKey, World, type SimulatedDevice } from "../../src/index.js";
import { Outsider } from "../hostile/outsider.js";
import { alarmsOf, namesOf, stateOf, talk } from "../hostile/view.js";

vi.setConfig({ testTimeout: 120_000 });

const LISTED = { for: { class: "listed" } } as const;

/** A room with a link for listed keys, and the keys of these names on its list. */
async function listing(world: World, names: readonly string[]) {
  const [alice, bob] = await world.roomOf(["Alice", "Bob"]);
  const { link, invitation } = await world.invite(alice!, LISTED);
  const keys = names.map((name) => new SimulatedSshKey(world.crypto, name));
  granted(await world.finish(alice!.room.allowKeys(keys.map(({ listed }) => listed))));
  await world.inStep();
  await world.pass(20_000);
  return { alice: alice!, bob: bob!, link, inviteId: invitation.inviteId, keys };
}

/** Comes in as somebody does who has this key. */
async function comes(world: World, device: SimulatedDevice, link: string, key: SimulatedSshKey) {
  const invited = granted(await world.finish(device.client.previewInvite(link)));
  const signature = key.sign(granted(await world.finish(invited.prepareKey())));
  return world.finish(invited.accept(device.name, "", { signature }), 600_000);
}

/** What an outsider who has a link says by hand: this signature, in an otherwise perfect proof. */
function byHand(world: World, outsider: Outsider, link: string, signs: (leaf: LeafKey) => SshSignature | null) {
  const view = outsider.look(link);
  const { roomId, secret } = view.link;
  const { joinSeed, inviteId, slotId } = inviteKeys(world.crypto, roomId, secret);
  const place = { prev: view.roster.head, epoch: view.slot.epoch, lastCommit: view.slot.lastCommit };
  const inviteProof = (leaf: LeafKey) => {
    const body = { roomId, inviteId, person: outsider.person, leaf, place, baseSeq: null, ssh: signs(leaf) };
    return signInviteProof(world.crypto, joinSeed, body);
  };
  return { ...outsider.externalCommit(view, { inviteProof }), slotId };
}

/** As SSH writes a string (RFC 4251 §5). */
function sshString(bytes: Uint8Array): Uint8Array {
  return concatBytes(encode(bytes.length, u32.write), bytes);
}

/** What `ssh-keygen -Y sign` signs in a namespace (OpenSSH's PROTOCOL.sshsig). */
function sshsigBytes(world: World, namespace: string, message: Uint8Array): Uint8Array {
  const parts = [utf8Bytes(namespace), utf8Bytes(""), utf8Bytes("sha512"), world.crypto.hash("sha512", message)];
  return concatBytes(utf8Bytes("SSHSIG"), ...parts.map(sshString));
}

describe("attacks by way of SSH keys", () => {
  it("A131: RULE ssh.bound, RULE ssh.asked: no signature that was made for something else lets anybody in, whatever the relay helps with", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, link, inviteId, keys } = await listing(world, ["carol"]);
    const [carolsKey] = keys;
    const second = await world.invite(alice, LISTED);
    const plain = await world.invite(alice);
    await world.inStep();
    await world.pass(20_000);
    const roomId = alice.room.id;
    const mallory = new Outsider(world, "Mallory");
    const { person } = mallory;
    const [other] = await new World({ seed: 2 }).roomOf(["Olga"]);
    const carol = PersonId.of(world.crypto.ed25519PublicKey(mallory.random(32)));
    const caught = LeafKey.of(world.crypto.ed25519PublicKey(mallory.random(32)));
    const signed = (message: Uint8Array, namespace = "conclave-join-v1") =>
      carolsKey!.signBytes(sshsigBytes(world, namespace, message));
    const attempts: Record<string, (leaf: LeafKey) => SshSignature | null> = {
      "none at all": () => null,
      "Carol's own, caught on its way": () => signed(sshJoinMessage({ roomId, inviteId, person: carol, leaf: caught })),
      "for another room": (leaf) => signed(sshJoinMessage({ roomId: other!.room.id, inviteId, person, leaf })),
      "for another invite of this room": (leaf) =>
        signed(sshJoinMessage({ roomId, inviteId: second.invitation.inviteId, person, leaf })),
      "for another device": () => signed(sshJoinMessage({ roomId, inviteId, person, leaf: caught })),
      "for another person": (leaf) => signed(sshJoinMessage({ roomId, inviteId, person: carol, leaf })),
      "a commit, whose text is just this": (leaf) => signed(sshJoinMessage({ roomId, inviteId, person, leaf }), "git"),
      "a file": (leaf) => signed(sshJoinMessage({ roomId, inviteId, person, leaf }), "file"),
      "a login, that has these bytes in it": (leaf) =>
        carolsKey!.signBytes(concatBytes(sshString(roomId), sshJoinMessage({ roomId, inviteId, person, leaf }))),
      "the bare message": (leaf) => carolsKey!.signBytes(sshJoinMessage({ roomId, inviteId, person, leaf })),
    };
    const before = [stateOf(world, alice), stateOf(world, bob)];
    // Until the slot is made for the newest commit, whatever became of that: a proof for an older place has another fault.
    const untilFresh = () => world.pass(30_000);
    for (const [what, signs] of Object.entries(attempts)) {
      world.relay.inject(world.tagOf(alice), byHand(world, mallory, link, signs));
      await untilFresh();
      expect([stateOf(world, alice), stateOf(world, bob)], what).toEqual(before);
    }
    // By a link that asks for no key, a key gives nobody a second way to be told apart from others.
    const good = (leaf: LeafKey) =>
      signed(sshJoinMessage({ roomId, inviteId: plain.invitation.inviteId, person, leaf }));
    world.relay.inject(world.tagOf(alice), byHand(world, mallory, plain.link, good));
    await untilFresh();
    expect([stateOf(world, alice), stateOf(world, bob)]).toEqual(before);
    const codes = [...Object.keys(attempts).map(() => "bad_ssh_signature"), "bad_invite_proof"];
    for (const device of [alice, bob]) expect(alarmsOf(device)).toEqual(codes.map((code) => `REFUSED_CHANGE ${code}`));
    // Carol herself comes in, by the same link, and by a signature that is made for it.
    const herself = await world.device("Carol");
    granted(await comes(world, herself, link, carolsKey!));
    await talk(world, bob, herself);
  });

  it("A132: RULE ssh.once: of two who come by one key at once, one comes in, and everybody agrees which", async () => {
    const world = new World();
    const { alice, bob, link, keys } = await listing(world, ["carol"]);
    const racers = [await world.device("Carol"), await world.device("Twin")];
    const joins = [];
    for (const racer of racers) {
      const invited = granted(await world.finish(racer.client.previewInvite(link)));
      const signature = keys[0]!.sign(granted(await world.finish(invited.prepareKey())));
      joins.push(() => invited.accept(racer.name, "", { signature }));
    }
    const outcomes = await world.finish(Promise.all(joins.map((join) => join())), 600_000);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ error: { rejection: { code: "key_used" } } });
    await world.inStep([alice, bob]);
    const winner = racers[outcomes.findIndex(({ ok }) => ok)]!;
    for (const device of [alice, bob, winner]) {
      expect(namesOf(device)).toEqual(["Alice", "Bob", winner.name]);
      expect(device.room.sshKeys()).toMatchObject([{ comment: "carol", usedBy: { name: winner.name } }]);
    }
    await talk(world, alice, winner);
  });

  it("A132: RULE ssh.once, RULE ssh.listed: a used key lets nobody in, by hand, after a removal, or because its file is listed again", async () => {
    const world = new World({ isRelayHonest: false });
    const { alice, bob, link, keys } = await listing(world, ["carol", "dave"]);
    const [carolsKey, davesKey] = keys;
    const carol = await world.device("Carol");
    granted(await comes(world, carol, link, carolsKey!));
    await world.inStep();
    await world.pass(20_000);
    const roomId = alice.room.id;
    const { inviteId } = alice.room.invites().find((each) => each.for.class === "listed")!;
    // Carol helps a friend with her key, and the relay helps both.
    const friend = new Outsider(world, "Friend");
    const by = (key: SimulatedSshKey) =>
      byHand(world, friend, link, (leaf) =>
        key.sign(sshJoinMessage({ roomId, inviteId, person: friend.person, leaf })),
      );
    const refused = async (key: SimulatedSshKey) => {
      const before = [stateOf(world, alice), stateOf(world, bob)];
      world.relay.inject(world.tagOf(alice), by(key));
      await world.pass(30_000);
      expect([stateOf(world, alice), stateOf(world, bob)]).toEqual(before);
      return alarmsOf(bob).at(-1);
    };
    expect(await refused(carolsKey!)).toBe("REFUSED_CHANGE key_used");
    expect(await refused(new SimulatedSshKey(world.crypto, "nobody's"))).toBe("REFUSED_CHANGE key_not_listed");
    // She is removed. Neither she nor anybody comes in by the key, also after the same file was listed once more.
    const person = carol.client.person;
    granted(await world.finish(alice.room.decide({ type: "remove", person, ban: false })));
    await world.inStep([alice, bob]);
    expect(granted(await world.finish(alice.room.allowKeys(keys.map(({ listed }) => listed))))).toMatchObject({
      count: 0,
    });
    const link2 = (await world.invite(alice, LISTED)).link;
    await world.inStep([alice, bob]);
    await world.pass(20_000);
    for (const name of ["Carol again", "Another"]) {
      const device = await world.device(name);
      expect(await comes(world, device, link2, carolsKey!)).toMatchObject({
        error: { rejection: { code: "key_used" } },
      });
    }
    // A key that was taken off lets nobody in, though its owner signed before.
    const dave = await world.device("Dave");
    const invited = granted(await world.finish(dave.client.previewInvite(link2)));
    const signature = davesKey!.sign(granted(await world.finish(invited.prepareKey())));
    granted(await world.finish(alice.room.disallowKeys([davesKey!.listed.key])));
    await world.inStep([alice, bob]);
    await world.pass(20_000);
    expect((await world.finish(invited.accept("Dave", "", { signature }), 600_000)).ok).toBe(false);
    expect(namesOf(alice)).toEqual(["Alice", "Bob"]);
    // Taken off and listed again is a new permission, which everybody saw being given.
    granted(await world.finish(alice.room.disallowKeys([carolsKey!.listed.key])));
    granted(await world.finish(alice.room.allowKeys([carolsKey!.listed])));
    await world.inStep([alice, bob]);
    await world.pass(20_000);
    const again = await world.device("Carol at last");
    granted(await comes(world, again, link2, carolsKey!));
    await talk(world, bob, again);
  });
});
