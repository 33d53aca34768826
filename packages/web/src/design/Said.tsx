import { plainText } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { Face } from "./Face.js";
import style from "./Said.module.css";

export interface SaidProps {
  readonly person: Uint8Array;
  /** What they wrote: anything at all. */
  readonly text: string;
  /** The name over it, where it does not stand beside it. */
  readonly name?: ComponentChildren;
  /** What it is, under it. */
  readonly note?: string;
}

/**
 * What somebody wrote, outside of a conversation.
 *
 * RULE: web.said-plain: what a stranger wrote turns, hides and covers nothing around it, and makes nobody scroll for the button
 * (attack A78).
 */
export function Said({ person, text, name, note }: SaidProps): JSX.Element | null {
  const said = plainText(text).trim();
  if (said === "") return null;
  return (
    <figure class={style["said"]}>
      <Face person={person} size={36} />
      <blockquote class={style["bubble"]}>
        {name && <span class={style["name"]}>{name}</span>}
        <p class={style["text"]} dir="auto">
          {said}
        </p>
        {note && <span class={style["note"]}>{note}</span>}
      </blockquote>
    </figure>
  );
}
