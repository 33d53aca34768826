import { equalBytes, type Result, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import {
  type Delta,
  type Engine,
  generateKeyPackage,
  Group,
  type LeafParameters,
  type MlsError,
  type StagedApplication,
  type StagedCommit,
} from "./index.js";

// Randomness from a seed, so that a failure replays.
function seeded(seed: number) {
  let counter = 0;
  return (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      const block = nodeCrypto.hash("sha256", new TextEncoder().encode(`${seed}/${counter++}`));
      out.set(block.subarray(0, Math.min(32, length - at)), at);
    }
    return out;
  };
}

class Store {
  records = new Map<string, Uint8Array>();
  write(delta: Delta): void {
    for (const key of delta.delete) this.records.delete(key);
    for (const [key, value] of delta.put) this.records.set(key, value);
  }
}

interface Peer {
  name: string;
  group: Group;
  store: Store;
}

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const text = (value: string) => new TextEncoder().encode(value);

function ok<T>(result: Result<T, MlsError>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

function code<T>(result: Result<T, MlsError>): string {
  return result.ok ? "ok" : result.error.code;
}

class World {
  readonly random;
  readonly engine: Engine;
  constructor(
    readonly suite: number,
    seed = 1,
  ) {
    this.random = seeded(seed);
    this.engine = { crypto: nodeCrypto, random: this.random, validateCredential: () => true };
  }

  leaf(name: string): LeafParameters {
    const capabilities = {
      versions: [1],
      cipherSuites: [this.suite],
      extensions: [0xf0c1],
      proposals: [],
      credentials: [1],
    };
    return {
      credential: { type: "basic", identity: text(name) },
      capabilities,
      extensions: [],
      signaturePrivateKey: this.random(32),
    };
  }

  found(name: string): Peer {
    const { group, delta } = Group.create(this.engine, {
      groupId: text("room"),
      suite: this.suite,
      leaf: { ...this.leaf(name), lifetime },
      extensions: [],
    });
    return this.peer(name, group, delta);
  }

  keyPackage(name: string) {
    return generateKeyPackage(this.engine, { ...this.leaf(name), suite: this.suite, lifetime });
  }

  peer(name: string, group: Group, delta: Delta): Peer {
    const store = new Store();
    store.write(delta);
    return { name, group, store };
  }

  /** Commits at `by`, delivers to the others, and returns those whom a Welcome brings in. */
  commit(
    by: Peer,
    all: Peer[],
    options: Parameters<Group["commit"]>[0],
    joiners: [string, ReturnType<World["keyPackage"]>][] = [],
  ): Peer[] {
    const created = ok(by.group.commit(options));
    by.store.write(created.delta);
    for (const other of all) {
      if (other === by) continue;
      const staged = ok(other.group.stage(created.message)) as StagedCommit;
      other.store.write(other.group.apply(staged));
    }
    by.store.write(by.group.apply(created.staged));
    return joiners.map(([name, keyPackage]) => {
      const joined = ok(Group.join(this.engine, { welcome: created.welcome!, keyPackage }));
      return this.peer(name, joined.group, joined.delta);
    });
  }

  add(by: Peer, all: Peer[], ...names: string[]): Peer[] {
    const joiners = names.map((name): [string, ReturnType<World["keyPackage"]>] => [name, this.keyPackage(name)]);
    const proposals = joiners.map(([, { keyPackage }]) => ({ type: "add" as const, keyPackage }));
    return [...all, ...this.commit(by, all, { proposals }, joiners)];
  }

  joinExternal(name: string, all: Peer[]): Peer[] {
    const joined = ok(
      Group.joinExternal(this.engine, { groupInfo: all[0]!.group.view.groupInfo(), leaf: this.leaf(name) }),
    );
    for (const other of all) other.store.write(other.group.apply(ok(other.group.stage(joined.message))));
    return [...all, this.peer(name, joined.group, joined.delta)];
  }
}

function agree(peers: Peer[]): void {
  for (const { group } of peers)
    expect(toHex(group.epochAuthenticator)).toBe(toHex(peers[0]!.group.epochAuthenticator));
}

function read(peer: Peer, message: Uint8Array): StagedApplication {
  const staged = ok(peer.group.stage(message));
  if (staged.kind !== "application") throw new Error("not an application message");
  peer.store.write(peer.group.apply(staged));
  return staged;
}

describe.each([0x0001, 0x0003, 0x004d])("a group in suite %i", (suite) => {
  it("adds, talks, updates, removes, and everyone agrees", () => {
    const world = new World(suite);
    const alice = world.found("alice");
    let all = world.add(alice, [alice], "bob", "carol");
    all = world.add(all[1]!, all, "dave");
    agree(all);
    const [, bob, carol, dave] = all as [Peer, Peer, Peer, Peer];
    const { message } = bob.group.encrypt(text("hello"), { authenticatedData: text("aad"), padTo: 64 });
    for (const peer of [alice, carol, dave]) {
      const got = read(peer, message);
      expect(got.data).toEqual(text("hello"));
      expect(got.leafIndex).toBe(1);
      expect(got.authenticatedData).toEqual(text("aad"));
    }
    world.commit(carol, all, {});
    agree(all);
    const removal = ok(alice.group.commit({ proposals: [{ type: "remove", removed: 1 }] }));
    const gone = ok(bob.group.stage(removal.message)) as StagedCommit;
    expect(gone.selfRemoved).toBe(true);
    expect(gone.next).toBeNull();
    for (const peer of [carol, dave]) peer.group.apply(ok(peer.group.stage(removal.message)));
    alice.group.apply(removal.staged);
    agree([alice, carol, dave]);
    const after = alice.group.encrypt(text("bob is gone")).message;
    expect(code(bob.group.stage(after))).toBe("wrong_epoch");
    bob.group.apply(gone);
    expect(code(bob.group.stage(after))).toBe("removed");
  });

  it("lets somebody in by an external commit", () => {
    const world = new World(suite);
    const alice = world.found("alice");
    let all = world.add(alice, [alice], "bob");
    all = world.joinExternal("carol", all);
    agree(all);
    expect(read(alice, all[2]!.group.encrypt(text("hi")).message).leafIndex).toBe(2);
  });
});

describe("stage and apply", () => {
  it("stage leaves the group untouched, and apply does exactly what was staged", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const all = world.add(alice, [alice], "bob");
    const bob = all[1]!;
    const before = toHex(bob.group.epochAuthenticator);
    const treeBefore = toHex(bob.group.view.ratchetTree());
    const created = ok(alice.group.commit({}));
    const staged = ok(bob.group.stage(created.message)) as StagedCommit;
    expect(toHex(bob.group.epochAuthenticator)).toBe(before);
    expect(toHex(bob.group.view.ratchetTree())).toBe(treeBefore);
    expect(ok(bob.group.stage(created.message)).kind).toBe("commit");
    const promised = toHex(staged.next!.epochAuthenticator);
    bob.group.apply(staged);
    expect(toHex(bob.group.epochAuthenticator)).toBe(promised);
    expect(() => bob.group.apply(staged)).toThrow(TypeError);
  });

  it("stores an own pending commit whole: a crash after sending loses nothing", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const all = world.add(alice, [alice], "bob");
    const created = ok(alice.group.commit({}));
    alice.store.write(created.delta);
    const pending = created.staged.delta;
    all[1]!.group.apply(ok(all[1]!.group.stage(created.message)));
    // Alice's process is gone; the store and the pending delta are left.
    alice.store.write(pending);
    const again = Group.load(world.engine, alice.store.records);
    expect(toHex(again.epochAuthenticator)).toBe(toHex(all[1]!.group.epochAuthenticator));
    expect(read(all[1]!, again.encrypt(text("back")).message).data).toEqual(text("back"));
  });

  it("a group loaded from its records goes on like the live one", () => {
    const world = new World(1, 7);
    const alice = world.found("alice");
    let all = world.add(alice, [alice], "bob", "carol", "dave", "erin");
    for (let round = 0; round < 6; round++) {
      const by = all[round % all.length]!;
      if (round === 3) all = world.joinExternal("frank", all);
      else world.commit(by, all, {});
      for (const peer of all) {
        const loaded = Group.load(world.engine, peer.store.records);
        expect(toHex(loaded.epochAuthenticator)).toBe(toHex(peer.group.epochAuthenticator));
        expect(equalBytes(loaded.view.ratchetTree(), peer.group.view.ratchetTree())).toBe(true);
        peer.group = loaded;
      }
      const talk = by.group.encrypt(text(`round ${round}`));
      by.store.write(talk.delta);
      for (const peer of all) if (peer !== by) expect(read(peer, talk.message).data).toEqual(text(`round ${round}`));
    }
    agree(all);
  });

  it("a member that is removed keeps no record", () => {
    const world = new World(1, 11);
    const alice = world.found("alice");
    const all = world.add(alice, [alice], "bob", "carol");
    const [, bob, carol] = all as [Peer, Peer, Peer];
    // Records of every kind: ratchets of this epoch and of one that is over, an own Update, somebody's proposal.
    read(bob, carol.group.encrypt(text("one")).message);
    world.commit(carol, all, {});
    read(bob, carol.group.encrypt(text("two")).message);
    bob.store.write(bob.group.proposeUpdate().delta);
    const parked = carol.group.propose({ type: "remove", removed: 0 });
    bob.store.write(bob.group.apply(ok(bob.group.stage(parked.message))));
    const kinds = new Set([...bob.store.records.keys()].map((key) => key.split("/")[0]));
    expect([...kinds].sort()).toEqual(["group", "k", "n", "p", "q", "r", "t", "u"]);
    const removal = ok(alice.group.commit({ proposals: [{ type: "remove", removed: 1 }] }));
    const staged = ok(bob.group.stage(removal.message)) as StagedCommit;
    const promised = new Store();
    promised.records = new Map(bob.store.records);
    promised.write(staged.delta);
    expect([...promised.records.keys()]).toEqual([]);
    bob.store.write(bob.group.apply(staged));
    expect([...bob.store.records.keys()]).toEqual([]);
  });

  it("stores little for a message", () => {
    const world = new World(1);
    const alice = world.found("alice");
    world.add(alice, [alice], ...Array.from({ length: 40 }, (_, i) => `m${i}`));
    alice.group.encrypt(text("first"));
    const { delta } = alice.group.encrypt(text("second"));
    const size = delta.put.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
    expect(delta.put.length).toBe(1);
    expect(size).toBeLessThan(1000);
  });
});

