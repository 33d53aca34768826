import type { RoomSession } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { askOnce, mustBeFresh } from "./askFirst.js";

/** A room whose list is as old as these, one after another, and what it was asked. */
function room(...states: string[]) {
  const asked: number[] = [];
  const made = {
    relay: "ws://127.0.0.1:1",
    status: () => ({ freshness: { state: states[0], time: null } }),
    checkNow: (timeout: number) => {
      asked.push(timeout);
      if (states.length > 1) states.shift();
      const isConfirmed = states[0] === "fresh";
      return Promise.resolve({ ok: true, value: { isConfirmed, answeredBy: [], took: 1 } });
    },
  };
  return { room: made as unknown as RoomSession, asked, states };
}

describe("before something is sent to a list that nobody has confirmed for long", () => {
  it("RULE cli.stale-asked: those who decide are asked first, then the person; who says no sends nothing (attack A20)", async () => {
    const questions: string[] = [];
    const say = (answer: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    for (const state of ["stale", "expired"]) {
      const old = room(state);
      await expect(askOnce(old.room, say(false))()).rejects.toMatchObject({ code: "NOT_CONFIRMED" });
      expect(old.asked).toHaveLength(1);
    }
    expect(questions[0]).toBe(
      "Nobody who decides here has confirmed the list of members yet: somebody may have been removed. Send anyway?",
    );
    // They answer: nobody is asked anything. And a list that is not old needs no answer.
    for (const states of [["stale", "fresh"], ["aging"], ["unknown"]])
      await askOnce(room(...states).room, say(false))();
    expect(questions).toHaveLength(2);
  });

  it("who goes on is asked once, until the list was confirmed", async () => {
    let count = 0;
    const { room: old, states } = room("stale");
    const mayGo = askOnce(old, () => Promise.resolve(++count > 0));
    await mayGo();
    await mayGo();
    expect(count).toBe(1);
    states[0] = "fresh";
    await mayGo();
    states[0] = "stale";
    await mayGo();
    expect(count).toBe(2);
  });

  it("a script may demand it", async () => {
    await mustBeFresh(room("fresh").room);
    await expect(mustBeFresh(room("aging").room)).rejects.toMatchObject({ code: "NOT_FRESH", exit: 1 });
  });
});
