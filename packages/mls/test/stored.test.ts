import { toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { nodeRecord, pastRecord, pathKey, secretTreeRecords, stateRecord, updateRecordKey } from "../src/groupState.js";
import { type Delta, type Engine, Group, PAST_EPOCHS, type StagedCommit } from "../src/index.js";
import { nodeWidth } from "../src/treeMath.js";
import { capabilities, EMPTY, inside, keyPackage, leaf, lifetime, ok, random, text } from "./hostileMember.js";

const engine: Engine = { crypto: nodeCrypto, random, validateCredential: () => true };

/** What is stored for one member, and the member. */
interface Device {
  group: Group;
  readonly records: Map<string, Uint8Array>;
}

function write({ records }: Device, delta: Delta): void {
  for (const key of delta.delete) records.delete(key);
  for (const [key, value] of delta.put) records.set(key, value);
}

function device({ group, delta }: { group: Group; delta: Delta }): Device {
  const made = { group, records: new Map<string, Uint8Array>() };
  write(made, delta);
  return made;
}

/** All that a group holds, as records, and the names of what waits for a commit: told without any delta. */
function held(group: Group): [string, string][] {
  const { state, tree, secretTree, past, updateKeys, proposals } = inside(group);
  const { epoch } = state.context;
  const records: (readonly [string, Uint8Array])[] = [stateRecord(state), ...secretTreeRecords(epoch, secretTree)];
  for (let index = 0; index < nodeWidth(tree.leafWidth); index++) {
    const node = tree.node(index);
    if (node !== null) records.push(nodeRecord(index, node));
  }
  for (const [index, key] of state.keys) records.push([pathKey(index), key]);
  for (const [old, kept] of past) records.push(pastRecord(kept), ...secretTreeRecords(old, kept.secretTree));
  for (const [name, key] of updateKeys) records.push([updateRecordKey(epoch, name), key]);
  const waiting = [...proposals.keys()].map((ref): [string, string] => [`q/${epoch}/${ref}`, "waits"]);
  return [...records.map(([key, value]): [string, string] => [key, toHex(value)]), ...waiting].sort(byKey);
}

/** What is known of the epochs that are over, oldest first: also whose leaf was which. */
function past(group: Group) {
  return [...inside(group).past].map(([epoch, { secretTree: _, ...kept }]) => ({ epoch, ...kept }));
}

const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);

function stored({ records }: Device): [string, string][] {
  return [...records]
    .map(([key, value]): [string, string] => [key, key.startsWith("q/") ? "waits" : toHex(value)])
    .sort(byKey);
}

/** The store holds what the group holds, no record more; and a group that is loaded from it holds the same. */
function expectStored(...devices: Device[]): void {
  for (const one of devices) {
    expect(stored(one)).toEqual(held(one.group));
    const loaded = Group.load(engine, [...one.records].reverse());
    expect(held(loaded)).toEqual(held(one.group));
    expect(past(loaded)).toEqual(past(one.group));
    expect(loaded.forgetLeftovers()).toEqual({ put: [], delete: [] });
    expect(
      loaded
        .pendingProposals()
        .map(({ ref }) => toHex(ref))
        .sort(),
    ).toEqual(
      one.group
        .pendingProposals()
        .map(({ ref }) => toHex(ref))
        .sort(),
    );
  }
}

function take(one: Device, message: Uint8Array) {
  const staged = ok(one.group.stage(message));
  const promised = staged.delta;
  const delta = one.group.apply(staged);
  if (staged.kind === "commit") expect(promised).toEqual(delta);
  write(one, delta);
  return staged;
}

/** A commit that everybody takes, and those who come in by it. */
function commit(by: Device, all: Device[], options: Parameters<Group["commit"]>[0], names: string[] = []): Device[] {
  const bundles = names.map((name) => keyPackage(name));
  const adds = bundles.map((bundle) => ({ type: "add" as const, keyPackage: bundle.keyPackage }));
  const made = ok(by.group.commit({ ...options, proposals: [...(options.proposals ?? []), ...adds] }));
  write(by, made.delta);
  for (const other of all) if (other !== by) take(other, made.message);
  write(by, by.group.apply(made.staged));
  return [
    ...all,
    ...bundles.map((bundle) => device(ok(Group.join(engine, { welcome: made.welcome!, keyPackage: bundle })))),
  ];
}

