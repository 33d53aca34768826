import { Broken } from "./broken.js";
import type { Scene } from "./scene.js";

/** A scene that goes on, and counts its steps. */
export class Play {
  steps = 0;

  constructor(
    public scene: Scene,
    private readonly most: number,
    private readonly complaint: string,
  ) {}

  go(next: Scene): void {
    this.scene = next;
    if (++this.steps > this.most) throw new Broken(`${this.complaint}: not within ${String(this.most)} steps`);
  }
}
