import type { Random } from "@conclave/crypto";
import type { PartialSettings } from "../settings.js";
import type { Store } from "../store/store.js";
import type { RelayCrypto } from "./relayCrypto.js";

/** What a relay core is made of. */
export interface RelayCoreOptions {
  /** The store of this relay alone; null where several share one, and {@link RelayCore.run} is given what was loaded of it. */
  readonly store: Store | null;
  readonly crypto: RelayCrypto;
  readonly random: Random;
  /** 32 bytes: the Ed25519 seed of the relay's key. */
  readonly relaySeed: Uint8Array;
  readonly settings?: PartialSettings;
  /** Free bytes where the store is; without it there are always enough. */
  readonly freeBytes?: () => number;
  /**
   * The machine's clock, ms since 1970, at the time of an event. Without it, that is the event's own time. With it, events can
   * come with the times of a clock that is never set: only what is stored and signed uses this one.
   */
  readonly wallClock?: (now: number) => number;
  /** Told when the machine's clock jumped, and by how many ms. Nothing is pruned or signed by it until it has stayed there. */
  readonly onClockJump?: (by: number) => void;
  /** Told of a row of the store that is not what was written. Whatever needs the row is refused, each time. */
  readonly onDamage?: (damage: Error) => void;
}
