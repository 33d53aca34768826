import type { PresetName } from "@conclave/client/pure";
import type { JSX } from "preact";
import style from "./WayPicture.module.css";

// Six people on a circle, the first at the top, clockwise; in a square of 48.
const PEOPLE = Array.from({ length: 6 }, (_, at) => {
  const angle = ((at * 60 - 90) * Math.PI) / 180;
  return { x: 24 + 15 * Math.cos(angle), y: 24 + 15 * Math.sin(angle) };
});

interface Way {
  /** Who has a say. */
  readonly deciding: readonly number[];
  /** They decide together. */
  readonly isJoined?: boolean;
  /** Nobody can be put out. */
  readonly isClosed?: boolean;
  /** A link lets in. */
  readonly isOpen?: boolean;
}

const WAYS: Readonly<Record<PresetName, Way>> = {
  owner: { deciding: [0] },
  admins: { deciding: [0, 1], isJoined: true },
  everyone: { deciding: [0, 1, 2, 3, 4, 5, 0], isJoined: true },
  "add-only": { deciding: [0], isClosed: true },
  open: { deciding: [0, 2, 4], isOpen: true },
};

/** A way to decide, drawn: whose dot is green has a say, joined dots decide together. */
export function WayPicture({ way }: { readonly way: PresetName }): JSX.Element {
  const { deciding, isJoined, isClosed, isOpen } = WAYS[way];
  const line = deciding.map((at) => `${PEOPLE[at]!.x} ${PEOPLE[at]!.y}`).join("L");
  return (
    <svg class={style["way"]} viewBox="0 0 48 48" aria-hidden="true">
      {isJoined && <path class={style["line"]} d={`M${line}`} />}
      {isClosed && <circle class={style["line"]} cx="24" cy="24" r="22" />}
      {PEOPLE.map(({ x, y }, at) =>
        isOpen && at === 3 ? (
          <path key={at} class={style["line"]} d="M24 45v-11m-4.5 4.5l4.5-4.5l4.5 4.5" />
        ) : (
          <circle
            key={at}
            class={style[deciding.includes(at) ? "decides" : "other"]}
            cx={x}
            cy={y}
            r={deciding.includes(at) ? 5 : 3.75}
          />
        ),
      )}
    </svg>
  );
}
