import { decode, toHex } from "@conclave/codec";
import { CipherSuite } from "./cipherSuite.js";
import { pastEpoch } from "./commitDelta.js";
import { createCommit, type CommitOptions, type CreatedCommit, frame } from "./createCommit.js";
import { type Delta, type Engine, PAST_EPOCHS } from "./engine.js";
import { EpochView } from "./epochView.js";
import type { Extension } from "./extension.js";
import { type ExternalJoin, joinByExternalCommit, type LeafParameters } from "./externalJoin.js";
import {
  type AuthenticatedContent,
  type Content,
  encodeAuthenticatedContent,
  type FramedContent,
  type FramedWireFormat,
  MLS10,
  readAuthData,
  readFramedContent,
  signFramedContent,
} from "./framing.js";
import type { GroupInternals } from "./groupInternals.js";
import {
  nodeRecord,
  pathKey,
  readRecords,
  secretTreeRecords,
  stateRecord,
  stepDelta,
  updateKeyName,
} from "./groupState.js";
import { joinByWelcome, type KeyPackageBundle } from "./join.js";
import { secretsOfEpoch } from "./keySchedule.js";
import { type LeafNode, type LeafNodeContent, leafNodeTbs, type Lifetime } from "./leafNode.js";
import { attempt, MlsError, type Result } from "./mlsError.js";
import { type Proposal, proposalRef } from "./proposal.js";
import type { SentProposal } from "./proposalList.js";
import { RatchetTree } from "./ratchetTree.js";
import { type RatchetStep, SecretTree } from "./secretTree.js";
import type { Staged, StagedCommit } from "./staged.js";
import { sentProposal, stageMessage } from "./stageMessage.js";
import { interimTranscriptHash } from "./transcriptHash.js";
import { nodeWidth } from "./treeMath.js";
import { nodeKeyPair } from "./updatePath.js";

/** A message to send, and the records to store before it is sent. */
export interface Outgoing {
  readonly message: Uint8Array;
  readonly delta: Delta;
}

const EMPTY = new Uint8Array(0);

/**
 * A member's view of an MLS group (RFC 9420), for an application that decides.
 *
 * `stage` validates a message and says what it would change; `apply` makes exactly that real. An own commit comes staged
 * from `commit`, and is applied when it is known to be accepted. Every change is returned as a {@link Delta}: store it
 * before its effect leaves the process. All calls are synchronous; expected refusals are values.
 */
export class Group {
  private version = 0;
  private closed = false;

  private constructor(private inner: GroupInternals) {}

  /** Founds a group with one member, in epoch 0 (RFC 9420 §11). */
  static create(
    engine: Engine,
    options: {
      groupId: Uint8Array;
      suite: number;
      leaf: LeafParameters & { lifetime: Lifetime };
      extensions: readonly Extension[];
    },
  ): { group: Group; delta: Delta } {
    const suite = CipherSuite.of(options.suite, engine.crypto);
    const { signaturePrivateKey, lifetime, ...parameters } = options.leaf;
    const pair = nodeKeyPair(suite, engine.random(suite.hashLength));
    const content: LeafNodeContent = {
      ...parameters,
      encryptionKey: pair.publicKey,
      signatureKey: engine.crypto.ed25519PublicKey(signaturePrivateKey),
      source: { type: "key_package", lifetime },
    };
    const leaf: LeafNode = {
      ...content,
      signature: suite.signWithLabel(signaturePrivateKey, "LeafNodeTBS", leafNodeTbs(content, EMPTY, 0)),
    };
    const tree = RatchetTree.of([{ type: "leaf", leaf }]);
    const context = {
      version: MLS10,
      cipherSuite: suite.id,
      groupId: options.groupId,
      epoch: 0n,
      treeHash: tree.treeHash(suite),
      confirmedTranscriptHash: EMPTY,
      extensions: options.extensions,
    };
    tree.settle();
    const { encryption, ...secrets } = secretsOfEpoch(suite, engine.random(suite.hashLength));
    const confirmationTag = suite.mac(secrets.confirmation, EMPTY);
    return Group.began({
      engine,
      suite,
      tree,
      state: {
        context,
        interimTranscriptHash: interimTranscriptHash(suite, EMPTY, confirmationTag),
        confirmationTag,
        secrets,
        ownLeaf: 0,
        signaturePrivateKey,
        keys: new Map([[0, pair.privateKey]]),
      },
      secretTree: SecretTree.of(suite, 1, encryption),
      past: new Map(),
      proposals: new Map(),
      updateKeys: new Map(),
    });
  }

