import { createHash } from "node:crypto";
import { utf8Bytes } from "@conclave/codec";
import { BlobId, InboxId, RoomTag, SlotId } from "./ids.js";
import {
  BLOB_CHUNK_BYTES,
  blobIdOf,
  commitReceiptBytes,
  copyProofBytes,
  copyTag,
  DEFAULT_LIMITS,
  encodeCommitReceipt,
  encodeHeadReceipt,
  firstLogHead,
  headReceiptBytes,
  inboxIdOf,
  inboxProofBytes,
  itemHash,
  nextLogHead,
  RELAY_ERRORS,
  recordDigest,
  recordHash,
  rivalTag,
  slotProofBytes,
  VERSIONS,
  writeProofBytes,
  type AppendRequest,
  type ClientFrame,
  type CommitReceipt,
  type HeadReceipt,
  type LogItem,
  type RelayError,
  type RelayFrame,
  type SlotContent,
} from "./index.js";

const sha256 = (data: Uint8Array): SlotId => SlotId.of(new Uint8Array(createHash("sha256").update(data).digest()));

/** 32 bytes: the hash of a name. */
const id32 = (name: string): SlotId => sha256(utf8Bytes(name));
const signature = (name: string): Uint8Array => new Uint8Array([...id32(name), ...id32(`${name}, second half`)]);
/** So many bytes that a length of one, two or four bytes stands before them. */
const filled = (length: number): Uint8Array => new Uint8Array(length).map((_, at) => at % 251);

const NONE = new Uint8Array();
const ID = 0xfedcba98;
const MOST = Number.MAX_SAFE_INTEGER;
const TIME = 1_700_000_000_000;
const room = { id: 7, roomTag: RoomTag.of(id32("room")) };
const blobOf = { ...room, blobId: BlobId.of(id32("blob")) };
const slotOf = { ...room, slotId: SlotId.of(id32("slot")) };

const slot: SlotContent = { slotId: SlotId.of(id32("slot")), tokenPub: id32("token"), blob: filled(70) };
const commit: AppendRequest = {
  type: "append",
  ...room,
  appendId: id32("append").slice(0, 16),
  kind: "commit",
  epoch: 5,
  lastCommit: 12,
  payload: filled(300),
  attachment: filled(20),
  ground: { by: "member" },
  nextWriteKey: id32("next write key"),
  deliveries: [
    { inboxId: InboxId.of(id32("inbox")), blob: filled(64) },
    { inboxId: InboxId.of(id32("another inbox")), blob: NONE },
  ],
  slots: [slot, { ...slot, slotId: id32("another slot"), blob: NONE }],
};
const message: AppendRequest = {
  ...commit,
  id: ID,
  kind: "message",
  epoch: MOST,
  lastCommit: 0,
  payload: filled(17_000),
  attachment: NONE,
  nextWriteKey: null,
  deliveries: [],
  slots: [],
};
const external: AppendRequest = { ...commit, ground: { by: "slot", slotId: slot.slotId }, deliveries: [], slots: [] };

const content = { kind: "commit" as const, epoch: 5, payload: filled(40), attachment: filled(5) };
const items: readonly LogItem[] = [
  { n: 1, time: TIME, pruned: false, ...content },
  { n: 2, time: TIME + 1, pruned: false, kind: "message", epoch: 6, payload: filled(300), attachment: NONE },
  { n: 3, time: TIME + 2, pruned: true, ...recordDigest(sha256, { ...content, kind: "message" }) },
];
const ofRecord = { roomTag: room.roomTag, n: 9, head: id32("head"), time: TIME };
const head: HeadReceipt = { ...ofRecord, availableFrom: 3, keyEpoch: 6, writeKey: id32("write key") };
const source = { roomTag: room.roomTag, relayKey: id32("relay key"), copyId: id32("copy") };
const signedHead = { receipt: head, signature: signature("head receipt") };

