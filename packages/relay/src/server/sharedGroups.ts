import type { SignatureCheck } from "@conclave/crypto";
import { CLOSE_CODES, type ClientFrame } from "@conclave/wire";
import type { CoreOutput } from "../core/output.js";
import type { RelayCore } from "../core/relayCore.js";
import type { ReadSet } from "../store/readSet.js";
import { type SharedStore, StoreAway, type Unit } from "../store/sharedStore.js";
import type { Verdicts } from "./proofThread.js";

/** A frame that was admitted; with what was found about its signature, if it has one. */
export interface GroupedFrame {
  readonly connection: number;
  readonly frame: ClientFrame;
  readonly verdict: { readonly check: SignatureCheck; readonly isGood: boolean } | null;
}

/** What groups work with. */
export interface SharedGroupParts {
  readonly core: RelayCore;
  readonly store: SharedStore;
  readonly verdicts: Pick<Verdicts, "during">;
  /** Sends what may be sent now. */
  readonly release: (outputs: readonly CoreOutput[]) => void;
  /** The store does not answer, or does again. */
  readonly onAway: (isAway: boolean) => void;
  /** The store refuses what some requests read or write, and why: it would again. */
  readonly onRefused: (error: unknown) => void;
  /** What others wrote, for those who are connected here; without it, nobody else does. `readOn`: whether the store answered. */
  readonly tail?: { readonly isBehind: boolean; readOn(): Promise<boolean> };
  /** Ms, by the clock of the core's events. */
  readonly now: () => number;
}

/** Frames of one group: what is loaded for them, and locked for others meanwhile, is bounded. */
const MOST_IN_GROUP = 512;
/** What frames have loaded at most that ask for a page or for a slot's content, in MiB. */
const LOADED: Partial<Readonly<Record<ClientFrame["type"], number>>> = {
  read: 1,
  subscribe: 1,
  readRoster: 1,
  listRequests: 1,
  fetchInbox: 4,
  getSlot: 12,
};
/** The same of a group. */
const MOST_LOADED = 64;
/** How long after a store that is away it is tried again. */
const RETRY_MS = 250;
/** A store that takes longer than this for a group is away for those who wait, whatever becomes of it. */
const SLOW_MS = 5000;

/**
 * Carries out groups of frames on a store that several relays share: what they read is loaded, the core carries them out without
 * waiting for anything, what they wrote is committed, and then their answers go. One group at a time.
 *
 * While the store is away, everybody waits, and nobody is told anything that may turn out wrong.
 */
export class SharedGroups {
  private waiting: GroupedFrame[] = [];
  /** MiB that are loaded at most for what waits. */
  private toLoad = 0;
  private current: Promise<void> | null = null;
  private isLoading = false;
  private away = false;

  constructor(private readonly parts: SharedGroupParts) {}

  /** Whether a group is being carried out: nothing may be done with the core meanwhile that it waits for. */
  get isBusy(): boolean {
    return this.current !== null;
  }

  /** Whether a group waits for a store that is away: nothing of it has happened yet, so what needs no store goes on. */
  get isHeldUp(): boolean {
    return this.isLoading && this.away;
  }

  /** Whether the store does not answer. */
  get isAway(): boolean {
    return this.away;
  }

  /** Whether something is to be carried out with the next group. */
  get isWaiting(): boolean {
    return this.waiting.length > 0 || this.parts.tail?.isBehind === true;
  }

  // RULE: shared.group-bytes: all that a group reads is in memory at once: people who ask for much at the same time get it a part
  // after the other, and do not end the process (attack A83).
  get isFull(): boolean {
    return this.waiting.length >= MOST_IN_GROUP || this.toLoad >= MOST_LOADED;
  }

  /** Has a frame carried out with the next group. */
  add(frame: GroupedFrame): void {
    this.waiting.push(frame);
    this.toLoad += LOADED[frame.frame.type] ?? 0;
  }

  /** Carries out what waits, and the sweep if it is due. Resolves when its answers were sent, or its connections closed. */
  async flush(): Promise<void> {
    const late = setTimeout(() => {
      this.tellAway(true);
    }, SLOW_MS);
    this.current = this.group();
    try {
      await this.current;
    } finally {
      this.current = null;
      clearTimeout(late);
    }
  }