describe("message keys", () => {
  it("out of order, late by an epoch, and attributed by the tree of that epoch", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const all = world.add(alice, [alice], "bob", "carol");
    const [, bob, carol] = all as [Peer, Peer, Peer];
    const first = bob.group.encrypt(text("1")).message;
    const second = bob.group.encrypt(text("2")).message;
    expect(read(alice, second).data).toEqual(text("2"));
    // Bob is removed and Dave takes his leaf; Bob's first message arrives only then.
    const dave = world.keyPackage("dave");
    world.commit(alice, [alice, carol], { proposals: [{ type: "remove", removed: 1 }] });
    const joined = world.commit(alice, [alice, carol], { proposals: [{ type: "add", keyPackage: dave.keyPackage }] }, [
      ["dave", dave],
    ]);
    expect(joined[0]!.group.ownLeafIndex).toBe(1);
    const late = read(alice, first);
    expect(late.data).toEqual(text("1"));
    expect(late.leafNode.credential).toEqual({ type: "basic", identity: text("bob") });
    expect(alice.group.view.leaf(1)!.credential).toEqual({ type: "basic", identity: text("dave") });
  });

  it("RULE mls.generation-once: a replay finds no key", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const [, bob] = world.add(alice, [alice], "bob") as [Peer, Peer];
    const { message } = bob.group.encrypt(text("once"));
    read(alice, message);
    expect(code(alice.group.stage(message))).toBe("generation_consumed");
  });

  it("RULE mls.bounded-skip: a generation too far ahead is refused", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const [, bob] = world.add(alice, [alice], "bob") as [Peer, Peer];
    for (let i = 0; i <= 200; i++) bob.group.encrypt(text("skipped"));
    expect(code(alice.group.stage(bob.group.encrypt(text("far")).message))).toBe("generation_too_far");
  });

  it("a damaged message costs no key", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const [, bob] = world.add(alice, [alice], "bob") as [Peer, Peer];
    const { message } = bob.group.encrypt(text("intact"));
    for (let at = 0; at < message.length; at += 3) {
      const damaged = message.slice();
      damaged[at]! ^= 0x10;
      expect(alice.group.stage(damaged).ok).toBe(false);
    }
    expect(read(alice, message).data).toEqual(text("intact"));
  });
});

describe("proposals by reference", () => {
  it("are committed only by who asks for it", () => {
    const world = new World(1);
    const alice = world.found("alice");
    const all = world.add(alice, [alice], "bob", "carol");
    const [, bob, carol] = all as [Peer, Peer, Peer];
    const parked = bob.group.propose({ type: "remove", removed: 2 });
    for (const peer of [alice, carol]) peer.store.write(peer.group.apply(ok(peer.group.stage(parked.message))));
    world.commit(alice, all, {});
    expect([...carol.group.view.members()].length).toBe(3);
    const update = bob.group.proposeUpdate();
    bob.store.write(update.delta);
    for (const peer of [alice, carol]) peer.store.write(peer.group.apply(ok(peer.group.stage(update.message))));
    const before = toHex(bob.group.view.leaf(1)!.encryptionKey);
    world.commit(alice, all, { includeReferenced: true });
    expect(toHex(bob.group.view.leaf(1)!.encryptionKey)).not.toBe(before);
    world.commit(carol, all, {});
    agree(all);
  });
});
