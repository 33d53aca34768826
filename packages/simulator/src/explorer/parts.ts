import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Exploration, type Explored, Explorer } from "./explore.js";

type Path = readonly string[];

/** A part of a layer that was explored, as it is on the disk. */
interface Part {
  readonly explored: Explored;
  /** The states that it met first, as `StateSet.give` has them, in base64. */
  readonly seen: string;
  readonly situations: readonly string[];
  /** The paths that lead on, with one event more. */
  readonly next: readonly Path[];
}

/** How an exploration is cut. */
export interface Cutting {
  /** Where the parts are kept. */
  readonly folder: string;
  /** How many paths are one part: each part begins with an empty memory. */
  readonly size: number;
  /** This process's share: part numbers that leave `at` when divided by `of`. */
  readonly share: { readonly at: number; readonly of: number };
  readonly print: (line: string) => void;
}

/**
 * Explores in parts that are kept on the disk: a run that was stopped goes on with the part that it was at, and several
 * processes may take parts of one layer each. Layer by layer: one is all scenes with so many events. Gives what all parts
 * came to; null where another process has parts of this layer to do yet, or the time is over.
 */
export function exploreInParts(plan: Exploration, cutting: Cutting): Explored | null {
  const { folder, size, share, print } = cutting;
  const started = performance.now();
  mkdirSync(folder, { recursive: true });
  begin(plan, folder);
  const parts: Part[] = [];
  for (let events = 0; events <= plan.events; events++) {
    const frontier = readJson(join(folder, `layer-${String(events)}.json`)) as readonly Path[];
    const count = Math.ceil(frontier.length / size);
    const before = parts.length;
    for (let no = 0; no < count; no++) {
      const place = join(folder, `part-${String(events)}-${String(no)}.json`);
      let part = readJson(place) as Part | null;
      const seconds = plan.seconds - (performance.now() - started) / 1000;
      if (part === null && no % share.of === share.at && seconds > 0) {
        const here = existing(folder, events, count);
        part = explorePart(
          { ...plan, seconds },
          [...parts.slice(0, before), ...here],
          frontier.slice(no * size, (no + 1) * size),
          events,
        );
        if (part === null) return null;
        writeJson(place, part);
        print(
          `events ${String(events)}, part ${String(no + 1)} of ${String(count)}: ${String(part.explored.states)} states, ${part.explored.seconds.toFixed(0)} s`,
        );
      }
      if (part !== null) parts.push(part);
      if (part?.explored.broken) return sum(parts, events - 1);
    }
    if (parts.length - before < count) return null;
    print(`every order of ${String(events)} events: ${String(sum(parts, events).states)} states so far`);
    const next = parts.slice(before).flatMap((part) => part.next);
    writeJson(
      join(folder, `layer-${String(events + 1)}.json`),
      [...next].sort((a, b) => (a.join() < b.join() ? -1 : 1)),
    );
  }
  return sum(parts, plan.events);
}

// The same plan goes on; another one is refused.
function begin(plan: Exploration, folder: string): void {
  const { members, faults, likeness, mostSteps, policy } = plan;
  const place = join(folder, "plan.json");
  const rest = { policy: JSON.stringify(policy ?? null) };
  const mine = { members, faults, likeness: likeness ?? "view", mostSteps: mostSteps ?? 50, ...rest };
  const theirs = readJson(place) as typeof mine | null;
  if (theirs !== null && JSON.stringify(theirs) !== JSON.stringify(mine))
    throw new Error(`${folder} has parts of another exploration: ${JSON.stringify(theirs)}`);
  writeJson(place, mine);
  if (!existsSync(join(folder, "layer-0.json"))) writeJson(join(folder, "layer-0.json"), [[]]);
}

function existing(folder: string, events: number, count: number): Part[] {
  const names = Array.from({ length: count }, (_, no) => join(folder, `part-${String(events)}-${String(no)}.json`));
  return names.flatMap((name) => (readJson(name) as Part | null) ?? []);
}

function explorePart(plan: Exploration, before: readonly Part[], paths: readonly Path[], events: number): Part | null {
  // What leads on is wanted, whether this run goes there or not.
  const explorer = new Explorer({ ...plan, events: events + 1 });
  for (const { seen, situations } of before) {
    explorer.seen.take(Buffer.from(seen, "base64"));
    for (const situation of situations) explorer.settling.situations.add(situation);
  }
  const known = explorer.settling.situations.size;
  const next = explorer.part(paths, events);
  const explored = explorer.result();
  if (next === null && explored.broken === null) return null;
  const situations = [...explorer.settling.situations].slice(known);
  return { explored, seen: Buffer.from(explorer.seen.give()).toString("base64"), situations, next: next ?? [] };
}

function sum(parts: readonly Part[], completed: number): Explored {
  const all = parts.map(({ explored }) => explored);
  const total = (of: (explored: Explored) => number) => all.reduce((before, each) => before + of(each), 0);
  const most = (of: (explored: Explored) => number) => Math.max(0, ...all.map(of));
  return {
    completed,
    states: total((each) => each.states),
    rests: total((each) => each.rests),
    seats: total((each) => each.seats),
    asked: total((each) => each.asked),
    removals: total((each) => each.removals),
    longestRemoval: most((each) => each.longestRemoval),
    entrances: total((each) => each.entrances),
    longestEntrance: most((each) => each.longestEntrance),
    seconds: total((each) => each.seconds),
    broken: all.find((each) => each.broken !== null)?.broken ?? null,
  };
}

function readJson(place: string): unknown {
  return existsSync(place) ? JSON.parse(readFileSync(place, "utf8")) : null;
}

// Whole, or not at all.
function writeJson(place: string, content: unknown): void {
  const part = `${place}.${String(process.pid)}`;
  writeFileSync(part, JSON.stringify(content));
  renameSync(part, place);
}