  /** Joins by a Welcome. Nothing is to be stored unless the result is ok. */
  static join(
    engine: Engine,
    options: { welcome: Uint8Array; keyPackage: KeyPackageBundle; ratchetTree?: Uint8Array },
  ): Result<{ group: Group; delta: Delta }> {
    return attempt(() => Group.began(joinByWelcome(engine, options)));
  }

  /** Joins by an external commit. The group is the one after the commit: store it, then send, and use it when accepted. */
  static joinExternal(
    engine: Engine,
    options: ExternalJoin,
  ): Result<{ message: Uint8Array; group: Group; delta: Delta }> {
    return attempt(() => {
      const { message, group } = joinByExternalCommit(engine, options);
      return { message, ...Group.began(group) };
    });
  }

  /** The group that a sequence of deltas left in the store. Records of other keys are ignored. */
  static load(engine: Engine, records: Iterable<readonly [string, Uint8Array]>): Group {
    const { proposals, ...stored } = readRecords(engine, records);
    const waiting = new Map<string, SentProposal>();
    for (const bytes of proposals) {
      const message = decodeStoredProposal(bytes);
      waiting.set(toHex(proposalRef(stored.suite, bytes)), sentProposal(message));
    }
    return new Group({ engine, ...stored, proposals: waiting });
  }

  private static began(inner: GroupInternals): { group: Group; delta: Delta } {
    const { state, tree, secretTree } = inner;
    const put: (readonly [string, Uint8Array])[] = [stateRecord(state)];
    for (let index = 0; index < nodeWidth(tree.leafWidth); index++) {
      const node = tree.node(index);
      if (node !== null) put.push(nodeRecord(index, node));
    }
    for (const [index, key] of state.keys) put.push([pathKey(index), key]);
    put.push(...secretTreeRecords(state.context.epoch, secretTree));
    return { group: new Group(inner), delta: { put, delete: [] } };
  }

  /** The current epoch: members, exporter, GroupInfo, authenticator. */
  get view(): EpochView {
    return new EpochView(this.inner.suite, this.inner.tree, this.inner.state);
  }

  get groupId(): Uint8Array {
    return this.inner.state.context.groupId;
  }

  get suite(): number {
    return this.inner.suite.id;
  }

  get epoch(): bigint {
    return this.inner.state.context.epoch;
  }

  get ownLeafIndex(): number {
    return this.inner.state.ownLeaf;
  }

  get epochAuthenticator(): Uint8Array {
    return this.inner.state.secrets.authenticator;
  }

  /** Validates a PublicMessage or PrivateMessage and says what it would change. The group stays as it is. */
  stage(message: Uint8Array): Result<Staged> {
    return attempt(() => {
      this.assertOpen();
      return stageMessage(this.inner, this.version, message);
    });
  }

  /**
   * Makes real what was staged, and returns what to store. @throws TypeError when it was staged on another state of the
   * group (a bug in the caller): for a commit, in another epoch; else, before another use of the group's keys.
   */
  apply(staged: Staged): Delta {
    this.assertOpen();
    const { delta } = staged;
    if (staged.kind === "commit") this.applyCommit(staged);
    else if (staged.kind === "application") {
      this.expectVersion(staged.internal.version);
      this.use(staged.internal.step, staged.epoch);
    } else {
      this.expectVersion(staged.internal.version);
      if (staged.internal.step !== null) this.use(staged.internal.step, staged.epoch);
      const proposals = new Map(this.inner.proposals);
      proposals.set(toHex(staged.ref), { proposal: staged.proposal, sender: staged.sender, byReference: true });
      this.inner = { ...this.inner, proposals };
    }
    return delta;
  }

  /** Builds a commit. The group's epoch stays as it is until the staged commit is applied. */
  commit(options: CommitOptions): Result<Omit<CreatedCommit, "step">> {
    return attempt(() => {
      this.assertOpen();
      const { step, ...created } = createCommit(this.inner, options);
      if (step !== null) this.use(step, this.epoch);
      return created;
    });
  }

  /** Sends a proposal for others (or oneself) to commit by reference. */
  propose(
    proposal: Proposal,
    options: { authenticatedData?: Uint8Array; wireFormat?: FramedWireFormat } = {},
  ): Outgoing {
    this.assertOpen();
    const wireFormat = options.wireFormat ?? "private";
    const { message, delta, authenticated } = this.send(
      { type: "proposal", proposal },
      wireFormat,
      options.authenticatedData ?? EMPTY,
      0,
    );
    const encoded = encodeAuthenticatedContent(authenticated);
    const ref = toHex(proposalRef(this.inner.suite, encoded));
    const proposals = new Map(this.inner.proposals).set(ref, sentProposal(authenticated));
    this.inner = { ...this.inner, proposals };
    return { message, delta: { put: [...delta.put, [`q/${ref}`, encoded]], delete: delta.delete } };
  }

