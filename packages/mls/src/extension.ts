import { decode, encode, headerBytes, type Reader, type Writer } from "@conclave/codec";
import { MlsError } from "./mlsError.js";

/** An extension of a leaf, a key package, a group context or a group info (RFC 9420 §13). */
export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Extension types of RFC 9420 §17.3. */
export const ExtensionType = {
  applicationId: 1,
  ratchetTree: 2,
  requiredCapabilities: 3,
  externalPub: 4,
  externalSenders: 5,
} as const;

/** What each leaf of a group must be able to do (RFC 9420 §11.1). */
export interface RequiredCapabilities {
  readonly extensionTypes: readonly number[];
  readonly proposalTypes: readonly number[];
  readonly credentialTypes: readonly number[];
}

/** Most extensions in one list. */
const MAX_EXTENSIONS = 256;

/** Writes a list. @throws MlsError `malformed` for one that no reader takes */
export function writeExtensions(writer: Writer, extensions: readonly Extension[]): Writer {
  if (extensions.length > MAX_EXTENSIONS) throw new MlsError("malformed", "too many extensions");
  requireEachOnce(extensions);
  // The length first, and not moved up to make place for it: one of them may be a tree.
  writer.varint(extensions.reduce((sum, { data }) => sum + 2 + headerBytes(data.length) + data.length, 0));
  for (const { type, data } of extensions) writer.u16(type).opaque(data);
  return writer;
}

// RULE: mls.extension-once: a list holds each extension type at most once, own lists too (RFC 9420 §13.4).
function requireEachOnce(extensions: readonly Extension[]): void {
  if (extensions.length > 1 && new Set(extensions.map(({ type }) => type)).size !== extensions.length)
    throw new MlsError("malformed", "an extension type occurs twice");
}

export function readExtensions(reader: Reader): Extension[] {
  const extensions = reader.vector((r) => ({ type: r.u16(), data: r.opaque() }), MAX_EXTENSIONS, "extensions");
  requireEachOnce(extensions);
  return extensions;
}

/** The data of the extension of that type, or null when the list has none. */
export function findExtension(extensions: readonly Extension[], type: number): Uint8Array | null {
  return extensions.find((extension) => extension.type === type)?.data ?? null;
}

/** Encodes the required_capabilities extension. */
export function requiredCapabilities(required: RequiredCapabilities): Extension {
  const data = encode(required, (w, { extensionTypes, proposalTypes, credentialTypes }) => {
    for (const list of [extensionTypes, proposalTypes, credentialTypes]) w.vector(list, (x, type) => x.u16(type));
  });
  return { type: ExtensionType.requiredCapabilities, data };
}

export function decodeRequiredCapabilities(data: Uint8Array): RequiredCapabilities {
  const decoded = decode(data, (r) => ({
    extensionTypes: r.vector((x) => x.u16(), 256),
    proposalTypes: r.vector((x) => x.u16(), 256),
    credentialTypes: r.vector((x) => x.u16(), 256),
  }));
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

/** The whole bytes of one opaque vector: how external_pub and others wrap their key. */
export function decodeOpaque(data: Uint8Array): Uint8Array {
  const decoded = decode(data, (r) => r.opaque());
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}
