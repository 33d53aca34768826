import { encode, Writer } from "@conclave/codec";
import { noteSignatures } from "@conclave/crypto";
import { describe, expect, it } from "vitest";
import { type Extension, ExtensionType, findExtension } from "../src/extension.js";
import type { GroupInfo } from "../src/groupInfo.js";
import { askAboutLeaves, generateKeyPackage, Group, openGroupInfo } from "../src/index.js";
import { signLeafNode } from "../src/leafNode.js";
import { decodeMessage, encodeMessage } from "../src/mlsMessage.js";
import type { PreSharedKeyId } from "../src/preSharedKey.js";
import type { Proposal } from "../src/proposal.js";
import { RatchetTree } from "../src/ratchetTree.js";
import {
  alteredGroupInfo,
  alteredWelcome,
  code,
  EMPTY,
  engine,
  keyPackage,
  leaf,
  lifetime,
  ok,
  random,
  reason,
  room,
  suite,
  text,
  type WelcomeChange,
} from "./hostileMember.js";

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
  it("a view of a GroupInfo lets one join, again and again, and no other object does", () => {
    const { alice } = room();
    const view = ok(openGroupInfo(engine, alice.view.groupInfo()));
    for (const name of ["dave", "erin", "frank"]) {
      const { group, message } = ok(Group.joinExternal(engine, { groupInfo: view, leaf: leaf(name) }));
      // Each by itself: nothing of the one before is in it, and a member takes it.
      expect([...group.view.members()]).toHaveLength(view.members.length + 1);
      expect(code(alice.stage(message))).toBe("ok");
    }
    expect(() => Group.joinExternal(engine, { groupInfo: { ...view }, leaf: leaf("dave") })).toThrow(TypeError);
  });
  it("a view is checked once: joining by it asks about no leaf but the own", () => {
    const { alice } = room();
    let asked = 0;
    const counting = {
      ...engine,
      validateCredential: () => {
        asked++;
        return true;
      },
    };
    const bytes = alice.view.groupInfo();
    const view = ok(openGroupInfo(counting, bytes));
    const members = view.members.length;
    expect(asked).toBe(members);
    ok(Group.joinExternal(counting, { groupInfo: view, leaf: leaf("dave") }));
    expect(asked).toBe(members + 1);
    ok(Group.joinExternal(counting, { groupInfo: view, leaf: leaf("dave") }));
    expect(asked).toBe(2 * members + 2);
    askAboutLeaves(counting, bytes);
    expect(asked).toBe(3 * members + 2);
    // Of what is no GroupInfo nothing is asked.
    askAboutLeaves(counting, bytes.subarray(1));
    expect(asked).toBe(3 * members + 2);
  });
  it("the leaves behind a Welcome are asked about too, with the tree in it or beside it", () => {
    const { alice } = room();
    const bundle = keyPackage("erin");
    for (const treeInWelcome of [true, false]) {
      const proposals: Proposal[] = [{ type: "add", keyPackage: bundle.keyPackage }];
      const { staged, welcome } = ok(alice.commit({ proposals, treeInWelcome }));
      const beside = treeInWelcome ? {} : { ratchetTree: staged.next!.ratchetTree() };
      const by = { welcome: welcome!, keyPackage: bundle, ...beside };
      const noted = noteSignatures(engine.crypto, (crypto) => {
        askAboutLeaves({ ...engine, crypto }, by);
      });
      expect(noted.length).toBe([...staged.next!.members()].length);
      expect(noted.every((each) => engine.crypto.ed25519Verify(each.publicKey, each.message, each.signature))).toBe(
        true,
      );
      ok(Group.join(engine, by));
    }
    // Of what does not open nothing is asked, and nothing is thrown.
    expect(() => {
      askAboutLeaves(engine, { welcome: new Uint8Array(40), keyPackage: bundle });
    }).not.toThrow();
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
  it("a GroupInfo without a key for those who come by themselves, or with one that nobody can seal to", () => {
    const { alice } = room();
    const joinedBy = (change: (extensions: readonly Extension[]) => Extension[]) => {
      const groupInfo = alteredGroupInfo(alice, ({ extensions }) => ({ extensions: change(extensions) }));
      expect(code(openGroupInfo(engine, groupInfo))).toBe("ok");
      return reason(Group.joinExternal(engine, { groupInfo, leaf: leaf("dave") }));
    };
    const isKey = ({ type }: Extension): boolean => type === ExtensionType.externalPub;
    expect(joinedBy((all) => all.filter((one) => !isKey(one)))).toBe("missing_external_pub: group info");
    const bad = new Writer().opaque(new Uint8Array(32)).finish();
    expect(joinedBy((all) => all.map((one) => (isKey(one) ? { ...one, data: bad } : one)))).toBe(
      "missing_external_pub: unusable key",
    );
    expect(joinedBy((all) => [...all])).toBe("ok");
  });
  it("RULE mls.extension-once: nobody writes more than 256 extensions, as nobody reads more", () => {
    const { alice } = room();
    const extensions = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ type: 0x1000 + at, data: EMPTY }));
    // Two are there already: the key for those who come by themselves, and the tree.
    expect(code(openGroupInfo(engine, alice.view.groupInfo({ extensions: extensions(254) })))).toBe("ok");
    expect(() => alice.view.groupInfo({ extensions: extensions(255) })).toThrow("malformed: too many extensions");
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
    const { capabilities, ...daves } = leaf("dave");
    const both = { ...capabilities, cipherSuites: [1, 3] };
    const other = generateKeyPackage(engine, { ...daves, capabilities: both, suite: 3, lifetime });
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: other }))).toBe("unsupported_suite");
    for (let at = 0; at < welcome!.length; at += 41) {
      const damaged = welcome!.slice();
      damaged[at]! ^= 4;
      expect(Group.join(engine, { welcome: damaged, keyPackage: dave }).ok).toBe(false);
    }
    expect(code(Group.join(engine, { welcome: welcome!, keyPackage: dave }))).toBe("ok");
  });

  /** How Dave's joining ends when Alice changes the Welcome. */
  const welcomed = (change: WelcomeChange, withPath = true) => {
    const { alice } = room();
    const dave = keyPackage("dave");
    const proposals = [{ type: "add", keyPackage: dave.keyPackage }] as const;
    const { welcome, staged } = ok(alice.commit({ proposals, forcePath: withPath }));
    alice.apply(staged);
    return reason(Group.join(engine, { welcome: alteredWelcome(alice, dave, welcome!, change), keyPackage: dave }));
  };
  /** A GroupInfo with another tree, whose hash it names. */
  const withTree = (info: GroupInfo, alter: (tree: RatchetTree) => void): Partial<GroupInfo> => {
    const tree = RatchetTree.decode(findExtension(info.extensions, ExtensionType.ratchetTree)!);
    alter(tree);
    const extensions = info.extensions.map((extension): Extension =>
      extension.type === ExtensionType.ratchetTree ? { ...extension, data: tree.encode() } : extension,
    );
    return { extensions, groupContext: { ...info.groupContext, treeHash: tree.treeHash(suite) } };
  };
  const continuing = (nonce: number): PreSharedKeyId => ({
    type: "resumption",
    usage: "branch",
    groupId: text("before"),
    epoch: 3n,
    nonce: new Uint8Array(32).fill(nonce),
  });

  it("a Welcome that was opened and sealed again lets one join", () => {
    expect(welcomed({})).toBe("ok");
    expect(welcomed({}, false)).toBe("ok");
    expect(welcomed({ secrets: () => ({ psks: [{ type: "external", id: text("k"), nonce: random(32) }] }) })).toBe(
      "ok",
    );
  });
  it("RULE mls.welcome-group-suite: a group of another suite than the Welcome's", () => {
    const change = { info: (info: GroupInfo) => ({ groupContext: { ...info.groupContext, cipherSuite: 3 } }) };
    expect(welcomed(change)).toBe("unsupported_suite: group context");
  });
  it("RULE mls.group-version: a group of another version, by Welcome and by external commit", () => {
    const change = (info: GroupInfo) => ({ groupContext: { ...info.groupContext, version: 2 } });
    expect(welcomed({ info: change })).toBe("unsupported_version: group context");
    const { alice } = room();
    const groupInfo = alteredGroupInfo(alice, change);
    expect(code(Group.joinExternal(engine, { groupInfo, leaf: leaf("dave") }))).toBe("unsupported_version");
    const honest = alteredGroupInfo(alice, () => ({}));
    expect(code(Group.joinExternal(engine, { groupInfo: honest, leaf: leaf("dave") }))).toBe("ok");
  });
  it("RULE mls.fresh-resumption: a group that continues another one is not joined in a later epoch", () => {
    expect(welcomed({ secrets: () => ({ psks: [continuing(1)] }) })).toBe("bad_psk: epoch of a continued group");
  });
  it("RULE mls.welcome-psks: two groups to continue, or a PSK twice", () => {
    const two = [continuing(1), continuing(2)];
    expect(welcomed({ secrets: () => ({ psks: two }) })).toBe("bad_psk: two groups to continue");
    const psk = { type: "external", id: text("k"), nonce: new Uint8Array(32) } as const;
    expect(welcomed({ secrets: () => ({ psks: [psk, psk] }) })).toBe("duplicate_psk: welcome");
  });
  it("RULE mls.welcome-own-leaf: the tree holds another leaf with the newcomer's encryption key, or none", () => {
    const stranger = (tree: RatchetTree) => {
      const mallory = keyPackage("mallory");
      const content = { ...mallory.keyPackage.leafNode, encryptionKey: tree.leaf(3)!.encryptionKey };
      const leafNode = signLeafNode(suite, content, mallory.signaturePrivateKey, EMPTY, 0);
      tree.set(6, { type: "leaf", leaf: leafNode });
    };
    expect(welcomed({ info: (info) => withTree(info, stranger) }, false)).toBe("not_a_member: welcome");
    const nobody = (tree: RatchetTree) => {
      tree.set(6, null);
      const root = tree.parent(3)!;
      tree.set(3, { type: "parent", parent: { ...root, unmergedLeaves: [] } });
    };
    expect(welcomed({ info: (info) => withTree(info, nobody) }, false)).toBe("not_a_member: welcome");
  });
  it("RULE mls.welcome-path-secret: no secret for a path that the newcomer should know", () => {
    const change = { secrets: () => ({ pathSecret: null }) };
    expect(welcomed(change)).toBe("bad_path: welcome without a path secret");
    expect(welcomed({ secrets: () => ({ pathSecret: random(32) }) })).toBe("bad_path: public key");
  });
  it("RULE mls.welcome-confirmation: a tag that does not confirm the epoch", () => {
    expect(welcomed({ tag: random(32) })).toBe("bad_confirmation_tag: welcome");
  });
  it("a path secret where there is no path, or from oneself, or a Welcome that does not hold what it should", () => {
    // The commit had no path, so the lowest node that the two share is blank: for Dave at leaf 3 that is the root.
    const blank = (info: GroupInfo) => withTree(info, (tree) => tree.set(3, null));
    const secret = { secrets: () => ({ pathSecret: random(32) }) };
    expect(welcomed({ ...secret, info: blank }, false)).toMatch(/^bad_/u);
    const { alice } = room();
    const dave = keyPackage("dave");
    const { welcome, staged } = ok(alice.commit({ proposals: [{ type: "add", keyPackage: dave.keyPackage }] }));
    alice.apply(staged);
    const item = decodeMessage(welcome!);
    if (item.wireFormat !== "welcome") throw new Error("not a welcome");
    // Sealed to Dave as it should be, but it is no GroupSecrets.
    const seal = suite.encrypterWithLabel("Welcome", item.message.encryptedGroupInfo);
    const joinedBy = (plaintext: Uint8Array): unknown => {
      const secrets = item.message.secrets.map((each) => ({
        ...each,
        encryptedGroupSecrets: seal(dave.keyPackage.initKey, plaintext, random)!,
      }));
      const message = encodeMessage({ wireFormat: "welcome", message: { ...item.message, secrets } });
      const result = Group.join(engine, { welcome: message, keyPackage: dave });
      return result.ok ? "ok" : result.error.code;
    };
    for (const plaintext of [EMPTY, random(7), new Uint8Array(40)]) expect(joinedBy(plaintext)).not.toBe("ok");
    expect(code(Group.join(engine, { welcome: alice.view.groupInfo(), keyPackage: dave }))).toBe("wrong_wire_format");
    expect(code(openGroupInfo(engine, welcome!))).toBe("wrong_wire_format");
    expect(code(alice.stage(welcome!))).toBe("wrong_wire_format");
  });

  it("RULE mls.parent-hash: a parent's key that no leaf below put there", () => {
    const { alice } = room();
    const swap = (index: number) =>
      alteredGroupInfo(alice, (info) =>
        withTree(info, (tree) => {
          const { publicKey } = suite.crypto.kemDeriveKeyPair("x25519", random(32));
          const parent = tree.parent(index) ?? { parentHash: random(32), unmergedLeaves: [] };
          tree.set(index, { type: "parent", parent: { ...parent, encryptionKey: publicKey } });
        }),
      );
    // Node 1 and the root have keys of Alice's path; node 5 was blank.
    for (const index of [1, 3, 5])
      expect(code(Group.joinExternal(engine, { groupInfo: swap(index), leaf: leaf("dave") }))).toBe("bad_parent_hash");
  });

  it("RULE mls.unmerged-leaves: a list that names nobody, somebody elsewhere, or whom a parent between does not list", () => {
    const listing = (index: number, unmergedLeaves: number[], add = 0) => {
      const { alice } = room();
      for (let i = 0; i < add; i++) {
        const proposals = [{ type: "add", keyPackage: keyPackage(`n${i}`).keyPackage }] as const;
        alice.apply(ok(alice.commit({ proposals, forcePath: false })).staged);
      }
      const groupInfo = alteredGroupInfo(alice, (info) =>
        withTree(info, (tree) => {
          const parent = tree.parent(index)!;
          tree.set(index, { type: "parent", parent: { ...parent, unmergedLeaves } });
        }),
      );
      return reason(Group.joinExternal(engine, { groupInfo, leaf: leaf("dave") }));
    };
    expect(listing(3, [])).toBe("ok");
    expect(listing(3, [3], 1)).toBe("ok");
    expect(listing(3, [3])).toBe("bad_tree: unmerged leaf");
    expect(listing(1, [2])).toBe("bad_tree: unmerged leaf");
    // Leaf 1 is below node 1, which has a key and does not list it.
    expect(listing(3, [1])).toBe("bad_tree: unmerged leaf");
  });
});