  /** An Update of the own leaf with a new encryption key, sent as a proposal. */
  proposeUpdate(options: { authenticatedData?: Uint8Array; wireFormat?: FramedWireFormat } = {}): Outgoing {
    this.assertOpen();
    const { suite, engine, state, tree } = this.inner;
    const pair = nodeKeyPair(suite, engine.random(suite.hashLength));
    const content: LeafNodeContent = {
      ...tree.leaf(state.ownLeaf)!,
      encryptionKey: pair.publicKey,
      source: { type: "update" },
    };
    const tbs = leafNodeTbs(content, state.context.groupId, state.ownLeaf);
    const leafNode: LeafNode = {
      ...content,
      signature: suite.signWithLabel(state.signaturePrivateKey, "LeafNodeTBS", tbs),
    };
    const name = updateKeyName(pair.publicKey);
    this.inner = { ...this.inner, updateKeys: new Map(this.inner.updateKeys).set(name, pair.privateKey) };
    const { message, delta } = this.propose({ type: "update", leafNode }, options);
    return { message, delta: { put: [...delta.put, [`u/${name}`, pair.privateKey]], delete: delta.delete } };
  }

  /** Encrypts application data. Only the sender's own ratchet changes. `padTo` rounds the plaintext's length up. */
  encrypt(data: Uint8Array, options: { authenticatedData?: Uint8Array; padTo?: number } = {}): Outgoing {
    this.assertOpen();
    const { message, delta } = this.send(
      { type: "application", data },
      "private",
      options.authenticatedData ?? EMPTY,
      options.padTo ?? 0,
    );
    return { message, delta };
  }

  private send(content: Content, wireFormat: FramedWireFormat, authenticatedData: Uint8Array, padTo: number) {
    const { suite, state } = this.inner;
    const framed: FramedContent = {
      groupId: state.context.groupId,
      epoch: state.context.epoch,
      sender: { type: "member", leafIndex: state.ownLeaf },
      authenticatedData,
      content,
    };
    const signature = signFramedContent(suite, wireFormat, framed, state.context, state.signaturePrivateKey);
    const auth = { signature, confirmationTag: null };
    const { message, step } = frame(this.inner, wireFormat, framed, auth, padTo);
    if (step !== null) this.use(step, this.epoch);
    const delta: Delta = step === null ? { put: [], delete: [] } : stepDelta(this.epoch, step);
    const authenticated: AuthenticatedContent = { wireFormat, content: framed, auth };
    return { message, delta, authenticated };
  }

  private applyCommit(staged: StagedCommit): void {
    if (staged.epoch !== this.epoch) throw new TypeError("the commit was staged in another epoch");
    if (staged.internal === null) {
      this.closed = true;
      return;
    }
    const { tree, state, secretTree } = staged.internal;
    const past = new Map(this.inner.past).set(this.epoch, pastEpoch(this.inner, tree));
    for (const old of past.keys()) if (old <= this.epoch - BigInt(PAST_EPOCHS)) past.delete(old);
    tree.settle();
    const { engine, suite } = this.inner;
    this.inner = { engine, suite, tree, state, secretTree, past, proposals: new Map(), updateKeys: new Map() };
    this.version++;
  }

  private use(step: RatchetStep, epoch: bigint): void {
    const tree = epoch === this.epoch ? this.inner.secretTree : this.inner.past.get(epoch)!.secretTree;
    tree.apply(step);
    this.version++;
  }

  private expectVersion(version: number): void {
    if (version !== this.version) throw new TypeError("staged on another state of the group");
  }

  private assertOpen(): void {
    if (this.closed) throw new MlsError("removed", "this member was removed from the group");
  }
}

function decodeStoredProposal(bytes: Uint8Array): AuthenticatedContent {
  const decoded = decode(bytes, (r): AuthenticatedContent => {
    const wireFormat = r.u16() === 1 ? "public" : "private";
    const content = readFramedContent(r);
    return { wireFormat, content, auth: readAuthData(r, content.content.type) };
  });
  if (!decoded.ok) throw new TypeError("a stored proposal is damaged");
  return decoded.value;
}
