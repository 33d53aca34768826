import { decode, DecodeError, type Reader, Writer } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "../src/cipherSuite.js";
import { readCommit, readUpdatePath } from "../src/commit.js";
import { decodeOpaque, decodeRequiredCapabilities, readExtensions } from "../src/extension.js";
import { decodeExternalSenders } from "../src/externalSenders.js";
import { decodeAuthenticatedContent, encodeAuthenticatedContent, readFramedContent } from "../src/framing.js";
import { readGroupContext, writeGroupContext } from "../src/groupContext.js";
import { readGroupInfo, writeGroupInfo } from "../src/groupInfo.js";
import { decodeKeyPackage, decodeMessage, encodeMessage, Group, messageHeader, MlsError } from "../src/index.js";
import { writeKeyPackage } from "../src/keyPackage.js";
import { readLeafNode, writeLeafNode } from "../src/leafNode.js";
import { readPreSharedKeyId } from "../src/preSharedKey.js";
import { readPrivateMessage, senderDataKey } from "../src/privateMessage.js";
import { readProposal, writeProposal } from "../src/proposal.js";
import { readPublicMessage } from "../src/publicMessage.js";
import { RatchetTree } from "../src/ratchetTree.js";
import { encodeRatchet, readRatchet, SecretTree } from "../src/secretTree.js";
import { encodeNode, readNode } from "../src/treeNode.js";
import { readGroupSecrets, readWelcome } from "../src/welcome.js";
import { EMPTY, engine, inside, keyPackage, leaf, ok, random, room, text } from "./hostileMember.js";

const long = process.env["CONCLAVE_LONG"] === "1";
const numRuns = long ? 5_000 : 400;
// Fewer for what does cryptography with each input.
const fewRuns = long ? 1_500 : 150;

/** Everything that decodes bytes from outside, with its writer where there is one. */
const readers: Record<string, (reader: Reader) => unknown> = {
  readCommit,
  readExtensions,
  readFramedContent,
  readGroupContext,
  readGroupInfo,
  readGroupSecrets,
  readLeafNode,
  readNode,
  readPreSharedKeyId,
  readPrivateMessage,
  readProposal,
  readPublicMessage,
  readRatchet,
  readUpdatePath,
  readWelcome,
};
const decoders: Record<string, (bytes: Uint8Array) => unknown> = {
  ...Object.fromEntries(
    Object.entries(readers).map(([name, read]) => [name, (bytes: Uint8Array) => whole(bytes, read)]),
  ),
  decodeAuthenticatedContent,
  decodeExternalSenders,
  decodeKeyPackage,
  decodeMessage,
  decodeOpaque,
  decodeRatchetTree: (bytes) => RatchetTree.decode(bytes),
  decodeRequiredCapabilities,
  messageHeader,
};

function whole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** Whole structures of every kind: what mutations start from. */
const { alice, bob } = room();
const seeds: Uint8Array[] = (() => {
  const dave = keyPackage("dave");
  const proposals = [{ type: "add", keyPackage: dave.keyPackage }] as const;
  const shown = ok(alice.commit({ wireFormat: "public", proposals }));
  const item = decodeMessage(shown.message);
  if (item.wireFormat !== "public" || item.message.content.content.type !== "commit") throw new Error("not a commit");
  const { content, auth } = item.message;
  const info = alice.view.signedGroupInfo([]);
  return [
    shown.message,
    shown.welcome!,
    dave.encoded,
    alice.encrypt(text("hello")).message,
    ok(alice.commit({})).message,
    alice.propose({ type: "remove", removed: 2 }).message,
    alice.view.groupInfo(),
    alice.view.ratchetTree(),
    encodeNode({ type: "leaf", leaf: alice.view.leaf(0)! }),
    encodeNode({ type: "parent", parent: { encryptionKey: random(32), parentHash: EMPTY, unmergedLeaves: [1, 5] } }),
    encodeAuthenticatedContent({ wireFormat: "public", content, auth }),
    encodeRatchet({ generation: 3, secret: random(32), skipped: new Map([[1, messageKey(1)]]) }),
    writeLeafNode(new Writer(), alice.view.leaf(1)!).finish(),
    writeGroupContext(new Writer(), alice.view.context).finish(),
    writeGroupInfo(new Writer(), info).finish(),
    writeKeyPackage(new Writer(), dave.keyPackage).finish(),
    writeProposal(new Writer(), proposals[0]).finish(),
  ];
})();

function messageKey(generation: number) {
  return { generation, key: random(16), nonce: random(12) };
}

/** Bytes changed in a few places, cut, lengthened, or with a length that claims the most it can. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    cut: fc.option(fc.nat(), { freq: 4 }),
    tail: fc.uint8Array({ maxLength: 6 }),
    claim: fc.option(fc.nat(), { freq: 3 }),
  })
  .map(({ seed, changes, cut, tail, claim }) => {
    const bytes = new Writer()
      .fixed(cut === null ? seed : seed.subarray(0, cut % (seed.length + 1)))
      .fixed(tail)
      .finish();
    if (bytes.length === 0) return bytes;
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    if (claim !== null)
      bytes.set([0xbf, 0xff, 0xff, 0xff].slice(0, bytes.length - (claim % bytes.length)), claim % bytes.length);
    return bytes;
  });
const hostile = fc.oneof(
  { weight: 3, arbitrary: mutated },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
);

/** Runs it; only a typed refusal may come out, and soon. */
function expectTyped(work: () => unknown, size: number): void {
  const before = process.cpuUsage();
  try {
    work();
  } catch (error) {
    if (!(error instanceof MlsError) && !(error instanceof DecodeError)) throw error;
  }
  // Far more than any needs, and far less than work that grows with a length that is only claimed. Of the processor's time (ms):
  // how busy the machine is otherwise does not matter.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_000 + size);
}

