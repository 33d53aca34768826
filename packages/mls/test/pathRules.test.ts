import { nodeCrypto } from "@conclave/crypto/node";
import type { HpkeCiphertext } from "@conclave/crypto";
import { describe, expect, it } from "vitest";
import type { Commit } from "../src/commit.js";
import { leafNodeTbs } from "../src/leafNode.js";
import { altered, code, commitOf, corrupt, forge, inside, ok, random, reason, room, suite } from "./hostileMember.js";

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
    // Also one that the path itself replaces.
    const old = inside(alice).tree.parent(3)!.encryptionKey;
    const reused = altered(alice, (commit) => ({
      ...commit,
      path: {
        ...commit.path!,
        nodes: commit.path!.nodes.map((node, i) => (i === 1 ? { ...node, encryptionKey: old } : node)),
      },
    }));
    expect(reason(bob.stage(reused))).toBe("duplicate_key: update path");
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
  it("RULE mls.path-sizes: what is sealed to others has the size of a sealed secret, to the byte", () => {
    const grown = (bytes: Uint8Array, by: number) => new Uint8Array(bytes.length + by);
    // Bob opens the one of the first node: the others are nothing to him.
    const others = (change: (sealed: HpkeCiphertext) => HpkeCiphertext) =>
      path((p) => ({
        ...p,
        nodes: p.nodes.map((node, i) =>
          i === 0 ? node : { ...node, encryptedPathSecret: node.encryptedPathSecret.map(change) },
        ),
      }));
    expect(others((sealed) => sealed)).toBe("ok");
    for (const by of [-1, 1, 100_000]) {
      expect(others(({ kemOutput, ciphertext }) => ({ kemOutput: grown(kemOutput, by), ciphertext }))).toBe("bad_path");
      expect(others(({ kemOutput, ciphertext }) => ({ kemOutput, ciphertext: grown(ciphertext, by) }))).toBe(
        "bad_path",
      );
    }
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

  it("RULE mls.path-keys: a public key that does not follow from the path's secret is refused", () => {
    for (const [wrong, expected] of [
      [Infinity, "ok"],
      [3, "bad_path: public key"],
    ] as const) {
      const { alice, bob } = room();
      let made = 0;
      // Alice makes the keys of her leaf, of node 1 and of the root; the third one says another public key.
      corrupt(alice, {
        kemDeriveKeyPair(kem, ikm) {
          const pair = nodeCrypto.kemDeriveKeyPair(kem, ikm);
          made++;
          return made === wrong ? { ...pair, publicKey: nodeCrypto.kemDeriveKeyPair(kem, random(32)).publicKey } : pair;
        },
      });
      expect(reason(bob.stage(ok(alice.commit({})).message))).toBe(expected);
      expect(made).toBeGreaterThanOrEqual(3);
    }
  });
});
