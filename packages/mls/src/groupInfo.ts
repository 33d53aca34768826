import { type Reader, Writer } from "@conclave/codec";
import { type CipherSuite, labelledHead } from "./cipherSuite.js";
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
  const known = encodings.get(info);
  return known === undefined ? writeContent(writer, info).opaque(info.signature) : writer.fixed(known);
}

/** The bytes of a GroupInfo. */
export function encodeGroupInfo(info: GroupInfo): Uint8Array {
  return encodings.get(info) ?? writeGroupInfo(new Writer(roomFor(info)), info).finish();
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
  const { writer, tbs } = toBeSigned(info);
  const signature = suite.crypto.ed25519Sign(privateKey, tbs);
  const signed = { ...info, signature };
  encodings.set(signed, writer.opaque(signature).peek().subarray(HEAD));
  return signed;
}

/** RULE: mls.group-info-signature: a GroupInfo is signed by the leaf it names (RFC 9420 §12.4.3.1). */
export function verifyGroupInfo(suite: CipherSuite, info: GroupInfo, signatureKey: Uint8Array): void {
  if (!suite.crypto.ed25519Verify(signatureKey, toBeSigned(info).tbs, info.signature)) {
    throw new MlsError("bad_signature", "group info");
  }
}

// A GroupInfo is mostly its tree, of up to megabytes. It is written once: behind room for what is signed before it, so that
// the same bytes are signed, and sealed or sent.
const HEAD = 64;
const encodings = new WeakMap<GroupInfo, Uint8Array>();

const roomFor = ({ extensions, groupContext }: Omit<GroupInfo, "signature">): number =>
  [...extensions, ...groupContext.extensions].reduce((sum, { data }) => sum + data.length + 8, HEAD + 1024);

function toBeSigned(info: Omit<GroupInfo, "signature">): { writer: Writer; tbs: Uint8Array } {
  const writer = writeContent(new Writer(roomFor(info)).fixed(new Uint8Array(HEAD)), info);
  const written = writer.peek();
  const head = labelledHead("GroupInfoTBS", written.length - HEAD);
  written.set(head, HEAD - head.length);
  return { writer, tbs: written.subarray(HEAD - head.length) };
}

function writeContent(writer: Writer, info: Omit<GroupInfo, "signature">): Writer {
  writeExtensions(writeGroupContext(writer, info.groupContext), info.extensions);
  return writer.opaque(info.confirmationTag).u32(info.signer);
}