describe("A80: bytes from outside", () => {
  it.each(Object.entries(decoders))(
    "A80: %s refuses what it cannot read with a typed error, soon",
    (_name, decoder) => {
      fc.assert(
        fc.property(hostile, (bytes) => expectTyped(() => decoder(bytes), bytes.length)),
        { numRuns, seed: 80 },
      );
    },
  );

  it.each(Object.entries(decoders))("A80: %s takes no more memory than its input deserves", (_name, decoder) => {
    // Every length that a decoder meets claims a gigabyte: a decoder that believed one of them would not come back.
    for (const seed of seeds) {
      const before = process.memoryUsage().arrayBuffers;
      for (let at = 0; at < Math.min(seed.length, 200); at++) {
        const bytes = seed.slice();
        bytes.set([0xbf, 0xff, 0xff, 0xff].slice(0, bytes.length - at), at);
        expectTyped(() => decoder(bytes), bytes.length);
      }
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    }
  });

  it("A80: a group refuses hostile messages with a code, and stays as it was", () => {
    const before = bob.epochAuthenticator;
    const treeBefore = bob.view.ratchetTree();
    fc.assert(
      fc.property(hostile, (bytes) => {
        const result = bob.stage(bytes);
        if (!result.ok) expect(result.error).toBeInstanceOf(MlsError);
      }),
      { numRuns: fewRuns, seed: 81 },
    );
    expect(bob.epochAuthenticator).toBe(before);
    expect(bob.view.ratchetTree()).toEqual(treeBefore);
    // Every key is still there: the next honest messages are read.
    bob.apply(ok(bob.stage(alice.encrypt(text("still here")).message)));
  });

  it("A80: joining by hostile Welcomes and GroupInfos is refused with a code", () => {
    const erin = keyPackage("erin");
    fc.assert(
      fc.property(hostile, (bytes) => {
        for (const result of [
          Group.join(engine, { welcome: bytes, keyPackage: erin }),
          Group.joinExternal(engine, { groupInfo: bytes, leaf: leaf("erin") }),
          Group.joinExternal(engine, {
            groupInfo: alice.view.groupInfo({ withTree: false }),
            ratchetTree: bytes,
            leaf: leaf("erin"),
          }),
        ])
          if (!result.ok) expect(result.error).toBeInstanceOf(MlsError);
      }),
      { numRuns: fewRuns, seed: 82 },
    );
  });

  it("what decodes as a message encodes to the same bytes", () => {
    fc.assert(
      fc.property(hostile, (bytes) => {
        let item: ReturnType<typeof decodeMessage>;
        try {
          item = decodeMessage(bytes);
        } catch {
          // Not a message: the tests above look at how it is refused.
          return;
        }
        expect(encodeMessage(item)).toEqual(bytes);
      }),
      { numRuns: numRuns * 4, seed: 83 },
    );
  });
});

describe("A84: generations far ahead", () => {
  it("A84: a generation 10^6 ahead is refused before any derivation (RULE mls.bounded-skip)", () => {
    let derivations = 0;
    const counting = {
      ...nodeCrypto,
      hkdfExpand: (...args: Parameters<typeof nodeCrypto.hkdfExpand>) => {
        derivations++;
        return nodeCrypto.hkdfExpand(...args);
      },
    };
    const tree = SecretTree.of(CipherSuite.of(1, counting), 4, random(32));
    for (const generation of [201, 1_000_000, 2 ** 32 - 1]) {
      expect(() => tree.at(1, "application", generation)).toThrow("generation_too_far");
      expect(() => tree.at(1, "handshake", generation)).toThrow("generation_too_far");
    }
    expect(derivations).toBe(0);
    tree.apply(tree.at(1, "application", 200));
    expect(derivations).toBeGreaterThan(600);
    derivations = 0;
    expect(() => tree.at(1, "application", 1_000_000)).toThrow("generation_too_far");
    expect(derivations).toBe(0);
  });

  it("A84: a message that claims generation 10^6 costs a receiver no key, nor the honest ones after it", () => {
    const { alice: sender, bob: receiver } = room();
    const { senderData } = inside(sender).state.secrets;
    const message = farAhead(sender, senderData, 1_000_000);
    for (let i = 0; i < 20; i++) {
      const result = receiver.stage(message);
      expect(result.ok ? "ok" : result.error.code).toBe("generation_too_far");
    }
    receiver.apply(ok(receiver.stage(sender.encrypt(text("first")).message)));
  });
});

// An honest ciphertext whose sender data say another generation: any member can make it, for all have their key.
function farAhead(sender: Group, senderDataSecret: Uint8Array, generation: number): Uint8Array {
  const item = decodeMessage(sender.encrypt(text("far")).message);
  if (item.wireFormat !== "private") throw new Error("not a private message");
  const { message } = item;
  const { key, nonce } = senderDataKey(CipherSuite.of(1, nodeCrypto), senderDataSecret, message.ciphertext);
  const aad = new Writer().opaque(message.groupId).u64(message.epoch).u8(1).finish();
  const data = new Writer().u32(sender.ownLeafIndex).u32(generation).fixed(random(4)).finish();
  const encryptedSenderData = nodeCrypto.aeadSeal("aes128gcm", key, nonce, aad, data);
  return encodeMessage({ wireFormat: "private", message: { ...message, encryptedSenderData } });
}
