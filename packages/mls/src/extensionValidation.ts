import { equalBytes } from "@conclave/codec";
import type { Engine } from "./engine.js";
import { type Extension, ExtensionType, findExtension } from "./extension.js";
import { decodeExternalSenders } from "./externalSenders.js";
import { validateGroupExtensions } from "./leafValidation.js";
import { MlsError } from "./mlsError.js";
import type { RatchetTree } from "./ratchetTree.js";

/**
 * Checks a new list of group extensions against the members of `tree`, newcomers included (RFC 9420 §12.1.7). Members are
 * looked at only when the list asks more of them than the one before did.
 */
export function validateNewExtensions(
  engine: Engine,
  tree: RatchetTree,
  before: { groupId: Uint8Array; extensions: readonly Extension[] },
  extensions: readonly Extension[],
): void {
  // RULE: mls.extensions-supported: new group extensions are supported by every member (RFC 9420 §12.1.7).
  if (asksMore(before.extensions, extensions))
    for (const { leafNode } of tree.leaves()) validateGroupExtensions(leafNode.capabilities, extensions);
  const senders = findExtension(extensions, ExtensionType.externalSenders);
  if (senders === null || isSame(senders, findExtension(before.extensions, ExtensionType.externalSenders))) return;
  // RULE: mls.external-sender-credential: the application vouches for new external senders too (RFC 9420 §5.3.1).
  for (const sender of decodeExternalSenders(senders)) {
    if (!engine.validateCredential(sender, before.groupId, null))
      throw new MlsError("invalid_credential", "external sender");
  }
}

function asksMore(before: readonly Extension[], after: readonly Extension[]): boolean {
  const required = findExtension(after, ExtensionType.requiredCapabilities);
  if (required !== null && !isSame(required, findExtension(before, ExtensionType.requiredCapabilities))) return true;
  return after.some(({ type }) => findExtension(before, type) === null);
}

function isSame(a: Uint8Array, b: Uint8Array | null): boolean {
  return b !== null && equalBytes(a, b);
}
