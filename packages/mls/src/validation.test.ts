import { encode, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "./cipherSuite.js";
import type { Commit } from "./commit.js";
import { type Content, type FramedContent, type Sender, signFramedContent } from "./framing.js";
import { type Engine, generateKeyPackage, Group, requiredCapabilities, type Result } from "./index.js";
import type { GroupInternals } from "./groupInternals.js";
import { type KeyPackage, keyPackageTbs } from "./keyPackage.js";
import { type LeafNode, leafNodeTbs } from "./leafNode.js";
import { decodeMessage, encodeMessage } from "./mlsMessage.js";
import type { Proposal } from "./proposal.js";
import { publicMessage } from "./publicMessage.js";
import { RatchetTree } from "./ratchetTree.js";

// A member who breaks one rule at a time: it signs whatever it likes with its own keys, as a hostile member could.
const lifetime = { notBefore: 0n, notAfter: 2n ** 64n - 1n };
const text = (value: string) => new TextEncoder().encode(value);
const EMPTY = new Uint8Array(0);
const suite = CipherSuite.of(1, nodeCrypto);
let counter = 0;
const random = (length: number) => {
  counter++;
  return nodeCrypto.hash("sha512", Uint8Array.of(length, counter & 255, counter >> 8)).slice(0, length);
};
let vouch = (_name: string): boolean => true;
const engine: Engine = {
  crypto: nodeCrypto,
  random,
  validateCredential: ({ credential }) =>
    credential.type === "basic" && vouch(new TextDecoder().decode(credential.identity)),
};
const capabilities = { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] };

function leaf(name: string) {
  return {
    credential: { type: "basic" as const, identity: text(name) },
    capabilities,
    extensions: [],
    signaturePrivateKey: random(32),
  };
}

function keyPackage(name: string, over: object = {}) {
  return generateKeyPackage(engine, { ...leaf(name), ...over, suite: 1, lifetime });
}

const inside = (group: Group) => (group as unknown as { inner: GroupInternals }).inner;

