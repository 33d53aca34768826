import { decode, done, encode, failed, list, opaque, optional, type Result, struct, u16, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32, HASH_BYTES, isSignedBy, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";
import { type Action, anyAction } from "./action.js";
import type { EntryHeader, Evidence } from "./entryHeader.js";

/** Longest signed entry, in bytes: sealed, it still fits into what a relay takes beside a commit. */
const MAX_ENTRY_BYTES = 60 * 1024;
/** Most approvals in an entry. */
export const MAX_APPROVALS = 240;

/** One signed membership decision (docs/protocol.md §4). */
export interface EntryContent extends EntryHeader {
  readonly action: Action;
  /** The roster's state hash after the entry. */
  readonly stateHash: Uint8Array;
}

/** An entry as received: its content, its bytes and their hash. */
export interface Entry extends EntryContent {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes: the roster's head after this entry. Of the charter, the room's id. */
  readonly hash: Uint8Array;
  readonly signed: SignedBytes;
}

/** Of the extension that holds {@link EntryHeader.keyCheck}. */
const KEY_CHECK = 1;
const LABEL = "conclave/entry/v1";
const VERSION = 1;

const layout = struct({
  version: u16,
  roomId: RoomId,
  seq: u53,
  prev: bytes32,
  epoch: u53,
  transcript: opaque(HASH_BYTES),
  policyHash: bytes32,
  action: anyAction,
  author: struct({ person: PersonId, leaf: LeafKey }),
  time: u53,
  evidence: struct<Evidence>({
    approvals: list(opaque(512), MAX_APPROVALS),
    proof: optional(opaque(512)),
    farewell: optional(opaque(512)),
  }),
  stateHash: bytes32,
  /** A type below 0x8000 is critical. */
  extensions: list(struct({ type: u16, data: opaque(1024) }), 16),
});

/** Signs an entry with the author's leaf seed. */
export function signEntry(crypto: Crypto, leafSeed: Uint8Array, content: EntryContent): Entry {
  const { keyCheck } = content;
  const extensions = keyCheck === null ? [] : [{ type: KEY_CHECK, data: keyCheck }];
  const body = encode({ version: VERSION, ...content, extensions }, layout.write);
  const bytes = signBody(crypto, leafSeed, LABEL, body);
  return { ...content, bytes, hash: crypto.hash("sha256", bytes), signed: splitSigned(bytes, MAX_ENTRY_BYTES)! };
}

/** Why bytes are no entry. `unsupported`: well formed, but newer than this version. */
type EntryFault = "malformed" | "unsupported";

/** Reads a signed entry. Whether the signature holds is `isSignedByAuthor`'s question. */
export function decodeEntry(crypto: Crypto, bytes: Uint8Array): Result<Entry, EntryFault> {
  const signed = splitSigned(bytes, MAX_ENTRY_BYTES);
  if (signed === null) return failed("malformed");
  const decoded = decode(signed.body, layout.read);
  if (!decoded.ok) return failed("malformed");
  const { version, action, extensions, ...content } = decoded.value;
  const isCritical = extensions.some(({ type }) => type < 0x8000 && type !== KEY_CHECK);
  // RULE: entry.unknown-pauses: what this version cannot judge pauses the room; it never forks it (docs/protocol.md §4).
  if (version !== VERSION || action === null || isCritical) return failed("unsupported");
  const [check, ...more] = extensions.filter(({ type }) => type === KEY_CHECK);
  if (more.length > 0 || (check !== undefined && check.data.length !== HASH_BYTES)) return failed("malformed");
  const keyCheck = check?.data ?? null;
  return done({ ...content, action, keyCheck, bytes, hash: crypto.hash("sha256", bytes), signed });
}

/** Whether the leaf that the entry names as its author signed it. */
export function isSignedByAuthor(crypto: Crypto, entry: Entry): boolean {
  return isSignedBy(crypto, entry.author.leaf, LABEL, entry.signed);
}
