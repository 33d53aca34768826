import type { SignatureCheck } from "@conclave/crypto";
import { CLOSE_CODES, type ClientFrame } from "@conclave/wire";
import type { CoreOutput } from "../core/output.js";
import type { RelayCore } from "../core/relayCore.js";
import type { ReadSet } from "../store/readSet.js";
import type { SharedStore, Unit } from "../store/sharedStore.js";
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
  /** What others wrote, for those who are connected here; without it, nobody else does. */
  readonly tail?: { readonly isBehind: boolean; readOn(): Promise<void> };
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
  private isAway = false;

  constructor(private readonly parts: SharedGroupParts) {}

  /** Whether a group is being carried out: nothing may be done with the core meanwhile that it waits for. */
  get isBusy(): boolean {
    return this.current !== null;
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
    this.current = this.group();
    try {
      await this.current;
    } finally {
      this.current = null;
    }
  }

  private async group(): Promise<void> {
    const { core, store, release, now } = this.parts;
    const frames = this.waiting.splice(0);
    this.toLoad = 0;
    release(core.commit());
    if (this.parts.tail?.isBehind === true) {
      await this.parts.tail.readOn();
      release(core.commit());
    }
    const isSweep = core.isSweepDue(now());
    if (frames.length === 0 && !isSweep) return;
    const reads = core.reads(
      frames.map(({ frame }) => frame),
      isSweep ? now() : null,
    );
    const unit = await this.load(reads);
    // What came meanwhile, and is right whatever becomes of the group: connections that end, and hints.
    release(core.commit());
    let outputs: readonly CoreOutput[] = this.run(unit, frames, isSweep);
    try {
      await store.commit(unit);
      core.keep();
    } catch {
      core.undo();
      // RULE: shared.unknown-is-unsaid: when a commit fails, nobody knows whether it is stored. Who asked is told neither yes nor no,
      // and asks again by a new connection, under the same append id (attack A97).
      outputs = [...new Set(frames.map(({ connection }) => connection))].map((connection) => {
        core.close(connection);
        return { kind: "close", connection, code: CLOSE_CODES.crowded };
      });
    }
    release(outputs);
  }

  private run(unit: Unit, frames: readonly GroupedFrame[], isSweep: boolean): readonly CoreOutput[] {
    const { core, now } = this.parts;
    return core.run(unit, () => {
      for (const frame of frames) this.carryOut(frame);
      if (isSweep) core.sweep(now());
    });
  }

  private carryOut({ connection, frame, verdict }: GroupedFrame): void {
    const { core, verdicts, now } = this.parts;
    const work = (): void => {
      core.carryOut(connection, frame, now());
    };
    if (verdict === null) work();
    else verdicts.during([verdict.check], [verdict.isGood], work);
  }

  /** Waits for the store as long as it takes: nothing of the group has happened yet. */
  private async load(reads: ReadSet): Promise<Unit> {
    for (;;) {
      try {
        const unit = await this.parts.store.load(reads);
        this.away(false);
        return unit;
      } catch {
        this.away(true);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  private away(isAway: boolean): void {
    if (this.isAway !== isAway) this.parts.onAway(isAway);
    this.isAway = isAway;
  }
}
