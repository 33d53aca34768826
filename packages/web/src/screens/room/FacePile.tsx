import type { RoomMember } from "@conclave/client";
import { toHex } from "@conclave/codec";
import type { JSX } from "preact";
import { Count } from "../../design/Badge.js";
import { Face } from "../../design/Face.js";
import style from "./FacePile.module.css";

/** As many faces lie on each other; the others are a number. */
const MOST = 3;

export interface FacePileProps {
  readonly members: readonly RoomMember[];
  readonly label: string;
  /** So many decisions wait for this person. */
  readonly needed: number;
  readonly isPressed: boolean;
  readonly onClick: () => void;
}

/** Faces of those who are here, others before oneself: the way to the list of people. */
export function FacePile({ members, label, needed, isPressed, onClick }: FacePileProps): JSX.Element {
  const shown = [...members].sort((a, b) => Number(a.isYou) - Number(b.isYou)).slice(0, MOST);
  const more = members.length - shown.length;
  return (
    <button class={style["pile"]} type="button" aria-pressed={isPressed} onClick={onClick}>
      <span class="visually-hidden">{label}</span>
      {shown.map(({ person }) => (
        <span key={toHex(person)} class={style["face"]}>
          <Face person={person} size={28} />
        </span>
      ))}
      {more > 0 && (
        <span class={style["more"]} aria-hidden="true">
          +{more}
        </span>
      )}
      {needed > 0 && (
        <span class={style["needed"]} aria-hidden="true">
          <Count value={needed} forYou />
        </span>
      )}
    </button>
  );
}
