import { nodeCrypto } from "@conclave/crypto/node";
import type { Policy } from "@conclave/protocol";
import { Cast } from "./cast.js";
import { type Bounds, type Move, Moves } from "./moves.js";
import { Reading } from "./reading.js";
import { modelCrypto } from "./modelCrypto.js";
import { recallingCrypto } from "./recallingCrypto.js";
import { SeatChecks } from "./seatChecks.js";
import { Settling } from "./settling.js";
import { StateSet } from "./stateSet.js";
import { Steps } from "./steps.js";
import { Broken } from "./broken.js";
import { type Scene } from "./scene.js";
import { type Likeness, SceneViews } from "./sceneView.js";

/** What to explore. */
export interface Exploration extends Bounds {
  readonly members: number;
  /** How long, at most. */
  readonly seconds: number;
  readonly policy?: Policy;
  /** Real primitives in place of `modelCrypto`: the same, and slower. */
  readonly isCryptoReal?: boolean;
  /** How states are told apart; by what they look like unless told otherwise. */
  readonly likeness?: Likeness;
  /** Steps within which an owner removes somebody, and a newcomer gets in. */
  readonly mostSteps?: number;
  /** Told what each visited scene looks like. */
  readonly onLook?: (look: string) => void;
  /** Told now and then. */
  readonly onProgress?: (progress: Explored) => void;
}

/** What came of it. */
export interface Explored {
  /** All orders of so many events were visited; -1 when not even the room without any was. */
  readonly completed: number;
  /** Distinct states visited. */
  readonly states: number;
  /** States at rest: where agreement, reading and liveness were checked. */
  readonly rests: number;
  /** Distinct states of single devices, and how often the protocol was asked for one. */
  readonly seats: number;
  readonly asked: number;
  readonly removals: number;
  readonly longestRemoval: number;
  readonly entrances: number;
  readonly longestEntrance: number;
  readonly seconds: number;
  /**
   * The first broken invariant, with the path of fewest events, and of those of fewest steps, that
   * leads to it.
   */
  readonly broken: { readonly message: string; readonly path: readonly string[] } | null;
}

/** No bounds: any move of a path. */
const EVERYTHING = { events: Infinity, faults: Infinity };

interface Waiting {
  readonly scene: Scene;
  readonly no: number;
}

/**
 * Visits every scene that a small room can come to, in rising numbers of events and of steps, and
 * checks each. Only the choices are the explorer's; keys, commits, rosters and verdicts are the
 * real protocol's.
 */
export class Explorer {
  private readonly checks: SeatChecks;
  private readonly reading = new Reading();
  private readonly cast: Cast;
  private readonly steps: Steps;
  private readonly moves: Moves;
  readonly settling: Settling;
  private readonly views: SceneViews;
  private readonly looks: SceneViews;
  /** The states that were visited, here or in other parts. */
  readonly seen = new StateSet(nodeCrypto);
  private readonly rested = new StateSet(nodeCrypto);
  private readonly parents: number[] = [];
  private readonly names: string[] = [];
  private completed = -1;
  private states = 0;
  private rests = 0;
  private worst: { at: readonly [number, number]; message: string; path: readonly string[] } | null = null;
  private started = performance.now();

  constructor(private readonly plan: Exploration) {
    const { members, policy, likeness = "view", mostSteps = 50, isCryptoReal = false } = plan;
    const crypto = isCryptoReal ? recallingCrypto(nodeCrypto) : modelCrypto;
    this.checks = new SeatChecks(crypto);
    this.cast = new Cast(crypto, { members, ...(policy === undefined ? {} : { policy }) }, (seat, before, done) => {
      this.checks.look(seat, before, done);
      this.reading.look(seat, before);
    });
    this.steps = new Steps(this.cast);
    this.moves = new Moves(this.cast, this.steps);
    this.settling = new Settling(this.cast, this.moves, this.steps, mostSteps);
    this.looks = new SceneViews(this.cast, "view");
    this.views = likeness === "view" ? this.looks : new SceneViews(this.cast, likeness);
  }

  /**
   * Explores until everything within the bounds was visited, an invariant is broken, or the time is
   * over.
   */
  run(): Explored {
    this.started = performance.now();
    let layer: Waiting[][] = [];
    this.visit(this.cast.start, -1, "", layer, 0);
    for (let events = 0; events <= this.plan.events; events++) {
      const next = this.layer(layer, events);
      if (next === null) break;
      if (this.worst === null) this.completed = events;
      if (next.length === 0) this.completed = this.plan.events;
      layer = next;
    }
    return this.result();
  }

  /**
   * Explores a part of one layer: all scenes that these paths, each of so many events, lead to
   * without another event. Gives the paths with one event more that lead on; null when the time is
   * over.
   */
  part(paths: readonly (readonly string[])[], events: number): readonly (readonly string[])[] | null {
    this.started = performance.now();
    const layer: Waiting[][] = [];
    for (const path of paths) {
      let scene: Scene | null = this.cast.start;
      for (const name of path) {
        const move: Move | undefined = this.moves.of(scene, EVERYTHING).find((each) => each.name === name);
        scene = move?.go() ?? null;
        if (scene === null) throw new Error(`“${name}” of ${path.join("; ")} does not happen any more`);
      }
      (layer[path.length] ??= []).push({ scene, no: this.startAt(path) });
    }
    const next = this.layer(layer, events);
    return next === null ? null : next.flat().map(({ no }) => this.pathOf(no));
  }

