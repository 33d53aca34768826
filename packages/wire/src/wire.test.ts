import { createHash } from "node:crypto";
import { concatBytes, encode, toHex, utf8Bytes } from "@conclave/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlobId, InboxId, RoomTag, SlotId } from "./ids.js";
import {
  blobChunkLength,
  blobChunks,
  blobIdOf,
  chooseVersion,
  commitReceiptBytes,
  copyProofBytes,
  decodeClientMessage,
  decodeCommitReceipt,
  decodeHeadReceipt,
  decodeRelayMessage,
  DEFAULT_LIMITS,
  encodeClientFrame,
  encodeClientMessage,
  encodeCommitReceipt,
  encodeHeadReceipt,
  encodeRelayFrame,
  encodeRelayMessage,
  firstLogHead,
  headReceiptBytes,
  inboxIdOf,
  inboxProofBytes,
  itemHash,
  nextLogHead,
  RELAY_ERRORS,
  recordDigest,
  recordHash,
  relayErrorOf,
  slotProofBytes,
  writeProofBytes,
  VERSIONS,
  type AppendRequest,
  type ClientFrame,
  type LogItem,
  type RelayError,
  type RelayFrame,
  withRequestId,
} from "./index.js";

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(data).digest());
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const id32 = bytes(32);
const blob = fc.uint8Array({ maxLength: 200 });
const u53 = fc.maxSafeNat();
const id = fc.nat(0xffffffff);

const item: fc.Arbitrary<LogItem> = fc.oneof(
  fc.record({
    n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    kind: fc.constantFrom("commit", "message"),
    epoch: u53,
    time: u53,
    pruned: fc.constant<false>(false),
    payload: blob,
    attachment: blob,
  }),
  fc.record({
    n: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    kind: fc.constantFrom("commit", "message"),
    epoch: u53,
    time: u53,
    pruned: fc.constant<true>(true),
    payloadHash: id32,
    attachmentHash: id32,
  }),
);
const items = fc.array(item, { maxLength: 5 });
const anyRoomTag = id32.map(RoomTag.of);
const anySlotId = id32.map(SlotId.of);
const anyInboxId = id32.map(InboxId.of);
const anyBlobId = id32.map(BlobId.of);
const slotContent = fc.record({ slotId: anySlotId, tokenPub: id32, blob });
const appendBase = { type: fc.constant<"append">("append"), id, roomTag: anyRoomTag, appendId: bytes(16), epoch: u53 };
const memberCommit: fc.Arbitrary<AppendRequest> = fc.record({
  ...appendBase,
  kind: fc.constant<"commit">("commit"),
  lastCommit: u53,
  payload: blob,
  attachment: blob,
  ground: fc.constant<{ by: "member" }>({ by: "member" }),
  nextWriteKey: id32,
  deliveries: fc.array(fc.record({ inboxId: anyInboxId, blob }), { maxLength: 3 }),
  slots: fc.array(slotContent, { maxLength: 3 }),
});
const externalCommit: fc.Arbitrary<AppendRequest> = fc
  .tuple(memberCommit, anySlotId)
  .map(([commit, slotId]) => ({ ...commit, ground: { by: "slot", slotId }, deliveries: [], slots: [] }));
const message: fc.Arbitrary<AppendRequest> = memberCommit.map((commit) => ({
  ...commit,
  kind: "message",
  attachment: new Uint8Array(),
  nextWriteKey: null,
  deliveries: [],
  slots: [],
}));
const position = fc.record({ epoch: u53, n: u53, lastCommit: u53 });
const headReceipt = fc.record({
  roomTag: anyRoomTag,
  n: u53,
  head: id32,
  time: u53,
  availableFrom: u53,
  keyEpoch: u53,
  writeKey: id32,
});
const signedHead = fc.record({ receipt: headReceipt, signature: bytes(64) });
const commitReceipt = fc.record({ roomTag: anyRoomTag, epoch: u53, recordHash: id32, n: u53, head: id32, time: u53 });
const signedCommit = fc.record({ receipt: commitReceipt, signature: bytes(64) });