function ok<T>(result: Result<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

const code = (result: Result<unknown>) => (result.ok ? "ok" : result.error.code);

interface Room {
  alice: Group;
  bob: Group;
  carol: Group;
}

function room(extensions = [] as { type: number; data: Uint8Array }[]): Room {
  const { group: alice } = Group.create(engine, {
    groupId: text("room"),
    suite: 1,
    leaf: { ...leaf("alice"), lifetime },
    extensions,
  });
  const bundles = ["bob", "carol"].map((name) => keyPackage(name));
  const added = ok(
    alice.commit({ proposals: bundles.map((bundle) => ({ type: "add", keyPackage: bundle.keyPackage })) }),
  );
  alice.apply(added.staged);
  const [bob, carol] = bundles.map(
    (bundle) => ok(Group.join(engine, { welcome: added.welcome!, keyPackage: bundle })).group,
  ) as [Group, Group];
  return { alice, bob, carol };
}

/** A public message that Alice signs and tags rightly, whatever it says. */
function forge(
  group: Group,
  content: Content,
  over: { sender?: Sender; epoch?: bigint; groupId?: Uint8Array; confirmationTag?: Uint8Array } = {},
) {
  const { state } = inside(group);
  const framed: FramedContent = {
    groupId: over.groupId ?? state.context.groupId,
    epoch: over.epoch ?? state.context.epoch,
    sender: over.sender ?? { type: "member", leafIndex: state.ownLeaf },
    authenticatedData: EMPTY,
    content,
  };
  const signature = signFramedContent(suite, "public", framed, state.context, state.signaturePrivateKey);
  const auth = {
    signature,
    confirmationTag: content.type === "commit" ? (over.confirmationTag ?? new Uint8Array(32)) : null,
  };
  return encodeMessage({
    wireFormat: "public",
    message: publicMessage(suite, framed, auth, state.context, state.secrets.membership),
  });
}

const commitOf = (proposals: Proposal[], path: Commit["path"] = null): Content => ({
  type: "commit",
  commit: { proposals: proposals.map((proposal) => ({ type: "proposal", proposal })), path },
});

/** An honest public commit of Alice's, taken apart, altered and signed again. */
function altered(alice: Group, alter: (commit: Commit) => Commit, confirmationTag?: Uint8Array): Uint8Array {
  const { message } = ok(alice.commit({ wireFormat: "public" }));
  const item = decodeMessage(message);
  if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
  const tag = confirmationTag ?? item.message.auth.confirmationTag!;
  return forge(alice, { type: "commit", commit: alter(item.message.content.content.commit) }, { confirmationTag: tag });
}

/** The staging of a commit by Alice that adds this key package; how far it gets tells which rule it met first. */
function adding(
  alter: (keyPackage: KeyPackage) => KeyPackage,
  options: { resignLeaf?: boolean; resign?: boolean; over?: object } = {},
): string {
  const { alice, bob } = room();
  const bundle = keyPackage("dave", options.over);
  let changed = alter(bundle.keyPackage);
  if (options.resignLeaf !== false) {
    const signature = suite.signWithLabel(
      bundle.signaturePrivateKey,
      "LeafNodeTBS",
      leafNodeTbs(changed.leafNode, EMPTY, 0),
    );
    changed = { ...changed, leafNode: { ...changed.leafNode, signature } };
  }
  if (options.resign !== false)
    changed = {
      ...changed,
      signature: suite.signWithLabel(bundle.signaturePrivateKey, "KeyPackageTBS", keyPackageTbs(changed)),
    };
  return code(bob.stage(forge(alice, commitOf([{ type: "add", keyPackage: changed }]))));
}

const withLeaf = (change: Partial<LeafNode>) => (kp: KeyPackage) => ({
  ...kp,
  leafNode: { ...kp.leafNode, ...change },
});

describe("messages (RFC 9420 §6)", () => {
  it("RULE mls.content-signature and RULE mls.membership-tag: an altered public message is refused", () => {
    const { alice, bob } = room();
    const { message } = ok(alice.commit({ wireFormat: "public" }));
    const item = decodeMessage(message);
    if (item.wireFormat !== "public") throw new Error("not public");
    const tampered = { ...item.message, membershipTag: new Uint8Array(32) };
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message: tampered })))).toBe("bad_membership_tag");
    const { state } = inside(alice);
    const auth = { ...item.message.auth, signature: new Uint8Array(64) };
    const retagged = publicMessage(suite, item.message.content, auth, state.context, state.secrets.membership);
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message: retagged })))).toBe("bad_signature");
    expect(code(bob.stage(message))).toBe("ok");
  });
  it("RULE mls.right-group: a message for another group is refused", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, commitOf([]), { groupId: text("other") })))).toBe("wrong_group");
  });
  it("RULE mls.application-encrypted: application data in the clear is refused", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, { type: "application", data: text("hi") })))).toBe("not_encrypted");
  });
  it("RULE mls.public-sender: a blank leaf sends nothing", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, commitOf([]), { sender: { type: "member", leafIndex: 3 } })))).toBe(
      "unknown_sender",
    );
  });
  it("RULE mls.current-handshake: a commit of an epoch that is over is refused", () => {
    const { alice, bob } = room();
    const first = ok(alice.commit({}));
    bob.apply(ok(bob.stage(first.message)));
    expect(code(bob.stage(first.message))).toBe("wrong_epoch");
  });
  it("RULE mls.external-sender and RULE mls.proposal-sender: strangers propose only what they may", () => {
    const { alice, bob } = room();
    const remove: Content = { type: "proposal", proposal: { type: "remove", removed: 2 } };
    expect(code(bob.stage(forge(alice, remove, { sender: { type: "external", senderIndex: 0 } })))).toBe(
      "unknown_sender",
    );
    expect(code(bob.stage(forge(alice, remove, { sender: { type: "new_member_proposal" } })))).toBe("proposal_sender");
    const init: Content = { type: "proposal", proposal: { type: "external_init", kemOutput: new Uint8Array(32) } };
    expect(code(bob.stage(forge(alice, init)))).toBe("proposal_sender");
  });
  it("RULE mls.external-path: an external commit brings its leaf", () => {
    const { alice, bob } = room();
    const init: Proposal = { type: "external_init", kemOutput: new Uint8Array(32) };
    expect(code(bob.stage(forge(alice, commitOf([init]), { sender: { type: "new_member_commit" } })))).toBe(
      "path_required",
    );
  });
});

