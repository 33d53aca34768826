import { describe, expect, it } from "vitest";
import { CipherSuite } from "../src/cipherSuite.js";
import { generateKeyPackage, Group, openGroupInfo, validateKeyPackage } from "../src/index.js";
import { keyPackageTbs } from "../src/keyPackage.js";
import { RatchetTree } from "../src/ratchetTree.js";
import type { Proposal } from "../src/proposal.js";
import { code, corrupt, engine, inside, keyPackage, leaf, ok, random, room, suite, text } from "./hostileMember.js";

const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const extension = { type: 0xf0c1, data: Uint8Array.of(1) };
const thrown = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return "nothing";
};
const last = 2n ** 64n - 1n;
const bundle = (extra: object = {}, capabilities: object = {}) => {
  const own = leaf("dave");
  return generateKeyPackage(engine, {
    ...own,
    capabilities: { ...own.capabilities, ...capabilities },
    suite: 1,
    lifetime,
    ...extra,
  });
};

describe("the only exceptions are typed ones", () => {
  it("RULE mls.last-epoch: nobody joins the last epoch, and no commit follows it", () => {
    const { alice, bob } = room();
    const state = inside(alice).state as { context: object };
    state.context = { ...state.context, epoch: last };
    const groupInfo = alice.view.groupInfo();
    expect(code(openGroupInfo(engine, groupInfo))).toBe("wrong_epoch");
    expect(code(Group.joinExternal(engine, { groupInfo, leaf: leaf("dave") }))).toBe("wrong_epoch");
    expect(code(alice.commit({}))).toBe("wrong_epoch");
    state.context = { ...state.context, epoch: last - 1n };
    const joined = ok(Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: leaf("dave") }));
    expect(joined.group.epoch).toBe(last);
    expect(code(joined.group.commit({}))).toBe("wrong_epoch");
    expect(code(bob.commit({}))).toBe("ok");
  });

  it("RULE mls.bounded-psks: more than 64 are refused before they are derived", () => {
    const { alice } = room();
    const psks = (count: number) =>
      Array.from({ length: count }, (): Proposal => ({
        type: "psk",
        psk: { type: "resumption", usage: "application", groupId: text("room"), epoch: alice.epoch, nonce: random(32) },
      }));
    expect(code(alice.commit({ proposals: psks(65_600) }))).toBe("bad_psk");
    expect(code(alice.commit({ proposals: psks(64) }))).toBe("ok");
  });
});

describe("own input is checked like others'", () => {
  it("RULE mls.extension-once: an own list with a type twice is refused, wherever it stands", () => {
    const { alice } = room();
    const extensions = [extension, extension];
    const twice = [1, 1].map((type) => ({ type, data: Uint8Array.of(1) }));
    expect(code(alice.commit({ proposals: [{ type: "group_context_extensions", extensions: twice }] }))).toBe(
      "malformed",
    );
    expect(thrown(() => bundle({ extensions }, { extensions: [0xf0c1] }))).toBe("malformed");
    expect(thrown(() => bundle({ keyPackageExtensions: extensions }, { extensions: [0xf0c1] }))).toBe("malformed");
    const founder = { ...leaf("alice"), lifetime };
    expect(thrown(() => Group.create(engine, { groupId: text("r"), suite: 1, leaf: founder, extensions }))).not.toBe(
      "nothing",
    );
  });

  it("a group that its founder's leaf could not be in is not founded", () => {
    const founder = { ...leaf("alice"), lifetime };
    const found = (extra: object, extensions = [] as (typeof extension)[]) =>
      thrown(() =>
        Group.create(engine, {
          groupId: text("r"),
          suite: 1,
          leaf: { ...founder, capabilities: { ...founder.capabilities, ...extra } },
          extensions,
        }),
      );
    expect(found({})).toBe("nothing");
    expect(found({ cipherSuites: [] })).toBe("missing_capability");
    expect(found({ credentials: [] })).toBe("unsupported_credential");
    expect(found({ extensions: [] }, [extension])).toBe("missing_capability");
    expect(found({ extensions: [0xf0c1] }, [extension])).toBe("nothing");
  });

  it("RULE mls.proposal-sender: a proposal that no member may send is not sent", () => {
    const { alice } = room();
    expect(thrown(() => alice.propose({ type: "external_init", kemOutput: random(32) }))).toBe("proposal_sender");
  });

  it("a key package is validated with its leaf", () => {
    const made = bundle();
    const leafNode = { ...made.keyPackage.leafNode, signature: new Uint8Array(64) };
    const unsigned = { ...made.keyPackage, leafNode };
    const signature = suite.signWithLabel(made.signaturePrivateKey, "KeyPackageTBS", keyPackageTbs(unsigned));
    expect(thrown(() => validateKeyPackage(suite, made.keyPackage))).toBe("nothing");
    expect(thrown(() => validateKeyPackage(suite, { ...unsigned, signature }))).toBe("bad_signature");
  });

  it("RULE mls.key-package-extensions: what a key package carries, its leaf lists", () => {
    expect(thrown(() => bundle({ keyPackageExtensions: [extension] }, { extensions: [] }))).toBe("missing_capability");
    expect(thrown(() => bundle({ keyPackageExtensions: [extension] }, { extensions: [0xf0c1] }))).toBe("nothing");
  });

  it("types that RFC 9420 defines are not listed (§7.2)", () => {
    const { capabilities } = bundle({}, { extensions: [1, 5, 0xf0c1], proposals: [1, 7, 0xf0c2] }).keyPackage.leafNode;
    expect(capabilities.extensions).toEqual([0xf0c1]);
    expect(capabilities.proposals).toEqual([0xf0c2]);
  });
});

