import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "../src/cipherSuite.js";
import { type Engine, generateKeyPackage, Group, openGroupInfo, type StagedCommit } from "../src/index.js";
import { KeyIndex } from "../src/keyIndex.js";
import { RatchetTree } from "../src/ratchetTree.js";
import { SecretTree } from "../src/secretTree.js";
import { code, engine, inside, keyPackage, leaf, lifetime, ok, random, reason, room, text } from "./hostileMember.js";

const suite = CipherSuite.of(1, nodeCrypto);
const add = (...bundles: ReturnType<typeof keyPackage>[]) =>
  bundles.map((bundle) => ({ type: "add" as const, keyPackage: bundle.keyPackage }));
const remove = (...leaves: number[]) => leaves.map((removed) => ({ type: "remove" as const, removed }));

/** A commit that all take, and a check of everything that somebody who joins would check. */
function step(by: Group, all: Group[], options: Parameters<Group["commit"]>[0]): Uint8Array | null {
  const made = ok(by.commit(options));
  for (const each of all) if (each !== by) each.apply(ok(each.stage(made.message)));
  by.apply(made.staged);
  for (const each of all) {
    expect(each.epochAuthenticator).toEqual(by.epochAuthenticator);
    expect(code(openGroupInfo(engine, each.view.groupInfo()))).toBe("ok");
    // What is remembered of hashes is what comes out when they are made anew.
    const fresh = RatchetTree.decode(each.view.ratchetTree());
    expect([fresh.treeHash(suite), fresh.leafWidth]).toEqual([each.view.treeHash, inside(each).tree.leafWidth]);
  }
  return made.welcome;
}