/** Frames of a client, each kind at least once. */
export const CLIENT_FRAMES: readonly ClientFrame[] = [
  { type: "hello", versions: VERSIONS },
  { type: "hello", versions: [] },
  { type: "hello", versions: Array.from({ length: 16 }, (_, n) => 65_535 - n) },
  { type: "createRoom", ...room, writeKey: id32("write key"), attachment: filled(64), permit: NONE },
  { type: "createRoom", ...room, writeKey: id32("write key"), attachment: NONE, permit: filled(256) },
  { type: "offerRoom", ...room, permit: filled(12) },
  {
    ...{
      type: "adoptRoom",
      ...room,
      n: 41,
      head: id32("head"),
      epoch: 5,
      payload: filled(300),
      attachment: filled(20),
    },
    ...{ nextWriteKey: id32("next write key"), permit: NONE },
  },
  { type: "bringRoster", ...room, after: id32("roster record"), records: [filled(80), filled(9)] },
  {
    ...{ type: "bringCopy", ...room, source, after: 4, proof: signature("copy proof"), permit: NONE },
    part: { fromN: 1, before: id32("before"), items, hashes: [id32("record")], receipt: signedHead },
  },
  {
    ...{ type: "bringCopy", ...room, source, after: 0, proof: signature("copy proof"), permit: filled(256) },
    part: { fromN: 9, before: id32("before"), items: [], hashes: [], receipt: signedHead },
  },
  commit,
  external,
  message,
  { type: "prove", ...room, epoch: 5, writeKey: id32("write key"), signature: signature("write proof") },
  { type: "read", ...room, fromN: 1, limit: 2048 },
  { type: "read", ...room, fromN: MOST, limit: 0xffffffff },
  { type: "readRoster", ...room, record: id32("roster record") },
  { type: "subscribe", ...room, fromN: 90 },
  { type: "bring", ...room, receipt: signedHead, fromN: 8, items, hashes: [id32("record")], head: id32("head") },
  { type: "bring", ...room, receipt: signedHead, fromN: 1, items: [], hashes: [], head: id32("head") },
  { type: "unsubscribe", ...room },
  { type: "beginBlob", ...blobOf, size: 68_157_440 },
  { type: "writeBlob", ...blobOf, index: 3, chunk: filled(100) },
  { type: "readBlob", ...blobOf, index: 0 },
  { type: "dropBlob", ...room, secret: id32("secret") },
  { type: "putSlot", ...room, slot, life: 0 },
  { type: "putSlot", ...room, slot, life: 3600 },
  { type: "closeSlot", ...slotOf },
  { type: "getSlot", ...slotOf, back: 2 },
  { type: "proveSlot", ...slotOf, signature: signature("slot proof"), tokenPub: id32("token") },
  { type: "postRequest", ...slotOf, blob: filled(90) },
  { type: "postPlea", ...room, stays: true, blob: filled(90) },
  { type: "listSlots", ...room, after: null },
  { type: "listSlots", ...room, after: slotOf.slotId },
  { type: "listRequests", ...room, after: 4 },
  { type: "deleteRequest", ...room, request: 5 },
  { type: "answerRequest", ...room, request: 5, inboxId: InboxId.of(id32("inbox")), blob: filled(10) },
  { type: "proveInbox", id: 7, inboxPub: id32("inbox key"), signature: signature("inbox proof") },
  { type: "fetchInbox", id: 7, inboxId: InboxId.of(id32("inbox")), after: 0 },
  { type: "clearInbox", id: 7, inboxId: InboxId.of(id32("inbox")), upTo: 9 },
];

const commitReceipt: CommitReceipt = { ...ofRecord, epoch: 5, recordHash: id32("record") };
const signedCommit = { receipt: commitReceipt, signature: signature("commit receipt") };
const position = { epoch: 6, n: 9, lastCommit: 8 };
const request = { request: 5, slotId: slot.slotId, blob: filled(30), time: TIME };
const delivery = { item: 3, roomTag: room.roomTag, n: 9, blob: filled(12) };