  // The last step of a path that is given, as if it had been gone here.
  private startAt(path: readonly string[]): number {
    let parent = -1;
    for (const name of ["", ...path]) {
      this.parents.push(parent);
      this.names.push(name);
      parent = this.parents.length - 1;
    }
    return parent;
  }

  private layer(layer: Waiting[][], events: number): Waiting[][] | null {
    const next: Waiting[][] = [];
    for (let step = 0; step < layer.length; step++) {
      for (const waiting of layer[step] ?? []) {
        if (this.isOver(events, step)) return null;
        this.expand(waiting, step, layer, next);
      }
      layer[step] = [];
    }
    return next;
  }

  /**
   * Goes one path, and tells how everybody stands after each step. Gives what is broken then; null
   * for nothing.
   */
  replay(path: readonly string[], tell: (line: string) => void): string | null {
    let scene = this.cast.start;
    try {
      for (const name of path) {
        this.checkRest(scene);
        const moves = this.moves.of(scene, EVERYTHING);
        const after = moves.find((each) => each.name === name)?.go() ?? null;
        if (after === null)
          throw new Error(`“${name}” cannot happen here. What can: ${moves.map((each) => each.name).join("; ")}`);
        scene = after;
        tell(`${name}: ${this.describe(scene)}`);
      }
      this.checkRest(scene);
      return null;
    } catch (error) {
      if (error instanceof Broken) return error.message;
      throw error;
    }
  }

  private expand({ scene, no }: Waiting, step: number, layer: Waiting[][], next: Waiting[][]): void {
    const at = [scene.events, step] as const;
    try {
      this.checkRest(scene);
    } catch (error) {
      this.note(error, at, this.pathOf(no));
      return;
    }
    for (const move of this.moves.of(scene, this.plan)) {
      try {
        const after = move.go();
        if (after !== null) this.visit(after, no, move.name, move.isEvent ? next : layer, step + 1);
      } catch (error) {
        this.note(error, [scene.events + (move.isEvent ? 1 : 0), step + 1], [...this.pathOf(no), move.name]);
      }
    }
  }

  private visit(scene: Scene, parent: number, name: string, waiting: Waiting[][], step: number): void {
    const view = this.views.of(scene);
    // With fewer events or faults behind it, more can come of the same state.
    const { faults, events } = scene;
    for (let fewer = 0; fewer < faults; fewer++) if (this.seen.has(`${String(fewer)} ${view}`, events)) return;
    if (!this.seen.add(`${String(faults)} ${view}`, events)) return;
    this.states++;
    if (this.plan.onLook !== undefined) this.plan.onLook(this.looks.of(scene));
    (waiting[step] ??= []).push({ scene, no: this.parents.length });
    this.parents.push(parent);
    this.names.push(name);
  }

  private checkRest(scene: Scene): void {
    if (!this.rested.add(this.views.of(scene))) return;
    if (scene.places.some(({ view }) => view !== null)) this.reading.check(this.cast.seats, scene);
    const rest = this.settling.rest(scene, (each) => !this.rested.add(this.views.of(each)));
    if (rest === null) return;
    this.rests++;
    this.settling.checkAgreement(rest);
    this.reading.check(this.cast.seats, rest);
    this.settling.checkLiveness(rest);
  }

  private note(error: unknown, at: readonly [number, number], path: readonly string[]): void {
    const message =
      error instanceof Broken ? error.message : `it throws: ${String(error instanceof Error ? error.stack : error)}`;
    const isWorse =
      this.worst === null || at[0] < this.worst.at[0] || (at[0] === this.worst.at[0] && at[1] < this.worst.at[1]);
    if (isWorse) this.worst = { at, message, path };
  }

  private isOver(events: number, step: number): boolean {
    if (this.worst !== null && (events > this.worst.at[0] || (events === this.worst.at[0] && step >= this.worst.at[1])))
      return true;
    if (this.states % 64 === 0) this.plan.onProgress?.(this.result());
    return performance.now() - this.started > this.plan.seconds * 1000;
  }

  private pathOf(no: number): string[] {
    const path: string[] = [];
    for (let at = no; this.parents[at]! >= 0; at = this.parents[at]!)
      if (this.names[at] !== "") path.push(this.names[at]!);
    return path.reverse();
  }

  private describe(scene: Scene): string {
    return scene.places
      .flatMap(({ device, seat, view }) => {
        if (seat === null) return [];
        const { status, n, epoch, pending, paused } = seat.look;
        const own = pending === null ? "" : ` pending ${this.cast.wordsFor(pending.action)}`;
        return [
          `${device} ${status} ${String(n)} e${String(epoch)}${own}${paused.length > 0 ? ` ${paused.join()}` : ""}${view ? " split" : ""}`,
        ];
      })
      .join(", ");
  }

  /** What came of it so far. */
  result(): Explored {
    const { removals, longestRemoval, entrances, longestEntrance } = this.settling;
    const { size: seats, asked } = this.cast.seats;
    const { completed, states, rests, worst } = this;
    return {
      ...{ completed, states, rests, seats, asked, removals, longestRemoval, entrances, longestEntrance },
      seconds: (performance.now() - this.started) / 1000,
      broken: worst && { message: worst.message, path: worst.path },
    };
  }
}

/** Explores a small room. */
export function explore(plan: Exploration): Explored {
  return new Explorer(plan).run();
}
