import { InboxId, RoomTag } from "@conclave/wire";
import { expect, it } from "vitest";
import type { SharedChanges } from "../store/postgres/changes.js";
import type { RecordRow } from "../store/recordTable.js";
import { SharedTail } from "./sharedTail.js";

const [roomTag, inboxId] = [RoomTag.of(new Uint8Array(32)), InboxId.of(new Uint8Array(32).fill(1))];

it("has everybody look again when messages of other relays were missed, and not again soon", () => {
  const told: string[] = [];
  let change: (changes: SharedChanges | null) => void = () => undefined;
  const core = {
    places: [],
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
    after: () => Promise.resolve(new Map<RoomTag, RecordRow[]>()),
  };
  const tail = new SharedTail(core, store, () => undefined);
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
