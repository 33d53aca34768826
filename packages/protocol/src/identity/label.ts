import { utf8Bytes } from "@conclave/codec";

/** Longest name of a person or room, in bytes of UTF-8. */
export const MAX_LABEL = 128;

// Controls, direction marks and overrides, line separators, invisible operators, byte order mark. Written out, not a
// Unicode property: those grow with the engine's Unicode version, and all clients must judge alike.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Whether a text may be the name of a person or a room: 1 to 128 bytes, no control or direction characters, no blank
 * at either end.
 *
 * RULE: label.plain: a name can neither reorder nor hide the text around it (attack A78).
 */
export function isLabel(text: string): boolean {
  if (text.length === 0 || utf8Bytes(text).length > MAX_LABEL) return false;
  return text === text.trim() && !FORBIDDEN.test(text) && !LONE_SURROGATE.test(text);
}
