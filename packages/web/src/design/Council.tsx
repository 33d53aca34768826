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
  /** Clockwise, at most {@link MOST_SEATS}. */
  readonly seats: readonly CouncilSeat[];
  /** What is in the middle. */
  readonly middle:
    /** A room's picture: its name, and its id in hexadecimal; null before it has one. */
    | { readonly name: string; readonly room: string | null }
    /** How many have agreed, and how many must; null where no number is enough. */
    | { readonly have: number; readonly need: number | null };
}

/** The most faces that a ring can hold and still be told apart. */
export const MOST_SEATS = 7;

/** The measures of a ring in a square of 100. */
interface Measures {
  readonly ring: number;
  readonly seat: number;
  /** Half of what a seat leaves open in the ring, in degrees. */
  readonly openDeg: number;
  readonly line: number;
}
const OF_ROOM: Measures = { ring: 40, seat: 10, openDeg: 17.5, line: 0.75 };
// Drawn small: the faces are larger, and nothing is on the table but a number.
const OF_DECISION: Measures = { ring: 34, seat: 16, openDeg: 32, line: 2.2 };
const TABLE = 25;

/**
 * People round a room's picture, or round how many of them have agreed. Between two who are in, or who have agreed, the ring is closed.
 * It is decoration: who they are must stand beside it.
 */
export function Council({ seats, middle }: CouncilProps): JSX.Element {
  const isRoom = "name" in middle;
  const measures = isRoom ? OF_ROOM : OF_DECISION;
  const step = 360 / seats.length;
  // What is yours stands at the bottom, nearest to the words; without it the first is at the top.
  const yours = seats.findIndex(({ is }) => is === "yours" || is === "asking" || is === "gone");
  const first = yours < 0 ? -90 : 90 - yours * step;
  const places = seats.map((seat, at) => ({ seat, angle: first + at * step }));
  const hued = isRoom && middle.room !== null ? withRoomHue(middle.room) : {};
  const tally = isRoom ? "" : `${middle.have}/${middle.need ?? "?"}`;
  return (
    <svg {...hued} class={style["council"]} viewBox="0 0 100 100" aria-hidden="true" data-council={tally}>
      {places.map(({ seat, angle }, at) => (
        <path
          key={at}
          class={isIn(seat) && isIn(places[(at + 1) % places.length]!.seat) ? style["closed"] : style["open"]}
          d={arc(measures, angle + measures.openDeg, angle + step - measures.openDeg)}
          stroke-width={measures.line}
        />
      ))}
      {isRoom ? <Table name={middle.name} /> : <Tally {...middle} />}
      {places.map(({ seat, angle }, at) => (
        <SeatShape key={at} seat={seat} radius={measures.seat} {...point(measures.ring, angle)} />
      ))}
    </svg>
  );
}

function Table({ name }: { readonly name: string }): JSX.Element {
  const { sign, isEmoji } = roomSign(name);
  return (
    <>
      <circle class={style["table"]} cx="50" cy="50" r={TABLE} />
      <text class={style["sign"]} x="50" y="50" font-size={isEmoji ? 26 : 18}>
        {sign}
      </text>
    </>
  );
}

function Tally({ have, need }: { readonly have: number; readonly need: number | null }): JSX.Element {
  return (
    <text class={style["tally"]} x="50" y="50" font-size="19">
      <tspan class={style["have"]}>{have}</tspan>
      {need !== null && `/${need}`}
    </text>
  );
}

function SeatShape({
  seat,
  radius,
  x,
  y,
}: {
  readonly seat: CouncilSeat;
  readonly radius: number;
  readonly x: number;
  readonly y: number;
}): JSX.Element {
  const text = seat.is === "yours" ? seat.text : seat.is === "more" ? `+${seat.count}` : null;
  if (!("person" in seat)) {
    return (
      <g class={style[seat.is]}>
        <circle cx={x} cy={y} r={radius - 0.4} />
        {text !== null && (
          <text x={x} y={y} font-size={radius * (text.length > 3 ? 0.5 : 0.65)}>
            {text}
          </text>
        )}
      </g>
    );
  }
  return (
    <g class={classes(seat.is === "gone" && style["gone"])}>
      <svg x={x - radius} y={y - radius} width={2 * radius} height={2 * radius} viewBox="-50 -50 100 100" data-face>
        <RosetteShapes person={seat.person} size={4 * OF_ROOM.seat} />
      </svg>
      {seat.is === "asking" && <circle class={style["asking"]} cx={x} cy={y} r={radius + 1.4} />}
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

function point(ring: number, degrees: number): { readonly x: number; readonly y: number } {
  const angle = (degrees * Math.PI) / 180;
  return { x: round(50 + ring * Math.cos(angle)), y: round(50 + ring * Math.sin(angle)) };
}

function arc({ ring }: Measures, from: number, to: number): string {
  if (to <= from) return "";
  const [begin, end] = [point(ring, from), point(ring, to)];
  return `M${begin.x} ${begin.y}A${ring} ${ring} 0 ${to - from > 180 ? 1 : 0} 1 ${end.x} ${end.y}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
