import type { JSX } from "preact";
import { rosetteOf } from "./rosette.js";
import style from "./Face.module.css";

export interface FaceProps {
  /** Whose it is: it is drawn from their key. */
  readonly person: Uint8Array;
  /** Pixels. */
  readonly size?: number;
}

/** The face of a person, made from their key. It is decoration: the name must stand beside it. */
export function Face({ person, size = 40 }: FaceProps): JSX.Element {
  return (
    <svg class={style["face"]} width={size} height={size} viewBox="-50 -50 100 100" aria-hidden="true" data-face>
      <RosetteShapes person={person} size={size} />
    </svg>
  );
}

/** What is in a face, for an `svg` from -50 to 50. */
export function RosetteShapes({ person, size }: Required<FaceProps>): JSX.Element {
  return (
    <>
      {rosetteOf(person, size).strokes.map(({ d, fill, opacity }, at) => (
        <path key={at} d={d} fill={fill} fill-opacity={opacity} />
      ))}
    </>
  );
}
