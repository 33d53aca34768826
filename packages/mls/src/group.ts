import { fromHex, toHex, type Result } from "@conclave/codec";
import { commitDelta, pastEpoch, removalDelta } from "./commitDelta.js";
import { createCommit, type CommitOptions, type CreatedCommit, frameHandshake } from "./createCommit.js";
import { createGroup, type NewGroup } from "./createGroup.js";
import { type Delta, type Engine, PAST_EPOCHS } from "./engine.js";
import { EpochView } from "./epochView.js";
import { type ExternalJoin, joinByExternalCommit } from "./externalJoin.js";
import {
  type AuthenticatedContent,
  type Content,
  decodeAuthenticatedContent,
  encodeAuthenticatedContent,
  type FramedContent,
  type FramedWireFormat,
  type Sender,
  signFramedContent,
} from "./framing.js";
import type { GroupInternals } from "./groupInternals.js";
import {
  nodeRecord,
  pathKey,
  proposalRecordKey,
  readRecords,
  secretTreeRecords,
  stateRecord,
  stepDelta,
  updateKeyName,
  updateRecordKey,
} from "./groupState.js";
import { joinByWelcome, type WelcomeJoin } from "./join.js";
import { signLeafNode } from "./leafNode.js";
import { attempt, MlsError } from "./mlsError.js";
import type { PreSharedKeyId } from "./preSharedKey.js";
import { type Proposal, proposalRef } from "./proposal.js";
import { type SentProposal, validateSender } from "./proposalList.js";
import { limitProposals } from "./proposalLimit.js";
import type { RatchetStep } from "./secretTree.js";
import type { Staged, StagedCommit } from "./staged.js";
import { sentProposal, stageMessage } from "./stageMessage.js";
import { nodeWidth } from "./treeMath.js";
import { nodeKeyPair } from "./updatePath.js";

/** A message to send, and the records to store before it is sent. */
export interface Outgoing {
  readonly message: Uint8Array;
  readonly delta: Delta;
}

