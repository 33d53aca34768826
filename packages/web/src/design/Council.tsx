import type { JSX } from "preact";
import { withRoomHue } from "./hues.js";
import { classes } from "./live.js";
import { roomSign } from "./roomSign.js";
import { RosetteShapes } from "./Face.js";
import style from "./Council.module.css";

/** A place on the ring of a room. */
export type CouncilSeat =
  | { readonly is: "person"; readonly person: Uint8Array }
  /** Yours to take; the text says so in a word or a sign. */
  | { readonly is: "yours"; readonly text: string }
  /** You, and others decide whether you come in. */
  | { readonly is: "asking"; readonly person: Uint8Array }
  /** Somebody who may return. */
  | { readonly is: "gone"; readonly person: Uint8Array }
  | { readonly is: "empty" }
  /** So many more people are here. */
  | { readonly is: "more"; readonly count: number };

export interface CouncilProps {
  /** The room's name. */
  readonly name: string;
  /** Its id in hexadecimal; null before it has one. */
  readonly room: string | null;
  /** Clockwise, at most seven. */
  readonly seats: readonly CouncilSeat[];
}

/** The most faces that a ring can hold and still be told apart. */
export const MOST_SEATS = 7;

// In a square of 100.
const RING = 40;
const SEAT = 10;
const TABLE = 25;
/** Half of what a seat leaves open in the ring, in degrees. */
const OPEN_DEG = 17.5;

/**
 * A room's picture with its people round it. Between two who are in, the ring is closed. It is decoration: who is here must stand
 * beside it.
 */
export function Council({ name, room, seats }: CouncilProps): JSX.Element {
  const step = 360 / seats.length;
  // What is yours stands at the bottom, nearest to the words; without it the first is at the top.
  const yours = seats.findIndex(({ is }) => is === "yours" || is === "asking" || is === "gone");
  const first = yours < 0 ? -90 : 90 - yours * step;
  const places = seats.map((seat, at) => ({ seat, angle: first + at * step }));
  const { sign, isEmoji } = roomSign(name);
  const hued = room === null ? {} : withRoomHue(room);
  return (
    <svg {...hued} class={style["council"]} viewBox="0 0 100 100" aria-hidden="true" data-council>
      {places.map(({ seat, angle }, at) => (
        <path
          key={at}
          class={isIn(seat) && isIn(places[(at + 1) % places.length]!.seat) ? style["closed"] : style["open"]}
          d={arc(angle + OPEN_DEG, angle + step - OPEN_DEG)}
        />
      ))}
      <circle class={style["table"]} cx="50" cy="50" r={TABLE} />
      <text class={style["sign"]} x="50" y="50" font-size={isEmoji ? 26 : 18}>
        {sign}
      </text>
      {places.map(({ seat, angle }, at) => (
        <SeatShape key={at} seat={seat} {...point(angle)} />
      ))}
    </svg>
  );
}

function SeatShape({
  seat,
  x,
  y,
}: {
  readonly seat: CouncilSeat;
  readonly x: number;
  readonly y: number;
}): JSX.Element {
  const text = seat.is === "yours" ? seat.text : seat.is === "more" ? `+${seat.count}` : null;
  if (!("person" in seat)) {
    return (
      <g class={style[seat.is]}>
        <circle cx={x} cy={y} r={SEAT - 0.4} />
        {text !== null && (
          <text x={x} y={y} font-size={text.length > 3 ? 5 : 6.5}>
            {text}
          </text>
        )}
      </g>
    );
  }
  return (
    <g class={classes(seat.is === "gone" && style["gone"])}>
      <svg x={x - SEAT} y={y - SEAT} width={2 * SEAT} height={2 * SEAT} viewBox="-50 -50 100 100" data-face>
        <RosetteShapes person={seat.person} size={4 * SEAT} />
      </svg>
      {seat.is === "asking" && <circle class={style["asking"]} cx={x} cy={y} r={SEAT + 1.4} />}
    </g>
  );
}

/** Who is here, in as many seats as a ring has: `first` begins, and who has no seat is counted. */
export function peopleSeats(people: readonly Uint8Array[], most: number): readonly CouncilSeat[] {
  const shown = people.length > most ? people.slice(0, most - 1) : people;
  const seats = shown.map((person): CouncilSeat => ({ is: "person", person }));
  return shown.length === people.length ? seats : [...seats, { is: "more", count: people.length - shown.length }];
}

/** The seats with one more among them, in the middle: `Council` puts it at the bottom. */
export function withSeat(seats: readonly CouncilSeat[], seat: CouncilSeat): readonly CouncilSeat[] {
  const middle = Math.floor((seats.length + 1) / 2);
  return [...seats.slice(0, middle), seat, ...seats.slice(middle)];
}

function isIn({ is }: CouncilSeat): boolean {
  return is === "person" || is === "more";
}

function point(degrees: number): { readonly x: number; readonly y: number } {
  const angle = (degrees * Math.PI) / 180;
  return { x: round(50 + RING * Math.cos(angle)), y: round(50 + RING * Math.sin(angle)) };
}

function arc(from: number, to: number): string {
  if (to <= from) return "";
  const [begin, end] = [point(from), point(to)];
  return `M${begin.x} ${begin.y}A${RING} ${RING} 0 ${to - from > 180 ? 1 : 0} 1 ${end.x} ${end.y}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
