import type { Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type Extension, readExtensions, writeExtensions } from "./extension.js";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./keyPackage.js";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { type PreSharedKeyId, readPreSharedKeyId, writePreSharedKeyId } from "./preSharedKey.js";

/** A change that somebody proposes (RFC 9420 §12.1). */
export type Proposal =
  | { readonly type: "add"; readonly keyPackage: KeyPackage }
  | { readonly type: "update"; readonly leafNode: LeafNode }
  | { readonly type: "remove"; readonly removed: number }
  | { readonly type: "psk"; readonly psk: PreSharedKeyId }
  | {
      readonly type: "reinit";
      readonly groupId: Uint8Array;
      readonly version: number;
      readonly cipherSuite: number;
      readonly extensions: readonly Extension[];
    }
  | { readonly type: "external_init"; readonly kemOutput: Uint8Array }
  | { readonly type: "group_context_extensions"; readonly extensions: readonly Extension[] };

/** A proposal inside a commit, or a reference to one sent before (RFC 9420 §12.4). */
export type ProposalOrRef = { type: "proposal"; proposal: Proposal } | { type: "reference"; reference: Uint8Array };

/** Numbers of the proposal types (RFC 9420 §17.4). */
export const PROPOSAL_TYPE: Record<Proposal["type"], number> = {
  add: 1,
  update: 2,
  remove: 3,
  psk: 4,
  reinit: 5,
  external_init: 6,
  group_context_extensions: 7,
};

export function writeProposal(writer: Writer, proposal: Proposal): Writer {
  writer.u16(PROPOSAL_TYPE[proposal.type]);
  switch (proposal.type) {
    case "add":
      return writeKeyPackage(writer, proposal.keyPackage);
    case "update":
      return writeLeafNode(writer, proposal.leafNode);
    case "remove":
      return writer.u32(proposal.removed);
    case "psk":
      return writePreSharedKeyId(writer, proposal.psk);
    case "reinit":
      writer.opaque(proposal.groupId).u16(proposal.version).u16(proposal.cipherSuite);
      return writeExtensions(writer, proposal.extensions);
    case "external_init":
      return writer.opaque(proposal.kemOutput);
    case "group_context_extensions":
      return writeExtensions(writer, proposal.extensions);
  }
}

export function readProposal(reader: Reader): Proposal {
  const type = reader.u16();
  switch (type) {
    case 1:
      return { type: "add", keyPackage: readKeyPackage(reader) };
    case 2:
      return { type: "update", leafNode: readLeafNode(reader) };
    case 3:
      return { type: "remove", removed: reader.u32() };
    case 4:
      return { type: "psk", psk: readPreSharedKeyId(reader) };
    case 5:
      return {
        type: "reinit",
        groupId: reader.opaque(),
        version: reader.u16(),
        cipherSuite: reader.u16(),
        extensions: readExtensions(reader),
      };
    case 6:
      return { type: "external_init", kemOutput: reader.opaque() };
    case 7:
      return { type: "group_context_extensions", extensions: readExtensions(reader) };
    default:
      throw new MlsError("malformed", "proposal type");
  }
}

/** The ProposalRef of a proposal message: over its whole AuthenticatedContent (RFC 9420 §5.2). */
export function proposalRef(suite: CipherSuite, authenticatedContent: Uint8Array): Uint8Array {
  return suite.refHash("MLS 1.0 Proposal Reference", authenticatedContent);
}
