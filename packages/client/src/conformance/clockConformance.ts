import type { Clock } from "../ports/clock.js";
import { demand, type ConformanceCase } from "./conformance.js";

/** What the clock suite needs of a driver: the clock, and a way to let time pass. */
export interface ClockSubject {
  readonly clock: Clock;
  readonly pass: (milliseconds: number) => Promise<void>;
}

/** What every {@link Clock} must do. */
export const clockConformance: readonly ConformanceCase<ClockSubject>[] = [
  {
    title: "fires a timer once, not before its time and not inside setTimer",
    async run({ clock, pass }) {
      const start = clock.now();
      const fired: number[] = [];
      clock.setTimer(20, () => fired.push(clock.now()));
      clock.setTimer(0, () => fired.push(clock.now()));
      const inside = [...fired];
      await pass(60);
      demand(inside.length === 0, "setTimer returns first");
      demand(fired.length === 2 && fired[1]! >= start + 19, "both fired, the later in its time");
      demand(Number.isInteger(clock.now()) && clock.now() >= start + 20, "now is in whole milliseconds and moves");
    },
  },
  {
    title: "does not fire a cancelled timer, and cancelling twice or late is harmless",
    async run({ clock, pass }) {
      let fired = 0;
      const cancel = clock.setTimer(10, () => fired++);
      cancel();
      cancel();
      const late = clock.setTimer(1, () => fired++);
      await pass(40);
      late();
      demand(fired === 1, "only the timer that was not cancelled");
    },
  },
  {
    title: "lets a timer set another",
    async run({ clock, pass }) {
      const order: string[] = [];
      clock.setTimer(5, () => {
        order.push("first");
        clock.setTimer(5, () => order.push("second"));
      });
      await pass(60);
      demand(order.join() === "first,second", "both, in order");
    },
  },
];
