import type { SimulatedDevice, World } from "../../src/index.js";
import type { HostileMember } from "./hostileMember.js";
import type { Rogue } from "./rogue.js";

/** Who makes trouble, and with what. */
export interface Scene {
  readonly world: World;
  /** The room's owner. */
  readonly owner: SimulatedDevice;
  /** The device whose keys are in hostile hands: a member's, or a former member's as it was. */
  readonly device: SimulatedDevice;
  /** Its keys at the moment that it was removed; null for a member. */
  readonly kept: HostileMember | null;
  readonly link: string;
  /** A link that the owner has closed. */
  readonly closed: string;
  readonly rogue: Rogue;
}

/** Something that somebody does again and again. */
export interface Trouble {
  /** The attack in the catalogue. */
  readonly attack: string;
  readonly by: "member" | "former member" | "link holder";
  readonly what: string;
  /** Whether the owner is alone meanwhile, for the better part of an hour. */
  readonly isOwnerAlone?: true;
  /** Ms until it is done again. */
  readonly every: number;
  readonly do: (scene: Scene) => Promise<void>;
}
