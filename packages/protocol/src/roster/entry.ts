import { decode, encode, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { isSignedBy, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";
import { type Action, readActionBody, writeAction, writeActionBody } from "./action.js";

/** One signed membership decision (docs/protocol.md §4). The signature covers the transmitted bytes. */
export interface EntryContent {
  /** All zero in the charter. */
  readonly roomId: Uint8Array;
  readonly seq: number;
  /** SHA-256 of the previous signed entry; zero in the charter. */
  readonly prev: Uint8Array;
  /** The epoch of the commit that carries the entry. */
  readonly epoch: number;
  /** The confirmed transcript hash at that epoch: the entry is valid on one branch only. Zero in the charter. */
  readonly transcript: Uint8Array;
  /** The policy in force before the entry. */
  readonly policyHash: Uint8Array;
  readonly action: Action;
  readonly author: { readonly person: Uint8Array; readonly leaf: Uint8Array };
  /** The author's clock in ms. */
  readonly time: number;
  /** Signed approvals, and at most one invite proof. */
  readonly approvals: readonly Uint8Array[];
  readonly inviteProof: Uint8Array | null;
  /** Of the roster after the entry. */
  readonly stateHash: Uint8Array;
}

/** A parsed entry, the hash of its bytes, and what to verify the signature with. */
export interface Entry extends EntryContent {
  readonly hash: Uint8Array;
  /** SHA-256 of the action and its room: what approvals and invite proofs are bound to. */
  readonly actionHash: Uint8Array;
  readonly signed: SignedBytes;
}

export const ENTRY_LABEL = "conclave/entry/v1";
export const MAX_ENTRY_BYTES = 65_536;
const VERSION = 1;
const MAX_APPROVALS = 256;

/** Signs an entry with the author's leaf seed and gives its transmitted bytes. */
export function signEntry(crypto: Crypto, leafSeed: Uint8Array, content: EntryContent): Uint8Array {
  const body = encode(content, (writer, entry) => {
    writer.u16(VERSION).fixed(entry.roomId).u53(entry.seq).fixed(entry.prev).u53(entry.epoch).opaque(entry.transcript);
    writer.fixed(entry.policyHash);
    writeTypedAction(writer, entry.action);
    writer.fixed(entry.author.person).fixed(entry.author.leaf).u53(entry.time);
    writer.vector(entry.approvals, (inner, approval) => inner.opaque(approval));
    writer.optional(entry.inviteProof, (inner, proof) => inner.opaque(proof)).fixed(entry.stateHash);
  });
  return signBody(crypto, leafSeed, ENTRY_LABEL, body);
}

/** Parses an entry: null for bytes that are none. Verifies no signature: `evaluate` does. */
export function decodeEntry(crypto: Crypto, bytes: Uint8Array): Entry | null {
  if (bytes.length > MAX_ENTRY_BYTES) return null;
  const signed = splitSigned(bytes, MAX_ENTRY_BYTES);
  if (signed === null) return null;
  const decoded = decode(signed.body, readContent);
  if (!decoded.ok || decoded.value.version !== VERSION) return null;
  const { version: _, actionBytes, ...content } = decoded.value;
  return {
    ...content,
    hash: crypto.hash("sha256", bytes),
    actionHash: hashOfActionBytes(crypto, content.roomId, actionBytes),
    signed,
  };
}

/** The hash that approvals of an action in a room sign. */
export function hashOfAction(crypto: Crypto, roomId: Uint8Array, action: Action): Uint8Array {
  return hashOfActionBytes(crypto, roomId, encode(action, writeTypedAction));
}

/** Whether the leaf that the entry names as its author signed it. */
export function isSignedByAuthor(crypto: Crypto, entry: Entry): boolean {
  return isSignedBy(crypto, entry.author.leaf, ENTRY_LABEL, entry.signed);
}

function hashOfActionBytes(crypto: Crypto, roomId: Uint8Array, actionBytes: Uint8Array): Uint8Array {
  return crypto.hash(
    "sha256",
    encode(null, (writer) => writer.text("conclave/action/v1").fixed(roomId).opaque(actionBytes)),
  );
}

function writeTypedAction(writer: Writer, action: Action): void {
  writeAction(writer, action, encode(action, writeActionBody));
}

function readContent(reader: Reader) {
  const head = {
    version: reader.u16(),
    roomId: reader.fixed(32),
    seq: reader.u53(),
    prev: reader.fixed(32),
    epoch: reader.u53(),
    transcript: reader.opaque(64),
    policyHash: reader.fixed(32),
  };
  const start = reader.offset;
  const code = reader.u8();
  const inner = decode(reader.opaque(), (body) => readActionBody(code, body));
  if (!inner.ok) throw inner.error;
  return {
    ...head,
    action: inner.value,
    actionBytes: reader.span(start),
    author: { person: reader.fixed(32), leaf: reader.fixed(32) },
    time: reader.u53(),
    approvals: reader.vector((each) => each.opaque(512), MAX_APPROVALS),
    inviteProof: reader.optional((each) => each.opaque(512)),
    stateHash: reader.fixed(32),
  };
}