describe("a tree", () => {
  it("with unmerged leaves everywhere, holes and new keys is one that a newcomer takes, after each commit", () => {
    const { alice, bob, carol } = room();
    const all = [alice, bob, carol];
    const grow = (by: Group, count: number, forcePath: boolean): void => {
      const bundles = Array.from({ length: count }, (_, at) => keyPackage(`newcomer ${at}`));
      const welcome = step(by, all, { proposals: add(...bundles), forcePath });
      for (const bundle of bundles) all.push(ok(Group.join(engine, { welcome: welcome!, keyPackage: bundle })).group);
    };
    grow(bob, 2, false);
    grow(carol, 2, true);
    grow(alice, 1, false);
    step(all[4]!, all, {});
    grow(all[6]!, 1, false);
    step(all[3]!, all, {});
    grow(bob, 2, false);
    const [gone] = all.splice(5, 1);
    step(all[8]!, all, { proposals: remove(gone!.ownLeafIndex) });
    step(all[0]!, all, {});
    grow(all[2]!, 1, false);
    expect(all.at(-1)!.ownLeafIndex).toBe(5);
    step(all[6]!, all, {});
    // Half of them go, and with them the right half of the tree.
    const stay = all.filter(({ ownLeafIndex }) => ownLeafIndex < 4);
    const leave = all.filter(({ ownLeafIndex }) => ownLeafIndex >= 4).map(({ ownLeafIndex }) => ownLeafIndex);
    step(alice, stay, { proposals: remove(...leave) });
    expect(inside(alice).tree.leafWidth).toBe(4);
    step(carol, stay, {});
  });

  it("RULE mls.parent-hash: somebody who came later, where both sides have keys, is left out of the hash from before", () => {
    const { alice, bob, carol } = room();
    const bundles = Array.from({ length: 4 }, (_, at) => keyPackage(`newcomer ${at}`));
    const welcome = step(alice, [alice, bob, carol], { proposals: add(...bundles) });
    const others = bundles.map((bundle) => ok(Group.join(engine, { welcome: welcome!, keyPackage: bundle })).group);
    const all = [alice, bob, carol, ...others];
    // Leaf 4 gives node 11 a key, then leaf 0 the root; the newcomer at leaf 7 is unmerged at both.
    step(all[4]!, all, {});
    step(alice, all, {});
    step(bob, all, { proposals: add(keyPackage("late")), forcePath: false });
    const { tree } = inside(alice);
    expect([7, 11, 13].map((index) => tree.parent(index)?.unmergedLeaves)).toEqual([[7], [7], undefined]);
  });

  it("of one, whose leaf's key others use as long as it has made no other; and who may begin again there", () => {
    const founder = { ...leaf("alice"), lifetime };
    const { group: alice } = Group.create(engine, { groupId: text("one"), suite: 1, leaf: founder, extensions: [] });
    const again = ok(Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: leaf("alice"), resync: 0 }));
    expect([...again.group.view.members()].map(({ leafIndex }) => leafIndex)).toEqual([0]);
    expect(inside(again.group).tree.leafWidth).toBe(1);
    const bundle = keyPackage("bob");
    const welcome = step(alice, [alice], { proposals: add(bundle), forcePath: false });
    const bob = ok(Group.join(engine, { welcome: welcome!, keyPackage: bundle })).group;
    step(bob, [alice, bob], {});
  });

  it("stays what it is by a commit that is staged and not applied, and another one can follow", () => {
    const { alice, bob, carol } = room();
    const [lost, won] = [ok(alice.commit({})), ok(bob.commit({}))];
    ok(carol.stage(lost.message));
    for (const each of [alice, carol]) each.apply(ok(each.stage(won.message)));
    bob.apply(won.staged);
    step(carol, [alice, bob, carol], {});
  });

  it("RULE mls.unique-keys: no two members have one signature key, and who has left frees theirs", () => {
    const { alice, bob, carol } = room();
    const [dave, erin] = [leaf("dave"), leaf("erin")];
    const made = (who: typeof dave) => generateKeyPackage(engine, { ...who, suite: 1, lifetime });
    const daves = made(dave);
    const twin = made({ ...erin, signaturePrivateKey: dave.signaturePrivateKey });
    expect(reason(alice.commit({ proposals: add(daves, twin) }))).toBe("duplicate_key: signature key");
    step(alice, [alice, bob, carol], { proposals: add(daves) });
    expect(reason(alice.commit({ proposals: add(twin) }))).toBe("duplicate_key: signature key");
    expect(reason(alice.commit({ proposals: add(daves) }))).toBe("duplicate_key: encryption key");
    // In the same commit, too, and with the same key package.
    expect(code(alice.commit({ proposals: [...remove(3), ...add(daves)] }))).toBe("ok");
    step(alice, [alice, bob, carol], { proposals: remove(3) });
    expect(code(alice.commit({ proposals: add(twin) }))).toBe("ok");
    expect(code(alice.commit({ proposals: add(daves) }))).toBe("ok");
    // The key that somebody had before their own commit is free again.
    const before = bob.view.leaf(1)!.encryptionKey;
    step(bob, [alice, bob, carol], {});
    expect(inside(alice).tree.holderOfEncryptionKey(before)).toBeNull();
    expect(inside(alice).tree.holderOfEncryptionKey(bob.view.leaf(1)!.encryptionKey)).toBe(2);
  });
});

describe("an index of keys", () => {
  it("gives a key to one node at a time, and only its holder frees it; a fork changes nothing before it is settled", () => {
    const index = new KeyIndex();
    const [key, other] = [random(32), random(32)];
    expect([index.claim(key, 4), index.claim(key, 4), index.claim(key, 6), index.get(key)]).toEqual([
      true,
      true,
      false,
      4,
    ]);
    index.release(key, 6);
    expect(index.get(key)).toBe(4);
    index.settle();
    const fork = index.fork();
    fork.release(key, 4);
    expect([fork.claim(key, 6), fork.claim(other, 4)]).toEqual([true, true]);
    expect([fork.get(key), index.get(key), index.get(other)]).toEqual([6, 4, null]);
    fork.settle();
    expect([index.get(key), index.get(other)]).toEqual([6, 4]);
    index.release(key, 6);
    index.settle();
    expect([index.get(key), index.fork().claim(key, 2)]).toEqual([null, true]);
  });

  it("tells keys apart that begin alike, and of different lengths", () => {
    const index = new KeyIndex();
    const key = random(32);
    const tail = key.map((byte, at) => (at === 31 ? byte ^ 1 : byte));
    index.claim(key, 0);
    expect([index.get(tail), index.get(key.subarray(0, 31)), index.get(new Uint8Array([...key, 0]))]).toEqual([
      null,
      null,
      null,
    ]);
    for (let at = 0; at < 32; at++) {
      expect(index.get(key.map((byte, here) => (here === at ? byte ^ 128 : byte)))).toBeNull();
    }
  });
});

