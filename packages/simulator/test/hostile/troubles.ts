import { LINK_TROUBLES } from "./linkTroubles.js";
import { MEMBER_TROUBLES } from "./memberTroubles.js";
import type { Scene, Trouble } from "./trouble.js";

/** What a hostile member, a former member and the holder of a link do. */
export const TROUBLES: readonly Trouble[] = [...MEMBER_TROUBLES, ...LINK_TROUBLES];

/** A trouble that is going on. */
export interface Ongoing {
  /** How often it was done, and what stood in its way, the newest of each last. */
  done: number;
  failed: unknown;
  stop(): void;
}

/** Does a trouble again and again until it is stopped. */
export function begin(scene: Scene, trouble: Trouble): Ongoing {
  const { timeline } = scene.world;
  let isOver = false;
  const ongoing: Ongoing = {
    done: 0,
    failed: null,
    stop: () => {
      isOver = true;
      scene.rogue.close();
    },
  };
  const next = (): void => {
    if (isOver) return;
    trouble
      .do(scene)
      .then(
        () => ongoing.done++,
        (error: unknown) => {
          ongoing.failed = error;
        },
      )
      .finally(() => timeline.plan(trouble.every, `trouble ${trouble.attack}`, next));
  };
  timeline.plan(0, `trouble ${trouble.attack}`, next);
  return ongoing;
}
