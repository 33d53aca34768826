import { concatBytes, decode, fromHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "../src/cipherSuite.js";
import { readExtensions } from "../src/extension.js";
import { type CommitOptions, Group, type RequiredCapabilities, requiredCapabilities } from "../src/index.js";
import { type KeyPackage, keyPackageTbs } from "../src/keyPackage.js";
import { type LeafNode, leafNodeTbs } from "../src/leafNode.js";
import { requireUsableKey } from "../src/publicKey.js";
import {
  altered,
  application,
  capabilities,
  code,
  commitOf,
  EMPTY,
  engine,
  forge,
  inside,
  keyPackage,
  leaf,
  lifetime,
  random,
  reason,
  room,
  suite,
} from "./hostileMember.js";

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
  it("RULE mls.leaf-credential-type: a leaf that others cannot read, or that cannot read others", () => {
    expect(adding(withLeaf({ capabilities: { ...capabilities, credentials: [2] } }))).toBe("unsupported_credential");
    const x509 = { type: "x509", certificates: [random(8)] } as const;
    expect(adding(withLeaf({ credential: x509, capabilities: { ...capabilities, credentials: [1, 2] } }))).toBe(
      "unsupported_credential",
    );
    // A committer that takes a credential of a kind that all others read, and does not list it itself.
    const { alice, bob } = room([], [1, 2]);
    const commit = altered(alice, ({ path, ...rest }) => {
      const listed = { ...capabilities, credentials: [1] };
      const content = { ...path!.leafNode, credential: x509, capabilities: listed };
      const tbs = leafNodeTbs(content, inside(alice).state.context.groupId, 0);
      const signature = suite.signWithLabel(inside(alice).state.signaturePrivateKey, "LeafNodeTBS", tbs);
      return { ...rest, path: { ...path!, leafNode: { ...content, signature } } };
    });
    expect(reason(bob.stage(commit))).toBe("unsupported_credential: own credential");
    // A newcomer who lists its own kind and not the one that the members have.
    const only = { capabilities: { ...capabilities, credentials: [2] }, credential: x509 };
    const adds = [{ type: "add", keyPackage: keyPackage("dave", only).keyPackage }] as const;
    expect(reason(alice.commit({ proposals: adds }))).toBe("unsupported_credential: the leaf cannot read a member's");
  });
  it("RULE mls.leaf-credential-type: counts for as long as somebody with it is there", () => {
    const { alice } = room([], [1, 2]);
    const x509 = { type: "x509", certificates: [random(8)] } as const;
    const both = { credential: x509, capabilities: { ...capabilities, credentials: [1, 2] } };
    const add = (bundle: ReturnType<typeof keyPackage>) => ({ type: "add", keyPackage: bundle.keyPackage }) as const;
    const [dave, erin] = [add(keyPackage("dave", both)), add(keyPackage("erin"))];
    Object.assign(alice, { inner: { ...inside(alice), engine: { ...engine, validateCredential: () => true } } });
    const committed = (...proposals: NonNullable<CommitOptions["proposals"]>): string => {
      const made = alice.commit({ proposals });
      if (made.ok) alice.apply(made.value.staged);
      return reason(made);
    };
    expect(committed(dave)).toBe("ok");
    expect(committed(erin)).toBe("unsupported_credential: the leaf cannot read a member's");
    expect(committed({ type: "remove", removed: 3 })).toBe("ok");
    expect(committed(erin)).toBe("ok");
    // And now nobody can come whom Erin could not read.
    expect(committed(dave)).toBe("unsupported_credential: a member cannot read the leaf's");
  });
  it("RULE mls.leaf-extensions", () => {
    expect(adding(withLeaf({ extensions: [{ type: 0xff00, data: EMPTY }] }))).toBe("missing_capability");
    const lists = { ...capabilities, extensions: [0xff00] };
    expect(adding(withLeaf({ extensions: [{ type: 0xff00, data: EMPTY }], capabilities: lists }))).toBe(
      "bad_confirmation_tag",
    );
    // What RFC 9420 itself defines need not be listed.
    expect(adding(withLeaf({ extensions: [{ type: 1, data: EMPTY }] }))).toBe("bad_confirmation_tag");
  });
  it("RULE mls.extension-once", () => {
    // Two of type 1 without data, as our own writer never writes them.
    const twice = Uint8Array.of(6, 0, 1, 0, 0, 1, 0);
    expect(() => decode(twice, readExtensions)).toThrow("malformed: an extension type occurs twice");
    expect(decode(Uint8Array.of(6, 0, 1, 0, 0, 2, 0), readExtensions).ok).toBe(true);
  });
  it("RULE mls.credential: the application's word is final", () => {
    application.vouch = (name) => name !== "dave";
    expect(adding((kp) => kp)).toBe("invalid_credential");
    application.vouch = () => true;
  });
  it("RULE mls.credential: is asked again for a leaf with another signature key or credential, and for no other", () => {
    const { alice, bob } = room();
    const asked: (string | null)[] = [];
    const noting: typeof engine = {
      ...engine,
      validateCredential: (_own, _groupId, before) => {
        asked.push(before === null ? null : "a successor");
        return true;
      },
    };
    Object.assign(bob, { inner: { ...inside(bob), engine: noting } });
    const { state } = inside(alice);
    const path = (change: Partial<LeafNode>, seed = state.signaturePrivateKey) =>
      code(
        bob.stage(
          altered(alice, (commit) => {
            const content = { ...commit.path!.leafNode, ...change };
            const tbs = leafNodeTbs(content, state.context.groupId, 0);
            const signature = suite.signWithLabel(seed, "LeafNodeTBS", tbs);
            return { ...commit, path: { ...commit.path!, leafNode: { ...content, signature } } };
          }),
        ),
      );
    expect([path({}), asked]).toEqual(["ok", []]);
    // Then it goes on, and ends where the altered tree does not fit what was sealed.
    expect(path({ credential: { type: "basic", identity: random(4) } })).toBe("undecryptable");
    expect(asked).toEqual(["a successor"]);
    const seed = random(32);
    expect(path({ signatureKey: nodeCrypto.ed25519PublicKey(seed) }, seed)).toBe("undecryptable");
    expect(asked).toEqual(["a successor", "a successor"]);
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
  it("RULE mls.required-capabilities: a leaf supports the extensions that the group has", () => {
    const knows = { capabilities: { ...capabilities, extensions: [0xff01] } };
    const options = { groupId: EMPTY, suite: 1, leaf: { ...leaf("alice"), ...knows, lifetime } };
    const unknown = { type: 0xff01, data: EMPTY };
    const { group } = Group.create(engine, { ...options, extensions: [unknown] });
    const proposals = [{ type: "add", keyPackage: keyPackage("bob").keyPackage }] as const;
    expect(reason(group.commit({ proposals }))).toBe("missing_capability: extension 65281");
    const added = [{ type: "add", keyPackage: keyPackage("bob", knows).keyPackage }] as const;
    expect(code(group.commit({ proposals: added }))).toBe("ok");
    // A new one beside one that there is already.
    const both = [unknown, { type: 0xff02, data: EMPTY }];
    const changing = { proposals: [{ type: "group_context_extensions", extensions: both }] } as const;
    expect(reason(group.commit(changing))).toBe("missing_capability: extension 65282");
    // What the group requires beside what it has, of each kind; the types that RFC 9420 defines are not listed.
    const requiring = (required: Partial<RequiredCapabilities>, own: object) => {
      const needs = requiredCapabilities({
        ...{ extensionTypes: [], proposalTypes: [], credentialTypes: [] },
        ...required,
      });
      const founder = { ...leaf("alice"), capabilities: { ...capabilities, ...own }, lifetime };
      try {
        Group.create(engine, { ...options, leaf: founder, extensions: [needs] });
        return "ok";
      } catch (error) {
        return (error as Error).message;
      }
    };
    const missing = "missing_capability: required by the group";
    expect([requiring({ extensionTypes: [0xff02] }, {}), requiring({ extensionTypes: [1, 5] }, {})]).toEqual([
      missing,
      "ok",
    ]);
    expect(requiring({ extensionTypes: [0xff02] }, { extensions: [0xff02] })).toBe("ok");
    expect([requiring({ proposalTypes: [8] }, {}), requiring({ proposalTypes: [1, 7] }, {})]).toEqual([missing, "ok"]);
    expect(requiring({ proposalTypes: [8] }, { proposals: [8] })).toBe("ok");
    expect([requiring({ credentialTypes: [2] }, {}), requiring({ credentialTypes: [1] }, {})]).toEqual([missing, "ok"]);
    expect(requiring({ credentialTypes: [1, 2] }, { credentials: [1, 2] })).toBe("ok");
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

  it("RULE mls.usable-key: a key that nobody can seal to is refused wherever it is brought", () => {
    const ofSmallOrder = [new Uint8Array(32), fromHex("ecff".padEnd(62, "f") + "7f"), fromHex("01".padEnd(64, "0"))];
    // The highest bit does not count, so it does not hide one.
    ofSmallOrder.push(fromHex("00".padEnd(62, "0") + "80"));
    for (const key of [...ofSmallOrder, random(31), random(33)]) {
      expect(adding(withLeaf({ encryptionKey: key }))).toBe("unusable_key");
      expect(adding((kp) => ({ ...kp, initKey: key }))).toBe("unusable_key");
      const { alice, bob } = room();
      const message = altered(alice, (commit) => {
        const nodes = commit.path!.nodes.map((node, i) => (i === 0 ? { ...node, encryptionKey: key } : node));
        return { ...commit, path: { ...commit.path!, nodes } };
      });
      expect(code(bob.stage(message))).toBe("unusable_key");
    }
  });
  it("RULE mls.usable-key: of a hybrid key both halves count", () => {
    const hybrid = CipherSuite.of(0x4d, nodeCrypto);
    const { publicKey } = nodeCrypto.kemDeriveKeyPair("xwing", random(32));
    expect(() => requireUsableKey(hybrid, publicKey, "whole")).not.toThrow();
    expect(() => requireUsableKey(hybrid, publicKey.subarray(1), "short")).toThrow("unusable_key");
    expect(() => requireUsableKey(hybrid, concatBytes(publicKey, random(1)), "long")).toThrow("unusable_key");
    const classic = publicKey.slice();
    classic.fill(0, 1184);
    expect(() => requireUsableKey(hybrid, classic, "X25519 half")).toThrow("unusable_key");
    // One coefficient at the modulus, 3329 = 0xd01, in either place of its three bytes.
    const first = publicKey.slice();
    first.set([0x01, (first[1]! & 0xf0) | 0x0d]);
    expect(() => requireUsableKey(hybrid, first, "ML-KEM half")).toThrow("unusable_key");
    const second = publicKey.slice();
    second.set([(second[1]! & 0x0f) | 0x10, 0xd0], 1);
    expect(() => requireUsableKey(hybrid, second, "ML-KEM half")).toThrow("unusable_key");
  });
});