describe("leaves and key packages (RFC 9420 §7.3, §10.1)", () => {
  it("an untouched key package passes every check up to the confirmation tag", () => {
    expect(adding((kp) => kp)).toBe("bad_confirmation_tag");
  });
  it("RULE mls.leaf-signature", () => {
    expect(adding(withLeaf({ signature: new Uint8Array(64) }), { resignLeaf: false })).toBe("bad_signature");
  });
  it("RULE mls.key-package-signature", () => {
    expect(adding((kp) => ({ ...kp, signature: new Uint8Array(64) }), { resign: false })).toBe("bad_signature");
  });
  it("RULE mls.key-package-suite", () => {
    expect(adding((kp) => ({ ...kp, cipherSuite: 3 }))).toBe("unsupported_suite");
    expect(adding((kp) => ({ ...kp, version: 2 }))).toBe("unsupported_version");
  });
  it("RULE mls.init-key", () => {
    expect(adding((kp) => ({ ...kp, initKey: kp.leafNode.encryptionKey }))).toBe("init_key_reused");
  });
  it("RULE mls.leaf-source", () => {
    expect(adding(withLeaf({ source: { type: "commit", parentHash: EMPTY } }))).toBe("wrong_leaf_source");
  });
  it("RULE mls.leaf-version", () => {
    expect(adding(withLeaf({ capabilities: { ...capabilities, versions: [2] } }))).toBe("missing_capability");
    expect(adding(withLeaf({ capabilities: { ...capabilities, cipherSuites: [3] } }))).toBe("missing_capability");
  });
  it("RULE mls.leaf-credential-type", () => {
    expect(adding(withLeaf({ capabilities: { ...capabilities, credentials: [2] } }))).toBe("unsupported_credential");
  });
  it("RULE mls.leaf-extensions", () => {
    expect(adding(withLeaf({ extensions: [{ type: 0xff00, data: EMPTY }] }))).toBe("missing_capability");
  });
  it("RULE mls.extension-once", () => {
    const twice = [1, 1].map((type) => ({ type, data: EMPTY }));
    expect(adding(withLeaf({ extensions: twice }))).toBe("malformed");
  });
  it("RULE mls.credential: the application's word is final", () => {
    vouch = (name) => name !== "dave";
    expect(adding((kp) => kp)).toBe("invalid_credential");
    vouch = () => true;
  });
  it("RULE mls.unique-keys: a key that a member has is refused", () => {
    const { alice, bob } = room();
    const taken = inside(alice).tree.leaf(2)!.encryptionKey;
    const bundle = keyPackage("dave");
    const leafNode = { ...bundle.keyPackage.leafNode, encryptionKey: taken };
    const signed = {
      ...leafNode,
      signature: suite.signWithLabel(bundle.signaturePrivateKey, "LeafNodeTBS", leafNodeTbs(leafNode, EMPTY, 0)),
    };
    const content = { ...bundle.keyPackage, leafNode: signed };
    const forged = {
      ...content,
      signature: suite.signWithLabel(bundle.signaturePrivateKey, "KeyPackageTBS", keyPackageTbs(content)),
    };
    expect(code(bob.stage(forge(alice, commitOf([{ type: "add", keyPackage: forged }]))))).toBe("duplicate_key");
  });
  it("RULE mls.required-capabilities and RULE mls.extensions-supported", () => {
    const { alice, bob } = room([
      requiredCapabilities({ extensionTypes: [], proposalTypes: [], credentialTypes: [1] }),
    ]);
    const needs = requiredCapabilities({ extensionTypes: [0xff01], proposalTypes: [], credentialTypes: [] });
    expect(code(bob.stage(forge(alice, commitOf([{ type: "group_context_extensions", extensions: [needs] }]))))).toBe(
      "path_required",
    );
    expect(
      code(
        bob.stage(
          altered(alice, ({ path }) => ({
            proposals: [{ type: "proposal", proposal: { type: "group_context_extensions", extensions: [needs] } }],
            path,
          })),
        ),
      ),
    ).toBe("missing_capability");
  });
});

