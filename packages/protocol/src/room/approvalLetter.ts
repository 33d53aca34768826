import {
  decode,
  encode,
  equalBytes,
  fixed,
  fromBase45,
  opaque,
  struct,
  toBase45,
  u32,
  u53,
  Writer,
} from "@conclave/codec";
import { committingOpen, committingSeal, type Crypto } from "@conclave/crypto";
import type { RoomTag } from "@conclave/wire";
import { derivedKey, labelledHash } from "../encoding/digest.js";
import type { RoomId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";
import { type Read, SignedLayout } from "../encoding/signed.js";
import { type Approval, openApproval } from "../roster/approval.js";
import type { RosterKey } from "../transport/rosterLog.js";

/**
 * An approval on its way beside the relay, as a file or a QR code (docs/protocol.md §4): with the action that it approves, in
 * case the proposal itself did not arrive.
 */
export interface ApprovalLetter {
  /** How long the log was for who wrote it: what they took back after that, this letter does not bring up again. */
  readonly n: number;
  /** The canonical bytes of the action. */
  readonly action: Uint8Array;
  /** The signed approval. */
  readonly approval: Uint8Array;
}

/** A letter as it lies in a file: whose room it is for can only be told by those who know the room. */
export interface SealedLetter {
  /** Names the room to those who know it. */
  readonly mark: Uint8Array;
  /** Of the roster key that it is sealed under. */
  readonly generation: number;
  readonly salt: Uint8Array;
  readonly sealed: Uint8Array;
}

/** The longest signed letter: any action that an entry has room for, and an approval. */
const MAX_LETTER_BYTES = 61 * 1024;
const PREFIX = "CONCLAVE-APPROVAL:";
/** The longest text of a letter, in letters: a longer one is not looked at. */
export const MAX_LETTER_TEXT = 100 * 1024;

const LABEL = "conclave/approval-letter/v1";
const ROOM_LABEL = "conclave/approval-letter-room/v1";
const MARK_BYTES = 4;
const NONCE = new Uint8Array(12);
const layout = new SignedLayout<ApprovalLetter>(
  LABEL,
  MAX_LETTER_BYTES,
  struct<ApprovalLetter>({ n: u53, action: opaque(60 * 1024), approval: opaque(512) }),
);
const sealedLayout = struct<SealedLetter>({
  mark: fixed(MARK_BYTES),
  generation: u32,
  salt: fixed(16),
  sealed: opaque(),
});

/** Signs a letter with the seed of the leaf that signed its approval. */
export function signLetter(crypto: Crypto, leafSeed: Uint8Array, letter: ApprovalLetter): Uint8Array {
  return layout.sign(crypto, leafSeed, letter);
}

/** The room that a letter is for, and the key that seals it. */
export interface LetterRoom {
  readonly roomId: RoomId;
  readonly roomTag: RoomTag;
  readonly rosterKey: RosterKey;
}

/**
 * Seals a signed letter, and writes it as text. It is as secret as what the room decides: who has the roster key reads it, and
 * nobody else.
 */
export function sealLetter(
  { crypto, random }: Provider,
  { roomId, roomTag, rosterKey: { generation, key } }: LetterRoom,
  signed: Uint8Array,
): string {
  const salt = random(16);
  const aad = aadOf(roomTag, generation);
  const sealed = committingSeal(crypto, derivedKey(crypto, key, LABEL, salt), NONCE, aad, signed);
  return (
    PREFIX + toBase45(encode({ mark: markOf(crypto, roomId, salt), generation, salt, sealed }, sealedLayout.write))
  );
}

/** The sealed letter in a text of at most {@link MAX_LETTER_TEXT}; null for any other text. */
export function readLetterText(text: string): SealedLetter | null {
  if (text.length > MAX_LETTER_TEXT) return null;
  const line = text.replaceAll(/^\uFEFF|^[\r\n]+|[\r\n]+$/gu, "");
  if (!line.startsWith(PREFIX)) return null;
  const bytes = fromBase45(line.slice(PREFIX.length));
  const decoded = bytes && decode(bytes, sealedLayout.read);
  return decoded?.ok === true ? decoded.value : null;
}

/** Whether a letter says that it is for this room. */
export function isLetterFor(crypto: Crypto, roomId: RoomId, { mark, salt }: SealedLetter): boolean {
  return equalBytes(mark, markOf(crypto, roomId, salt));
}

/** A letter that was opened: what it says, and the approval in it. */
export interface OpenedLetter extends ApprovalLetter {
  readonly content: Approval;
}

/**
 * The letter, if it was sealed under this key, for this room, and both it and its approval were signed by the leaf that the
 * approval names; else null. Whose leaf that is, the roster says.
 */
export function openLetter(
  crypto: Crypto,
  { roomId, roomTag, rosterKey: { generation, key } }: LetterRoom,
  { salt, sealed, ...letter }: SealedLetter,
): OpenedLetter | null {
  if (letter.generation !== generation) return null;
  const aad = aadOf(roomTag, generation);
  const signed = committingOpen(crypto, derivedKey(crypto, key, LABEL, salt), NONCE, aad, sealed);
  const read: Read<ApprovalLetter> | null = signed && layout.read(signed);
  const content = read && openApproval(crypto, read.content.approval);
  if (!read || !content || !equalBytes(content.roomId, roomId)) return null;
  // RULE: letter.own-approval: only who gave an approval puts it into a letter: nobody else makes one of an approval that they saw
  // in the room, or makes an old letter look new (attack A151).
  return read.isBy(crypto, content.leaf) ? { ...read.content, content } : null;
}

function markOf(crypto: Crypto, roomId: RoomId, salt: Uint8Array): Uint8Array {
  return labelledHash(crypto, ROOM_LABEL, roomId, salt).slice(0, MARK_BYTES);
}

function aadOf(roomTag: RoomTag, generation: number): Uint8Array {
  return new Writer(64).text(LABEL).fixed(roomTag).u32(generation).finish();
}
