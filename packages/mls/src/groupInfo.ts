import { type Reader, Writer } from "@conclave/codec";
import type { CipherSuite } from "./cipherSuite.js";
import { type Extension, readExtensions, writeExtensions } from "./extension.js";
import { type GroupContext, readGroupContext, writeGroupContext } from "./groupContext.js";
import { MlsError } from "./mlsError.js";

/** What a newcomer needs in order to join an epoch (RFC 9420 §12.4.3). */
export interface GroupInfo {
  readonly groupContext: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Uint8Array;
  /** Leaf index of the member who signed it. */
  readonly signer: number;
  readonly signature: Uint8Array;
}

export function writeGroupInfo(writer: Writer, info: GroupInfo): Writer {
  return writeContent(writer, info).opaque(info.signature);
}

export function readGroupInfo(reader: Reader): GroupInfo {
  return {
    groupContext: readGroupContext(reader),
    extensions: readExtensions(reader),
    confirmationTag: reader.opaque(),
    signer: reader.u32(),
    signature: reader.opaque(),
  };
}

/** Signs a GroupInfo. */
export function signGroupInfo(
  suite: CipherSuite,
  info: Omit<GroupInfo, "signature">,
  privateKey: Uint8Array,
): GroupInfo {
  const signature = suite.signWithLabel(privateKey, "GroupInfoTBS", writeContent(new Writer(1024), info).finish());
  return { ...info, signature };
}

/** RULE: mls.group-info-signature: a GroupInfo is signed by the leaf it names (RFC 9420 §12.4.3.1). */
export function verifyGroupInfo(suite: CipherSuite, info: GroupInfo, signatureKey: Uint8Array): void {
  const tbs = writeContent(new Writer(1024), info).finish();
  if (!suite.verifyWithLabel(signatureKey, "GroupInfoTBS", tbs, info.signature)) {
    throw new MlsError("bad_signature", "group info");
  }
}

function writeContent(writer: Writer, info: Omit<GroupInfo, "signature">): Writer {
  writeExtensions(writeGroupContext(writer, info.groupContext), info.extensions);
  return writer.opaque(info.confirmationTag).u32(info.signer);
}