describe("lists of proposals (RFC 9420 §12.2)", () => {
  const refused = (proposals: Proposal[], expected: string, title: string) => {
    it(title, () => {
      const { alice, bob } = room();
      expect(
        code(
          bob.stage(
            altered(alice, ({ path }) => ({
              proposals: proposals.map((proposal) => ({ type: "proposal", proposal })),
              path,
            })),
          ),
        ),
      ).toBe(expected);
    });
  };
  const psk = (nonce = 32, usage: "application" | "branch" = "application") =>
    ({
      type: "psk",
      psk: { type: "resumption", usage, groupId: text("room"), epoch: 1n, nonce: new Uint8Array(nonce) },
    }) as const;
  const reinit = { type: "reinit", groupId: text("next"), version: 1, cipherSuite: 1, extensions: [] } as const;
  refused([{ type: "remove", removed: 0 }], "self_remove", "RULE mls.self-remove");
  refused([{ type: "remove", removed: 3 }], "blank_leaf", "RULE mls.remove-member");
  refused(
    [
      { type: "remove", removed: 2 },
      { type: "remove", removed: 2 },
    ],
    "duplicate_target",
    "RULE mls.one-change-per-leaf",
  );
  refused([{ type: "external_init", kemOutput: new Uint8Array(32) }], "proposal_sender", "RULE mls.no-external-init");
  refused([psk(), psk()], "duplicate_psk", "RULE mls.psk-once");
  refused([psk(31)], "bad_psk", "RULE mls.psk-nonce");
  refused([psk(32, "branch")], "bad_psk", "RULE mls.psk-usage");
  refused([reinit, { type: "remove", removed: 2 }], "proposal_combination", "RULE mls.reinit-alone");
  const extensions = { type: "group_context_extensions", extensions: [] } as const;
  refused([extensions, extensions], "proposal_combination", "RULE mls.one-extensions-proposal");

  it("RULE mls.update-by-reference and RULE mls.own-update", () => {
    const { alice, bob } = room();
    const leafNode = inside(alice).tree.leaf(0)!;
    expect(code(bob.stage(forge(alice, commitOf([{ type: "update", leafNode }]))))).toBe("own_update");
    const parked = alice.proposeUpdate({ wireFormat: "public" });
    bob.apply(ok(bob.stage(parked.message)));
    expect(code(alice.commit({ includeReferenced: true }))).toBe("own_update");
  });
  it("RULE mls.update-new-key: an Update with the old key is refused", () => {
    const { alice, bob, carol } = room();
    const { tree, state } = inside(bob);
    const content = { ...tree.leaf(1)!, source: { type: "update" as const } };
    const tbs = leafNodeTbs(content, state.context.groupId, 1);
    const leafNode = { ...content, signature: suite.signWithLabel(state.signaturePrivateKey, "LeafNodeTBS", tbs) };
    const parked = forge(bob, { type: "proposal", proposal: { type: "update", leafNode } });
    for (const group of [alice, carol]) group.apply(ok(group.stage(parked)));
    expect(code(alice.commit({ includeReferenced: true }))).toBe("same_encryption_key");
  });
  it("RULE mls.known-reference: a reference to nothing is refused", () => {
    const { alice, bob } = room();
    const unknown = altered(alice, ({ path }) => ({
      proposals: [{ type: "reference", reference: new Uint8Array(32) }],
      path,
    }));
    expect(code(bob.stage(unknown))).toBe("unknown_proposal");
  });
  it("RULE mls.external-commit: an outsider's commit carries nothing but its own joining", () => {
    const { alice, bob } = room();
    const joined = ok(Group.joinExternal(engine, { groupInfo: alice.view.groupInfo(), leaf: leaf("mallory") }));
    const item = decodeMessage(joined.message);
    if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
    const { commit } = item.message.content.content;
    const extra: Proposal = { type: "add", keyPackage: keyPackage("friend").keyPackage };
    const { content } = item.message;
    const greedy = {
      ...content,
      content: {
        type: "commit" as const,
        commit: { ...commit, proposals: [...commit.proposals, { type: "proposal" as const, proposal: extra }] },
      },
    };
    const key = inside(joined.group).state.signaturePrivateKey;
    const signature = signFramedContent(suite, "public", greedy, inside(alice).state.context, key);
    const message = {
      content: greedy,
      auth: { signature, confirmationTag: item.message.auth.confirmationTag },
      membershipTag: null,
    };
    expect(code(bob.stage(encodeMessage({ wireFormat: "public", message })))).toBe("proposal_combination");
    expect(code(bob.stage(joined.message))).toBe("ok");
  });
});

