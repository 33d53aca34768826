import { type Reader, Writer } from "@conclave/codec";
import { type Extension, readExtensions, writeExtensions } from "./extension.js";
import { type CipherSuite, MAX_KEY_BYTES } from "./cipherSuite.js";
import { MlsError } from "./mlsError.js";

/** Who a leaf speaks for (RFC 9420 §5.3). */
export type Credential =
  | { readonly type: "basic"; readonly identity: Uint8Array }
  | { readonly type: "x509"; readonly certificates: readonly Uint8Array[] };

/** Numbers of the credential types (RFC 9420 §17.5). */
export const CREDENTIAL_TYPE = { basic: 1, x509: 2 } as const;

/** What a client can do (RFC 9420 §7.2). */
export interface Capabilities {
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
}

/** Seconds since 1970, both ends included. */
export interface Lifetime {
  readonly notBefore: bigint;
  readonly notAfter: bigint;
}

/** Where a leaf came from, with what that origin adds (RFC 9420 §7.2). */
export type LeafNodeSource =
  | { readonly type: "key_package"; readonly lifetime: Lifetime }
  | { readonly type: "update" }
  | { readonly type: "commit"; readonly parentHash: Uint8Array };

/** All of a leaf but its signature. */
export interface LeafNodeContent {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  readonly extensions: readonly Extension[];
}

/** A leaf of the ratchet tree (RFC 9420 §7.2). Never changed in place. */
export interface LeafNode extends LeafNodeContent {
  readonly signature: Uint8Array;
}

const scratch = new Writer(2048);

const SOURCES = ["key_package", "update", "commit"] as const;

export function writeLeafNode(writer: Writer, leaf: LeafNode): Writer {
  return writeContent(writer, leaf).opaque(leaf.signature);
}

export function readLeafNode(reader: Reader): LeafNode {
  return {
    encryptionKey: reader.opaque(MAX_KEY_BYTES),
    signatureKey: reader.opaque(MAX_KEY_BYTES),
    credential: readCredential(reader),
    capabilities: readCapabilities(reader),
    source: readSource(reader),
    extensions: readExtensions(reader),
    signature: reader.opaque(),
  };
}

/** LeafNodeTBS: the group and the index are part of it unless the leaf is a key package's. */
export function leafNodeTbs(leaf: LeafNodeContent, groupId: Uint8Array, leafIndex: number): Uint8Array {
  const writer = writeContent(scratch.clear(), leaf);
  if (leaf.source.type !== "key_package") writer.opaque(groupId).u32(leafIndex);
  return writer.finish();
}

/** Signs a leaf, for this group and place unless it is a key package's. */
export function signLeafNode(
  suite: CipherSuite,
  content: LeafNodeContent,
  privateKey: Uint8Array,
  groupId: Uint8Array,
  leafIndex: number,
): LeafNode {
  const tbs = leafNodeTbs(content, groupId, leafIndex);
  return { ...content, signature: suite.signWithLabel(privateKey, "LeafNodeTBS", tbs) };
}

function writeContent(writer: Writer, leaf: LeafNodeContent): Writer {
  writer.opaque(leaf.encryptionKey).opaque(leaf.signatureKey);
  writeCredential(writer, leaf.credential);
  const { versions, cipherSuites, extensions, proposals, credentials } = leaf.capabilities;
  for (const list of [versions, cipherSuites, extensions, proposals, credentials]) {
    writer.vector(list, (w, type) => w.u16(type));
  }
  writer.u8(SOURCES.indexOf(leaf.source.type) + 1);
  if (leaf.source.type === "key_package") writer.u64(leaf.source.lifetime.notBefore).u64(leaf.source.lifetime.notAfter);
  if (leaf.source.type === "commit") writer.opaque(leaf.source.parentHash);
  return writeExtensions(writer, leaf.extensions);
}

export function writeCredential(writer: Writer, credential: Credential): Writer {
  writer.u16(CREDENTIAL_TYPE[credential.type]);
  if (credential.type === "basic") return writer.opaque(credential.identity);
  return writer.vector(credential.certificates, (w, certificate) => w.opaque(certificate));
}

/** The bytes of a credential. */
export function encodeCredential(credential: Credential): Uint8Array {
  return writeCredential(scratch.clear(), credential).finish();
}

export function readCredential(reader: Reader): Credential {
  const type = reader.u16();
  if (type === CREDENTIAL_TYPE.basic) return { type: "basic", identity: reader.opaque() };
  if (type === CREDENTIAL_TYPE.x509) return { type: "x509", certificates: reader.vector((r) => r.opaque()) };
  throw new MlsError("unsupported_credential", String(type));
}

// The members of a group can mostly do the same: the next one's are read once more only if they are other bytes.
let last: { bytes: Uint8Array; capabilities: Capabilities } | null = null;

function readCapabilities(reader: Reader): Capabilities {
  if (last !== null && reader.skip(last.bytes)) return last.capabilities;
  const start = reader.offset;
  const list = () => reader.vector((r) => r.u16(), 1024);
  const [versions, cipherSuites, extensions, proposals, credentials] = [list(), list(), list(), list(), list()];
  const capabilities = { versions, cipherSuites, extensions, proposals, credentials };
  last = { bytes: reader.span(start), capabilities };
  return capabilities;
}

function readSource(reader: Reader): LeafNodeSource {
  const type = SOURCES[reader.u8() - 1];
  switch (type) {
    case "key_package":
      return { type, lifetime: { notBefore: reader.u64(), notAfter: reader.u64() } };
    case "update":
      return { type };
    case "commit":
      return { type, parentHash: reader.opaque(255) };
    default:
      throw new MlsError("malformed", "leaf node source");
  }
}
