import { systemRandom } from "@conclave/crypto/node";
import { type LogRecord, RoomTag } from "@conclave/wire";
import { expect, it } from "vitest";
import { keyOf } from "../key.js";
import { SendQueue } from "./sendQueue.js";

const records = (from: number, to: number): LogRecord[] =>
  Array.from({ length: to - from + 1 }, (_, at) => ({
    ...{ n: from + at, kind: "message", epoch: 0, time: 1, pruned: false },
    ...{ payload: new Uint8Array(), attachment: new Uint8Array() },
  }));

it("names the rooms that are behind, whatever came in which order, and no others", () => {
  const queue = new SendQueue(true);
  const [a, b, c] = [RoomTag.of(systemRandom(32)), RoomTag.of(systemRandom(32)), RoomTag.of(systemRandom(32))];
  const behind = (): [RoomTag, number][] => [...queue.behind()].map(({ roomTag, n }) => [roomTag, n]);
  for (const room of [a, b, c]) queue.subscribe(1, room, 4);
  expect(behind()).toEqual([]);
  queue.heard(b, 6);
  queue.heard(c, 4);
  expect(behind()).toEqual([[b, 4]]);
  // A gap before them: they are read first.
  queue.arrived(a, records(6, 7));
  expect(behind()).toEqual([
    [b, 4],
    [a, 4],
  ]);
  queue.arrived(b, records(5, 6));
  queue.arrived(a, records(5, 7));
  expect(behind()).toEqual([]);
  // Somebody who has less than the others.
  queue.subscribe(2, b, 5);
  expect(behind()).toEqual([[b, 5]]);
  queue.arrived(b, records(6, 6));
  expect(behind()).toEqual([]);
  // What a run sent, and took back.
  queue.heard(c, 5);
  queue.beginRun();
  queue.record(c, records(5, 5)[0]!);
  queue.take();
  expect(behind()).toEqual([]);
  queue.takeBack();
  expect(behind()).toEqual([[c, 4]]);
  queue.unsubscribe(1, keyOf(c));
  expect(behind()).toEqual([]);
  // Another one at its place begins with nothing.
  queue.subscribe(3, c, 4);
  expect(behind()).toEqual([]);
});