describe("a secret tree", () => {
  it("gives no key of a leaf whose secret is gone, nor of one that is outside", () => {
    const empty = new SecretTree(suite, 4, new Map(), new Map());
    expect(() => empty.at(2, "application", 0)).toThrow("generation_consumed: leaf secret");
    const tree = SecretTree.of(suite, 4, random(32));
    expect(() => tree.at(4, "application", 0)).toThrow("unknown_sender");
    expect(tree.at(3, "application", 0).messageKey.generation).toBe(0);
    expect(empty.consume({ leaf: 2, type: "handshake", generation: 0 })).toBeNull();
    expect(() => tree.consume({ leaf: 2, type: "handshake", generation: 9999 })).toThrow("generation_too_far");
  });
});

describe("pre-shared keys", () => {
  const external = (name: string) =>
    ({ type: "psk", psk: { type: "external", id: text(name), nonce: random(32) } }) as const;
  const resumption = (epoch: bigint, groupId = text("room")) =>
    ({ type: "psk", psk: { type: "resumption", usage: "application", groupId, epoch, nonce: random(32) } }) as const;
  const known = new Map<string, Uint8Array>();
  /** Gives each member an engine that knows these keys, and notes which it was asked for. */
  const asking = (...groups: Group[]): string[] => {
    const asked: string[] = [];
    const psk: Engine["psk"] = (id) => {
      const name = id.type === "external" ? new TextDecoder().decode(id.id) : `epoch ${String(id.epoch)}`;
      asked.push(name);
      return known.get(name) ?? null;
    };
    for (const group of groups) Object.assign(group, { inner: { ...inside(group), engine: { ...engine, psk } } });
    return asked;
  };

  it("two of them go together, each is asked for, and both sides need both", () => {
    const { alice, bob, carol } = room();
    known.set("a", random(32)).set("b", random(32));
    const asked = asking(alice, bob);
    const made = ok(alice.commit({ proposals: [external("a"), external("b")], forcePath: false }));
    expect(new Set(asked)).toEqual(new Set(["a", "b"]));
    const staged = ok(bob.stage(made.message)) as StagedCommit;
    expect([staged.usesPsk, staged.hasPath]).toEqual([true, false]);
    // Carol's keys are others.
    expect(code(carol.stage(made.message))).toBe("bad_confirmation_tag");
    known.delete("b");
    expect(code(bob.stage(made.message))).toBe("unknown_psk");
  });

  it("of this group's own epochs nobody is asked, of other groups' the application is", () => {
    const { alice, bob, carol } = room();
    step(alice, [alice, bob, carol], {});
    const asked = asking(alice, bob);
    for (const epoch of [1n, 2n]) {
      const { message } = ok(alice.commit({ proposals: [resumption(epoch)] }));
      expect(code(bob.stage(message))).toBe("ok");
    }
    expect(asked).toEqual([]);
    expect(code(alice.commit({ proposals: [resumption(2n, text("another"))] }))).toBe("unknown_psk");
    expect(code(alice.commit({ proposals: [resumption(7n)] }))).toBe("unknown_psk");
    expect(asked).toEqual(["epoch 2", "epoch 7"]);
  });

  it("a commit uses 64 and no more", () => {
    const { alice } = room();
    const many = (count: number) => Array.from({ length: count }, () => resumption(1n));
    expect(code(alice.commit({ proposals: many(64) }))).toBe("ok");
    expect(reason(alice.commit({ proposals: many(65) }))).toBe("bad_psk: more than 64");
  });

  it("RULE mls.committer-chooses: what fails in the application is no proposal that is not valid", () => {
    const { alice, bob } = room();
    alice.apply(ok(alice.stage(bob.propose(external("a")).message)));
    const psk = () => {
      throw new RangeError("the application's own");
    };
    Object.assign(alice, { inner: { ...inside(alice), engine: { ...engine, psk } } });
    expect(() => alice.commit({ includeReferenced: true })).toThrow("the application's own");
  });
});
