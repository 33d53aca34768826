import { describe, expect, it } from "vitest";
import { FairQueue } from "./fairQueue.js";

// Takes what a group may, at most so many pieces; each is finished in one turn.
function group(queue: FairQueue<string>, most = 100): string {
  const taken: string[] = [];
  queue.nextGroup();
  while (taken.length < most) {
    const next = queue.next();
    if (next === null) break;
    taken.push(next.piece);
    queue.done(next.connection, true);
  }
  return taken.join(" ");
}

function filled(mostInGroup: number, pieces: Readonly<Record<number, readonly string[]>>): FairQueue<string> {
  const queue = new FairQueue<string>(mostInGroup);
  for (const [connection, list] of Object.entries(pieces))
    for (const each of list) queue.push(Number(connection), each);
  return queue;
}

describe("RULE relay.fair-turns", () => {
  it("connections take turns, each in its own order, whoever came first", () => {
    const queue = filled(9, { 1: ["a1", "a2", "a3", "a4"], 2: ["b1"], 3: ["c1", "c2"] });
    expect(group(queue, 3)).toBe("a1 b1 c1");
    queue.push(4, "d1");
    expect(group(queue)).toBe("a2 c2 d1 a3 a4");
    expect([queue.hasNext, queue.hasWork, queue.isEmpty]).toEqual([false, false, true]);
  });
  it("a group has only so many pieces of one connection, and the next one goes on there", () => {
    const queue = filled(2, { 1: ["a1", "a2", "a3", "a4", "a5"], 2: ["b1"] });
    expect(group(queue)).toBe("a1 b1 a2");
    expect([queue.hasNext, queue.hasWork, queue.isEmpty]).toEqual([false, true, false]);
    queue.push(1, "a6");
    expect(queue.next()).toBeNull();
    expect([group(queue), group(queue), group(queue)]).toEqual(["a3 a4", "a5 a6", ""]);
  });
  it("what takes many turns counts each of them, and stays first in its line", () => {
    const queue = filled(2, { 1: ["long", "after"] });
    for (let turn = 0; turn < 2; turn++) {
      expect(queue.next()?.piece).toBe("long");
      queue.done(1, false);
    }
    expect(queue.next()).toBeNull();
    expect(group(queue)).toBe("long after");
  });
  it("who is held has no turn, others have, and nothing of it is lost", () => {
    const queue = filled(9, { 1: ["a1", "a2"], 2: ["b1", "b2"] });
    queue.next();
    queue.hold(1);
    queue.done(1, false);
    queue.push(1, "a3");
    expect(group(queue)).toBe("b1 b2");
    expect([queue.hasWork, queue.isEmpty]).toEqual([false, false]);
    queue.release(1);
    expect(group(queue)).toBe("a1 a2 a3");
    expect(queue.isEmpty).toBe(true);
  });
  it("a long line is worked through in order", () => {
    const pieces = Array.from({ length: 1000 }, (_, at) => String(at));
    const queue = filled(70, { 1: pieces });
    const taken: string[] = [];
    while (queue.hasWork) taken.push(...group(queue).split(" "));
    expect(taken).toEqual(pieces);
  });
});