/** Frames of a relay, each kind at least once, and each error. */
export const RELAY_FRAMES: readonly RelayFrame[] = [
  { type: "welcome", version: 4, challenge: id32("challenge"), relayKey: id32("relay key"), limits: DEFAULT_LIMITS },
  { type: "done", id: ID },
  ...(Object.keys(RELAY_ERRORS) as RelayError[]).map((error): RelayFrame => ({
    type: "error",
    id: 0,
    error,
    retryAfter: 0,
    position: null,
  })),
  { type: "error", id: 7, error: "stale_epoch", retryAfter: 1500, position },
  { type: "created", id: 7, receipt: signedHead },
  { type: "appended", id: 7, n: 9, head: id32("head"), receipt: signedCommit },
  { type: "appended", id: 7, n: 9, head: id32("head"), receipt: null },
  { type: "page", id: 7, items, n: 3, receipt: signedHead },
  { type: "page", id: 7, items: [], n: 0, receipt: null },
  { type: "roster", id: 7, records: [filled(80), filled(9)] },
  { type: "roster", id: 7, records: [] },
  { type: "subscribed", id: 7, receipt: signedHead, position, items },
  { type: "blobState", id: 7, chunks: 2 },
  { type: "blob", id: 7, chunk: filled(100) },
  { type: "slot", id: 7, blob: filled(70), n: 9, time: TIME, versions: 3, lastCommit: 8 },
  {
    type: "slots",
    id: 7,
    slots: [
      { slotId: slot.slotId, bytes: 210, end: 0 },
      { slotId: id32("another slot"), bytes: 0, end: TIME },
    ],
    more: false,
  },
  { type: "posted", id: 7, request: 5 },
  { type: "requests", id: 7, requests: [request, { ...request, request: 6, slotId: null, blob: NONE }], more: true },
  { type: "inbox", id: 7, items: [delivery, { ...delivery, item: 4, blob: NONE }], more: false },
  { type: "brought", id: 7, n: 9 },
  { type: "records", roomTag: room.roomTag, items, receipt: signedHead },
  { type: "records", roomTag: room.roomTag, items, receipt: null },
  { type: "lagged", roomTag: room.roomTag, fromN: 12 },
  { type: "requestsChanged", roomTag: room.roomTag },
  { type: "inboxChanged", inboxId: InboxId.of(id32("inbox")) },
  { type: "goodbye", retryAfter: 2000 },
];

/** What is hashed, signed or kept beside the frames. */
export const OTHERS: Readonly<Record<string, Uint8Array>> = {
  "inbox id": inboxIdOf(sha256, id32("inbox key")),
  "blob id": blobIdOf(sha256, id32("secret")),
  "write proof": writeProofBytes(id32("challenge"), room.roomTag, 5),
  "slot proof": slotProofBytes(id32("challenge"), room.roomTag, slot.slotId),
  "copy proof": copyProofBytes(id32("challenge"), room.roomTag, source),
  "tag of a copy": copyTag(sha256, source),
  "tag of a copy's rivals": rivalTag(sha256, source),
  "inbox proof": inboxProofBytes(id32("challenge"), InboxId.of(id32("inbox"))),
  "signed bytes of a commit receipt": commitReceiptBytes(commitReceipt),
  "signed bytes of a head receipt": headReceiptBytes(head),
  "commit receipt as it is kept": encodeCommitReceipt(signedCommit),
  "head receipt as it is kept": encodeHeadReceipt(signedHead),
  "record hash": recordHash(sha256, room.roomTag, content),
  "hash of a pruned record": itemHash(sha256, room.roomTag, items[2]!),
  "first log head": firstLogHead(sha256, room.roomTag),
  "next log head": nextLogHead(sha256, id32("head"), id32("record")),
};

/** Too long to be in a file of vectors: held by its hash. */
export const WHOLE_CHUNK: ClientFrame = { type: "writeBlob", ...blobOf, index: 0, chunk: filled(BLOB_CHUNK_BYTES) };