const is = <T extends string>(type: T) => ({ type: fc.constant(type), id });
const clientFrame: fc.Arbitrary<ClientFrame> = fc.oneof(
  fc.record({ type: fc.constant<"hello">("hello"), versions: fc.array(fc.nat(65535), { maxLength: 16 }) }),
  fc.record({ ...is("createRoom"), roomTag: anyRoomTag, writeKey: id32, attachment: blob, permit: blob }),
  fc.record({ ...is("offerRoom"), roomTag: anyRoomTag, permit: blob }),
  fc.record({
    ...{ ...is("adoptRoom"), roomTag: anyRoomTag, n: u53, head: id32, epoch: u53, payload: blob, attachment: blob },
    ...{ nextWriteKey: id32, permit: blob },
  }),
  fc.record({ ...is("bringRoster"), roomTag: anyRoomTag, after: id32, records: fc.array(blob, { maxLength: 3 }) }),
  fc.record({
    ...{ ...is("bringCopy"), roomTag: anyRoomTag, after: u53, proof: bytes(64), permit: blob },
    source: fc.record({ roomTag: anyRoomTag, relayKey: id32, copyId: id32 }),
    part: fc.record({
      ...{ fromN: u53, before: id32, items, hashes: fc.array(id32, { maxLength: 3 }), receipt: signedHead },
    }),
  }),
  memberCommit,
  externalCommit,
  message,
  fc.record({ ...is("prove"), roomTag: anyRoomTag, epoch: u53, writeKey: id32, signature: bytes(64) }),
  fc.record({ ...is("read"), roomTag: anyRoomTag, fromN: u53, limit: id }),
  fc.record({ ...is("readRoster"), roomTag: anyRoomTag, record: id32 }),
  fc.record({ ...is("subscribe"), roomTag: anyRoomTag, fromN: u53 }),
  fc.record({
    ...is("bring"),
    roomTag: anyRoomTag,
    receipt: signedHead,
    fromN: u53,
    items,
    hashes: fc.array(id32, { maxLength: 3 }),
    head: id32,
  }),
  fc.record({ ...is("unsubscribe"), roomTag: anyRoomTag }),
  fc.record({ ...is("beginBlob"), roomTag: anyRoomTag, blobId: anyBlobId, size: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fc.record({ ...is("writeBlob"), roomTag: anyRoomTag, blobId: anyBlobId, index: id, chunk: blob }),
  fc.record({ ...is("readBlob"), roomTag: anyRoomTag, blobId: anyBlobId, index: id }),
  fc.record({ ...is("dropBlob"), roomTag: anyRoomTag, secret: id32 }),
  fc.record({ ...is("putSlot"), roomTag: anyRoomTag, slot: slotContent, life: id }),
  fc.record({ ...is("closeSlot"), roomTag: anyRoomTag, slotId: anySlotId }),
  fc.record({ ...is("getSlot"), roomTag: anyRoomTag, slotId: anySlotId, back: fc.nat(255) }),
  fc.record({ ...is("proveSlot"), roomTag: anyRoomTag, slotId: anySlotId, signature: bytes(64), tokenPub: id32 }),
  fc.record({ ...is("postRequest"), roomTag: anyRoomTag, slotId: anySlotId, blob }),
  fc.record({ ...is("postPlea"), roomTag: anyRoomTag, stays: fc.boolean(), blob }),
  fc.record({ ...is("listSlots"), roomTag: anyRoomTag, after: fc.option(anySlotId) }),
  fc.record({ ...is("listRequests"), roomTag: anyRoomTag, after: u53 }),
  fc.record({ ...is("deleteRequest"), roomTag: anyRoomTag, request: u53 }),
  fc.record({ ...is("answerRequest"), roomTag: anyRoomTag, request: u53, inboxId: anyInboxId, blob }),
  fc.record({ ...is("proveInbox"), inboxPub: id32, signature: bytes(64) }),
  fc.record({ ...is("fetchInbox"), inboxId: anyInboxId, after: u53 }),
  fc.record({ ...is("clearInbox"), inboxId: anyInboxId, upTo: u53 }),
);
const relayFrame: fc.Arbitrary<RelayFrame> = fc.oneof(
  fc.record({
    type: fc.constant<"welcome">("welcome"),
    version: fc.nat(65535),
    challenge: id32,
    relayKey: id32,
    limits: fc.constant(DEFAULT_LIMITS),
  }),
  fc.record(is("done")),
  fc.record({
    ...is("error"),
    error: fc.constantFrom(...(Object.keys(RELAY_ERRORS) as RelayError[])),
    retryAfter: id,
    position: fc.option(position),
  }),
  fc.record({ ...is("created"), receipt: signedHead }),
  fc.record({ ...is("appended"), n: u53, head: id32, receipt: fc.option(signedCommit) }),
  fc.record({ ...is("page"), items, n: u53, receipt: fc.option(signedHead) }),
  fc.record({ ...is("roster"), records: fc.array(blob, { maxLength: 4 }) }),
  fc.record({ ...is("subscribed"), receipt: signedHead, position, items }),
  fc.record({ ...is("blobState"), chunks: id }),
  fc.record({ ...is("blob"), chunk: blob }),
  fc.record({ ...is("slot"), blob, n: u53, time: u53, versions: fc.nat(255), lastCommit: u53 }),
  fc.record({
    ...is("slots"),
    slots: fc.array(fc.record({ slotId: anySlotId, bytes: u53, end: u53 }), { maxLength: 3 }),
    more: fc.boolean(),
  }),
  fc.record({ ...is("posted"), request: u53 }),
  fc.record({
    ...is("requests"),
    requests: fc.array(fc.record({ request: u53, slotId: fc.option(anySlotId), blob, time: u53 }), { maxLength: 3 }),
    more: fc.boolean(),
  }),
  fc.record({
    ...is("inbox"),
    items: fc.array(fc.record({ item: u53, roomTag: anyRoomTag, n: u53, blob }), { maxLength: 3 }),
    more: fc.boolean(),
  }),
  fc.record({ ...is("brought"), n: u53 }),
  fc.record({
    type: fc.constant<"records">("records"),
    roomTag: anyRoomTag,
    items,
    receipt: fc.option(signedHead),
  }),
  fc.record({ type: fc.constant<"lagged">("lagged"), roomTag: anyRoomTag, fromN: u53 }),
  fc.record({ type: fc.constant<"requestsChanged">("requestsChanged"), roomTag: anyRoomTag }),
  fc.record({ type: fc.constant<"inboxChanged">("inboxChanged"), inboxId: anyInboxId }),
  fc.record({ type: fc.constant<"goodbye">("goodbye"), retryAfter: id }),
);

describe("messages", () => {
  it("client frames round-trip, and joining frames is joining messages", () => {
    fc.assert(
      fc.property(fc.array(clientFrame, { maxLength: 6 }), (frames) => {
        const encoded = encodeClientMessage(frames);
        expect(encoded).toEqual(concatBytes(...frames.map(encodeClientFrame)));
        expect(decodeClientMessage(encoded, DEFAULT_LIMITS)).toEqual({ ok: true, value: frames });
      }),
      { numRuns: 400 },
    );
  });
  it("a request under another id differs in nothing else", () => {
    fc.assert(
      fc.property(clientFrame, id, (frame, other) => {
        if (frame.type === "hello") return;
        const bytes = encodeClientFrame(frame);
        expect(withRequestId(bytes, other)).toEqual(encodeClientFrame({ ...frame, id: other }));
        expect(bytes).toEqual(encodeClientFrame(frame));
      }),
      { numRuns: 400 },
    );
    expect(() => withRequestId(new Uint8Array(5), 1)).toThrow(RangeError);
  });
  it("relay frames round-trip", () => {
    fc.assert(
      fc.property(fc.array(relayFrame, { maxLength: 6 }), (frames) => {
        const encoded = encodeRelayMessage(frames);
        expect(decodeRelayMessage(encoded, DEFAULT_LIMITS.messageBytes)).toEqual({ ok: true, value: frames });
      }),
      { numRuns: 400 },
    );
  });
  it("attack 80: any bytes, and any mutation of a valid message, give frames or a fault, and what decodes is canonical", () => {
    const mutated = fc
      .tuple(fc.array(clientFrame, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255), fc.nat(3))
      .map(([frames, at, value, how]) => mutate(encodeClientMessage(frames), at, value, how));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (input) => {
        const decoded = decodeClientMessage(input, DEFAULT_LIMITS);
        if (decoded.ok) expect(encodeClientMessage(decoded.value)).toEqual(input);
        decodeRelayMessage(input, 1000);
      }),
      { numRuns: 5000 },
    );
  });
  it("RULE wire.limits-first: a message too long or with too many frames is refused", () => {
    const done = encodeRelayFrame({ type: "done", id: 1 });
    expect(decodeRelayMessage(done, done.length - 1)).toMatchObject({ ok: false, error: { fault: "too_long" } });
    const hello = encodeClientFrame({ type: "hello", versions: VERSIONS });
    const limits = { messageBytes: 1000, frames: 2 };
    expect(decodeClientMessage(concatBytes(hello, hello), limits).ok).toBe(true);
    expect(decodeClientMessage(concatBytes(hello, hello, hello), limits)).toMatchObject({
      ok: false,
      error: { fault: "too_long" },
    });
    expect(decodeClientMessage(concatBytes(hello, hello), { messageBytes: 3, frames: 2 }).ok).toBe(false);
  });
  it("RULE wire.append-form: a message brings nothing but itself, an external commit no deliveries and no slots", () => {
    const sent = (frame: AppendRequest): boolean => decodeClientMessage(encodeClientFrame(frame), DEFAULT_LIMITS).ok;
    const delivery = { inboxId: InboxId.of(new Uint8Array(32)), blob: new Uint8Array(1) };
    const slot = { slotId: SlotId.of(new Uint8Array(32)), tokenPub: new Uint8Array(32), blob: new Uint8Array(1) };
    fc.assert(
      fc.property(message, externalCommit, anySlotId, (plain, external, key) => {
        expect(sent(plain)).toBe(true);
        expect(sent({ ...plain, nextWriteKey: key })).toBe(false);
        expect(sent({ ...plain, attachment: key })).toBe(false);
        expect(sent({ ...plain, deliveries: [delivery] })).toBe(false);
        expect(sent({ ...plain, slots: [slot] })).toBe(false);
        expect(sent({ ...plain, ground: { by: "slot", slotId: key } })).toBe(false);
        expect(sent(external)).toBe(true);
        expect(sent({ ...external, deliveries: [delivery] })).toBe(false);
        expect(sent({ ...external, slots: [slot] })).toBe(false);
        expect(sent({ ...external, nextWriteKey: null })).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

describe("log", () => {
  const roomTag = RoomTag.of(new Uint8Array(32).fill(7));
  const record = { kind: "commit" as const, epoch: 3, payload: utf8Bytes("p"), attachment: utf8Bytes("att") };
  it("RULE wire.hash-proves-kind: hashes exactly { label, tag, kind, epoch, hash of payload, hash of attachment }", () => {
    const expected = encode(record, (w) => {
      w.text("conclave/record/v1").fixed(roomTag).u8(1).u64(3n);
      w.fixed(sha256(record.payload)).fixed(sha256(record.attachment));
    });
    expect(recordHash(sha256, roomTag, record)).toEqual(sha256(expected));
    const head0 = sha256(concatBytes(utf8Bytes("conclave/log/v1"), roomTag));
    expect(firstLogHead(sha256, roomTag)).toEqual(head0);
    const hash = recordHash(sha256, roomTag, record);
    expect(nextLogHead(sha256, head0, hash)).toEqual(sha256(concatBytes(head0, hash)));
  });
  it("gives one hash for a record and for what is left of it", () => {
    const hash = recordHash(sha256, roomTag, record);
    expect(itemHash(sha256, roomTag, { ...record, n: 1, time: 0, pruned: false })).toEqual(hash);
    const pruned = { n: 1, time: 5, pruned: true as const, ...recordDigest(sha256, record) };
    expect(itemHash(sha256, roomTag, pruned)).toEqual(hash);
    // What is left of a commit cannot be called a message, or of another epoch.
    expect(itemHash(sha256, roomTag, { ...pruned, kind: "message" })).not.toEqual(hash);
    expect(itemHash(sha256, roomTag, { ...pruned, epoch: 4 })).not.toEqual(hash);
  });
  it("changes with every part of the record", () => {
    const base = toHex(recordHash(sha256, roomTag, record));
    const others = [
      recordHash(sha256, RoomTag.of(new Uint8Array(32)), record),
      recordHash(sha256, roomTag, { ...record, kind: "message" }),
      recordHash(sha256, roomTag, { ...record, epoch: 4 }),
      recordHash(sha256, roomTag, { ...record, payload: utf8Bytes("pa"), attachment: utf8Bytes("tt") }),
      recordHash(sha256, roomTag, { ...record, attachment: new Uint8Array() }),
    ].map(toHex);
    expect(new Set([base, ...others]).size).toBe(6);
  });
});

describe("receipts and proofs", () => {
  it("receipts round-trip, and their signed bytes begin with their label", () => {
    fc.assert(
      fc.property(signedCommit, signedHead, (commit, head) => {
        expect(decodeCommitReceipt(encodeCommitReceipt(commit))).toEqual({ ok: true, value: commit });
        expect(decodeHeadReceipt(encodeHeadReceipt(head))).toEqual({ ok: true, value: head });
        expect(Buffer.from(commitReceiptBytes(commit.receipt)).includes("conclave/receipt/commit/v1")).toBe(true);
        expect(Buffer.from(headReceiptBytes(head.receipt)).includes("conclave/receipt/head/v2")).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
  it("RULE proof.label: proofs and receipts over the same values are different byte strings", () => {
    const a = RoomTag.of(new Uint8Array(32).fill(1));
    const signed = [
      writeProofBytes(a, a, 0),
      slotProofBytes(a, a, SlotId.of(a)),
      inboxProofBytes(a, InboxId.of(a)),
      copyProofBytes(a, a, { roomTag: a, relayKey: a, copyId: a }),
      headReceiptBytes({ roomTag: a, n: 0, head: a, time: 0, availableFrom: 0, keyEpoch: 0, writeKey: a }),
      commitReceiptBytes({ roomTag: a, epoch: 0, recordHash: a, n: 0, head: a, time: 0 }),
    ];
    const labels = signed.map((bytes) => Buffer.from(bytes.subarray(1, 1 + bytes[0]!)).toString());
    expect(labels).toEqual([
      "conclave/write-proof/v1",
      "conclave/slot-proof/v1",
      "conclave/inbox-proof/v1",
      "conclave/copy-proof/v1",
      "conclave/receipt/head/v2",
      "conclave/receipt/commit/v1",
    ]);
  });
  it("an inbox id is the hash of its key behind a label", () => {
    const key = new Uint8Array(32).fill(9);
    expect(inboxIdOf(sha256, key)).toEqual(sha256(concatBytes(utf8Bytes("conclave/inbox/v1"), key)));
  });
});

describe("blobs", () => {
  it("have whole chunks and a last one, which is never empty", () => {
    const lengths = (size: number) => [0, 1, 2].map((index) => blobChunkLength(size, index));
    expect([1, 65_536, 65_537].map(blobChunks)).toEqual([1, 1, 2]);
    expect(lengths(1)).toEqual([1, 0, 0]);
    expect(lengths(65_536)).toEqual([65_536, 0, 0]);
    expect(lengths(70_000)).toEqual([65_536, 4464, 0]);
  });
  it("A83: RULE wire.chunk-bounded: a chunk that is longer than any is no frame, from either side; nor is an empty blob", () => {
    const target = { id: 1, roomTag: RoomTag.of(new Uint8Array(32)), blobId: BlobId.of(new Uint8Array(32)), index: 0 };
    const written = (length: number) =>
      decodeClientMessage(
        encodeClientFrame({ type: "writeBlob", ...target, chunk: new Uint8Array(length) }),
        DEFAULT_LIMITS,
      );
    const answered = (length: number) =>
      decodeRelayMessage(encodeRelayFrame({ type: "blob", id: 1, chunk: new Uint8Array(length) }), 1_000_000);
    for (const decode of [written, answered]) {
      expect(decode(65_536).ok).toBe(true);
      expect(decode(65_537)).toMatchObject({ ok: false, error: { fault: "too_long" } });
    }
    const begin = { type: "beginBlob" as const, id: 1, roomTag: target.roomTag, blobId: target.blobId };
    expect(decodeClientMessage(encodeClientFrame({ ...begin, size: 1 }), DEFAULT_LIMITS).ok).toBe(true);
    expect(decodeClientMessage(encodeClientFrame({ ...begin, size: 0 }), DEFAULT_LIMITS).ok).toBe(false);
  });
  it("a blob's name is the hash of its secret behind a label", () => {
    const secret = new Uint8Array(32).fill(4);
    expect(blobIdOf(sha256, secret)).toEqual(sha256(concatBytes(utf8Bytes("conclave/blob/v1"), secret)));
  });
});

describe("negotiation and errors", () => {
  it("chooses a version both speak, or none", () => {
    expect(chooseVersion([7, 4])).toBe(4);
    // What came before hashed records in another way: each would call the other a liar.
    expect(chooseVersion([3, 2, 1])).toBeNull();
    expect(chooseVersion([5])).toBeNull();
  });
  it("every error has its own number", () => {
    const codes = Object.keys(RELAY_ERRORS) as RelayError[];
    for (const code of codes) {
      expect(relayErrorOf(RELAY_ERRORS[code])).toBe(code);
    }
    expect(relayErrorOf(9999)).toBeNull();
  });
});

function mutate(input: Uint8Array, at: number, value: number, how: number): Uint8Array {
  const place = at % Math.max(1, input.length);
  if (how === 0) return input.subarray(0, place);
  if (how === 1) return concatBytes(input.subarray(0, place), Uint8Array.of(value), input.subarray(place));
  const copy = input.slice();
  copy[place] = how === 2 ? value : copy[place]! ^ (1 << (value & 7));
  return copy;
}
