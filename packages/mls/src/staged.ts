import type { Delta } from "./engine.js";
import type { EpochView, LeafMember } from "./epochView.js";
import type { Extension } from "./extension.js";
import type { Sender } from "./framing.js";
import type { GroupState } from "./groupState.js";
import type { LeafNode } from "./leafNode.js";
import type { Proposal } from "./proposal.js";
import type { RatchetTree } from "./ratchetTree.js";
import type { KeyUse, RatchetStep, SecretTree } from "./secretTree.js";

/** What a group has after a commit. */
export interface NextState {
  readonly tree: RatchetTree;
  readonly state: GroupState;
  readonly secretTree: SecretTree;
}

/** A commit that was validated, and what it would change. Nothing is changed until `Group.apply`. */
export interface StagedCommit {
  readonly kind: "commit";
  /** The epoch that the commit ends. */
  readonly epoch: bigint;
  readonly sender: { readonly type: "member" | "new_member_commit"; readonly leafIndex: number };
  /** The committer's leaf before the commit (for a newcomer: the one it brings). */
  readonly senderLeaf: LeafNode;
  readonly authenticatedData: Uint8Array;
  readonly adds: readonly LeafMember[];
  readonly removes: readonly LeafMember[];
  /** Leaves that were replaced by Update proposals and by the committer's own path. */
  readonly updates: readonly { readonly leafIndex: number; readonly before: LeafNode; readonly after: LeafNode }[];
  /** The new list, when a GroupContextExtensions proposal changed it. */
  readonly extensions: readonly Extension[] | null;
  readonly usesPsk: boolean;
  readonly reInit: Extract<Proposal, { type: "reinit" }> | null;
  /** How many proposals came by reference. */
  readonly referencedProposals: number;
  readonly hasPath: boolean;
  readonly selfRemoved: boolean;
  /** The epoch after it; null when the commit removes us. */
  readonly next: EpochView | null;
  /**
   * All records that applying it changes: complete, so that an own commit can be stored before it is sent. Ask for it
   * before applying; `Group.apply` returns it too. When the commit removes us, it deletes every record of the group.
   */
  readonly delta: Delta;
  /** For the engine alone. */
  readonly internal: {
    /** The tree that it was staged on. */
    readonly from: RatchetTree;
    /** The sender's handshake key, if the commit came encrypted. An own commit's was used up when it was made. */
    readonly used: KeyUse | null;
    /** Null when the commit removes us. */
    readonly next: NextState | null;
  };
}

/** An application message that was decrypted and verified; its key is used up by `Group.apply`. */
export interface StagedApplication {
  readonly kind: "application";
  readonly epoch: bigint;
  readonly leafIndex: number;
  /** The sender's leaf in the tree of that epoch. */
  readonly leafNode: LeafNode;
  readonly generation: number;
  readonly authenticatedData: Uint8Array;
  readonly data: Uint8Array;
  readonly delta: Delta;
  /** For the engine alone. */
  readonly internal: { readonly step: RatchetStep; readonly version: number };
}

/** A valid proposal by reference; `Group.apply` keeps it for commits that name it. */
export interface StagedProposal {
  readonly kind: "proposal";
  readonly epoch: bigint;
  readonly sender: Sender;
  readonly proposal: Proposal;
  readonly ref: Uint8Array;
  readonly authenticatedData: Uint8Array;
  readonly delta: Delta;
  /** For the engine alone. */
  readonly internal: { readonly step: RatchetStep | null; readonly version: number };
}

/** What `Group.stage` gives. */
export type Staged = StagedCommit | StagedApplication | StagedProposal;
