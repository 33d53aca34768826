import { BLOB_CHUNK_BYTES, DEFAULT_LIMITS, BlobId, InboxId, type Request, RoomTag, SlotId } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { blobBytesOf, costOf, isWithinLimits, lastingBytesOf } from "./requestSize.js";
import { type Ask, commitAppend, messageAppend, newKey } from "./scriptedClient.js";

const limits = {
  ...DEFAULT_LIMITS,
  ...{ attachment: 10, messagePayload: 20, commitPayload: 30, slotBlob: 40, requestBlob: 50, blob: 60 },
  ...{ deliveries: 2, slots: 3 },
};
const id = new Uint8Array(32);
const roomTag = RoomTag.of(id);
const [slotId, inboxId, blobId] = [SlotId.of(id), InboxId.of(id), BlobId.of(id)];
const of = (length: number) => new Uint8Array(length);
const times = <T>(count: number, each: T): T[] => Array<T>(count).fill(each);

const slot = (length: number) => ({ slotId, tokenPub: id, blob: of(length) });
const delivery = (length: number) => ({ inboxId, blob: of(length) });
const commit = (change: Parameters<typeof commitAppend>[2]): Ask => commitAppend(roomTag, newKey(), change);
const request = (ask: Ask): Request => ({ id: 1, ...ask });
const createRoom = (length: number): Ask => {
  return { type: "createRoom", roomTag, writeKey: id, attachment: of(length), permit: of(0) };
};

describe("the size of a request", () => {
  it("RULE relay.limits: each part may be as large as its limit, and no byte larger", () => {
    const parts: [limit: number, ask: (size: number) => Ask][] = [
      [10, createRoom],
      [10, (size) => commit({ attachment: of(size) })],
      [20, (size) => messageAppend(roomTag, { payload: of(size) })],
      [30, (size) => commit({ payload: of(size) })],
      [2, (size) => commit({ deliveries: times(size, delivery(1)) })],
      [3, (size) => commit({ slots: times(size, slot(1)) })],
      [40, (size) => commit({ deliveries: [delivery(1), delivery(size)] })],
      [40, (size) => commit({ slots: [slot(1), slot(size)] })],
      [40, (size) => ({ type: "putSlot", roomTag, slot: slot(size), life: 0 })],
      [50, (size) => ({ type: "postRequest", roomTag, slotId, blob: of(size) })],
      [60, (size) => ({ type: "beginBlob", roomTag, blobId, size })],
    ];
    for (const [limit, ask] of parts)
      expect([limit, limit + 1].map((size) => isWithinLimits(request(ask(size)), limits))).toEqual([true, false]);
  });

  it("counts what is never pruned: of a commit, its rows, and the attachment twice; of a message, nothing", () => {
    const row = 512;
    const all = {
      payload: of(7),
      attachment: of(100),
      deliveries: [delivery(1000), delivery(2000)],
      slots: [slot(4000)],
    };
    expect(lastingBytesOf(request(commit(all)))).toBe(7 + 200 + 3000 + 4000 + 4 * row);
    expect(lastingBytesOf(request(messageAppend(roomTag, all)))).toBe(0);
    expect(lastingBytesOf(request(createRoom(100)))).toBe(100 + row);
    expect(lastingBytesOf(request({ type: "putSlot", roomTag, slot: slot(9), life: 0 }))).toBe(9 + row);
    const answer = { type: "answerRequest", roomTag, request: 1, inboxId, blob: of(9) } as const;
    expect(lastingBytesOf(request(answer))).toBe(9 + row);
    expect(lastingBytesOf(request({ type: "listRequests", roomTag, after: 0 }))).toBe(0);
  });

  it("counts more for what makes the relay check a signature or found a room", () => {
    expect(costOf(request(createRoom(1)))).toBe(8);
    expect(costOf(request({ type: "listRequests", roomTag, after: 0 }))).toBe(1);
  });

  it("counts the bytes of a file that come, and the most that may be asked for", () => {
    const place = { roomTag, blobId, index: 0 };
    expect(blobBytesOf(request({ type: "writeBlob", ...place, chunk: of(77) }))).toBe(77);
    expect(blobBytesOf(request({ type: "readBlob", ...place }))).toBe(BLOB_CHUNK_BYTES);
    expect(blobBytesOf(request(createRoom(1)))).toBe(0);
  });
});
