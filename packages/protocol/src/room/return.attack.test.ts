import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { Group } from "@conclave/mls";
import { describe, expect, it } from "vitest";
import { LeafKey } from "../encoding/ids.js";
import { certifyLeaf } from "../identity/leafCert.js";
import { type Identity, newDevice, newIdentity } from "../identity/person.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { signInviteProof } from "../invite/inviteProof.js";
import { returnSecret } from "../invite/returnSecret.js";
import { type Action, encodeAction } from "../roster/action.js";
import { authorEntry } from "../roster/evaluate.js";
import { sealRosterRecord } from "../transport/rosterLog.js";
import { forgeAppend, inside, leafParameters } from "./forger.fixture.js";
import { currentRosterKey, wrappedRosterKey } from "./keyring.js";
import { joinRoom } from "./joinRoom.js";
import type { Received } from "./outcome.js";
import { epochOf } from "./parts.js";
import { founded, invite, join, NOW, Person, preview, seeded, type TestLog } from "./testRelay.fixture.js";

/** Alice, who can come back by her words; Bob and Carol; and the new device of Alice's, which has nothing but the words. */
function three() {
  const alice = new Person(seeded("alice"), "Alice");
  const identity = newIdentity(alice.primitives);
  alice.device = newDevice(alice.primitives, identity, 1);
  const { log } = founded(undefined, undefined, alice);
  const link = invite(alice, log);
  const bob = join(alice, "Bob", log, link);
  const carol = join(alice, "Carol", log, link);
  expect(alice.act(log, alice.room.newReturn(identity.seed)!)).toBeNull();
  for (const person of [alice, bob, carol]) person.catchUp(log);
  return { alice, bob, carol, log, link, identity, secret: returnSecret(nodeCrypto, identity.seed, alice.room.id, 0) };
}

function newDeviceOf(identity: Identity, name = "anew"): Person {
  const returned = new Person(seeded(name), "Alice");
  returned.device = newDevice(returned.primitives, identity, 2);
  return returned;
}

/** Comes back with what a member keeps in the slot. */
function comeBack(host: Person, returned: Person, log: TestLog, secret: Uint8Array, isLast = false) {
  const joining = joinRoom(returned.primitives, preview(host, returned, log, secret), {
    ...{ device: returned.device, name: "Somebody else", now: NOW, isLast },
  });
  if (!joining.ok) throw new Error(`${joining.error.code} ${joining.error.detail ?? ""}`);
  returned.begin(joining.value.room, joining.value.delta);
  return joining.value.append;
}

/** A return as it should be, but with these proposals in it: who is taken out of the tree, and what the entry says. */
function forgeReturn(
  { alice, bob, identity, secret }: ReturnType<typeof three>,
  { resync, action }: { resync: number; action?: (leafCert: Uint8Array) => Action },
) {
  const returned = newDeviceOf(identity, "forger");
  const parts = inside(bob);
  const { roster, roomTag, keys } = parts;
  const leafSeed = returned.primitives.random(32);
  const leaf = LeafKey.of(nodeCrypto.ed25519PublicKey(leafSeed));
  const leafCert = certifyLeaf(nodeCrypto, returned.device, { roomId: roster.roomId, leaf, name: "Alice" });
  const { inviteId, joinSeed } = inviteKeys(nodeCrypto, roster.roomId, secret);
  const place = { prev: roster.head, epoch: epochOf(parts), lastCommit: parts.core.lastCommit };
  const { person } = identity;
  const proof = signInviteProof(nodeCrypto, joinSeed, {
    ...{ roomId: roster.roomId, inviteId, person, leaf, place },
    baseSeq: null,
    ssh: null,
  });
  const authored = authorEntry(nodeCrypto, leafSeed, roster, {
    action: action?.(leafCert) ?? { type: "return", leafCert, leaf: alice.room.self.leaf, isLast: false },
    ...{ person, time: NOW, evidence: { approvals: [], proof, farewell: null } },
    ...{ epoch: epochOf(parts), transcript: parts.group.view.confirmedTranscriptHash, external: true },
  });
  if (!authored.ok) throw new Error(authored.error.code);
  const { entry } = authored.value;
  const made = Group.joinExternal(parts.engine, {
    groupInfo: parts.group.view.groupInfo(),
    leaf: leafParameters(leafCert, leafSeed, parts.group.suite),
    authenticatedData: entry.hash,
    resync,
  });
  if (!made.ok) throw new Error(made.error.message);
  const content = { entry: entry.bytes, previousKey: wrappedRosterKey(keys) };
  const recordPlace = { seq: entry.seq, before: keys.record };
  const attachment = sealRosterRecord(nodeCrypto, roomTag, currentRosterKey(keys), recordPlace, content);
  return forgeAppend(bob, made.value.message, { attachment });
}