describe("lifetimes (RFC 9420 §7.2, §7.3)", () => {
  const adding = (now: bigint | undefined) => {
    const { alice } = room();
    const old = bundle({ lifetime: { notBefore: 10n, notAfter: 20n } });
    const proposals = [{ type: "add", keyPackage: old.keyPackage }] as const;
    return code(alice.commit(now === undefined ? { proposals } : { proposals, now }));
  };

  it("RULE mls.add-lifetime: with a clock, nobody is added outside the lifetime of the key package", () => {
    expect(adding(undefined)).toBe("ok");
    expect(adding(20n)).toBe("ok");
    expect(adding(9n)).toBe("bad_lifetime");
    expect(adding(21n)).toBe("bad_lifetime");
  });

  it("RULE mls.leaf-lifetime: a leaf that is made to be valid longer than the application allows is refused", () => {
    const { alice, bob } = room();
    const add = (notAfter: bigint) => {
      const { keyPackage: made } = bundle({ lifetime: { notBefore: 0n, notAfter } });
      return [{ type: "add" as const, keyPackage: made }];
    };
    const strict = (inside(alice) as { engine: object }).engine;
    (inside(alice) as { engine: object }).engine = { ...strict, longestLifetime: 100n };
    expect(code(alice.commit({ proposals: add(101n) }))).toBe("bad_lifetime");
    const made = alice.commit({ proposals: add(100n) });
    expect(code(made)).toBe("ok");
    // A leaf that comes with a commit has no lifetime.
    (inside(bob) as { engine: object }).engine = { ...strict, longestLifetime: 100n };
    expect(made.ok && code(bob.stage(made.value.message))).toBe("ok");
  });
});

describe("proposals by reference: the committer chooses (RFC 9420 §12.2, §12.4)", () => {
  const deliver = (message: Uint8Array, ...groups: Group[]) => {
    for (const group of groups) group.apply(ok(group.stage(message)));
  };
  const committed = (by: Group, others: Group[]) => {
    const created = ok(by.commit({ includeReferenced: true }));
    for (const other of others) deliver(created.message, other);
    by.apply(created.staged);
    return created.staged;
  };

  it("RULE mls.committer-chooses: what is not valid, or not with the rest, is left out and holds nobody up", () => {
    const { alice, bob, carol } = room();
    deliver(bob.propose({ type: "remove", removed: 77 }).message, alice, carol);
    deliver(bob.propose({ type: "remove", removed: 0 }).message, alice, carol);
    deliver(carol.proposeUpdate().message, alice, bob);
    const newer = carol.proposeUpdate();
    deliver(newer.message, alice, bob);
    deliver(alice.proposeUpdate().message, bob, carol);
    deliver(
      bob.propose({ type: "psk", psk: { type: "external", id: text("short"), nonce: random(31) } }).message,
      alice,
      carol,
    );
    const coming = keyPackage("dave");
    deliver(bob.propose({ type: "add", keyPackage: coming.keyPackage }).message, alice, carol);
    expect(alice.pendingProposals().length).toBe(7);
    expect(alice.needsCommit).toBe(true);
    const wanted = alice.pendingProposals()[3]!.proposal as Extract<Proposal, { type: "update" }>;
    const staged = committed(alice, [bob, carol]);
    expect(staged.adds.length).toBe(1);
    expect(staged.removes).toEqual([]);
    expect(staged.updates.map(({ leafIndex }) => leafIndex).sort()).toEqual([0, 2]);
    expect(staged.updates.find(({ leafIndex }) => leafIndex === 2)!.after.encryptionKey).toEqual(
      wanted.leafNode.encryptionKey,
    );
    expect(staged.referencedProposals).toBe(2);
    expect(alice.needsCommit).toBe(false);
  });

  it("a Remove of two members' wish counts once, and goes before an Update of the one who is removed", () => {
    const { alice, bob, carol } = room();
    deliver(carol.proposeUpdate().message, alice, bob);
    deliver(bob.propose({ type: "remove", removed: 2 }).message, alice, carol);
    alice.propose({ type: "remove", removed: 2 });
    const staged = ok(alice.commit({ includeReferenced: true })).staged;
    expect(staged.removes.map(({ leafIndex }) => leafIndex)).toEqual([2]);
    expect(staged.referencedProposals).toBe(1);
  });

  it("exactly the named ones, where they are named; an unknown one is refused", () => {
    const { alice, bob, carol } = room();
    deliver(bob.propose({ type: "remove", removed: 2 }).message, alice, carol);
    deliver(bob.proposeUpdate().message, alice, carol);
    const [, update] = alice.pendingProposals();
    const { staged } = ok(alice.commit({ references: [update!.ref] }));
    expect(staged.removes).toEqual([]);
    expect(staged.referencedProposals).toBe(1);
    expect(code(alice.commit({ references: [random(32)] }))).toBe("unknown_proposal");
  });

  it("RULE mls.bounded-proposals: one sender makes nobody keep more than 32, nor large ones", () => {
    const { alice, bob } = room();
    for (let i = 0; i < 32; i++) deliver(bob.propose({ type: "remove", removed: i + 50 }).message, alice);
    expect(thrown(() => bob.propose({ type: "remove", removed: 99 }))).toBe("too_many_proposals");
    const proposals = inside(bob) as { proposals: ReadonlyMap<string, unknown> };
    proposals.proposals = new Map();
    expect(code(alice.stage(bob.propose({ type: "remove", removed: 99 }).message))).toBe("too_many_proposals");
    const data = new Uint8Array(1 << 19);
    const large = { type: "group_context_extensions", extensions: [{ type: 0xf0c1, data }] } as const;
    expect(thrown(() => alice.propose(large))).toBe("too_many_proposals");
  });
});

