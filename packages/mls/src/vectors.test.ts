import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { decode, encode, fromHex, Reader, toHex, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite, isCipherSuite } from "./cipherSuite.js";
import { readCommit, readUpdatePath, writeCommit } from "./commit.js";
import type { Engine } from "./engine.js";
import {
  type AuthenticatedContent,
  readAuthData,
  readFramedContent,
  type FramedContent,
  verifyFramedContent,
  signFramedContent,
} from "./framing.js";
import { encodeGroupContext, type GroupContext } from "./groupContext.js";
import { readGroupInfo, verifyGroupInfo } from "./groupInfo.js";
import { Group } from "./group.js";
import { keyPackageRef, readKeyPackage } from "./keyPackage.js";
import { epochSecrets, externalKeyPair, exportSecret, joinerSecret, welcomeSecret } from "./keySchedule.js";
import { decodeMessage, encodeMessage } from "./mlsMessage.js";
import { openPrivateMessage, sealPrivateMessage, senderDataKey } from "./privateMessage.js";
import { pskSecret } from "./preSharedKey.js";
import { readProposal, writeProposal } from "./proposal.js";
import { publicMessage, verifyMembershipTag } from "./publicMessage.js";
import { RatchetTree } from "./ratchetTree.js";
import { SecretTree } from "./secretTree.js";
import { confirmedTranscriptHash, interimTranscriptHash } from "./transcriptHash.js";
import * as math from "./treeMath.js";
import { validateTree } from "./treeValidation.js";
import { createPath, mergePath, openPath } from "./updatePath.js";
import { readGroupSecrets, welcomeKey, writeGroupSecrets } from "./welcome.js";

const folder = process.env["MLS_VECTORS"] ?? fileURLToPath(new URL("../../../../shared/vectors/mls", import.meta.url));
const present = existsSync(folder);
if (!present)
  console.warn(`The official MLS vectors are not at hand, so their tests are skipped: see npm run vectors.`);

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- vectors are JSON of many shapes, checked by use */
type Vector = any;

function vectors(name: string): Vector[] {
  const all = JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")) as Vector[];
  return all.filter(({ cipher_suite: suite }) => suite === undefined || isCipherSuite(suite));
}

const suiteOf = (vector: Vector) => CipherSuite.of(vector.cipher_suite, nodeCrypto);
const random = (length: number) =>
  nodeCrypto.hash("sha512", Uint8Array.of(length, 77, (counter = (counter + 1) & 255))).slice(0, length);
let counter = 0;
const h = fromHex;

