import { Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type Extension, ExtensionType } from "./extension.js";
import type { GroupContext } from "./groupContext.js";
import { signGroupInfo } from "./groupInfo.js";
import type { GroupState } from "./groupState.js";
import { exportSecret, externalKeyPair } from "./keySchedule.js";
import type { LeafNode } from "./leafNode.js";
import { encodeMessage } from "./mlsMessage.js";
import type { RatchetTree } from "./ratchetTree.js";

/** A member of the group: a leaf and where it stands. */
export interface LeafMember {
  readonly leafIndex: number;
  readonly leafNode: LeafNode;
}

/** What can be asked of an epoch: the current one of a group, or the one that a staged commit leads to. Changes nothing. */
export class EpochView {
  constructor(
    private readonly suite: CipherSuite,
    private readonly tree: RatchetTree,
    private readonly state: GroupState,
  ) {}

  get context(): GroupContext {
    return this.state.context;
  }

  get epoch(): bigint {
    return this.state.context.epoch;
  }

  get extensions(): readonly Extension[] {
    return this.state.context.extensions;
  }

  get treeHash(): Uint8Array {
    return this.state.context.treeHash;
  }

  get confirmedTranscriptHash(): Uint8Array {
    return this.state.context.confirmedTranscriptHash;
  }

  /** Equal at two members exactly when their epochs are the same (RFC 9420 §8.7). */
  get epochAuthenticator(): Uint8Array {
    return this.state.secrets.authenticator;
  }

  get ownLeafIndex(): number {
    return this.state.ownLeaf;
  }

  /** All leaves that are not blank, from the left. */
  members(): Iterable<LeafMember> {
    return this.tree.leaves();
  }

  leaf(leafIndex: number): LeafNode | null {
    return this.tree.leaf(leafIndex);
  }

  /** MLS-Exporter (RFC 9420 §8.5): `length` bytes that only members of this epoch can derive. */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    return exportSecret(this.suite, this.state.secrets.exporter, label, context, length);
  }

  /** The encoded ratchet_tree. */
  ratchetTree(): Uint8Array {
    return this.tree.encode();
  }

  /** A GroupInfo as an MLSMessage, signed by the own leaf, with external_pub, and with the tree unless told otherwise. */
  groupInfo(options: { withTree?: boolean; extensions?: readonly Extension[] } = {}): Uint8Array {
    const { publicKey } = externalKeyPair(this.suite, this.state.secrets.external);
    return encodeMessage({
      wireFormat: "groupInfo",
      message: this.signedGroupInfo([
        { type: ExtensionType.externalPub, data: new Writer().opaque(publicKey).finish() },
        ...(options.withTree === false ? [] : [{ type: ExtensionType.ratchetTree, data: this.tree.encode() }]),
        ...(options.extensions ?? []),
      ]),
    });
  }

  /** The bare GroupInfo with just these extensions: what a Welcome seals. */
  signedGroupInfo(extensions: readonly Extension[]) {
    const { context, confirmationTag, ownLeaf, signaturePrivateKey } = this.state;
    return signGroupInfo(
      this.suite,
      { groupContext: context, extensions, confirmationTag, signer: ownLeaf },
      signaturePrivateKey,
    );
  }
}