  private async group(): Promise<void> {
    const { core, release, now } = this.parts;
    const frames = this.waiting.splice(0);
    this.toLoad = 0;
    release(core.commit());
    if (this.parts.tail?.isBehind === true) {
      this.tellAway(!(await this.parts.tail.readOn()));
      release(core.commit());
    }
    if (frames.length > 0) await this.unit(frames);
    if (core.isSweepDue(now())) await this.sweep();
  }

  /** Carries frames out in one unit, or, when the store refuses it, those of each connection in one of its own. */
  private async unit(frames: readonly GroupedFrame[]): Promise<void> {
    const { core, release } = this.parts;
    const loaded = await this.load(core.reads(frames.map(({ frame }) => frame)));
    if (loaded !== null) {
      await this.carryOut(loaded, frames, () => {
        for (const frame of frames) this.carryOutFrame(frame);
      });
      return;
    }
    const shares = sharesOf(frames);
    // RULE: shared.refused-alone: what the store refuses to load is refused again: who asked for it goes, and nobody else waits for it
    // (attack A83).
    if (shares.length === 1) release(this.close(frames, CLOSE_CODES.failed));
    else for (const share of shares) await this.unit(share);
  }

  /** What a sweep cannot do now it does the next time: nobody waits for it. */
  private async sweep(): Promise<void> {
    const { core, now } = this.parts;
    const loaded = await this.load(core.reads([], now()));
    if (loaded === null) core.skipSweep(now());
    else {
      await this.carryOut(loaded, [], () => {
        core.sweep(now());
      });
    }
  }

  private async carryOut(unit: Unit, frames: readonly GroupedFrame[], work: () => void): Promise<void> {
    const { core, store, release, onRefused } = this.parts;
    let outputs: readonly CoreOutput[] = core.run(unit, work);
    try {
      await store.commit(unit);
      core.keep();
      this.tellAway(false);
    } catch (error) {
      core.undo();
      if (error instanceof StoreAway) this.tellAway(true);
      else onRefused(error);
      // RULE: shared.unknown-is-unsaid: when a commit fails, nobody knows whether it is stored. Who asked is told neither yes nor no,
      // and asks again by a new connection, under the same append id (attack A97).
      outputs = this.close(frames, CLOSE_CODES.crowded);
    }
    release(outputs);
  }

  private close(frames: readonly GroupedFrame[], code: number): CoreOutput[] {
    return sharesOf(frames).map(([first]) => {
      const { connection } = first!;
      this.parts.core.close(connection);
      return { kind: "close", connection, code };
    });
  }

  private carryOutFrame({ connection, frame, verdict }: GroupedFrame): void {
    const { core, verdicts, now } = this.parts;
    const work = (): void => {
      core.carryOut(connection, frame, now());
    };
    if (verdict === null) work();
    else verdicts.during([verdict.check], [verdict.isGood], work);
  }

  /** Waits for the store as long as it takes: nothing of the group has happened yet. Null when it refuses. */
  private async load(reads: ReadSet): Promise<Unit | null> {
    const { core, store, release, onRefused } = this.parts;
    this.isLoading = true;
    try {
      for (;;) {
        try {
          const unit = await store.load(reads);
          this.tellAway(false);
          return unit;
        } catch (error) {
          if (!(error instanceof StoreAway)) {
            this.tellAway(false);
            onRefused(error);
            return null;
          }
          this.tellAway(true);
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      this.isLoading = false;
      // What came meanwhile, and is right whatever becomes of the group: connections that begin or end, and hints.
      release(core.commit());
    }
  }

  private tellAway(isAway: boolean): void {
    if (this.away !== isAway) this.parts.onAway(isAway);
    this.away = isAway;
  }
}

/** The frames of each connection, in order. */
function sharesOf(frames: readonly GroupedFrame[]): GroupedFrame[][] {
  const shares = new Map<number, GroupedFrame[]>();
  for (const frame of frames) shares.set(frame.connection, [...(shares.get(frame.connection) ?? []), frame]);
  return [...shares.values()];
}
