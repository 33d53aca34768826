import { nodeCrypto } from "@conclave/crypto/node";
import { firstLogHead, InboxId, nextLogHead, recordHash, RoomTag } from "@conclave/wire";
import { expect, it } from "vitest";
import type { SharedChanges } from "../store/postgres/changes.js";
import type { RecordsAfter } from "../store/postgres/postgresStore.js";
import type { RecordRow } from "../store/recordTable.js";
import { SharedTail } from "./sharedTail.js";

const sha256 = (data: Uint8Array) => nodeCrypto.hash("sha256", data);
const [roomTag, inboxId] = [RoomTag.of(new Uint8Array(32)), InboxId.of(new Uint8Array(32).fill(1))];

it("has everybody look again when messages of other relays were missed, and not again soon", () => {
  const told: string[] = [];
  let change: (changes: SharedChanges | null) => void = () => undefined;
  const core = {
    places: [],
    behind: [],
    damaged: () => told.push("damaged"),
    heard: () => told.push("heard"),
    roomDeleted: () => told.push("deleted"),
    arrived: () => told.push("arrived"),
    inboxChanged: () => told.push("inbox"),
    requestsChanged: () => told.push("requests"),
    anyChanged: () => told.push("any"),
  };
  const store = {
    watch: (on: typeof change) => (change = on),
    heads: () => Promise.resolve([]),
    after: () => Promise.resolve(new Map<RoomTag, RecordsAfter>()),
  };
  const tail = new SharedTail(core, store, () => undefined, sha256);
  change(null);
  change({ rooms: [{ roomTag, n: 1 }], requests: [roomTag], inboxes: [inboxId] });
  tail.tick();
  expect(told.splice(0)).toEqual(["heard", "requests", "inbox"]);
  for (let second = 0; second < 60; second++) {
    change(null);
    tail.tick();
  }
  expect(told).toEqual(["any", "any"]);
});

it("RULE relay.damage-unserved: pushes nothing of another relay that does not lead to its heads, and says that the room is damaged", async () => {
  const contents = [1, 2, 3].map((byte) => {
    const [payload, attachment] = [Uint8Array.of(byte), new Uint8Array()];
    return { kind: "message", epoch: 0, payload, attachment } as const;
  });
  const heads = [firstLogHead(sha256, roomTag)];
  for (const content of contents) heads.push(nextLogHead(sha256, heads.at(-1)!, recordHash(sha256, roomTag, content)));
  const all = contents.map((content, at): RecordRow => {
    const place = { n: at + 1, time: 1, appendId: new Uint8Array(16), head: heads[at + 1]! };
    return { ...content, ...place, isOnProbation: false, parent: 0, pruned: false };
  });
  const told: unknown[] = [];
  const readOn = async (n: number, head: Uint8Array | null, rows: readonly RecordRow[], begin = 0) => {
    const news = {
      places: [{ roomTag, n }],
      behind: [{ roomTag, n }],
      arrived: (_: RoomTag, records: readonly { n: number }[]) => told.push(records.map((record) => record.n)),
      damaged: () => told.push("damaged"),
      heard: () => undefined,
    };
    const after = () => Promise.resolve(new Map<RoomTag, RecordsAfter>([[roomTag, { head, begin, rows }]]));
    const store = { watch: () => undefined, heads: () => Promise.resolve([]), after };
    await new SharedTail(news as never, store, () => undefined, sha256).readOn();
    return told.splice(0);
  };
  expect(await readOn(0, null, all)).toEqual([[1, 2, 3]]);
  expect(await readOn(1, heads[1]!, all.slice(1))).toEqual([[2, 3]]);
  // Of a room that moved here the log begins later.
  expect(await readOn(1, null, all.slice(1), 1)).toEqual([[2, 3]]);
  // The record before them is missing, by which alone they can be told to be right.
  expect(await readOn(1, null, all.slice(1))).toEqual(["damaged"]);
  expect(await readOn(2, null, all.slice(2), 1)).toEqual(["damaged"]);
  const changed = { ...all[1]!, payload: Uint8Array.of(9) } as RecordRow;
  expect(await readOn(0, null, [all[0]!, changed, all[2]!])).toEqual(["damaged"]);
  expect(await readOn(1, heads[1]!, [changed, all[2]!])).toEqual(["damaged"]);
  expect(await readOn(0, null, [all[0]!, all[2]!])).toEqual(["damaged"]);
});

it("looks through all rooms once a second, and not each time that it is asked whether there is something to read", async () => {
  let looks = 0;
  const behind: { roomTag: RoomTag; n: number }[] = [];
  const news = {
    get places() {
      looks++;
      return [{ roomTag, n: 0 }];
    },
    behind,
    heard: () => undefined,
  };
  const store = { watch: () => undefined, heads: () => Promise.resolve([]), after: () => Promise.reject(new Error()) };
  const tail = new SharedTail(news as never, store, () => undefined, sha256);
  await tail.readOn();
  for (let time = 0; time < 100; time++) expect(tail.isBehind).toBe(false);
  behind.push({ roomTag, n: 0 });
  expect([tail.isBehind, looks]).toEqual([true, 1]);
});
