import type { RoomKey, RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import { RingFrame } from "../../design/RingFrame.js";
import { rooms } from "../../model/home.js";
import { ringOf } from "../../model/ring.js";
import { ringForm } from "../room/ringForm.js";
import { confirmedWords, ringWords } from "../room/ringWords.js";
import style from "./people.module.css";

/** How far the list of people can be trusted just now, and by whose word. */
export function ConfirmedBy({ roomKey }: { readonly roomKey: RoomKey }): JSX.Element | null {
  const room = rooms.value.get(roomKey);
  const form = room && ringForm(ringOf(room.status, room.since, now.value));
  if (!room || !form) return null;
  return (
    <p class={style["confirmed"]}>
      <RingFrame form={form} size={20} />
      <span>{wordsOf(room)}</span>
    </p>
  );
}

function wordsOf({ status, since }: RoomSummary): string {
  const ring = ringOf(status, since, now.value);
  if (!["confirmed", "unconfirmed", "you", "others"].includes(ring.is)) return ringWords(ring, status);
  return confirmedWords(status.freshness);
}