function whole<T>(hex: string, read: (reader: Reader) => T): T {
  const decoded = decode(h(hex), read);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

describe.skipIf(!present)("official vectors (skipped without ../shared/vectors/mls or MLS_VECTORS)", () => {
  it("tree-math", () => {
    for (const v of vectors("tree-math")) {
      const leaves = v.n_leaves as number;
      expect(math.nodeWidth(leaves)).toBe(v.n_nodes);
      expect(math.root(leaves)).toBe(v.root);
      for (let node = 0; node < v.n_nodes; node++) {
        if (!math.isLeaf(node)) {
          expect(math.left(node)).toBe(v.left[node]);
          expect(math.right(node)).toBe(v.right[node]);
        }
        if (node === v.root) continue;
        expect(math.parent(node)).toBe(v.parent[node]);
        expect(math.sibling(node)).toBe(v.sibling[node]);
      }
    }
  });

  it("deserialization", () => {
    for (const { vlbytes_header: header, length } of vectors("deserialization")) {
      expect(whole(header, (r) => r.varint())).toBe(length);
    }
  });

  it("crypto-basics", () => {
    for (const v of vectors("crypto-basics")) {
      const suite = suiteOf(v);
      expect(toHex(suite.refHash(v.ref_hash.label, h(v.ref_hash.value)))).toBe(v.ref_hash.out);
      const e = v.expand_with_label;
      expect(toHex(suite.expandWithLabel(h(e.secret), e.label, h(e.context), e.length))).toBe(e.out);
      expect(toHex(suite.deriveSecret(h(v.derive_secret.secret), v.derive_secret.label))).toBe(v.derive_secret.out);
      const t = v.derive_tree_secret;
      expect(toHex(suite.deriveTreeSecret(h(t.secret), t.label, t.generation, t.length))).toBe(t.out);
      const s = v.sign_with_label;
      expect(suite.verifyWithLabel(h(s.pub), s.label, h(s.content), h(s.signature))).toBe(true);
      expect(
        suite.verifyWithLabel(h(s.pub), s.label, h(s.content), suite.signWithLabel(h(s.priv), s.label, h(s.content))),
      ).toBe(true);
      const c = v.encrypt_with_label;
      const opened = suite.decryptWithLabel(h(c.priv), c.label, h(c.context), {
        kemOutput: h(c.kem_output),
        ciphertext: h(c.ciphertext),
      });
      expect(toHex(opened!)).toBe(c.plaintext);
      const again = suite.encrypterWithLabel(c.label, h(c.context))(h(c.pub), h(c.plaintext), random)!;
      expect(toHex(suite.decryptWithLabel(h(c.priv), c.label, h(c.context), again)!)).toBe(c.plaintext);
    }
  });

  it("secret-tree", () => {
    for (const v of vectors("secret-tree")) {
      const suite = suiteOf(v);
      const sender = senderDataKey(suite, h(v.sender_data.sender_data_secret), h(v.sender_data.ciphertext));
      expect([toHex(sender.key), toHex(sender.nonce)]).toEqual([v.sender_data.key, v.sender_data.nonce]);
      const tree = SecretTree.of(suite, v.leaves.length, h(v.encryption_secret));
      v.leaves.forEach((generations: Vector[], leaf: number) => {
        for (const type of ["handshake", "application"] as const) {
          for (const g of generations) {
            const step = tree.at(leaf, type, g.generation);
            tree.apply(step);
            expect(toHex(step.messageKey.key)).toBe(g[`${type}_key`]);
            expect(toHex(step.messageKey.nonce)).toBe(g[`${type}_nonce`]);
          }
        }
      });
    }
  });

  it("key-schedule", () => {
    for (const v of vectors("key-schedule")) {
      const suite = suiteOf(v);
      let init = h(v.initial_init_secret);
      v.epochs.forEach((e: Vector, epoch: number) => {
        const context: GroupContext = {
          version: 1,
          cipherSuite: suite.id,
          groupId: h(v.group_id),
          epoch: BigInt(epoch),
          treeHash: h(e.tree_hash),
          confirmedTranscriptHash: h(e.confirmed_transcript_hash),
          extensions: [],
        };
        expect(toHex(encodeGroupContext(context))).toBe(e.group_context);
        const joiner = joinerSecret(suite, init, h(e.commit_secret), context);
        expect(toHex(joiner)).toBe(e.joiner_secret);
        expect(toHex(welcomeSecret(suite, joiner, h(e.psk_secret)))).toBe(e.welcome_secret);
        const secrets = epochSecrets(suite, joiner, h(e.psk_secret), context);
        expect(toHex(secrets.init)).toBe(e.init_secret);
        expect(toHex(secrets.senderData)).toBe(e.sender_data_secret);
        expect(toHex(secrets.encryption)).toBe(e.encryption_secret);
        expect(toHex(secrets.exporter)).toBe(e.exporter_secret);
        expect(toHex(secrets.authenticator)).toBe(e.epoch_authenticator);
        expect(toHex(secrets.external)).toBe(e.external_secret);
        expect(toHex(secrets.confirmation)).toBe(e.confirmation_key);
        expect(toHex(secrets.membership)).toBe(e.membership_key);
        expect(toHex(secrets.resumption)).toBe(e.resumption_psk);
        expect(toHex(externalKeyPair(suite, secrets.external).publicKey)).toBe(e.external_pub);
        expect(
          toHex(exportSecret(suite, secrets.exporter, e.exporter.label, h(e.exporter.context), e.exporter.length)),
        ).toBe(e.exporter.secret);
        ({ init } = secrets);
      });
    }
  });

  it("psk_secret", () => {
    for (const v of vectors("psk_secret")) {
      const psks = v.psks.map((p: Vector) => ({
        id: { type: "external", id: h(p.psk_id), nonce: h(p.psk_nonce) },
        secret: h(p.psk),
      }));
      expect(toHex(pskSecret(suiteOf(v), psks))).toBe(v.psk_secret);
    }
  });

  it("transcript-hashes", () => {
    for (const v of vectors("transcript-hashes")) {
      const suite = suiteOf(v);
      const commit = whole(v.authenticated_content, (r): AuthenticatedContent => {
        const wireFormat = r.u16() === 1 ? "public" : "private";
        const content = readFramedContent(r);
        return { wireFormat, content, auth: readAuthData(r, content.content.type) };
      });
      const confirmed = confirmedTranscriptHash(suite, h(v.interim_transcript_hash_before), commit);
      expect(toHex(confirmed)).toBe(v.confirmed_transcript_hash_after);
      expect(toHex(interimTranscriptHash(suite, confirmed, commit.auth.confirmationTag!))).toBe(
        v.interim_transcript_hash_after,
      );
      expect(toHex(suite.mac(h(v.confirmation_key), confirmed))).toBe(toHex(commit.auth.confirmationTag!));
    }
  });

  it("messages: decode and encode to the same bytes", () => {
    const bare: Record<string, (hex: string) => Uint8Array> = {
      ratchet_tree: (hex) => RatchetTree.decode(h(hex)).encode(),
      group_secrets: (hex) => writeGroupSecrets(new Writer(), whole(hex, readGroupSecrets)).finish(),
      commit: (hex) => encode(whole(hex, readCommit), writeCommit),
    };
    const types = {
      add: 1,
      update: 2,
      remove: 3,
      pre_shared_key: 4,
      re_init: 5,
      external_init: 6,
      group_context_extensions: 7,
    };
    for (const [name, type] of Object.entries(types)) {
      bare[`${name}_proposal`] = (hex) => {
        const typed = new Writer().u16(type).fixed(h(hex)).finish();
        const decoded = decode(typed, readProposal);
        if (!decoded.ok) throw decoded.error;
        return encode(decoded.value, writeProposal).slice(2);
      };
    }
    let count = 0;
    for (const v of vectors("messages")) {
      for (const [name, hex] of Object.entries<string>(v)) {
        const again = bare[name] ?? ((message: string) => encodeMessage(decodeMessage(h(message))));
        expect(toHex(again(hex)), name).toBe(hex);
        count++;
      }
    }
    expect(count).toBeGreaterThan(1000);
  });

  it("message-protection", () => {
    for (const v of vectors("message-protection")) {
      const suite = suiteOf(v);
      const context: GroupContext = {
        version: 1,
        cipherSuite: suite.id,
        groupId: h(v.group_id),
        epoch: BigInt(v.epoch),
        treeHash: h(v.tree_hash),
        confirmedTranscriptHash: h(v.confirmed_transcript_hash),
        extensions: [],
      };
      const secrets = () => ({
        senderData: h(v.sender_data_secret),
        tree: SecretTree.of(suite, 2, h(v.encryption_secret)),
      });
      const open = (bytes: Uint8Array) => {
        const item = decodeMessage(bytes);
        if (item.wireFormat === "public") {
          verifyMembershipTag(suite, item.message, context, h(v.membership_key));
          verifyFramedContent(suite, { wireFormat: "public", ...item.message }, context, h(v.signature_pub));
          return item.message;
        }
        if (item.wireFormat !== "private") throw new Error("neither public nor private");
        const opened = openPrivateMessage(suite, secrets(), item.message, () => true);
        verifyFramedContent(suite, { wireFormat: "private", ...opened }, context, h(v.signature_pub));
        return opened;
      };
      const bytesOf = ({ content: { content } }: { content: FramedContent }) =>
        content.type === "application"
          ? content.data
          : content.type === "proposal"
            ? encode(content.proposal, writeProposal)
            : encode(content.commit, writeCommit);
      const sender = { type: "member", leafIndex: 1 } as const;
      for (const kind of ["proposal", "commit", "application"] as const) {
        for (const format of ["pub", "priv"] as const) {
          if (kind === "application" && format === "pub") continue;
          const opened = open(h(v[`${kind}_${format}`]));
          expect(toHex(bytesOf(opened))).toBe(v[kind]);
          const wireFormat = format === "pub" ? "public" : "private";
          const signature = signFramedContent(
            suite,
            wireFormat,
            { ...opened.content, sender },
            context,
            h(v.signature_priv),
          );
          const auth = { signature, confirmationTag: opened.auth.confirmationTag };
          const again =
            wireFormat === "public"
              ? ({
                  wireFormat,
                  message: publicMessage(suite, opened.content, auth, context, h(v.membership_key)),
                } as const)
              : ({
                  wireFormat,
                  message: sealPrivateMessage(suite, secrets(), opened.content, auth, random, 0).message,
                } as const);
          expect(toHex(bytesOf(open(encodeMessage(again))))).toBe(v[kind]);
        }
      }
    }
  });

  it("tree-operations", () => {
    for (const v of vectors("tree-operations")) {
      const suite = suiteOf(v);
      const tree = RatchetTree.decode(h(v.tree_before));
      expect(toHex(tree.treeHash(suite))).toBe(v.tree_hash_before);
      tree.settle();
      const after = tree.fork();
      const proposal = whole(v.proposal, readProposal);
      if (proposal.type === "add") after.addLeaves([proposal.keyPackage.leafNode]);
      else if (proposal.type === "remove") after.removeLeaf(proposal.removed);
      else if (proposal.type === "update") after.updateLeaf(v.proposal_sender, proposal.leafNode);
      expect(toHex(after.encode())).toBe(v.tree_after);
      expect(toHex(after.treeHash(suite))).toBe(v.tree_hash_after);
      after.settle();
      expect(toHex(after.encode())).toBe(v.tree_after);
    }
  });

  it("treekem", { timeout: 120_000 }, () => {
    for (const v of vectors("treekem")) {
      const suite = suiteOf(v);
      const before = RatchetTree.decode(h(v.ratchet_tree));
      validateTree(suite, before);
      before.settle();
      const keysOf = (leaf: Vector) => {
        const keys = new Map([[math.leafToNode(leaf.index), h(leaf.encryption_priv)]]);
        for (const { node, path_secret: secret } of leaf.path_secrets) {
          keys.set(node, nodeCrypto.kemDeriveKeyPair("x25519", suite.deriveSecret(h(secret), "node")).privateKey);
        }
        return keys;
      };
      const contextOf = (treeHash: Uint8Array): GroupContext => ({
        version: 1,
        cipherSuite: suite.id,
        groupId: h(v.group_id),
        epoch: BigInt(v.epoch),
        treeHash,
        confirmedTranscriptHash: h(v.confirmed_transcript_hash),
        extensions: [],
      });
      for (const update of v.update_paths) {
        const path = whole(update.update_path, readUpdatePath);
        const tree = before.fork();
        const filtered = mergePath(suite, tree, update.sender, path);
        expect(toHex(tree.treeHash(suite))).toBe(update.tree_hash_after);
        for (const leaf of v.leaves_private) {
          if (leaf.index === update.sender) continue;
          const options = {
            ownLeaf: leaf.index,
            keys: keysOf(leaf),
            excluded: new Set<number>(),
            context: contextOf(tree.treeHash(suite)),
          };
          const outcome = openPath(suite, tree, path, filtered, options);
          expect(toHex(outcome.commitSecret)).toBe(update.commit_secret);
          expect(toHex([...outcome.pathSecrets.values()][0]!)).toBe(update.path_secrets[leaf.index]);
        }
        const own = v.leaves_private.find(({ index }: Vector) => index === update.sender);
        const mine = before.fork();
        const made = createPath(suite, mine, own.index, before.leaf(own.index)!, {
          groupId: h(v.group_id),
          signaturePrivateKey: h(own.signature_priv),
          excluded: new Set(),
          contextOf,
          random,
        });
        for (const leaf of v.leaves_private) {
          if (leaf.index === own.index) continue;
          const theirs = before.fork();
          const theirPath = mergePath(suite, theirs, own.index, made.path);
          const options = {
            ownLeaf: leaf.index,
            keys: keysOf(leaf),
            excluded: new Set<number>(),
            context: contextOf(theirs.treeHash(suite)),
          };
          expect(toHex(openPath(suite, theirs, made.path, theirPath, options).commitSecret)).toBe(
            toHex(made.commitSecret),
          );
        }
      }
    }
  });

  it("welcome", () => {
    for (const v of vectors("welcome")) {
      const suite = suiteOf(v);
      const item = decodeMessage(h(v.welcome));
      const keyPackage = decodeMessage(h(v.key_package));
      if (item.wireFormat !== "welcome" || keyPackage.wireFormat !== "keyPackage")
        throw new Error("unexpected message");
      const ref = toHex(keyPackageRef(suite, keyPackage.message));
      const sealed = item.message.secrets.find(({ newMember }) => toHex(newMember) === ref)!;
      const opened = suite.decryptWithLabel(
        h(v.init_priv),
        "Welcome",
        item.message.encryptedGroupInfo,
        sealed.encryptedGroupSecrets,
      )!;
      const secrets = readGroupSecrets(new Reader(opened));
      const psk = new Uint8Array(suite.hashLength);
      const { key, nonce } = welcomeKey(suite, welcomeSecret(suite, secrets.joinerSecret, psk));
      const info = readGroupInfo(
        new Reader(
          nodeCrypto.aeadOpen(suite.algorithms.aead, key, nonce, new Uint8Array(0), item.message.encryptedGroupInfo)!,
        ),
      );
      verifyGroupInfo(suite, info, h(v.signer_pub));
      const epoch = epochSecrets(suite, secrets.joinerSecret, psk, info.groupContext);
      expect(toHex(suite.mac(epoch.confirmation, info.groupContext.confirmedTranscriptHash))).toBe(
        toHex(info.confirmationTag),
      );
    }
  });

  it.each(["passive-client-welcome", "passive-client-handling-commit"])("%s", { timeout: 120_000 }, (name) => {
    let epochs = 0;
    for (const v of vectors(name)) {
      const psks = new Map<string, Uint8Array>(v.external_psks.map((p: Vector) => [p.psk_id, h(p.psk)]));
      const engine: Engine = {
        crypto: nodeCrypto,
        random,
        validateCredential: () => true,
        psk: (id) => (id.type === "external" ? (psks.get(toHex(id.id)) ?? null) : null),
      };
      const message = decodeMessage(h(v.key_package));
      const keyPackage = message.wireFormat === "keyPackage" ? message.message : whole(v.key_package, readKeyPackage);
      const joined = Group.join(engine, {
        welcome: h(v.welcome),
        keyPackage: {
          keyPackage,
          initPrivateKey: h(v.init_priv),
          encryptionPrivateKey: h(v.encryption_priv),
          signaturePrivateKey: h(v.signature_priv),
        },
        ...(v.ratchet_tree ? { ratchetTree: h(v.ratchet_tree) } : {}),
      });
      if (!joined.ok) throw joined.error;
      const { group } = joined.value;
      expect(toHex(group.epochAuthenticator)).toBe(v.initial_epoch_authenticator);
      for (const epoch of v.epochs) {
        for (const bytes of [...epoch.proposals, epoch.commit]) {
          const staged = group.stage(h(bytes));
          if (!staged.ok) throw staged.error;
          group.apply(staged.value);
        }
        expect(toHex(group.epochAuthenticator)).toBe(epoch.epoch_authenticator);
        epochs++;
      }
    }
    if (name.endsWith("commit")) expect(epochs).toBeGreaterThan(20);
  });
});