describe("bounds", () => {
  it("RULE mls.bounded-epoch: after too many messages in one epoch a commit comes first, and it is said before", () => {
    const { alice } = room();
    const at = (generation: number) => {
      const { secretTree } = inside(alice);
      alice.encrypt(text("x"));
      const ratchets = new Map(secretTree.entries().ratchets);
      const ratchet = { ...ratchets.get("0/a")!, generation };
      secretTree.apply({ messageKey: undefined as never, ratchets: [["0/a", ratchet]], nodes: [] });
    };
    expect(alice.needsCommit).toBe(false);
    at(2 ** 23);
    expect(alice.needsCommit).toBe(true);
    expect(thrown(() => alice.encrypt(text("y")))).toBe("nothing");
    at(2 ** 24);
    expect(thrown(() => alice.encrypt(text("z")))).toBe("commit_first");
    expect(code(alice.commit({}))).toBe("ok");
  });

  it("a Welcome for many is gone through once, not for each of them", () => {
    const { alice } = room();
    const proposals = Array.from({ length: 40 }, (_, i): Proposal => {
      return { type: "add", keyPackage: keyPackage(`newcomer ${i}`).keyPackage };
    });
    let large = 0;
    corrupt(alice, {
      hkdfExtract: (name, salt, ...ikm) => {
        if (ikm.some((part) => part.length > 4096)) large++;
        return engine.crypto.hkdfExtract(name, salt, ...ikm);
      },
    });
    expect(ok(alice.commit({ proposals })).welcome!.length).toBeGreaterThan(8192);
    expect(large).toBe(1);
  });

  it("a tree of 65,536 leaves with two members is hashed as it should be, and the second time for little", () => {
    const full = (leafIndex: number) =>
      ({ type: "leaf", leaf: { ...bundle().keyPackage.leafNode, leafIndex } }) as const;
    const nodes = Array.from({ length: 2 * 65_536 - 1 }, () => null as ReturnType<typeof full> | null);
    nodes[0] = full(0);
    nodes[2 * 65_535] = full(65_535);
    const hashes = { count: 0 };
    const counting = CipherSuite.of(1, {
      ...engine.crypto,
      hash: (name, data) => {
        hashes.count++;
        return engine.crypto.hash(name, data);
      },
    });
    const first = RatchetTree.of(nodes).treeHash(counting);
    expect(hashes.count).toBeGreaterThan(100_000);
    hashes.count = 0;
    expect(RatchetTree.of(nodes).treeHash(counting)).toEqual(first);
    expect(hashes.count).toBeLessThan(200);
    // Another gap: what is remembered is only what is really blank.
    nodes[40_000] = full(20_000);
    const other = RatchetTree.of(nodes).treeHash(counting);
    const plain = (tree: RatchetTree, width: number): Uint8Array => tree.treeHashWithout(counting, width - 1, []);
    expect(plain(RatchetTree.of(nodes), 65_536)).toEqual(other);
    expect(other).not.toEqual(first);
  });
});
