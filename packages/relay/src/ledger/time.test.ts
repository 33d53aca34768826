import { describe, expect, it } from "vitest";
import { MemoryStore } from "../store/memory/memoryStore.js";
import { RelayTime } from "./relayTime.js";
import { WallClock } from "./wallClock.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;

function clock() {
  const jumps: number[] = [];
  const state = { offset: 1_700_000_000_000 };
  const wall = new WallClock(
    (now) => now + state.offset,
    (by) => jumps.push(by),
  );
  return { wall, jumps, state, began: state.offset };
}

describe("the machine's clock", () => {
  it("is followed as it drifts or is set by an hour at most", () => {
    const { wall, jumps, state, began } = clock();
    expect(wall.at(0)).toBe(began);
    state.offset += HOUR;
    expect(wall.at(10.4)).toBe(began + HOUR + 10);
    state.offset -= HOUR;
    expect(wall.at(20)).toBe(began + 20);
    expect(jumps).toEqual([]);
  });

  it("RULE relay.clock-jump: is not believed after a greater jump until it has stayed there for five minutes", () => {
    for (const by of [2 * HOUR, -2 * HOUR]) {
      const { wall, jumps, state, began } = clock();
      wall.at(0);
      state.offset += by;
      expect(wall.at(100)).toBe(began + 100);
      expect(wall.at(100 + 5 * MINUTE - 1)).toBe(began + 100 + 5 * MINUTE - 1);
      expect(wall.at(100 + 5 * MINUTE)).toBe(began + by + 100 + 5 * MINUTE);
      expect(jumps).toEqual([by]);
      state.offset += by;
      wall.at(HOUR);
      expect(jumps).toEqual([by, by]);
    }
  });

  it("RULE relay.clock-jump: another jump, or one back, starts the five minutes again", () => {
    const { wall, jumps, state, began } = clock();
    wall.at(0);
    state.offset += 2 * HOUR;
    wall.at(0);
    state.offset += 2 * HOUR;
    expect(wall.at(5 * MINUTE)).toBe(began + 5 * MINUTE);
    state.offset -= 4 * HOUR;
    wall.at(9 * MINUTE);
    state.offset += 4 * HOUR;
    expect(wall.at(11 * MINUTE)).toBe(began + 11 * MINUTE);
    expect(jumps).toEqual([2 * HOUR, 4 * HOUR, 4 * HOUR]);
  });
});

describe("the time that the relay signs", () => {
  function time() {
    const store = new MemoryStore();
    const machine = clock();
    const can = { write: true };
    const made = () => new RelayTime(store, machine.wall, () => can.write, false);
    return { store, machine, can, made, began: machine.began };
  }

  it("RULE receipt.time-never-falls: not when the clock is set back, and not over a restart", () => {
    const { machine, made, began, store } = time();
    const first = made();
    expect(first.at(0)).toBe(began);
    expect(store.signedUntil()).toBe(began + 10_000);
    expect(first.at(9999)).toBe(began + 9999);
    machine.state.offset -= 1000;
    expect(first.at(9999)).toBe(began + 9999);
    expect(store.signedUntil()).toBe(began + 10_000);
    // After a crash it goes on where at most it can have been.
    expect(made().at(9999)).toBe(began + 10_000);
  });

  it("RULE receipt.time-never-falls: where nothing can be written it stands still within what was reserved", () => {
    const { can, made, began } = time();
    const only = made();
    only.at(0);
    can.write = false;
    expect(only.at(50_000)).toBe(began + 9999);
    can.write = true;
    expect(only.at(60_000)).toBe(began + 60_000);
  });
});
