import type { Ledger } from "./ledger.js";
import type { ReadSet } from "./readSet.js";

/** What was loaded for one run of the core: nobody else changes it until the unit is committed or abandoned. */
export interface Unit {
  /** What was loaded, and on top of it what the run writes. To read anything else throws: a mistake of `ReadSet`. */
  readonly ledger: Ledger;
  /** The store's own time, ms since 1970, read while what is signed was locked: that of all the relays that share the store. */
  readonly time: number;
}

/**
 * The store cannot be reached, or cannot work now: the same may be done later. Whatever else a store rejects with is said of what was
 * asked of it, and would be said again.
 */
export class StoreAway extends Error {
  override readonly name = "StoreAway";

  constructor(
    message: string,
    options?: ErrorOptions,
    /** It answers, and takes no writes. */
    readonly isReadOnly = false,
  ) {
    super(message, options);
  }
}

/** Port: a store that several relay processes use at once, and that is reached by waiting for it. */
export interface SharedStore<U extends Unit = Unit> {
  /** Loads what a run will read. Rejects with {@link StoreAway}, or when it refuses these reads: then nothing has happened. */
  load(reads: ReadSet): Promise<U>;
  /**
   * Makes durable what the unit's ledger was told to write. Rejects when it was not done, and when nobody knows whether it was: then
   * nothing of the run is sent, and whoever asked for it asks again.
   */
  commit(unit: U): Promise<void>;
  /** Ends a unit of which nothing is written. */
  abandon(unit: U): Promise<void>;
  close(): Promise<void>;
}
