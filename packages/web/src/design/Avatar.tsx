import type { JSX } from "preact";
import { classes } from "./live.js";
import style from "./Avatar.module.css";

export interface AvatarProps {
  /** Whose it is; the letters come from it. */
  readonly name: string;
  /** What the colour comes from: a person's key or a room's. The same key has the same colour everywhere. */
  readonly seed: Uint8Array | string;
  /** Pixels. */
  readonly size?: number;
  /** Rooms are squares, people are round. */
  readonly shape?: "person" | "room";
}

/** Letters on a colour. It is decoration: the name must stand beside it. */
export function Avatar({ name, seed, size = 40, shape = "person" }: AvatarProps): JSX.Element {
  return (
    <span
      class={classes(style["avatar"], style[shape], hueClass(seed))}
      style={{ inlineSize: `${size}px`, blockSize: `${size}px`, fontSize: `${Math.round(size * 0.38)}px` }}
      aria-hidden="true"
    >
      {initials(name)}
    </span>
  );
}

const HUES = 8;

/** A class that sets `--hue` (for words) and `--hue-fill` (below them) to the colours of a key. */
export function hueClass(seed: Uint8Array | string): string {
  return style[`hue${hue(seed)}`]!;
}

/** Which of the colours a key has. */
export function hue(seed: Uint8Array | string): number {
  const bytes = typeof seed === "string" ? new TextEncoder().encode(seed) : seed;
  let sum = 7;
  for (const byte of bytes) sum = (sum * 31 + byte) % 65_521;
  return sum % HUES;
}

/** The first letters of the first and the last word; a number is one only where there are no letters. */
export function initials(name: string): string {
  const all = name.split(/\s+/u).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  const letters = all.filter((each) => /\p{L}/u.test(each));
  const words = letters.length > 0 ? letters : all;
  if (words.length === 0) return "?";
  return `${words[0]!}${words.length > 1 ? words.at(-1)! : ""}`.toLocaleUpperCase();
}
