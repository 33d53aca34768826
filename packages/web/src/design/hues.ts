import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex } from "@conclave/codec";
import { rosetteOf } from "./rosette.js";

/** What an element needs whose colours are those of a room, or of a person (`tokens.css`). */
export interface Hued {
  readonly "data-hue": string;
  readonly style: Readonly<Record<string, string>>;
}

const HUES = 12;
const FIRST_HUE = 66;
const HUE_STEP = 24;
const rooms = new Map<string, number>();

/** A room's hue in degrees: one of twelve, and none of them red. `key` is its id in hexadecimal. */
export function roomHue(key: string): number {
  const known = rooms.get(key);
  if (known !== undefined) return known;
  const hue = FIRST_HUE + HUE_STEP * (sha256(fromHex(key))[0]! % HUES);
  rooms.set(key, hue);
  return hue;
}

/** In the colours of a room. */
export function withRoomHue(key: string): Hued {
  return { "data-hue": "room", style: { "--h": String(roomHue(key)) } };
}

/** In the colour of a person: that of their face. */
export function withPersonHue(person: Uint8Array): Hued {
  return { "data-hue": "person", style: { "--p": String(rosetteOf(person, 0).hue) } };
}
