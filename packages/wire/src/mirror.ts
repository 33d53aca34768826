import {
  concatBytes,
  decode,
  encode,
  equalBytes,
  list,
  opaque,
  struct,
  u53,
  utf8Bytes,
  type DecodeError,
  type Of,
  type Result,
} from "@conclave/codec";
import { id32, inRoom, labelled, signature } from "./field.js";
import { frame } from "./frameCodec.js";
import { RoomTag } from "./ids.js";
import { signedHeadReceipt, type HeadReceipt, type Signed } from "./receipt.js";
import { itemHash, logItem, nextLogHead, type LogItem, type Sha256 } from "./record.js";

/** Which room a mirror has a copy of, of which relay's log, and which copy of it. */
export interface CopySource {
  readonly roomTag: RoomTag;
  /** The key of the room's relay: its signatures are what the copy is checked by. */
  readonly relayKey: Uint8Array;
  /** 32 bytes, chosen at random by who named the mirror: nobody else can be first to use its place there. */
  readonly copyId: Uint8Array;
}
const copySource = struct<CopySource>({ roomTag: RoomTag, relayKey: id32, copyId: id32 });

/**
 * A part of a room's log, with the head that the room's relay signed for it. It needs nobody's word: the records and the hashes after
 * them lead from `before` to the signed head, and to no other.
 */
export interface CopyPart {
  /** The place of the first record, or of the first hash where there are no records; at least 1. */
  readonly fromN: number;
  /** The log's head before it. */
  readonly before: Uint8Array;
  /** The records, whole, from `fromN` on. */
  readonly items: readonly LogItem[];
  /** The hashes of the records after them, up to the receipt's. */
  readonly hashes: readonly Uint8Array[];
  readonly receipt: Signed<HeadReceipt>;
}
const copyPart = struct<CopyPart>({
  fromN: u53,
  before: id32,
  items: list(logItem),
  hashes: list(id32),
  receipt: signedHeadReceipt,
});

/** The most hashes in one part. */
export const MOST_COPY_HASHES = 4096;

/**
 * Brings a mirror the next part of a room's log, or one that shows that the room's relay signed two logs (docs/protocol.md §6,
 * Mirrors). `roomTag` is `copyTag` or `rivalTag` of the source. The first part makes the copy. Answer: `brought`, with the place up to
 * which the copy goes; `stale_epoch` where the copy does not end at `after`; `unlinked` where the part does not fit.
 */
export type BringCopyRequest = Of<typeof bringCopy>;
export const bringCopy = frame("bringCopy", 54, {
  ...inRoom,
  source: copySource,
  /** The record of the copy that this part follows, or that it contradicts; 0 for the first one. */
  after: u53,
  part: copyPart,
  /** Over `copyProofBytes(challenge, roomTag, source)`, with the write key that the part's receipt names. */
  proof: signature,
  /** As in `createRoom`, for the first part. */
  permit: opaque(256),
});

const copyProof = labelled("conclave/copy-proof/v1", struct({ challenge: id32, copyTag: RoomTag, source: copySource }));

/**
 * What a member signs with the room's write key to prove to a mirror that they are one. It names the source, so it is worth nothing
 * to the room's own relay, and a mirror cannot pass it on.
 */
export function copyProofBytes(challenge: Uint8Array, copyTag: RoomTag, source: CopySource): Uint8Array {
  return copyProof({ challenge, copyTag, source });
}

/** Where a mirror keeps the copy: an ordinary log of this tag, each record of which is a part. */
export function copyTag(sha256: Sha256, source: CopySource): RoomTag {
  return tagOf(sha256, "conclave/copy/v1", source);
}

/** Where a mirror keeps parts that contradict the copy. */
export function rivalTag(sha256: Sha256, source: CopySource): RoomTag {
  return tagOf(sha256, "conclave/rivals/v1", source);
}

function tagOf(sha256: Sha256, label: string, source: CopySource): RoomTag {
  return RoomTag.of(sha256(concatBytes(utf8Bytes(label), encode(source, copySource.write))));
}

/** The payload of a copy's record. */
export function encodeCopyPart(part: CopyPart): Uint8Array {
  return encode(part, copyPart.write);
}

/** Reads what {@link encodeCopyPart} wrote. Nothing is verified. */
export function decodeCopyPart(bytes: Uint8Array): Result<CopyPart, DecodeError> {
  return decode(bytes, copyPart.read);
}

/** The place of the last whole record of a part; that before it where there is none. */
export function copyEnd({ fromN, items }: CopyPart): number {
  return fromN + items.length - 1;
}

/**
 * The heads of the log from `part.fromN - 1` on, as the part has them; null when it does not lead to the head in its receipt, is not of
 * this room, or its records are not in order. The receipt's signature is not verified.
 *
 * RULE: copy.proves-itself: a head is the hash of all before it, so a part that leads to a signed head is of the signed log, whoever
 * brings or shows it (attack A140).
 */
export function copyHeads(sha256: Sha256, roomTag: RoomTag, part: CopyPart): Uint8Array[] | null {
  const { fromN, before, items, hashes } = part;
  const { receipt } = part.receipt;
  if (fromN < 1 || fromN - 1 + items.length + hashes.length !== receipt.n) return null;
  if (!equalBytes(receipt.roomTag, roomTag)) return null;
  if (items.some(({ n }, at) => n !== fromN + at)) return null;
  const heads = [before];
  for (const item of items) heads.push(nextLogHead(sha256, heads.at(-1)!, itemHash(sha256, roomTag, item)));
  for (const hash of hashes) heads.push(nextLogHead(sha256, heads.at(-1)!, hash));
  return equalBytes(heads.at(-1)!, receipt.head) ? heads : null;
}

/** The head at a place, of what {@link copyHeads} gave for a part; null where the part does not cover it. */
export function copyHeadAt({ fromN }: CopyPart, heads: readonly Uint8Array[], n: number): Uint8Array | null {
  return heads[n - fromN + 1] ?? null;
}
