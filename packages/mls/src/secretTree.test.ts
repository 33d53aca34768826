import { Reader, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { describe, expect, it } from "vitest";
import { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";
import { encodeRatchet, MAX_SKIP, type MessageKey, readRatchet, SecretTree } from "./secretTree.js";

const secret = new Uint8Array(32).fill(7);
const tree = () => SecretTree.of(CipherSuite.of(1, nodeCrypto), 4, secret);
const hexOf = ({ generation, key, nonce }: MessageKey) => [generation, toHex(key), toHex(nonce)];

/** The first keys of leaf 2, one after the other. */
function keysInTurn(count: number) {
  const own = tree();
  return Array.from({ length: count }, () => {
    const step = own.next(2, "application");
    own.apply(step);
    return hexOf(step.messageKey);
  });
}

/** The key of a generation of leaf 2, used up; or the code of the refusal. */
function use(received: SecretTree, generation: number): unknown {
  try {
    const step = received.at(2, "application", generation);
    received.apply(step);
    return hexOf(step.messageKey);
  } catch (error) {
    if (error instanceof MlsError) return error.code;
    throw error;
  }
}

describe("the keys of a sender (RFC 9420 §9)", () => {
  it("are the same in whatever order their messages come, each once", () => {
    const keys = keysInTurn(6);
    const received = tree();
    for (const generation of [3, 0, 5, 2, 4, 1]) {
      expect(use(received, generation)).toEqual(keys[generation]);
      expect(use(received, generation)).toBe("generation_consumed");
    }
    expect(received.generation(2, "application")).toBe(6);
    expect(received.generation(2, "handshake")).toBe(0);
  });

  it("RULE mls.bounded-skip: are skipped over 200 at a time, from wherever the chain is", () => {
    const received = tree();
    expect(use(received, MAX_SKIP + 1)).toBe("generation_too_far");
    expect(received.entries()).toEqual(tree().entries());
    expect(use(received, MAX_SKIP)).toMatchObject({ 0: MAX_SKIP });
    expect(use(received, 2 * MAX_SKIP + 2)).toBe("generation_too_far");
    expect(use(received, 2 * MAX_SKIP + 1)).toMatchObject({ 0: 2 * MAX_SKIP + 1 });
  });

  it("RULE mls.bounded-skip: 200 that were skipped are kept, and of more the oldest are given up", () => {
    const keys = keysInTurn(2);
    const received = tree();
    use(received, MAX_SKIP);
    expect(received.entries().ratchets.find(([id]) => id === "2/a")![1].skipped.size).toBe(MAX_SKIP);
    // One more, and the first is over.
    use(received, MAX_SKIP + 2);
    expect(use(received, 0)).toBe("generation_consumed");
    expect(use(received, 1)).toEqual(keys[1]);
  });

  it("RULE mls.generation-once: using a skipped key changes its chain and nothing else", () => {
    const received = tree();
    use(received, 2);
    const step = received.at(2, "application", 1);
    expect(step.nodes).toEqual([]);
    expect(step.ratchets.map(([id, { generation, skipped }]) => [id, generation, [...skipped.keys()]])).toEqual([
      ["2/a", 3, [0]],
    ]);
  });

  it("are read as they were stored, the skipped ones too", () => {
    const received = tree();
    use(received, 3);
    const [, ratchet] = received.entries().ratchets.find(([id]) => id === "2/a")!;
    expect(readRatchet(new Reader(encodeRatchet(ratchet)))).toEqual(ratchet);
    expect(ratchet.skipped.size).toBe(3);
  });
});
