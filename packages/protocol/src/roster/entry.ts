import { type Codec, decode, DecodeError, encode, type Reader } from "@conclave/codec";
import { done, failed, list, opaque, optional, type Result, struct, u16, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32, HASH_BYTES, isSignedBy, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";
import { MAX_YESES } from "../policy/policy.js";
import { type Action, actionLayout, charterVersion } from "./action.js";
import type { EntryHeader, Evidence } from "./entryHeader.js";
import { FIRST_VERSION } from "./version.js";

/** Longest signed entry, in bytes: sealed, it still fits into what a relay takes beside a commit. */
const MAX_ENTRY_BYTES = 60 * 1024;
/** Most approvals in an entry: its author says yes by signing it. */
export const MAX_APPROVALS = MAX_YESES - 1;

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

const LABEL = "conclave/entry/v2";
const VERSION = 2;

/** The forms of an entry, by number, and since which version of rooms each exists. */
const FORMS: ReadonlyMap<number, number> = new Map([[VERSION, FIRST_VERSION]]);
/** The critical extensions, by type, and since which version of rooms each exists: none yet. */
const EXTENSIONS: ReadonlyMap<number, number> = new Map();
/** Extensions of this type and above are not critical: who does not know one reads past it. */
const FIRST_IGNORABLE = 0x8000;

/** A number in a table of numbers that exist since some version, or one that `isFree` of the table. */
function existing(
  table: ReadonlyMap<number, number>,
  isFree: (number: number) => boolean = () => false,
): Codec<number> {
  return {
    read: (reader, what = "number") => {
      const number = u16.read(reader, what);
      const from = table.get(number);
      if (!isFree(number) && (from === undefined || from > reader.version)) throw new DecodeError("version", what);
      return number;
    },
    write: u16.write,
  };
}

const extensionType = existing(EXTENSIONS, (type) => type >= FIRST_IGNORABLE);

// These stay as they are in every form of entry: a chain can be walked over entries that cannot be read.
const placeFields = { roomId: RoomId, seq: u53, prev: bytes32, keyCheck: optional(bytes32) };
const place = struct({ form: u16, ...placeFields });
const beforeAction = struct({ place, epoch: u53, transcript: opaque(HASH_BYTES), policyHash: bytes32 });

const layout = struct({
  version: existing(FORMS),
  ...placeFields,
  epoch: u53,
  transcript: opaque(HASH_BYTES),
  policyHash: bytes32,
  action: actionLayout,
  author: struct({ person: PersonId, leaf: LeafKey }),
  time: u53,
  evidence: struct<Evidence>({
    approvals: list(opaque(512), MAX_APPROVALS),
    proof: optional(opaque(512)),
    farewell: optional(opaque(512)),
  }),
  stateHash: bytes32,
  extensions: list(struct({ type: extensionType, data: opaque(64) }), 16),
});

/** Signs an entry with the author's leaf seed. */
export function signEntry(crypto: Crypto, leafSeed: Uint8Array, content: EntryContent): Entry {
  const body = encode({ version: VERSION, extensions: [], ...content }, layout.write);
  const bytes = signBody(crypto, leafSeed, LABEL, body);
  return { ...content, bytes, hash: crypto.hash("sha256", bytes), signed: splitSigned(bytes, MAX_ENTRY_BYTES)! };
}

/**
 * Reads a signed entry as one of a room of this version; `malformed` where it is none. Whether the signature holds is
 * `isSignedByAuthor`'s question.
 *
 * RULE: entry.room-version: what does not exist in the room's version (a form of entry, an action, a critical extension, a kind of
 * rule) is malformed, in newer apps as in older ones: so no member makes others wait for an app, or forks the room by what only some
 * apps can read (docs/protocol.md §4; attack A104).
 */
export function decodeEntry(crypto: Crypto, bytes: Uint8Array, version: number): Result<Entry, "malformed"> {
  const signed = splitSigned(bytes, MAX_ENTRY_BYTES);
  if (signed === null) return failed("malformed");
  const decoded = decode(signed.body, layout.read, version);
  if (!decoded.ok) return failed("malformed");
  const { version: _, extensions: __, ...content } = decoded.value;
  return done({ ...content, bytes, hash: crypto.hash("sha256", bytes), signed });
}

/** Where an entry stands in its chain, in whatever version its room was; null for what is no entry. */
export function placeOf(
  bytes: Uint8Array,
): { readonly seq: number; readonly prev: Uint8Array; readonly keyCheck: Uint8Array | null } | null {
  return startOf(bytes, place.read);
}

/** The version in which a room with this charter begins, whether this app knows it or not; null for what is no charter. */
export function foundedIn(bytes: Uint8Array): number | null {
  return startOf(bytes, (reader) => {
    beforeAction.read(reader);
    return charterVersion(reader);
  });
}

function startOf<T>(bytes: Uint8Array, read: (reader: Reader) => T): T | null {
  const signed = splitSigned(bytes, MAX_ENTRY_BYTES);
  if (signed === null) return null;
  const decoded = decode(signed.body, (reader) => {
    const start = read(reader);
    reader.fixed(reader.remaining);
    return start;
  });
  return decoded.ok ? decoded.value : null;
}

/** Whether the leaf that the entry names as its author signed it. */
export function isSignedByAuthor(crypto: Crypto, entry: Entry): boolean {
  return isSignedBy(crypto, entry.author.leaf, LABEL, entry.signed);
}
