import type { JSX } from "preact";
import { withRoomHue } from "./hues.js";
import { roomSign } from "./roomSign.js";
import style from "./RoomPicture.module.css";

export interface RoomPictureProps {
  /** The room's name. */
  readonly name: string;
  /** Its id in hexadecimal: the colour comes from it. */
  readonly room: string;
  /** Pixels. */
  readonly size?: number;
}

/** A room's picture: the emoji of its name, or letters. It is decoration: the name must stand beside it. */
export function RoomPicture({ name, room, size = 40 }: RoomPictureProps): JSX.Element {
  const { sign, isEmoji } = roomSign(name);
  const hued = withRoomHue(room);
  const measures = {
    inlineSize: `${size}px`,
    blockSize: `${size}px`,
    fontSize: `${Math.round(size * (isEmoji ? 0.54 : 0.36))}px`,
  };
  return (
    <span {...hued} class={style["picture"]} style={{ ...hued.style, ...measures }} aria-hidden="true">
      {sign}
    </span>
  );
}
