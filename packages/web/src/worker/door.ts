import type { Result } from "@conclave/codec";
import type { Explanation, PersonId, Policy, Role } from "@conclave/client/pure";
import type { HomeIntent, HomeProblem, Secret, VaultProblem, VaultSlotView } from "@conclave/client/browser";

/** How the home on this device stands, before and while it is open. */
export type DoorState =
  /** Looking, opening, or another tab is taking over. */
  | { readonly state: "starting" }
  /** Nothing is here: a person who is new, or whose browser's storage was wiped. */
  | { readonly state: "none" }
  /** A secret for one of the slots is asked for. */
  | { readonly state: "locked"; readonly slots: readonly VaultSlotView[] }
  /** There is data that no key opens any more, or it is damaged: the recovery words make a new beginning. */
  | { readonly state: "keys_missing" }
  /** An earlier build made what is here, and this one cannot read it. It is as it was. */
  | { readonly state: "old_form" }
  /** Something that does not share it has the home open. */
  | { readonly state: "in_use" }
  /** The browser lets nothing be stored, or the storage failed. */
  | { readonly state: "failed"; readonly message: string }
  /** The worker is gone, or failed where it should not: the page has to be loaded returned. */
  | { readonly state: "stopped"; readonly message: string }
  | { readonly state: "open"; readonly slots: readonly VaultSlotView[] };

/** What a policy means in a room that does not exist, and the ids of its people in the order in which their roles were given. */
export interface ExplainedExample {
  readonly explanation: Explanation;
  readonly people: readonly PersonId[];
}

/** What a page can ask of the home as a whole. */
export interface DoorCalls {
  door(): DoorState;
  /** Makes, opens or recovers the home; the state is told by a `door` event too. */
  enter(intent: HomeIntent): Promise<Result<undefined, HomeProblem>>;
  /** Adds a way to open the home, by a secret that opens it now; the browser's own goes when a secret one comes. */
  addLock(by: Secret, secret: Secret): Promise<Result<undefined, VaultProblem>>;
  /**
   * Explains a policy by a room with a person of each of these roles. It needs no home; but the rules are in the engine, which the
   * page does not have.
   */
  explainExample(policy: Policy, roles: readonly Role[]): Promise<ExplainedExample>;
  changePassphrase(old: string, passphrase: string): Promise<Result<undefined, VaultProblem>>;
  /** Takes a way in away: by any secret, never the last one. */
  removeLock(by: Secret, slot: string): Promise<Result<undefined, VaultProblem>>;
  /** Closes the home, and opens it again where it opens by itself: keys leave the memory. */
  close(): Promise<void>;
  /** Deletes this home from the browser, with everything in it. Nothing brings it back but the recovery words. */
  erase(): Promise<void>;
}

/** What the door tells pages. */
export interface DoorEvent {
  readonly type: "door";
  readonly door: DoorState;
}
