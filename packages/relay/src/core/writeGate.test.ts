import { describe, expect, it } from "vitest";
import { WriteGate } from "./writeGate.js";

const MIB = 1024 * 1024;
const refused = (reason: string, retryAfter: number) => ({ ok: false, error: { reason, retryAfter } });

/** A gate on a disk, and how often a write was tried. */
function disk(free: number, floor = 1600) {
  const state = { free, tries: 0, looks: 0 };
  const gate = new WriteGate(() => {
    state.looks++;
    return state.free;
  }, floor);
  const tick = (now: number): void => {
    gate.tick(now, () => state.tries++);
  };
  return { gate, state, tick };
}

describe("RULE relay.free-space", () => {
  it("refuses what needs space as soon as less is free than must be, and takes what frees some", () => {
    const { gate } = disk(1599);
    expect(gate.refusal("read", 0)).toBeNull();
    expect(gate.refusal("append", 0)).toMatchObject(refused("storage_full", 5000));
    expect(gate.refusal("clearInbox", 0)).toBeNull();
    expect([gate.state, gate.hasFailed]).toEqual(["low", false]);
    expect(disk(1600).gate.refusal("append", 0)).toBeNull();
  });

  it("ends when an eighth more is free than must be, so that it does not come and go", () => {
    const { gate, state } = disk(1599);
    gate.refusal("append", 0);
    state.free = 1799;
    expect(gate.refusal("append", 250)).not.toBeNull();
    state.free = 1800;
    expect(gate.refusal("append", 500)).toBeNull();
    expect(gate.state).toBe("open");
  });

  it("looks at the disk four times a second at most, and at each tick", () => {
    const { gate, state, tick } = disk(5000);
    for (const now of [0, 100, 249]) gate.refusal("append", now);
    expect(state.looks).toBe(1);
    gate.refusal("append", 250);
    expect(state.looks).toBe(2);
    state.free = 0;
    tick(251);
    expect([state.looks, gate.state, state.tries]).toEqual([3, "low", 0]);
  });
});

describe("after a write that failed", () => {
  it("nothing is written, whatever is said to be free; a disk that was full is tried again when there is some", () => {
    const { gate, state, tick } = disk(MIB - 1);
    gate.failed("full");
    expect([gate.state, gate.hasFailed]).toEqual(["full", true]);
    expect(gate.refusal("append", 9000)).toMatchObject(refused("storage_full", 5000));
    expect(gate.refusal("clearInbox", 9000)).toMatchObject(refused("storage_full", 5000));
    expect(gate.refusal("subscribe", 9000)).toBeNull();
    tick(10_000);
    expect([gate.state, state.tries]).toEqual(["full", 0]);
    state.free = MIB;
    tick(11_000);
    expect([gate.state, state.tries]).toEqual(["open", 1]);
  });

  it("as much as must stay free is free before it is tried again", () => {
    const { gate, state, tick } = disk(3 * MIB - 1, 3 * MIB);
    gate.failed("full");
    tick(0);
    state.free = 3 * MIB;
    expect(state.tries).toBe(0);
    tick(1000);
    expect(state.tries).toBe(1);
  });

  it("another process that holds the database is waited for, whatever is free", () => {
    const { gate, state, tick } = disk(0);
    gate.failed("busy");
    expect([gate.state, gate.hasFailed]).toEqual(["busy", true]);
    expect(gate.refusal("append", 0)).toMatchObject(refused("storage_busy", 1000));
    expect(state.looks).toBe(0);
    tick(1000);
    expect(state.tries).toBe(1);
  });
});
