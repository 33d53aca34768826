import { type LogRecord, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { Subscribers } from "./subscribers.js";

const record = (n: number): LogRecord => ({
  n,
  kind: "message",
  epoch: 0,
  time: n,
  pruned: false,
  payload: new Uint8Array(),
  attachment: new Uint8Array(),
});

function scene(isShared = true) {
  const subscribers = new Subscribers(RoomTag.of(new Uint8Array(32)), isShared);
  const undo: (() => void)[] = [];
  const deliver = (...places: number[]) =>
    subscribers
      .deliver(places.map(record), undo)
      .map(({ connections, records }) => [connections, records.map(({ n }) => n)]);
  return { subscribers, undo, deliver };
}

describe("subscribers of a room that several relays append to", () => {
  it("get what comes after their own place", () => {
    const { subscribers, deliver } = scene();
    subscribers.add(1, 4);
    subscribers.add(2, 6);
    subscribers.add(3, 9);
    expect(deliver(5)).toEqual([[[1], [5]]]);
    expect(deliver(6)).toEqual([[[1], [6]]]);
    expect(deliver(7, 8)).toEqual([
      [
        [1, 2],
        [7, 8],
      ],
    ]);
    expect(deliver(9)).toEqual([[[1, 2], [9]]]);
    expect(deliver(10)).toEqual([[[1, 2, 3], [10]]]);
    expect(subscribers.place).toBe(10);
  });

  it("RULE shared.no-gap: get nothing while something before it is missing, and nothing twice", () => {
    const { subscribers, deliver } = scene();
    subscribers.add(1, 4);
    expect([deliver(7), subscribers.isBehind, subscribers.place]).toEqual([[], true, 4]);
    expect(deliver(5, 6, 7)).toEqual([[[1], [5, 6, 7]]]);
    expect([deliver(6, 7), subscribers.isBehind]).toEqual([[], false]);
    expect(deliver(6, 7, 8)).toEqual([[[1], [8]]]);
  });

  it("who was told of less than the others got is brought up, and the others get nothing twice", () => {
    const { subscribers, deliver } = scene();
    subscribers.add(1, 4);
    deliver(5, 6);
    subscribers.add(2, 5);
    expect([subscribers.place, subscribers.isBehind]).toEqual([5, true]);
    expect(deliver(6, 7).sort()).toEqual([
      [[1], [7]],
      [[2], [6, 7]],
    ]);
    expect(deliver(8)).toEqual([[[2, 1], [8]]]);
  });

  it("who subscribes again goes on from its new place; the last one who goes leaves nothing", () => {
    const { subscribers, deliver } = scene();
    subscribers.add(1, 4);
    subscribers.add(1, 9);
    expect([subscribers.place, deliver(10)]).toEqual([9, [[[1], [10]]]]);
    subscribers.delete(1);
    expect([subscribers.size, subscribers.has(1)]).toEqual([0, false]);
  });

  it("what was not sent after all comes again", () => {
    const { subscribers, deliver, undo } = scene();
    subscribers.add(1, 4);
    subscribers.add(2, 5);
    expect(deliver(5, 6)).toEqual([
      [[1], [5, 6]],
      [[2], [6]],
    ]);
    for (const each of undo.reverse()) each();
    expect(subscribers.place).toBe(4);
    expect(deliver(5, 6)).toEqual([
      [[1], [5, 6]],
      [[2], [6]],
    ]);
  });

  it("of a relay alone get each record that comes", () => {
    const { subscribers, deliver } = scene(false);
    subscribers.add(1, 4);
    subscribers.add(2, 0);
    expect(deliver(17)).toEqual([[[1, 2], [17]]]);
  });
});
