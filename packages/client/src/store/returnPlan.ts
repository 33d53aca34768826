import type { Storage } from "../ports/storage.js";
import { RETURN_PLAN_KEY } from "./homeKey.js";

/** What is stored once the person wants it; before that nothing is. */
export const WANTED = new Uint8Array([1]);

/** Whether the person wants to come back by their recovery words, into each room that they own. */
export interface ReturnPlan {
  readonly isWanted: boolean;
}

/** The same, as the home reads and changes it. */
export class HomeReturnPlan implements ReturnPlan {
  isWanted = false;

  constructor(
    private readonly storage: Storage,
    private readonly changed: () => void,
  ) {}

  /** Reads what is stored, before anything is asked. */
  async load(): Promise<void> {
    this.isWanted = (await this.storage.get(RETURN_PLAN_KEY)) !== null;
  }

  /** Resolves when this is durable. */
  async want(): Promise<void> {
    if (this.isWanted) return;
    await this.storage.commit([{ put: RETURN_PLAN_KEY, value: WANTED }]);
    this.isWanted = true;
    this.changed();
  }
}