describe("paths and confirmation (RFC 9420 §12.4.2)", () => {
  const path = (change: (path: NonNullable<Commit["path"]>) => NonNullable<Commit["path"]>) => {
    const { alice, bob } = room();
    return code(bob.stage(altered(alice, (commit) => ({ ...commit, path: change(commit.path!) }))));
  };
  it("an honest commit that was taken apart and signed again passes", () => {
    expect(path((p) => p)).toBe("ok");
  });
  it("RULE mls.path-required: a commit without proposals needs a path", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(forge(alice, commitOf([]))))).toBe("path_required");
    expect(code(bob.stage(forge(alice, commitOf([{ type: "remove", removed: 2 }]))))).toBe("path_required");
  });
  it("RULE mls.confirmation-tag", () => {
    const { alice, bob } = room();
    expect(code(bob.stage(altered(alice, (commit) => commit, new Uint8Array(32))))).toBe("bad_confirmation_tag");
  });
  it("RULE mls.path-length", () => {
    expect(path((p) => ({ ...p, nodes: p.nodes.slice(1) }))).toBe("bad_path");
  });
  it("RULE mls.path-parent-hash: another key in the path breaks the leaf's parent hash", () => {
    expect(
      path((p) => ({
        ...p,
        nodes: p.nodes.map((node, i) => (i === 0 ? { ...node, encryptionKey: random(32) } : node)),
      })),
    ).toBe("bad_parent_hash");
  });
  it("RULE mls.path-fresh-keys: a key that is in the tree already is refused", () => {
    const { alice, bob } = room();
    const taken = inside(alice).tree.leaf(1)!.encryptionKey;
    const message = altered(alice, (commit) => ({
      ...commit,
      path: { ...commit.path!, nodes: commit.path!.nodes.map((node) => ({ ...node, encryptionKey: taken })) },
    }));
    expect(code(bob.stage(message))).toBe("duplicate_key");
  });
  it("RULE mls.path-ciphertexts", () => {
    expect(
      path((p) => ({
        ...p,
        nodes: p.nodes.map((node) => ({
          ...node,
          encryptedPathSecret: [...node.encryptedPathSecret, ...node.encryptedPathSecret],
        })),
      })),
    ).toBe("bad_path");
  });
  it("RULE mls.path-new-key: a path with the old leaf key is refused", () => {
    const { alice, bob } = room();
    const { tree, state } = inside(alice);
    const old = tree.leaf(0)!.encryptionKey;
    const message = altered(alice, (commit) => {
      const content = { ...commit.path!.leafNode, encryptionKey: old };
      const signature = suite.signWithLabel(
        state.signaturePrivateKey,
        "LeafNodeTBS",
        leafNodeTbs(content, state.context.groupId, 0),
      );
      return { ...commit, path: { ...commit.path!, leafNode: { ...content, signature } } };
    });
    expect(code(bob.stage(message))).toBe("same_encryption_key");
  });
});

