import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { RelayConnection } from "../relay/relayConnection.js";
import { readRosterLog } from "./readInvite.js";

/** A relay that answers each request for roster records with so many, of so many bytes, on so many pages. */
function flood(count: number, bytes: number, most: number) {
  let pages = 0;
  const request = () => {
    pages++;
    const records = Array.from({ length: count }, (_, n) => ({
      n: pages * count + n,
      attachment: new Uint8Array(bytes),
    }));
    return Promise.resolve({ type: "roster", id: 1, records, more: pages < most });
  };
  const connection = { request } as unknown as RelayConnection;
  return { read: () => readRosterLog(connection, RoomTag.of(new Uint8Array(32))), asked: () => pages };
}

describe("readRosterLog", () => {
  const tooLarge = { ok: false, error: { kind: "relay", error: "too_large" } };

  it("RULE client.join-bounded: records, bytes and pages are counted", async () => {
    for (const [count, bytes, most] of [
      [2048, 0, 257],
      [2048, 65_536, 1],
      [1, 0, 4097],
    ] as const) {
      const relay = flood(count, bytes, Infinity);
      expect(await relay.read()).toMatchObject(tooLarge);
      expect(relay.asked()).toBeLessThanOrEqual(most);
    }
  });

  it("reads what is there, over several pages, and no further where a page brings nothing", async () => {
    const relay = flood(2, 10, 3);
    expect(await relay.read()).toMatchObject({ ok: true, value: { length: 6 } });
    expect(relay.asked()).toBe(3);
    const empty = flood(0, 0, 5);
    expect(await empty.read()).toEqual({ ok: true, value: [] });
    expect(empty.asked()).toBe(1);
  });
});
