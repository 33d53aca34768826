import type { Reader, Writer } from "@conclave/codec";
import type { HpkeCiphertext } from "@conclave/crypto";
import { MAX_KEY_BYTES } from "./cipherSuite.js";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";
import { MlsError } from "./mlsError.js";
import { type ProposalOrRef, readProposal, writeProposal } from "./proposal.js";

/** One node of an update path: its new key, and its secret sealed to each node of the copath's resolution. */
export interface UpdatePathNode {
  readonly encryptionKey: Uint8Array;
  readonly encryptedPathSecret: readonly HpkeCiphertext[];
}

/** New keys from a leaf up to the root (RFC 9420 §7.6). */
export interface UpdatePath {
  readonly leafNode: LeafNode;
  readonly nodes: readonly UpdatePathNode[];
}

/** What moves a group to its next epoch (RFC 9420 §12.4). */
export interface Commit {
  readonly proposals: readonly ProposalOrRef[];
  readonly path: UpdatePath | null;
}

export function writeCommit(writer: Writer, { proposals, path }: Commit): Writer {
  writer.vector(proposals, (w, item) => {
    if (item.type === "proposal") writeProposal(w.u8(1), item.proposal);
    else w.u8(2).opaque(item.reference);
  });
  return writer.optional(path, writeUpdatePath);
}

export function readCommit(reader: Reader): Commit {
  return { proposals: reader.vector(readProposalOrRef), path: reader.optional(readUpdatePath) };
}

export function writeUpdatePath(writer: Writer, { leafNode, nodes }: UpdatePath): Writer {
  return writeLeafNode(writer, leafNode).vector(nodes, (w, node) =>
    w.opaque(node.encryptionKey).vector(node.encryptedPathSecret, writeHpkeCiphertext),
  );
}

export function readUpdatePath(reader: Reader): UpdatePath {
  return {
    leafNode: readLeafNode(reader),
    nodes: reader.vector(
      (r) => ({ encryptionKey: r.opaque(MAX_KEY_BYTES), encryptedPathSecret: r.vector(readHpkeCiphertext) }),
      // A path is never longer than a tree of 2^30 leaves is high.
      31,
      "update path",
    ),
  };
}

export function writeHpkeCiphertext(writer: Writer, sealed: HpkeCiphertext): Writer {
  return writer.opaque(sealed.kemOutput).opaque(sealed.ciphertext);
}

export function readHpkeCiphertext(reader: Reader): HpkeCiphertext {
  return { kemOutput: reader.opaque(), ciphertext: reader.opaque() };
}

function readProposalOrRef(reader: Reader): ProposalOrRef {
  const type = reader.u8();
  if (type === 1) return { type: "proposal", proposal: readProposal(reader) };
  if (type === 2) return { type: "reference", reference: reader.opaque(255) };
  throw new MlsError("malformed", "proposal or reference");
}