/** Most application messages that a member sends in one epoch. */
const MAX_MESSAGES = 2 ** 24;

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
  static create(engine: Engine, options: NewGroup): { group: Group; delta: Delta } {
    return Group.began(createGroup(engine, options));
  }

  /**
   * Joins by a Welcome. Nothing is to be stored unless the result is ok. What only the application can know is left to it:
   * that it is in no group of that id already, and what a PSK of usage `reinit` or `branch` says of the group before
   * (RFC 9420 §12.4.3.1).
   */
  static join(
    engine: Engine,
    options: WelcomeJoin,
  ): Result<{ group: Group; delta: Delta; signer: number; psks: readonly PreSharedKeyId[] }, MlsError> {
    return attempt(() => {
      const { group, signer, psks } = joinByWelcome(engine, options);
      return { ...Group.began(group), signer, psks };
    });
  }

  /** Joins by an external commit. The group is the one after the commit: store it, then send, and use it when accepted. */
  static joinExternal(
    engine: Engine,
    options: ExternalJoin,
  ): Result<{ message: Uint8Array; group: Group; delta: Delta }, MlsError> {
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
      const message = decodeAuthenticatedContent(bytes);
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

  /**
   * Deletes what the store still holds of epochs that are over. To be stored after {@link Group.load} where a pending
   * commit's own records were written without the group: what came in after they were made is not among their deletions.
   */
  forgetLeftovers(): Delta {
    const { leftovers } = this.inner;
    this.inner = { ...this.inner, leftovers: [] };
    return { put: [], delete: leftovers };
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
  stage(message: Uint8Array): Result<Staged, MlsError> {
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
    if (staged.kind === "commit") return this.applyCommit(staged);
    this.expectVersion(staged.internal.version);
    if (staged.internal.step !== null) this.use(staged.internal.step, staged.epoch);
    if (staged.kind === "proposal") {
      const { proposal, sender } = staged;
      this.keep(toHex(staged.ref), { proposal, sender, byReference: true });
    }
    return staged.delta;
  }

  /** Builds a commit. The group's epoch stays as it is until the staged commit is applied. */
  commit(options: CommitOptions): Result<Omit<CreatedCommit, "step">, MlsError> {
    return attempt(() => {
      this.assertSending();
      const { step, ...created } = createCommit(this.inner, options);
      if (step !== null) this.use(step, this.epoch);
      return created;
    });
  }

  /** Proposals by reference of this epoch, oldest first. Which of them are valid is found out when somebody commits. */
  pendingProposals(): { ref: Uint8Array; sender: Sender; proposal: Proposal }[] {
    return [...this.inner.proposals].map(([ref, { sender, proposal }]) => ({ ref: fromHex(ref), sender, proposal }));
  }

  /**
   * Whether a commit is due before more is said: proposals wait (RFC 9420 §12.4), or the own messages of this epoch are half
   * as many as it may have (§15.1).
   */
  get needsCommit(): boolean {
    const { secretTree, state, proposals } = this.inner;
    return proposals.size > 0 || secretTree.generation(state.ownLeaf, "application") >= MAX_MESSAGES / 2;
  }

  /**
   * Sends a proposal for others (or oneself) to commit by reference. @throws MlsError `proposal_sender` for one that no
   * member may send, `too_many_proposals` when 32 of one's own wait already, `reinitialised`, `removed`.
   */
  propose(
    proposal: Proposal,
    options: { authenticatedData?: Uint8Array; wireFormat?: FramedWireFormat } = {},
  ): Outgoing {
    this.assertSending();
    const sender: Sender = { type: "member", leafIndex: this.ownLeafIndex };
    validateSender(proposal, sender);
    limitProposals(this.inner.proposals.values(), sender, proposal);
    const wireFormat = options.wireFormat ?? "private";
    const { message, delta, authenticated } = this.send(
      { type: "proposal", proposal },
      wireFormat,
      options.authenticatedData ?? EMPTY,
      0,
    );
    const encoded = encodeAuthenticatedContent(authenticated);
    const ref = toHex(proposalRef(this.inner.suite, encoded));
    this.keep(ref, sentProposal(authenticated));
    return {
      message,
      delta: { put: [...delta.put, [proposalRecordKey(this.epoch, ref), encoded]], delete: delta.delete },
    };
  }

  /** An Update of the own leaf with a new encryption key, sent as a proposal. */
  proposeUpdate(options: { authenticatedData?: Uint8Array; wireFormat?: FramedWireFormat } = {}): Outgoing {
    this.assertSending();
    const { suite, engine, state, tree } = this.inner;
    const pair = nodeKeyPair(suite, engine.random(suite.hashLength));
    const content = {
      ...tree.leaf(state.ownLeaf)!,
      encryptionKey: pair.publicKey,
      source: { type: "update" } as const,
    };
    const { signaturePrivateKey, context, ownLeaf } = state;
    const leafNode = signLeafNode(suite, content, signaturePrivateKey, context.groupId, ownLeaf);
    const name = updateKeyName(pair.publicKey);
    this.inner = { ...this.inner, updateKeys: new Map(this.inner.updateKeys).set(name, pair.privateKey) };
    const { message, delta } = this.propose({ type: "update", leafNode }, options);
    return {
      message,
      delta: { put: [...delta.put, [updateRecordKey(this.epoch, name), pair.privateKey]], delete: delta.delete },
    };
  }

  /**
   * Encrypts application data. Only the sender's own ratchet changes. `padTo` rounds the plaintext's length up.
   * @throws MlsError `commit_first` after 2^24 messages in one epoch, `reinitialised`, `removed`.
   */
  encrypt(data: Uint8Array, options: { authenticatedData?: Uint8Array; padTo?: number } = {}): Outgoing {
    this.assertSending();
    // RULE: mls.bounded-epoch: an epoch's keys encrypt a bounded number of messages of each member (RFC 9420 §15.1).
    if (this.inner.secretTree.generation(this.ownLeafIndex, "application") >= MAX_MESSAGES)
      throw new MlsError("commit_first", "too many messages in one epoch");
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
    const { message, step } = frameHandshake(this.inner, wireFormat, framed, auth, padTo);
    if (step !== null) this.use(step, this.epoch);
    const delta: Delta = step === null ? { put: [], delete: [] } : stepDelta(this.epoch, step);
    const authenticated: AuthenticatedContent = { wireFormat, content: framed, auth };
    return { message, delta, authenticated };
  }

  private applyCommit({ internal }: StagedCommit): Delta {
    if (internal.from !== this.inner.tree) throw new TypeError("the commit was staged in another epoch, or group");
    if (internal.next === null) {
      this.closed = true;
      return removalDelta(this.inner);
    }
    const { tree, state, secretTree } = internal.next;
    // RULE: mls.apply-keeps-deleted: made of the group as it is now: what was used up since the commit was staged stays
    // deleted, in memory and in the store (RFC 9420 §9.2; attack A24).
    const step = internal.used === null ? null : this.inner.secretTree.consume(internal.used);
    if (step !== null) this.inner.secretTree.apply(step);
    const ended = pastEpoch(this.inner, tree);
    const delta = commitDelta(this.inner, internal.next, step, ended);
    const past = new Map(this.inner.past).set(this.epoch, ended);
    for (const old of past.keys()) if (old <= this.epoch - BigInt(PAST_EPOCHS)) past.delete(old);
    tree.settle();
    const { engine, suite } = this.inner;
    const nothing = { proposals: new Map<string, never>(), updateKeys: new Map<string, never>(), leftovers: [] };
    this.inner = { engine, suite, tree, state, secretTree, past, ...nothing };
    this.version++;
    return delta;
  }

  private use(step: RatchetStep, epoch: bigint): void {
    const tree = epoch === this.epoch ? this.inner.secretTree : this.inner.past.get(epoch)!.secretTree;
    tree.apply(step);
    this.version++;
  }

  private keep(ref: string, proposal: SentProposal): void {
    this.inner = { ...this.inner, proposals: new Map(this.inner.proposals).set(ref, proposal) };
  }

  private expectVersion(version: number): void {
    if (version !== this.version) throw new TypeError("staged on another state of the group");
  }

  private assertOpen(): void {
    if (this.closed) throw new MlsError("removed", "this member was removed from the group");
  }

  private assertSending(): void {
    this.assertOpen();
    // RULE: mls.reinit-ends: after a ReInit nothing is sent in the old group (RFC 9420 §12.4.2).
    if (this.inner.state.isReinitialised) throw new MlsError("reinitialised", "the group goes on in another one");
  }
}
