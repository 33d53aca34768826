import { done, type Result } from "@conclave/codec";
import type { HistoryReading, Rejection } from "@conclave/protocol";
import { RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import type { RelayConnection } from "../relay/relayConnection.js";
import { readRosterLog } from "./readInvite.js";

/** A reading that asks for so many pages, and says what they held. */
function* reading(pages: number): HistoryReading<Result<number, Rejection>> {
  let records = 0;
  for (let page = 0; page < pages; page++) records += (yield new Uint8Array([page])).length;
  return done(records);
}

/** A relay that answers each request for roster records with so many; `answer`: something else. */
function relay(
  count: number,
  answer: object = { type: "roster", id: 1, records: Array(count).fill(new Uint8Array(9)) },
) {
  const asked: Uint8Array[] = [];
  const request = ({ record }: { readonly record: Uint8Array }) => (asked.push(record), Promise.resolve(answer));
  const connection = { request } as unknown as RelayConnection;
  return { asked, read: (pages: number) => readRosterLog(connection, RoomTag.of(new Uint8Array(32)), reading(pages)) };
}

describe("readRosterLog", () => {
  it("RULE client.join-bounded: pages are counted, so a relay that gives one record at a time ends by itself", async () => {
    const slow = relay(1);
    expect(await slow.read(Infinity)).toMatchObject({ ok: false, error: { kind: "relay", error: "too_large" } });
    expect(slow.asked).toHaveLength(8192);
  });

  it("asks for what the reading needs, and for no more", async () => {
    const honest = relay(2);
    expect(await honest.read(3)).toEqual({ ok: true, value: 6 });
    expect(honest.asked.map(([page]) => page)).toEqual([0, 1, 2]);
  });

  it("ends where the relay refuses", async () => {
    const refusing = relay(0, { type: "error", id: 1, error: "room_damaged", retryAfter: 0 });
    expect(await refusing.read(3)).toMatchObject({ ok: false, error: { kind: "relay", error: "room_damaged" } });
    expect(refusing.asked).toHaveLength(1);
  });
});
