import { decode, type Reader, Writer } from "@conclave/codec";
import { type CipherSuite, MAX_KEY_BYTES } from "./cipherSuite.js";
import { type Extension, readExtensions, writeExtensions } from "./extension.js";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leafNode.js";

/** What somebody publishes or sends in order to be added (RFC 9420 §10). */
export interface KeyPackage {
  readonly version: number;
  readonly cipherSuite: number;
  readonly initKey: Uint8Array;
  readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
}

export function writeKeyPackage(writer: Writer, keyPackage: KeyPackage): Writer {
  return writeContent(writer, keyPackage).opaque(keyPackage.signature);
}

export function readKeyPackage(reader: Reader): KeyPackage {
  return {
    version: reader.u16(),
    cipherSuite: reader.u16(),
    initKey: reader.opaque(MAX_KEY_BYTES),
    leafNode: readLeafNode(reader),
    extensions: readExtensions(reader),
    signature: reader.opaque(),
  };
}

/** KeyPackageTBS. */
export function keyPackageTbs(keyPackage: Omit<KeyPackage, "signature">): Uint8Array {
  return writeContent(scratch.clear(), keyPackage).finish();
}

/** The KeyPackageRef by which a Welcome addresses its receiver (RFC 9420 §5.2). */
export function keyPackageRef(suite: CipherSuite, keyPackage: KeyPackage): Uint8Array {
  return suite.refHash("MLS 1.0 KeyPackage Reference", writeKeyPackage(scratch.clear(), keyPackage).peek());
}

/** Decodes a bare KeyPackage (not wrapped in an MLSMessage). @throws DecodeError, MlsError */
export function decodeKeyPackage(bytes: Uint8Array): KeyPackage {
  const decoded = decode(bytes, readKeyPackage);
  if (!decoded.ok) throw decoded.error;
  return decoded.value;
}

const scratch = new Writer(4096);

function writeContent(
  writer: Writer,
  { version, cipherSuite, initKey, leafNode, extensions }: Omit<KeyPackage, "signature">,
) {
  writer.u16(version).u16(cipherSuite).opaque(initKey);
  return writeExtensions(writeLeafNode(writer, leafNode), extensions);
}
