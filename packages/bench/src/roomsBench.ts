import { RelayCore, SqliteStore } from "@conclave/relay";
import { type AppendCost, BusyRooms, type MeasuredRelay } from "./busyRooms.js";
import { median } from "./stopwatch.js";

const OURS: MeasuredRelay = { RelayCore, SqliteStore };
const COUNTS = [200, 1000, 10_000];

/** How much is measured. */
interface Effort {
  /** Messages that each room has before. */
  readonly records: number;
  readonly rounds: number;
  readonly appendsOfRound: number;
  /** Rooms whose first append after a start is timed. */
  readonly firsts: number;
}

const FULL: Effort = { records: 100, rounds: 9, appendsOfRound: 10_000, firsts: 200 };
const QUICK: Effort = { records: 10, rounds: 3, appendsOfRound: 2000, firsts: 50 };

/** What appends among so many rooms cost. */
export interface RoomsMeasure {
  readonly rooms: number;
  /** One of the group of 64 that is committed together: medians of the rounds. */
  readonly append: AppendCost;
  /** The first one in a room after the relay's start, alone: µs by the clock, median and the slowest. */
  readonly first: number;
  readonly slowest: number;
}

/** Measures appends among few and many busy rooms. The numbers of rooms take turns, so that all have the same machine. */
export function measureRooms(counts: readonly number[], effort: Effort, relay = OURS): RoomsMeasure[] {
  const relays = counts.map((count) => new BusyRooms(relay, count, effort.records));
  try {
    const firsts = relays.map((each) => each.firstAppends(effort.firsts));
    for (const each of relays) each.append(Math.max(each.count, effort.appendsOfRound));
    const costs: AppendCost[][] = relays.map(() => []);
    for (let round = 0; round < effort.rounds; round++)
      relays.forEach((each, at) => costs[at]!.push(each.append(effort.appendsOfRound)));
    return relays.map(({ count: rooms }, at) => ({
      rooms,
      append: { cpu: median(costs[at]!.map(({ cpu }) => cpu)), wall: median(costs[at]!.map(({ wall }) => wall)) },
      first: median(firsts[at]!),
      slowest: Math.max(...firsts[at]!),
    }));
  } finally {
    for (const each of relays) each.close();
  }
}

/** Prints what appends cost among 200, 1,000 and 10,000 busy rooms, as a table (Markdown). */
export function roomsBench(quick: boolean): void {
  const measured = measureRooms(COUNTS, quick ? QUICK : FULL);
  const [least] = measured;
  const lines = measured.map(({ rooms, append: { cpu, wall }, first, slowest }) => {
    const ratio = (cpu / least!.append.cpu).toFixed(2);
    const cells = [rooms.toLocaleString("en"), cpu.toFixed(1), ratio, wall.toFixed(1), ms(first), ms(slowest)];
    return `| ${cells.join(" | ")} |\n`;
  });
  const head =
    "| busy rooms | CPU of an append (µs) | ratio | time of an append (µs) | first after a start (ms) | slowest of these |\n" +
    "| --- | --- | --- | --- | --- | --- |\n";
  process.stdout.write(head + lines.join(""));
}

function ms(microseconds: number): string {
  return (microseconds / 1000).toFixed(2);
}
