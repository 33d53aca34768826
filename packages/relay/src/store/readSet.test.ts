import { nodeCrypto } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, type Request } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { EFFECT } from "../core/writeGate.js";
import { ReadSet } from "./readSet.js";

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const [roomTag, slotId, inboxId, blobId] = [bytes(1), bytes(2), bytes(3), bytes(4)];

const receipt = { roomTag, n: 1, head: bytes(14), time: 1, availableFrom: 1, keyEpoch: 0, writeKey: bytes(15) };

/** A request of each type: whatever its fields, it names what it reads. */
function request(type: Request["type"]): Request {
  const parts = {
    epoch: 3,
    lastCommit: 0,
    fromN: 1,
    limit: 9,
    after: 0,
    index: 2,
    size: 10,
    request: 7,
    upTo: 9,
    life: 0,
    items: [],
    records: [bytes(1)],
    receipt: { receipt: { n: 1 } },
    source: { roomTag, relayKey: bytes(10), copyId: bytes(11) },
    part: { fromN: 1, before: bytes(12), items: [], hashes: [], receipt: { receipt, signature: bytes(13, 64) } },
  };
  const ids = {
    roomTag,
    slotId,
    inboxId,
    blobId,
    record: bytes(5),
    writeKey: bytes(6),
    secret: bytes(7),
    appendId: bytes(8),
  };
  const lists = { slots: [{ slotId, tokenPub: bytes(9), blob: bytes(1) }], deliveries: [{ inboxId, blob: bytes(1) }] };
  const slot = { slotId, tokenPub: bytes(9), blob: bytes(1) };
  const content = {
    kind: "commit",
    payload: bytes(1),
    attachment: bytes(1),
    ground: { by: "slot", slotId },
    blob: bytes(1),
  };
  return { type, id: 1, ...parts, ...ids, ...lists, slot, ...content } as unknown as Request;
}

const TYPES = Object.keys(EFFECT) as Request["type"][];

function readsOf(type: Request["type"]): ReadSet {
  const reads = new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });
  reads.add(request(type));
  return reads;
}

describe("read set", () => {
  it.each(TYPES)("of %s has the room or the inbox that it names", (type) => {
    const reads = readsOf(type);
    expect(reads.rooms.size + reads.inboxes.size).toBeGreaterThan(type === "proveInbox" ? -1 : 0);
  });

  it("of everything that writes in a room keeps the others out of it", () => {
    const isWriting = (type: Request["type"]) => [...readsOf(type).rooms.values()].some(({ isWritten }) => isWritten);
    // A proof says that a member is there, and may vouch for a key. An inbox is in no room.
    const expected = TYPES.filter((type) => type === "prove" || (EFFECT[type] !== "reads" && type !== "clearInbox"));
    expect(TYPES.filter(isWriting)).toEqual(expected);
  });

  it("counts what the store has to number", () => {
    const numbered = TYPES.filter((type) => readsOf(type).numbers > 0);
    expect(numbered).toEqual([
      "createRoom",
      "adoptRoom",
      "bringCopy",
      "append",
      "beginBlob",
      "postRequest",
      "postPlea",
      "answerRequest",
    ]);
  });

  it("of several requests is that of all of them, and each room is in it once", () => {
    const reads = readsOf("append");
    for (const type of ["subscribe", "getSlot", "readBlob", "postRequest"] as const) reads.add(request(type));
    expect(reads.rooms.size).toBe(1);
    const [room] = reads.rooms.values();
    expect(room).toMatchObject({ isWritten: true, hasKeysCommits: true, pages: [{ fromN: 1 }], blobs: [{ chunk: 2 }] });
    expect([...room!.slots.values()]).toEqual([{ slotId, hasContent: true, hasRequests: true }]);
  });
});
