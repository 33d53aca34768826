import type { Storage } from "../ports/storage.js";
import { RETURN_WISH_KEY } from "./homeKey.js";

/** What is stored once the person wants it; before that nothing is. */
export const WISHED = new Uint8Array([1]);

/** Whether the person wants to come back by their recovery words, into each room that they own. */
export interface ReturnPlan {
  readonly isWished: boolean;
}

/** The same, as the home reads and changes it. */
export class HomeReturnPlan implements ReturnPlan {
  isWished = false;

  constructor(
    private readonly storage: Storage,
    private readonly changed: () => void,
  ) {}

  /** Reads what is stored, before anything is asked. */
  async load(): Promise<void> {
    this.isWished = (await this.storage.get(RETURN_WISH_KEY)) !== null;
  }

  /** Resolves when the wish is durable. */
  async wish(): Promise<void> {
    if (this.isWished) return;
    await this.storage.commit([{ put: RETURN_WISH_KEY, value: WISHED }]);
    this.isWished = true;
    this.changed();
  }
}