function textsOf(received: readonly Received[]): string[] {
  const events = received.flatMap((each) => (each.kind === "accepted" ? each.events : []));
  return events.flatMap((event) => (event.type === "message" ? [new TextDecoder().decode(event.message.body)] : []));
}

describe("coming back by the recovery words, with nobody online", () => {
  it("the old device's leaf leaves the tree in the same commit; all have the same keys, and it reads nothing more", () => {
    const { alice, bob, carol, log, link, identity, secret } = three();
    const oldLeaf = alice.room.self.leaf;
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    for (const person of [returned, bob, carol]) person.catchUp(log);
    expect(new Set([returned, bob, carol].map(({ room }) => room.code())).size).toBe(1);
    expect([...bob.room.roster.members.values()].map(({ name, role }) => `${name} ${role}`)).toEqual([
      "Alice owner",
      "Bob member",
      "Carol member",
    ]);
    const leaves = [...inside(bob).group.view.members()].map(({ leafNode }) => String(leafNode.signatureKey));
    expect(leaves).toHaveLength(3);
    expect(leaves).not.toContain(String(oldLeaf));
    expect(bob.received.at(-1)).toMatchObject({
      events: [{ type: "entry", decision: { action: { type: "return" } } }],
    });
    // The old one wakes up: it learns that it is out, and by whom.
    const news = alice.catchUp(log);
    expect(alice.room.status).toBe("removed");
    expect(news.at(-1)).toMatchObject({ events: [{ type: "entry" }, { type: "removed" }] });
    expect(bob.say(log, "welcome back")).toBe(true);
    for (const person of [returned, carol]) expect(textsOf(person.catchUp(log))).toEqual(["welcome back"]);
    expect(alice.catchUp(log).every(({ kind }) => kind === "deferred")).toBe(true);
    // The chain reads on for newcomers, before and after a member's commit binds it.
    const dave = join(bob, "Dave", log, link);
    returned.catchUp(log);
    expect(returned.act(log, { type: "tick" })).toBeNull();
    for (const person of [returned, bob, dave]) person.catchUp(log);
    const erin = join(returned, "Erin", log, link);
    bob.catchUp(log);
    expect(erin.room.code()).toBe(bob.room.code());
    returned.restart();
    expect(returned.room.code()).toBe(erin.room.code());
  });

  it("works from the slot that one left behind oneself, and again", () => {
    const { alice, bob, log, identity, secret } = three();
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(alice, returned, log, secret))).toBe(true);
    returned.catchUp(log);
    const third = newDeviceOf(identity, "third");
    expect(log.append(comeBack(returned, third, log, secret))).toBe(true);
    for (const person of [returned, third, bob]) person.catchUp(log);
    expect(returned.room.status).toBe("removed");
    expect(third.room.code()).toBe(bob.room.code());
  });

  it("A28: RULE room.pending: who came back is not sure of the room before somebody of then speaks, a founder too", () => {
    const { bob, log, link, identity, secret } = three();
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    for (const person of [returned, bob]) person.catchUp(log);
    const puppet = join(bob, "Puppet", log, link);
    expect(puppet.say(log, "it is all right")).toBe(true);
    returned.catchUp(log);
    expect(returned.room.confirmed).toBeNull();
    bob.catchUp(log);
    expect(bob.say(log, "it is")).toBe(true);
    returned.catchUp(log);
    expect(returned.room.confirmed?.by).toEqual(bob.room.self.person);
  });

  it("A28: RULE room.pending: nor does somebody who came back after them: both may have been shown the same old room", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    const bellas = newIdentity(seeded("words of bella"));
    const bella = new Person(seeded("bella"), "Bella");
    bella.device = newDevice(bella.primitives, bellas, 1);
    const link = invite(alice, log, { role: "owner" });
    const joining = joinRoom(bella.primitives, preview(alice, bella, log, link), {
      ...{ device: bella.device, name: "Bella", now: NOW },
    });
    if (!joining.ok) throw new Error(joining.error.code);
    bella.begin(joining.value.room, joining.value.delta);
    expect(log.append(joining.value.append)).toBe(true);
    for (const person of [alice, bob, carol, bella]) person.catchUp(log);
    expect(bella.act(log, bella.room.newReturn(bellas.seed)!)).toBeNull();
    for (const person of [alice, bob, carol, bella]) person.catchUp(log);

    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    for (const person of [returned, bob, carol]) person.catchUp(log);
    const later = new Person(seeded("bella anew"), "Bella");
    later.device = newDevice(later.primitives, bellas, 2);
    expect(log.append(comeBack(bob, later, log, returnSecret(nodeCrypto, bellas.seed, bob.room.id, 0)))).toBe(true);
    for (const person of [returned, later, bob, carol]) person.catchUp(log);
    expect(later.say(log, "it is all right")).toBe(true);
    returned.catchUp(log);
    expect(returned.room.confirmed).toBeNull();
    for (const person of [later, carol]) person.catchUp(log);
    expect(carol.say(log, "it is")).toBe(true);
    returned.catchUp(log);
    expect(returned.room.confirmed?.by).toEqual(carol.room.self.person);
  });

  it("A61: RULE proposals.farewell-void: the lost device's wish to leave goes with it, for all who heard it", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    const said = alice.room.farewell(NOW);
    if (!said.ok) throw new Error(said.error.code);
    alice.store(said.value.delta);
    expect(log.append(said.value.append)).toBe(true);
    for (const person of [bob, carol]) person.catchUp(log);
    expect(bob.room.farewells()).toEqual([identity.person]);
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    for (const person of [returned, bob]) person.catchUp(log);
    expect(bob.act(log, { type: "leave", person: identity.person })).toBe("bad_farewell");
    expect(bob.room.farewells()).toEqual([]);
    bob.restart();
    expect(bob.room.farewells()).toEqual([]);
    // Another wish to leave, of the new device, is one again.
    bob.catchUp(log);
    const again = returned.room.farewell(NOW);
    if (!again.ok) throw new Error(again.error.code);
    expect(log.append(again.value.append)).toBe(true);
    bob.catchUp(log);
    expect(bob.room.farewells()).toEqual([identity.person]);
  });

  it("A62: RULE return.last: who has stolen a device with the seed in it is out for good, when its owner says so", () => {
    const { alice, bob, log, identity, secret } = three();
    const returned = newDeviceOf(identity);
    // The thief has made their own return ready, too, for the same moment and for the next.
    const thief = newDeviceOf(identity, "thief");
    const early = comeBack(bob, thief, log, secret);
    expect(log.append(comeBack(bob, returned, log, secret, true))).toBe(true);
    expect(log.append({ ...early, lastCommit: log.lastCommit })).toBe(true);
    for (const person of [returned, alice, bob]) person.catchUp(log);
    expect(alice.room.status).toBe("removed");
    for (const host of [returned, bob])
      expect(() => preview(host, newDeviceOf(identity, "again"), log, secret)).toThrow("no slot for this link");
    expect(bob.room.roster.leaves.get(toHex(returned.room.self.leaf))).toBe(toHex(identity.person));
    expect(returned.room.code()).toBe(bob.room.code());
    // Who knows that nobody has it can make it possible again.
    expect(returned.act(log, returned.room.newReturn(identity.seed)!)).toBeNull();
    returned.catchUp(log);
    const next = returnSecret(nodeCrypto, identity.seed, bob.room.id, 1);
    expect(preview(returned, newDeviceOf(identity, "next"), log, next).invite.mode).toBe("return");
  });

  it("A37: RULE proposals.own-return: nobody asks the owner to make an invite to return of which they have the keys", () => {
    const { alice, bob, log } = three();
    const { inviteId } = [...alice.room.roster.invites.values()].find(({ mode }) => mode === "return")!;
    expect(alice.act(log, { type: "revokeInvite", inviteId })).toBeNull();
    for (const person of [alice, bob]) person.catchUp(log);
    const forAlice = { class: "personal", person: alice.room.self.person } as const;
    const terms = { for: forAlice, role: "member", notAfter: null, mode: "direct" } as const;
    const { invite } = bob.room.newInvite(terms).action;
    const opened = { type: "openReturn", invite: { ...invite, mode: "return" } } as const;
    const returned = { type: "return", leafCert: new Uint8Array(9), leaf: alice.room.self.leaf, isLast: true } as const;
    for (const action of [opened, returned]) {
      expect(bob.room.proposals.propose(action, NOW).ok).toBe(false);
      const asked = bob.room.say({ kind: "proposal", ref: null, body: encodeAction(action) }, NOW);
      if (!asked.ok) throw new Error(asked.error.code);
      bob.store(asked.value.delta);
      expect(log.append(asked.value.append)).toBe(true);
      for (const person of [alice, bob]) person.catchUp(log);
      expect(alice.room.proposals.list()).toEqual([]);
    }
  });

  it("A103: the old device had a decision on its way: whether the relay kept it or brings it late, nobody parts ways", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    const made = alice.room.act({ type: "setTitle", title: "Orchard" }, { now: NOW });
    if (!made.ok) throw new Error(made.error.code);
    alice.store(made.value.delta);
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    expect(log.append({ ...made.value.append, lastCommit: log.lastCommit })).toBe(true);
    alice.restart();
    for (const person of [returned, alice, bob, carol]) person.catchUp(log);
    expect([alice.room.status, alice.room.pending]).toEqual(["removed", null]);
    expect([returned, bob, carol].map(({ room }) => room.roster.title)).toEqual(Array(3).fill("Garden club"));
    expect(new Set([returned, bob, carol].map(({ room }) => room.code())).size).toBe(1);
    // The other way round: the decision came first, and the return is of an epoch that is over.
    const other = three();
    const first = other.alice.room.act({ type: "setTitle", title: "Orchard" }, { now: NOW });
    if (!first.ok) throw new Error(first.error.code);
    other.alice.store(first.value.delta);
    const late = comeBack(other.bob, newDeviceOf(other.identity), other.log, other.secret);
    expect(other.log.append(first.value.append)).toBe(true);
    expect(other.log.append({ ...late, lastCommit: other.log.lastCommit })).toBe(true);
    for (const person of [other.alice, other.bob]) {
      person.catchUp(other.log);
      expect([person.room.status, person.room.roster.title, person.room.pausingAlarms]).toEqual([
        "active",
        "Orchard",
        [],
      ]);
    }
    expect(other.alice.room.code()).toBe(other.bob.room.code());
  });

  it("A48: a yes of the lost device counts no more, and the new one's takes its place", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    const action = { type: "remove", person: carol.room.self.person, ban: false } as const;
    const asked = bob.room.proposals.propose(action, NOW);
    if (!asked.ok) throw new Error(asked.error.code);
    bob.store(bob.room.proposals.note(action).delta);
    bob.store(asked.value.delta);
    expect(log.append(asked.value.append)).toBe(true);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    const { actionHash } = alice.room.proposals.list()[0]!;
    const yes = alice.room.proposals.approve(actionHash, NOW);
    if (!yes.ok) throw new Error(yes.error.code);
    expect(log.append(yes.value.append)).toBe(true);
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(bob.room.proposals.list()[0]).toMatchObject({ isAgreed: true });
    const returned = newDeviceOf(identity);
    expect(log.append(comeBack(bob, returned, log, secret))).toBe(true);
    for (const person of [returned, bob]) person.catchUp(log);
    expect(bob.room.proposals.list()[0]).toMatchObject({ isAgreed: false });
  });

  it("a room that is sealed promises nobody that they can come back", () => {
    const { alice, log, identity } = three();
    expect(alice.act(log, { type: "seal" })).toBeNull();
    alice.catchUp(log);
    expect(alice.room.newReturn(identity.seed)).toBeNull();
  });

  it("A26: the relay brings the return again, or another made at the same time: neither counts", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    const [one, two] = [newDeviceOf(identity), newDeviceOf(identity, "other")];
    const [first, second] = [comeBack(bob, one, log, secret), comeBack(bob, two, log, secret)];
    expect(log.append(first)).toBe(true);
    for (const append of [first, second]) expect(log.append({ ...append, lastCommit: log.lastCommit })).toBe(true);
    for (const person of [bob, carol, one]) {
      person.catchUp(log);
      const entries = person.received.flatMap((each) => (each.kind === "accepted" ? each.events : []));
      const returns = entries.filter((event) => event.type === "entry" && event.decision.action.type === "return");
      expect(returns).toHaveLength(person === one ? 0 : 1);
      expect(person.room.code()).toBe(bob.room.code());
    }
    expect(bob.room.roster.members.size).toBe(3);
    expect(bob.room.roster.leaves.size).toBe(3);
    expect(alice.catchUp(log).length).toBeGreaterThan(0);
  });

  it("A3, A63: RULE room.external-only-adds: the tree loses the leaf that the entry names, and no other", () => {
    const world = three();
    const { alice, bob, carol, log } = world;
    const leafOf = (person: Person) => inside(person).group.ownLeafIndex;
    expect(log.append(forgeReturn(world, { resync: leafOf(carol) }))).toBe(true);
    for (const person of [alice, bob, carol])
      expect(person.catchUp(log).at(-1)).toMatchObject({ kind: "rejected", rejection: { code: "ghost" } });
    // As it should be, it is taken.
    expect(log.append(forgeReturn(world, { resync: leafOf(alice) }))).toBe(true);
    for (const person of [bob, carol]) expect(person.catchUp(log).at(-1)!.kind).toBe("accepted");
  });

  it("who was removed finds no slot, and their old one leads nowhere", () => {
    const { alice, bob, carol, log, identity, secret } = three();
    expect(alice.act(log, { type: "setRole", person: bob.room.self.person, role: "owner" })).toBeNull();
    for (const person of [alice, bob, carol]) person.catchUp(log);
    const returned = newDeviceOf(identity);
    const late = comeBack(carol, returned, log, secret);
    expect(bob.act(log, { type: "remove", person: identity.person, ban: false })).toBeNull();
    for (const person of [alice, bob, carol]) person.catchUp(log);
    expect(() => preview(bob, newDeviceOf(identity), log, secret)).toThrow("no slot for this link");
    expect(log.append({ ...late, lastCommit: log.lastCommit })).toBe(true);
    bob.catchUp(log);
    expect(bob.room.roster.members.size).toBe(2);
  });
});
