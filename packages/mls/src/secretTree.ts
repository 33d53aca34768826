import { type Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";
import { isLeaf, left, leafToNode, parent, right, root } from "./treeMath.js";

/** Most generations that a receiver steps forward at once, and most skipped keys that it keeps for one sender. */
export const MAX_SKIP = 200;

export type RatchetType = "handshake" | "application";

/** Key and nonce of one message. */
export interface MessageKey {
  readonly generation: number;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

/** One sender's chain of keys: where it stands, and keys that were skipped and may still be asked for. */
export interface Ratchet {
  readonly generation: number;
  readonly secret: Uint8Array;
  readonly skipped: ReadonlyMap<number, MessageKey>;
}

/** Which key a received message used. */
export interface KeyUse {
  readonly leaf: number;
  readonly type: RatchetType;
  readonly generation: number;
}

/** What using one key changes. Nothing changes until {@link SecretTree.apply}. */
export interface RatchetStep {
  readonly messageKey: MessageKey;
  readonly ratchets: readonly (readonly [id: string, ratchet: Ratchet])[];
  readonly nodes: readonly (readonly [node: number, secret: Uint8Array | null])[];
}

const EMPTY = new Uint8Array(0);

/**
 * The secret tree of one epoch (RFC 9420 §9): leaf secrets are made when first needed, and every secret is deleted with
 * the step that consumes it, so that a key that was used cannot be made again.
 */
export class SecretTree {
  constructor(
    private readonly suite: CipherSuite,
    private readonly leaves: number,
    private readonly nodes: Map<number, Uint8Array>,
    private readonly ratchets: Map<string, Ratchet>,
  ) {}

  static of(suite: CipherSuite, leaves: number, encryptionSecret: Uint8Array): SecretTree {
    return new SecretTree(suite, leaves, new Map([[root(leaves), encryptionSecret]]), new Map());
  }

  /** How far a chain has come. */
  generation(leaf: number, type: RatchetType): number {
    return this.ratchets.get(ratchetId(leaf, type))?.generation ?? 0;
  }

  /** The next key of the own chain. */
  next(leaf: number, type: RatchetType): RatchetStep {
    const { ratchet, opened } = this.open(leaf, type);
    return this.forward(leaf, type, ratchet, opened, ratchet.generation);
  }

  /**
   * The key of a received message.
   * @throws MlsError `generation_too_far` before any derivation, `generation_consumed` for a key used already.
   */
  at(leaf: number, type: RatchetType, generation: number): RatchetStep {
    const known = this.ratchets.get(ratchetId(leaf, type));
    const current = known?.generation ?? 0;
    // RULE: mls.bounded-skip: a generation far ahead is refused before any work is done (RFC 9420 §9.1; attack A84).
    if (generation - current > MAX_SKIP) throw new MlsError("generation_too_far", type);
    if (known !== undefined && generation < current) {
      const messageKey = known.skipped.get(generation);
      // RULE: mls.generation-once: a key is deleted when it is used, so a replay finds none (RFC 9420 §9.2; attack A24).
      if (messageKey === undefined) throw new MlsError("generation_consumed", type);
      const skipped = new Map(known.skipped);
      skipped.delete(generation);
      return { messageKey, ratchets: [[ratchetId(leaf, type), { ...known, skipped }]], nodes: [] };
    }
    const { ratchet, opened } = this.open(leaf, type);
    return this.forward(leaf, type, ratchet, opened, generation);
  }

  /**
   * What using up the key of a received message changes as the tree is now; null when that key is gone. For what was
   * staged some time ago: a step that was made then would bring back what was used and deleted since.
   */
  consume({ leaf, type, generation }: KeyUse): RatchetStep | null {
    try {
      return this.at(leaf, type, generation);
    } catch (error) {
      if (error instanceof MlsError && error.code === "generation_consumed") return null;
      throw error;
    }
  }

  /** Makes a step real. It must have been made of the tree as it is. */
  apply(step: RatchetStep): void {
    for (const [node, secret] of step.nodes) {
      if (secret === null) this.nodes.delete(node);
      else this.nodes.set(node, secret);
    }
    for (const [id, ratchet] of step.ratchets) this.ratchets.set(id, ratchet);
  }

  /** All that there is to store. */
  entries(): { nodes: [number, Uint8Array][]; ratchets: [string, Ratchet][] } {
    return { nodes: [...this.nodes], ratchets: [...this.ratchets] };
  }

  private open(leaf: number, type: RatchetType): { ratchet: Ratchet; opened: Opened } {
    const id = ratchetId(leaf, type);
    const known = this.ratchets.get(id);
    if (known !== undefined) return { ratchet: known, opened: { ratchets: [], nodes: [] } };
    const opened = this.openLeaf(leaf);
    return { ratchet: opened.ratchets.find(([other]) => other === id)![1], opened };
  }

  // From the lowest secret still held above the leaf down to it, leaving the siblings' secrets and deleting the path's.
  private openLeaf(leaf: number): Opened {
    const target = leafToNode(leaf);
    if (target > root(this.leaves) * 2) throw new MlsError("unknown_sender", "leaf outside the tree");
    const path = [target];
    while (!this.nodes.has(path[0]!)) {
      if (path[0] === root(this.leaves)) throw new MlsError("generation_consumed", "leaf secret");
      path.unshift(parent(path[0]!));
    }
    const nodes: [number, Uint8Array | null][] = [];
    let secret = this.nodes.get(path[0]!)!;
    for (const [depth, node] of path.entries()) {
      nodes.push([node, null]);
      if (isLeaf(node)) break;
      const { hashLength } = this.suite;
      const below = path[depth + 1];
      const leftSecret = this.suite.expandWithLabel(secret, "tree", LEFT, hashLength);
      const rightSecret = this.suite.expandWithLabel(secret, "tree", RIGHT, hashLength);
      const goesLeft = below === left(node);
      nodes.push(goesLeft ? [right(node), rightSecret] : [left(node), leftSecret]);
      secret = goesLeft ? leftSecret : rightSecret;
    }
    const ratchets = (["handshake", "application"] as const).map((type): [string, Ratchet] => [
      ratchetId(leaf, type),
      {
        generation: 0,
        secret: this.suite.expandWithLabel(secret, type, EMPTY, this.suite.hashLength),
        skipped: new Map(),
      },
    ]);
    return { ratchets, nodes };
  }

  private forward(leaf: number, type: RatchetType, from: Ratchet, opened: Opened, generation: number): RatchetStep {
    const id = ratchetId(leaf, type);
    const skipped = new Map(from.skipped);
    let { secret } = from;
    for (let g = from.generation; g < generation; g++) {
      skipped.set(g, this.messageKey(secret, g));
      secret = this.suite.deriveTreeSecret(secret, "secret", g, this.suite.hashLength);
    }
    const messageKey = this.messageKey(secret, generation);
    secret = this.suite.deriveTreeSecret(secret, "secret", generation, this.suite.hashLength);
    // The oldest of too many skipped keys are given up.
    for (const old of skipped.keys()) if (skipped.size > MAX_SKIP) skipped.delete(old);
    const ratchets = opened.ratchets.filter(([other]) => other !== id);
    return {
      messageKey,
      ratchets: [...ratchets, [id, { generation: generation + 1, secret, skipped }]],
      nodes: opened.nodes,
    };
  }

  private messageKey(secret: Uint8Array, generation: number): MessageKey {
    return {
      generation,
      key: this.suite.deriveTreeSecret(secret, "key", generation, this.suite.keyLength),
      nonce: this.suite.deriveTreeSecret(secret, "nonce", generation, this.suite.nonceLength),
    };
  }
}

interface Opened {
  readonly ratchets: readonly (readonly [string, Ratchet])[];
  readonly nodes: readonly (readonly [number, Uint8Array | null])[];
}

const LEFT = Uint8Array.of(0x6c, 0x65, 0x66, 0x74);
const RIGHT = Uint8Array.of(0x72, 0x69, 0x67, 0x68, 0x74);

/** The name of a sender's ratchet: its leaf, and "h" or "a". */
export function ratchetId(leaf: number, type: RatchetType): string {
  return `${leaf}/${type === "handshake" ? "h" : "a"}`;
}

/** How a ratchet is stored. */
export function writeRatchet(writer: Writer, ratchet: Ratchet): Writer {
  writer.u32(ratchet.generation).opaque(ratchet.secret);
  return writer.vector([...ratchet.skipped.values()], (w, { generation, key, nonce }) =>
    w.u32(generation).opaque(key).opaque(nonce),
  );
}

export function readRatchet(reader: Reader): Ratchet {
  const generation = reader.u32();
  const secret = reader.opaque();
  const keys = reader.vector((r) => ({ generation: r.u32(), key: r.opaque(), nonce: r.opaque() }));
  return { generation, secret, skipped: new Map(keys.map((key) => [key.generation, key])) };
}

export function encodeRatchet(ratchet: Ratchet): Uint8Array {
  return writeRatchet(new Writer(64), ratchet).finish();
}
