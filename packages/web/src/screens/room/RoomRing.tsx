import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import { RingFrame, ringInside } from "../../design/RingFrame.js";
import { RoomPicture } from "../../design/RoomPicture.js";
import { ringOf } from "../../model/ring.js";
import { ringForm } from "./ringForm.js";
import { ringWords } from "./ringWords.js";

export interface RoomRingProps {
  readonly room: RoomSummary;
  readonly size: number;
  /** The words stand beside it. */
  readonly isSaid?: boolean;
}

/** A room's picture with its ring. */
export function RoomRing({ room, size, isSaid = false }: RoomRingProps): JSX.Element {
  const { key, status, since } = room;
  const ring = ringOf(status, since, now.value);
  const form = ringForm(ring);
  const picture = <RoomPicture name={plainName(room.title)} room={key} size={ringInside(size)} />;
  if (form === null) return <span style={{ padding: `${(size - ringInside(size)) / 2}px` }}>{picture}</span>;
  return (
    <RingFrame form={form} size={size} label={isSaid ? "" : ringWords(ring, status)}>
      {picture}
    </RingFrame>
  );
}