function say(by: Device, data: string): Uint8Array {
  const { message, delta } = by.group.encrypt(text(data));
  write(by, delta);
  return message;
}

function found(): Device {
  const options = { groupId: text("stored"), suite: 1, leaf: { ...leaf("alice"), capabilities, lifetime } };
  return device(Group.create(engine, { ...options, extensions: [] }));
}

describe("what is stored of a group", () => {
  it("is what it holds, whatever happens in it: no record is missing, and none stays behind", () => {
    const alice = found();
    expectStored(alice);
    let all = commit(alice, [alice], {}, ["bob", "carol", "dave", "erin"]);
    const [, bob, carol, dave] = all as [Device, Device, Device, Device];
    expectStored(...all);
    // Messages, some of them never read: their keys are kept, and the rest is used up.
    const lost = say(bob, "lost");
    for (const other of [alice, carol]) take(other, say(bob, "read"));
    take(dave, lost);
    expectStored(...all);
    // A proposal of somebody else's, and an Update; both wait for a commit.
    const removal = carol.group.propose({ type: "remove", removed: 4 });
    write(carol, removal.delta);
    const update = bob.group.proposeUpdate();
    write(bob, update.delta);
    for (const other of all) {
      if (other !== carol) take(other, removal.message);
      if (other !== bob) take(other, update.message);
    }
    expectStored(...all);
    const erin = all[4]!;
    const gone = ok(alice.group.commit({ includeReferenced: true }));
    write(alice, gone.delta);
    // Who is removed deletes each record, and names none that there is not.
    const left = ok(erin.group.stage(gone.message)).delta;
    expect([left.put, [...left.delete].sort()]).toEqual([[], [...erin.records.keys()].sort()]);
    for (const other of all) if (other !== alice) take(other, gone.message);
    write(alice, alice.group.apply(gone.staged));
    expect([...erin.records.keys()]).toEqual([]);
    all = [alice, bob, carol, dave];
    expectStored(...all);
    // Late messages of an epoch that is over use up keys of that epoch, and are of the leaf that was there then.
    alice.group = Group.load(engine, alice.records);
    const before = alice.group.view.leaf(1)!;
    const late = take(alice, lost);
    expect(late.kind === "application" && late.leafNode.credential).toEqual(before.credential);
    expect(late.kind === "application" && late.leafNode.encryptionKey).not.toEqual(before.encryptionKey);
    expectStored(alice);
    // Newcomers grow the tree, and nodes of theirs go when they do, in public too.
    all = commit(bob, all, { forcePath: false }, ["frank", "grace"]);
    expectStored(...all);
    all = commit(carol, all, {
      wireFormat: "public",
      proposals: [4, 5].map((removed) => ({ type: "remove", removed })),
    });
    all = all.slice(0, 4);
    expectStored(...all);
    // Epochs go when they are too old, with all their keys.
    for (let round = 0; round <= PAST_EPOCHS; round++) {
      take(carol, say(dave, "in each epoch"));
      commit(all[round]!, all, {});
      expectStored(...all);
    }
    expect(inside(alice.group).past.size).toBe(PAST_EPOCHS);
  });

  it("by an external commit, and of a group that goes on in another one", () => {
    const alice = found();
    const [, bob] = commit(alice, [alice], {}, ["bob"]) as [Device, Device];
    const joined = ok(Group.joinExternal(engine, { groupInfo: alice.group.view.groupInfo(), leaf: leaf("carol") }));
    const carol = device(joined);
    for (const other of [alice, bob]) take(other, joined.message);
    expectStored(alice, bob, carol);
    const reInit = { type: "reinit" as const, groupId: text("next"), version: 1, cipherSuite: 1, extensions: [] };
    commit(carol, [alice, bob, carol], { proposals: [reInit] });
    expectStored(alice, bob, carol);
    const again = Group.load(engine, bob.records);
    expect(() => again.encrypt(text("too late"))).toThrow("reinitialised");
  });

  it("an own commit that waits can be stored whole; what came in meanwhile is found and deleted after a crash", () => {
    const alice = found();
    const [, bob, carol] = commit(alice, [alice], {}, ["bob", "carol"]) as [Device, Device, Device];
    const made = ok(bob.group.commit({}));
    write(bob, made.delta);
    const pending = made.staged.delta;
    // Of each kind one: a key used, one skipped, an own Update, somebody's proposal.
    say(carol, "skipped");
    take(bob, say(carol, "read"));
    const update = bob.group.proposeUpdate();
    write(bob, update.delta);
    const proposal = carol.group.propose({ type: "remove", removed: 0 });
    take(bob, proposal.message);
    const before = new Set(bob.records.keys());
    write(bob, pending);
    for (const other of [alice, carol]) take(other, made.message);
    const loaded = Group.load(engine, bob.records);
    expect(toHex(loaded.epochAuthenticator)).toBe(toHex(alice.group.epochAuthenticator));
    expect(loaded.pendingProposals()).toEqual([]);
    const crashed: Device = { group: loaded, records: bob.records };
    const over = [...before].filter((key) => /^[uq]\/1\//u.test(key)).sort();
    expect(over).toHaveLength(3);
    const { put, delete: gone } = loaded.forgetLeftovers();
    expect([put, [...gone].sort()]).toEqual([[], over]);
    write(crashed, { put, delete: gone });
    expectStored(crashed);
    expect(loaded.forgetLeftovers()).toEqual({ put: [], delete: [] });
    // The key that was used stays used: the message is no use to anybody who has the device.
    commit(alice, [alice, crashed, carol], {});
    expectStored(crashed);
  });

  it("keys of an epoch that is too old go after a crash as well", () => {
    const alice = found();
    const [, bob, carol] = commit(alice, [alice], {}, ["bob", "carol"]) as [Device, Device, Device];
    const late = say(carol, "late");
    for (let round = 0; round < PAST_EPOCHS; round++) commit(bob, [alice, bob, carol], {});
    // Alice's own commit is stored, and will delete the epoch of that message. Then it is read, which writes new keys of it.
    const made = ok(alice.group.commit({}));
    write(alice, made.delta);
    const pending = made.staged.delta;
    take(alice, late);
    write(alice, pending);
    for (const other of [bob, carol]) take(other, made.message);
    const crashed: Device = { group: Group.load(engine, alice.records), records: alice.records };
    const again: Device = { group: Group.load(engine, alice.records), records: new Map(alice.records) };
    const { delete: leftovers } = crashed.group.forgetLeftovers();
    expect(new Set(leftovers.map((key) => key.slice(0, 4)))).toEqual(new Set(["r/1/", "t/1/"]));
    write(crashed, { put: [], delete: leftovers });
    expectStored(crashed);
    // Who does not ask for them loses them with the next commit.
    commit(bob, [again, bob, carol], {});
    expectStored(again, bob, carol);
  });

  it("a store that is broken is no group", () => {
    const alice = found();
    const without = (key: string) => [...alice.records].filter(([name]) => name !== key);
    expect(() => Group.load(engine, without("group"))).toThrow(TypeError);
    for (const key of ["group", "n/0"]) {
      const cut = [...alice.records].map(([name, value]): [string, Uint8Array] => [name, name === key ? EMPTY : value]);
      expect(() => Group.load(engine, cut)).toThrow("damaged");
    }
    // Records of others in the same store are no part of it.
    const more: [string, Uint8Array][] = [...alice.records, ["x/1/2", text("another's")], ["", EMPTY]];
    const loaded = Group.load(engine, more);
    expect(held(loaded)).toEqual(held(alice.group));
    expect(loaded.forgetLeftovers()).toEqual({ put: [], delete: [] });
  });
});

describe("apply", () => {
  it("RULE mls.apply-keeps-deleted: what was used up since a commit was staged stays used up, in memory and in the store", () => {
    const alice = found();
    const [, bob, carol] = commit(alice, [alice], {}, ["bob", "carol"]) as [Device, Device, Device];
    const made = ok(carol.group.commit({}));
    write(carol, made.delta);
    const staged = ok(bob.group.stage(made.message)) as StagedCommit;
    const message = say(alice, "between");
    take(bob, message);
    write(bob, bob.group.apply(staged));
    expectStored(bob);
    expect(bob.group.stage(message)).toMatchObject({ ok: false, error: { code: "generation_consumed" } });
    // The key of the commit itself is used up too.
    expect(inside(bob.group).past.get(1n)!.secretTree.generation(2, "handshake")).toBe(1);
  });
});
