import { Writer } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { encodeMessage } from "@conclave/mls";

/** What a {@link FilledGroup} is called. */
export const benchGroupId = new TextEncoder().encode("conclave bench");

const KEM = { 0x0001: "x25519", 0x0003: "x25519", 0x004d: "xwing" } as const;
const EMPTY = new Uint8Array(0);
/** Secret of the group's external key pair: there is no epoch behind it, for a joiner by external commit sees none. */
const EXTERNAL = new Uint8Array(32).fill(7);

/** The place that a {@link FilledGroup} leaves free: who joins first sits far from who joins second. */
const FREE_LEAF = 1;

/**
 * A group whose tree has `leaves` places, all but the second taken, and is full of keys, as if each member had committed
 * once, from the left to the right: so every parent's key was set by the last leaf below it, and its right child carries its
 * parent hash. Building it takes time in proportion to the members; letting them join one by one would take the square.
 */
export class FilledGroup {
  private readonly builder: TreeBuilder;
  private readonly treeHash: Uint8Array;

  constructor(
    private readonly suite: keyof typeof KEM,
    private readonly leaves: number,
    identity: (leafIndex: number) => Uint8Array = () => systemRandom(16),
  ) {
    this.builder = new TreeBuilder(suite, leaves, identity);
    this.treeHash = this.builder.build();
  }

  /**
   * A signed GroupInfo to join by. ts-mls 1.6.4 wants the key in external_pub without the length before it that RFC 9420
   * §12.4.3.2 gives it: `bareExternalPub` is for ts-mls.
   */
  groupInfo(bareExternalPub = false): Uint8Array {
    const { publicKey } = nodeCrypto.kemDeriveKeyPair(KEM[this.suite], EXTERNAL);
    const unsigned = {
      groupContext: {
        version: 1,
        cipherSuite: this.suite,
        groupId: benchGroupId,
        epoch: BigInt(this.leaves),
        treeHash: this.treeHash,
        confirmedTranscriptHash: new Uint8Array(32),
        extensions: [],
      },
      extensions: [
        { type: 4, data: bareExternalPub ? publicKey : new Writer().opaque(publicKey).finish() },
        { type: 2, data: this.builder.encode() },
      ],
      confirmationTag: new Uint8Array(32),
      signer: 0,
    };
    const encoded = encodeMessage({ wireFormat: "groupInfo", message: { ...unsigned, signature: EMPTY } });
    // GroupInfoTBS: without the message's header (4 bytes) and the empty signature (1 byte).
    const signature = signWithLabel(this.builder.firstSeed, "GroupInfoTBS", encoded.subarray(4, encoded.length - 1));
    return encodeMessage({ wireFormat: "groupInfo", message: { ...unsigned, signature } });
  }
}

class TreeBuilder {
  readonly firstSeed = systemRandom(32);
  private readonly nodes: (Uint8Array | null)[] = [];
  private readonly width: number;

  constructor(
    private readonly suite: keyof typeof KEM,
    private readonly leaves: number,
    private readonly identity: (leafIndex: number) => Uint8Array,
  ) {
    this.width = 2 ** Math.ceil(Math.log2(leaves));
  }

  /** Makes all nodes, and returns the tree hash. */
  build(): Uint8Array {
    return this.subtree(0, this.width, EMPTY);
  }

  /** ratchet_tree, with nothing blank at the end. */
  encode(): Uint8Array {
    return new Writer(this.nodes.length * 256)
      .vector(this.nodes.slice(0, 2 * this.leaves - 1), (w, node) => w.optional(node, (x, bytes) => x.fixed(bytes)))
      .finish();
  }

  // The subtree of `width` leaves from leaf `first` on; `parentHash` is what its top node carries.
  private subtree(first: number, width: number, parentHash: Uint8Array): Uint8Array {
    if (width === 1) return this.leaf(first, parentHash);
    const half = width / 2;
    const index = 2 * first + width - 1;
    // A parent without anybody on its right is on nobody's filtered path: it has no key, and hands the hash on.
    const isBlank = first + half >= this.leaves || (width === 2 && first + 1 === FREE_LEAF);
    // Any hash fits on the left: the commit that it belonged to was overtaken by those from the right.
    const leftHash = this.subtree(first, half, isBlank ? parentHash : systemRandom(32));
    if (isBlank) {
      this.nodes[index] = null;
      const blank = this.subtree(first + half, half, EMPTY);
      return hash(new Writer(128).u8(2).u8(0).opaque(leftHash).opaque(blank));
    }
    const key = this.key();
    const hashBelow = hash(new Writer(1400).opaque(key).opaque(parentHash).opaque(leftHash));
    const rightHash = this.subtree(first + half, half, hashBelow);
    const parent = new Writer(1400).opaque(key).opaque(parentHash).opaque(EMPTY).finish();
    this.nodes[index] = new Writer(1400).u8(2).fixed(parent).finish();
    return hash(new Writer(1500).u8(2).u8(1).fixed(parent).opaque(leftHash).opaque(rightHash));
  }

  private leaf(index: number, parentHash: Uint8Array): Uint8Array {
    if (index >= this.leaves || index === FREE_LEAF) {
      this.nodes[2 * index] = null;
      return hash(new Writer(8).u8(1).u32(index).u8(0));
    }
    const seed = index === 0 ? this.firstSeed : systemRandom(32);
    const content = new Writer(1500).opaque(this.key()).opaque(nodeCrypto.ed25519PublicKey(seed));
    content.u16(1).opaque(this.identity(index));
    for (const list of [[1], [this.suite], [], [], [1]]) content.vector(list, (w, type) => w.u16(type));
    const bytes = content.u8(3).opaque(parentHash).opaque(EMPTY).finish();
    const tbs = new Writer(1600).fixed(bytes).opaque(benchGroupId).u32(index).finish();
    const leaf = new Writer(1600)
      .fixed(bytes)
      .opaque(signWithLabel(seed, "LeafNodeTBS", tbs))
      .finish();
    this.nodes[2 * index] = new Writer(1600).u8(1).fixed(leaf).finish();
    return hash(new Writer(1600).u8(1).u32(index).u8(1).fixed(leaf));
  }

  private key(): Uint8Array {
    return nodeCrypto.kemDeriveKeyPair(KEM[this.suite], systemRandom(32)).publicKey;
  }
}

function hash(writer: Writer): Uint8Array {
  return nodeCrypto.hash("sha256", writer.finish());
}

function signWithLabel(seed: Uint8Array, label: string, content: Uint8Array): Uint8Array {
  const input = new Writer(content.length + 64).text(`MLS 1.0 ${label}`).opaque(content).finish();
  return nodeCrypto.ed25519Sign(seed, input);
}
