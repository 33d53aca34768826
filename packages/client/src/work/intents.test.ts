import { done, type Result } from "@conclave/codec";
import type { CommitRequest } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import type { DecisionProgress } from "../api/invitation.js";
import type { Problem } from "../api/problem.js";
import { ManualClock } from "../memory/manualClock.js";
import { Intents } from "./intents.js";

const title = (title: string): CommitRequest => ({ type: "setTitle", title });

function waiting() {
  const clock = new ManualClock();
  const late: CommitRequest[] = [];
  const intents = new Intents(clock, ({ wanted }) => {
    late.push(wanted);
    return { kind: "unreachable" };
  });
  const told: (readonly [CommitRequest, Result<DecisionProgress, Problem>])[] = [];
  const add = (wanted: CommitRequest) => {
    void intents
      .add({ wanted, request: null, mayPropose: true, isAsked: true, since: 0 })
      .then((result) => told.push([wanted, result]));
  };
  /** What was told since the last time. */
  const news = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return told
      .splice(0)
      .map(([wanted, result]) => [
        wanted.type === "setTitle" ? wanted.title : wanted.type,
        result.ok ? "done" : result.error.kind,
      ]);
  };
  return { clock, intents, late, add, news };
}

describe("what this device is to decide", () => {
  it("has its turn in the order in which it was asked for; who waits is told what came of it", async () => {
    const { intents, add, news } = waiting();
    expect([intents.isEmpty, intents.current, intents.has("setTitle")]).toEqual([true, null, false]);
    for (const each of ["one", "two"]) add(title(each));
    expect([intents.isEmpty, intents.has("setTitle"), intents.has("rekey")]).toEqual([false, true, false]);
    expect(intents.begin().wanted).toEqual(title("one"));
    expect(intents.current?.wanted).toEqual(title("one"));
    // One that lost its race is next again, before the others.
    intents.putBack();
    expect(intents.current).toBeNull();
    expect(intents.begin().wanted).toEqual(title("one"));
    intents.settle(done({ done: true, seq: 1 }));
    expect(await news()).toEqual([["one", "done"]]);
    expect(intents.begin().wanted).toEqual(title("two"));
    expect([intents.isEmpty, intents.has("setTitle")]).toEqual([false, true]);
    intents.settle(done({ done: true, seq: 2 }));
    expect(await news()).toEqual([["two", "done"]]);
    expect(intents.isEmpty).toBe(true);
    // With no turn there is nobody to tell, nor anything to put back.
    intents.settle(done({ done: true, seq: 3 }));
    intents.putBack();
    expect([await news(), intents.isEmpty]).toEqual([[], true]);
  });

  it("waits half a minute for its turn, and a minute and a half in all; then who waits is told why, once", async () => {
    const { clock, intents, add, late, news } = waiting();
    add(title("one"));
    intents.begin();
    add(title("two"));
    clock.advance(29_999);
    expect(await news()).toEqual([]);
    clock.advance(1);
    expect(await news()).toEqual([["two", "unreachable"]]);
    expect(late).toEqual([title("two")]);
    expect(intents.current?.wanted).toEqual(title("one"));
    clock.advance(59_999);
    expect(await news()).toEqual([]);
    clock.advance(1);
    expect(await news()).toEqual([["one", "unreachable"]]);
    expect([intents.current, intents.isEmpty]).toEqual([null, true]);
    clock.advance(600_000);
    expect(late).toEqual([title("two"), title("one")]);
  });

  it("is over for all who wait, when nothing will be decided any more", async () => {
    const { clock, intents, add, late, news } = waiting();
    for (const each of ["one", "two", "three"]) add(title(each));
    intents.begin();
    intents.stop({ kind: "closed" });
    expect(await news()).toEqual([
      ["one", "closed"],
      ["two", "closed"],
      ["three", "closed"],
    ]);
    expect([intents.current, intents.isEmpty]).toEqual([null, true]);
    clock.advance(600_000);
    expect([await news(), late]).toEqual([[], []]);
  });
});
