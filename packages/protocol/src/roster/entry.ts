import { decode, encode, type Reader } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, type SignedBytes, splitSigned } from "../encoding/signed.js";
import { type Action, readAction, writeAction } from "./action.js";
import type { EntryHeader } from "./entryHeader.js";

/** Longest signed entry, in bytes: sealed, it still fits into what a relay takes beside a commit. */
const MAX_ENTRY = 60 * 1024;

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

const LABEL = "conclave/entry/v1";
const VERSION = 1;
const MAX_APPROVALS = 240;

/** Signs an entry with the author's leaf seed. */
export function signEntry(crypto: Crypto, leafSeed: Uint8Array, content: EntryContent): Entry {
  const body = encode(content, (w, e) => {
    w.u16(VERSION).fixed(e.roomId).u53(e.seq).fixed(e.prev).u53(e.epoch).opaque(e.transcript).fixed(e.policyHash);
    writeAction(w, e.action);
    w.fixed(e.author.person).fixed(e.author.leaf).u53(e.time);
    w.vector(e.evidence.approvals, (x, approval) => x.opaque(approval));
    w.optional(e.evidence.inviteProof, (x, proof) => x.opaque(proof));
    w.optional(e.evidence.farewell, (x, farewell) => x.opaque(farewell)).fixed(e.stateHash);
    // Extensions: none yet. A type below 0x8000 is critical.
    w.vector([], () => undefined);
  });
  const bytes = signBody(crypto, leafSeed, LABEL, body);
  return { ...content, bytes, hash: crypto.hash("sha256", bytes), signed: splitSigned(bytes, MAX_ENTRY)! };
}

/** What decoding an entry gives. `unsupported`: well formed, signed by its author, but newer than this version. */
export type DecodedEntry =
  | { readonly kind: "entry"; readonly entry: Entry }
  | { readonly kind: "malformed" }
  | { readonly kind: "unsupported"; readonly author: EntryContent["author"] };

/** Reads a signed entry. Whether the signature holds is `isSignedByAuthor`'s question. */
export function decodeEntry(crypto: Crypto, bytes: Uint8Array): DecodedEntry {
  const signed = splitSigned(bytes, MAX_ENTRY);
  if (signed === null) return { kind: "malformed" };
  const decoded = decode(signed.body, readContent);
  if (!decoded.ok) return { kind: "malformed" };
  const { version, action, critical, ...content } = decoded.value;
  // RULE: entry.unknown-pauses: what this version cannot judge pauses the room; it never forks it (docs/protocol.md §4).
  if (version !== VERSION || action === null || critical) return { kind: "unsupported", author: content.author };
  return { kind: "entry", entry: { ...content, action, bytes, hash: crypto.hash("sha256", bytes), signed } };
}

/** Whether the leaf that the entry names as its author signed it. */
export function isSignedByAuthor(crypto: Crypto, entry: Entry): boolean {
  return isSignedBy(crypto, entry.author.leaf, LABEL, entry.signed);
}

function readContent(r: Reader) {
  const version = r.u16("version");
  const place = {
    roomId: r.fixed(HASH_BYTES),
    seq: r.u53("seq"),
    prev: r.fixed(HASH_BYTES),
    epoch: r.u53("epoch"),
    transcript: r.opaque(HASH_BYTES, "transcript"),
    policyHash: r.fixed(HASH_BYTES),
  };
  const action = readAction(r);
  const author = { person: r.fixed(KEY_BYTES), leaf: r.fixed(KEY_BYTES) };
  const time = r.u53("time");
  const evidence = {
    approvals: r.vector((x) => x.opaque(512), MAX_APPROVALS, "approvals"),
    inviteProof: r.optional((x) => x.opaque(512), "invite proof"),
    farewell: r.optional((x) => x.opaque(512), "farewell"),
  };
  const stateHash = r.fixed(HASH_BYTES);
  const extensions = r.vector((x) => ({ type: x.u16(), data: x.opaque(1024) }), 16, "extensions");
  const critical = extensions.some(({ type }) => type < 0x8000);
  return { version, ...place, action, author, time, evidence, stateHash, critical };
}