describe("joining (RFC 9420 §12.4.3)", () => {
  const joining = (alter: (info: Uint8Array) => Uint8Array) => {
    const { alice } = room();
    return code(Group.joinExternal(engine, { groupInfo: alter(alice.view.groupInfo()), leaf: leaf("dave") }));
  };
  const change = (over: object) => (bytes: Uint8Array) => {
    const item = decodeMessage(bytes);
    if (item.wireFormat !== "groupInfo") throw new Error("not a group info");
    return encodeMessage({ wireFormat: "groupInfo", message: { ...item.message, ...over } });
  };
  it("an untouched GroupInfo lets one join", () => {
    expect(joining((info) => info)).toBe("ok");
  });
  it("RULE mls.group-info-signature", () => {
    expect(joining(change({ signature: new Uint8Array(64) }))).toBe("bad_signature");
    expect(joining(change({ signer: 3 }))).toBe("unknown_sender");
  });
  it("RULE mls.tree-hash: another tree beside the GroupInfo is refused", () => {
    const [a, b] = [room(), room()];
    const groupInfo = a.alice.view.groupInfo({ withTree: false });
    expect(code(Group.joinExternal(engine, { groupInfo, leaf: leaf("dave") }))).toBe("missing_tree");
    const swapped = code(
      Group.joinExternal(engine, { groupInfo, ratchetTree: b.alice.view.ratchetTree(), leaf: leaf("dave") }),
    );
    expect(["bad_signature", "bad_tree_hash"]).toContain(swapped);
    // The signer's own leaf, and one member less: the signature holds, and the tree is another.
    const tree = RatchetTree.decode(a.alice.view.ratchetTree());
    tree.set(4, null);
    expect(code(Group.joinExternal(engine, { groupInfo, ratchetTree: tree.encode(), leaf: leaf("dave") }))).toBe(
      "bad_tree_hash",
    );
  });
  it("RULE mls.tree-no-trailing-blank and RULE mls.unmerged-sorted", () => {
    const blank = encode([null], (w, nodes) => w.vector(nodes, (x) => x.u8(0)));
    expect(() => RatchetTree.decode(blank)).toThrow("bad_tree");
    const parent = new Writer()
      .u8(1)
      .u8(2)
      .opaque(random(32))
      .opaque(EMPTY)
      .vector([2, 1], (w, i) => w.u32(i))
      .finish();
    expect(() => RatchetTree.decode(new Writer().opaque(parent).finish())).toThrow("bad_tree");
  });
  it("RULE mls.welcome-suite: a Welcome for others, or damaged, joins nobody", () => {
    const { alice } = room();
    const [dave, erin] = [keyPackage("dave"), keyPackage("erin")];
    const { welcome } = ok(alice.commit({ proposals: [{ type: "add", keyPackage: dave.keyPackage }] }));
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: erin }))).toBe("no_key_package");
    const other = generateKeyPackage(engine, { ...leaf("dave"), suite: 3, lifetime });
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: other }))).toBe("unsupported_suite");
    for (let at = 0; at < welcome!.length; at += 41) {
      const damaged = welcome!.slice();
      damaged[at]! ^= 4;
      expect(Group.join(engine, { welcome: damaged, keyPackage: dave }).ok).toBe(false);
    }
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: dave }))).toBe("ok");
  });
});
