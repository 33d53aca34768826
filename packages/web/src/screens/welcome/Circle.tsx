import type { JSX } from "preact";
import style from "./Circle.module.css";

const SEATS = 9;

/** A picture: people around a table, each joined to each. */
export function Circle(): JSX.Element {
  const seats = Array.from({ length: SEATS }, (_, seat) => {
    const angle = (seat * 2 * Math.PI) / SEATS - Math.PI / 2;
    return { x: round(160 + 118 * Math.cos(angle)), y: round(160 + 118 * Math.sin(angle)) };
  });
  const lines = seats.flatMap((from, index) =>
    seats.slice(index + 1).map((to) => `M${from.x} ${from.y}L${to.x} ${to.y}`),
  );
  return (
    <svg class={style["circle"]} viewBox="0 0 320 320" aria-hidden="true">
      <path class={style["lines"]} d={lines.join("")} />
      <circle class={style["table"]} cx="160" cy="160" r="46" />
      <g class={style["lock"]} transform="translate(160 160)">
        <rect x="-14" y="-5" width="28" height="21" rx="5" />
        <path d="M-8 -5v-6a8 8 0 0 1 16 0v6" />
      </g>
      {seats.map(({ x, y }, seat) => (
        <g key={seat} class={style[`seat${seat % 4}`]} transform={`translate(${x} ${y})`}>
          <circle class={style["plate"]} r="23" />
          <circle class={style["head"]} cy="-5.5" r="7" />
          <path class={style["head"]} d="M-14.5 17.8A15 13 0 0 1 14.5 17.8A23 23 0 0 1 -14.5 17.8z" />
        </g>
      ))}
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
