import { equalBytes } from "@conclave/codec";
import type { Capabilities, LeafMember, LeafNode } from "@conclave/mls";
import { MAX_CERT_BYTES } from "../identity/leafCert.js";
import { roomCapabilities } from "./binding.js";

/**
 * Whether a leaf has nothing in it but what rooms use: exactly the capabilities that every leaf declares, no extension, and a
 * certificate that is not longer than one can be. All else in a leaf has a fixed size.
 *
 * RULE: room.leaf-plain: everybody keeps every leaf, and sends the whole tree with each invite: one that is as large as its
 * owner likes would close the room to newcomers (attack A111).
 */
export function isPlainLeaf({ credential, capabilities, extensions }: LeafNode, suite: number): boolean {
  if (credential.type !== "basic" || credential.identity.length > MAX_CERT_BYTES) return false;
  return extensions.length === 0 && areEqual(capabilities, roomCapabilities(suite));
}

/** Whether all leaves of a tree are plain: for a tree that one did not see grow. */
export function hasPlainLeaves(tree: Iterable<LeafMember>, suite: number): boolean {
  for (const { leafNode } of tree) if (!isPlainLeaf(leafNode, suite)) return false;
  return true;
}

/** Whether a leaf took the place of another for the same holder: only its keys for sealing are new. */
export function isSameHolder(a: LeafNode, b: LeafNode): boolean {
  if (a.credential.type !== "basic" || b.credential.type !== "basic") return false;
  return equalBytes(a.credential.identity, b.credential.identity) && equalBytes(a.signatureKey, b.signatureKey);
}

const LISTS = ["versions", "cipherSuites", "extensions", "proposals", "credentials"] as const;

function areEqual(a: Capabilities, b: Capabilities): boolean {
  return LISTS.every((list) => a[list].length === b[list].length && a[list].every((type, i) => type === b[list][i]));
}
