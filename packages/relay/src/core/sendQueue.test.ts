import { type LogRecord, decodeRelayMessage, RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { keyOf } from "../key.js";
import type { CoreOutput } from "./output.js";
import { SendQueue } from "./sendQueue.js";

const room = RoomTag.of(new Uint8Array(32).fill(1));
const other = RoomTag.of(new Uint8Array(32).fill(2));

function record(n: number, size = 10): LogRecord {
  return {
    ...{ n, time: 1, kind: "message", epoch: 0, lastCommit: 0, pruned: false },
    payload: new Uint8Array(size),
    attachment: new Uint8Array(),
  } as unknown as LogRecord;
}

/** Of each output: what it is, for whom, and the numbers of its records. */
function told(outputs: readonly CoreOutput[]): unknown[] {
  return outputs.map((output) => {
    if (output.kind !== "push") return [output.kind, output.connection];
    const frames = decodeRelayMessage(output.bytes, 1 << 24);
    if (!frames.ok) throw frames.error;
    const numbers = frames.value.flatMap((frame) => (frame.type === "records" ? frame.items.map(({ n }) => n) : []));
    return [...output.connections, output.origin?.fromN ?? null, numbers];
  });
}

describe("what a batch sends", () => {
  it("a room's records together, once for all who subscribe, and from where a slow reader reads on", () => {
    const queue = new SendQueue();
    queue.record(room, record(1));
    expect(queue.subscribe(7, room)).toBe(true);
    expect(queue.subscribe(7, room)).toBe(false);
    queue.record(room, record(2));
    queue.subscribe(8, room);
    queue.record(room, record(3));
    queue.record(room, record(4));
    queue.record(other, record(9));
    const outputs = queue.take();
    expect(told(outputs)).toEqual([
      [7, 2, [2]],
      [7, 8, 3, [3, 4]],
    ]);
    expect(outputs[0]).toMatchObject({ origin: { roomTag: room, fromN: 2 } });
    expect(told(queue.take())).toEqual([]);
  });

  it("in pushes that end with the record that makes them 256 KiB", () => {
    const queue = new SendQueue();
    queue.subscribe(7, room);
    for (const [n, size] of [128 * 1024, 128 * 1024 - 1, 1, 5].entries()) queue.record(room, record(n + 1, size));
    expect(told(queue.take())).toEqual([
      [7, 1, [1, 2, 3]],
      [7, 4, [4]],
    ]);
  });

  it("nothing to who has unsubscribed, but what came before", () => {
    const queue = new SendQueue();
    for (const connection of [7, 8]) queue.subscribe(connection, room);
    queue.record(room, record(1));
    queue.unsubscribe(7, keyOf(room));
    queue.record(room, record(2));
    queue.unsubscribe(8, keyOf(room));
    queue.record(room, record(3));
    queue.unsubscribe(9, keyOf(other));
    expect(told(queue.take())).toEqual([
      [7, 8, 1, [1]],
      [8, 2, [2]],
    ]);
  });

  it("tells a room's subscribers of something after the records before it, and nobody where nobody listens", () => {
    const queue = new SendQueue();
    queue.notifyRoom(room, { type: "requestsChanged", roomTag: room });
    queue.subscribe(7, room);
    queue.record(room, record(1));
    queue.notifyRoom(room, { type: "requestsChanged", roomTag: room });
    expect(told(queue.take())).toEqual([
      [7, 1, [1]],
      [7, null, []],
    ]);
  });

  it("counts what it holds to be sent, so that who has much can send it at once", () => {
    const queue = new SendQueue();
    const done = queue.reply(7, { type: "done", id: 1 });
    expect([done, queue.bytes]).toEqual([queue.bytes, done]);
    queue.reply(8, { type: "done", id: 2 });
    expect(queue.bytes).toBe(2 * done);
    for (const connection of [7, 8]) queue.subscribe(connection, room);
    queue.record(room, record(1, 1000));
    queue.subscribe(9, room);
    // Once for both connections.
    expect(queue.bytes).toBeGreaterThan(2 * done + 1000);
    expect(queue.bytes).toBeLessThan(2 * done + 1200);
    expect([queue.take().length, queue.bytes]).toEqual([3, 0]);
  });

  it("what is right whatever was stored comes after what is said of the batch", () => {
    const queue = new SendQueue();
    queue.close(8, 4000);
    const rest = queue.undo();
    queue.reply(7, { type: "done", id: 1 });
    queue.add(rest);
    expect(told(queue.take())).toEqual([
      ["send", 7],
      ["close", 8],
    ]);
  });

  it("of a batch that could not be stored, nothing but that connections end", () => {
    const queue = new SendQueue();
    queue.subscribe(7, room);
    queue.record(room, record(1));
    queue.notifyRoom(room, { type: "requestsChanged", roomTag: room });
    queue.close(8, 4000);
    queue.lagEnded(9, room);
    expect(queue.bytes).toBeGreaterThan(0);
    expect(told(queue.undo())).toEqual([
      ["close", 8],
      ["lagEnded", 9],
    ]);
    expect(queue.bytes).toBe(0);
    expect(told(queue.take())).toEqual([]);
  });
});
