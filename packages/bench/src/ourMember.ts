import { systemRandom } from "@conclave/crypto/node";
import {
  decodeKeyPackage,
  type Engine,
  generateKeyPackage,
  Group,
  type KeyPackageBundle,
  type Proposal,
} from "@conclave/mls";
import { type InteropMember, type MadeCommit, wireIdentity } from "./interopMember.js";
import { type BenchSuite, unwrap } from "./mlsParts.js";

const DAY_S = 86_400n;
const HEADER = Uint8Array.of(0, 1, 0, 4);
const EXPORTED_BYTES = 32;

/** A member by Conclave's engine, in a group of plain RFC 9420: nothing of a room. Handshakes are public messages. */
export class OurMember implements InteropMember {
  private bundle: KeyPackageBundle | null = null;
  private group!: Group;

  constructor(
    private readonly engine: Engine,
    private readonly suite: BenchSuite,
    readonly number: number,
  ) {}

  keyPackage(): Promise<Uint8Array> {
    const bundle = generateKeyPackage(this.engine, { ...this.leaf(), suite: this.suite, lifetime: thisMonth() });
    this.bundle = bundle;
    return Promise.resolve(bundle.encoded.subarray(HEADER.length));
  }

  create(groupId: Uint8Array): Promise<void> {
    const leaf = { ...this.leaf(), lifetime: thisMonth() };
    this.group = Group.create(this.engine, { groupId, suite: this.suite, leaf, extensions: [] }).group;
    return Promise.resolve();
  }

  joinWelcome(_groupId: Uint8Array, welcome: Uint8Array): Promise<void> {
    this.group = unwrap(Group.join(this.engine, { welcome, keyPackage: this.bundle! })).group;
    return Promise.resolve();
  }

  joinExternal(_groupId: Uint8Array, groupInfo: Uint8Array): Promise<MadeCommit> {
    const message = Uint8Array.from([...HEADER, ...groupInfo]);
    const joined = unwrap(Group.joinExternal(this.engine, { groupInfo: message, leaf: this.leaf() }));
    this.group = joined.group;
    return Promise.resolve({ commit: joined.message, welcome: null });
  }

  commit(): Promise<MadeCommit> {
    return this.committed({});
  }

  add(keyPackages: readonly Uint8Array[]): Promise<MadeCommit> {
    return this.committed({
      proposals: keyPackages.map((bytes): Proposal => ({ type: "add", keyPackage: decodeKeyPackage(bytes) })),
    });
  }

  remove(number: number): Promise<MadeCommit> {
    const identity = Buffer.from(wireIdentity(number));
    for (const { leafIndex, leafNode } of this.group.view.members())
      if (leafNode.credential.type === "basic" && identity.equals(leafNode.credential.identity))
        return this.committed({ proposals: [{ type: "remove", removed: leafIndex }] });
    throw new Error(`number ${number} is not in the group`);
  }

  commitPending(): Promise<MadeCommit> {
    return this.committed({ includeReferenced: true });
  }

  /** Proposes new keys for its leaf, for others to commit. */
  proposeUpdate(): Uint8Array {
    return this.group.proposeUpdate({ wireFormat: "public" }).message;
  }

  encrypt(text: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(this.group.encrypt(text).message);
  }

  receive(message: Uint8Array): Promise<Uint8Array | null> {
    const staged = unwrap(this.group.stage(message));
    this.group.apply(staged);
    return Promise.resolve(staged.kind === "application" ? staged.data : null);
  }

  groupInfo(): Uint8Array {
    return this.group.view.groupInfo().subarray(HEADER.length);
  }

  exported(): Promise<Uint8Array> {
    return Promise.resolve(this.group.view.export("exporter", new Uint8Array(), EXPORTED_BYTES));
  }

  private committed(options: Parameters<Group["commit"]>[0]): Promise<MadeCommit> {
    const { message, welcome, staged } = unwrap(this.group.commit({ ...options, wireFormat: "public" }));
    this.group.apply(staged);
    return Promise.resolve({ commit: message, welcome });
  }

  private leaf() {
    return {
      credential: { type: "basic", identity: wireIdentity(this.number) } as const,
      // A group that core-crypto makes requires both kinds of credential.
      capabilities: { versions: [1], cipherSuites: [this.suite], extensions: [], proposals: [], credentials: [1, 2] },
      extensions: [],
      signaturePrivateKey: systemRandom(32),
    };
  }
}

/** core-crypto takes no key package for longer than some months. */
function thisMonth() {
  const now = BigInt(Math.floor(Date.now() / 1000));
  return { notBefore: now - DAY_S, notAfter: now + 28n * DAY_S };
}
