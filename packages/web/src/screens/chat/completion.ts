import type { RoomMember } from "@conclave/client";

/** What is being typed after an @. */
export interface Mentioning {
  /** Where the @ is. */
  readonly start: number;
  readonly end: number;
  readonly people: readonly RoomMember[];
}

const LONGEST = 40;
const MOST = 6;

/** Whom the text before the caret begins to mention; null when nobody. */
export function mentioning(text: string, caret: number, members: readonly RoomMember[]): Mentioning | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const at = before.lastIndexOf("@");
  if (at < 0) return null;
  const query = before.slice(at + 1);
  if (query.includes("\n") || /[\p{L}\p{N}_]$/u.test(before.slice(0, at))) return null;
  const wanted = folded(query);
  const people = members.filter(({ name, isYou }) => !isYou && fits(folded(name), wanted)).slice(0, MOST);
  if (people.length === 0 || people.some(({ name }) => folded(name) === wanted.trim() && wanted.endsWith(" ")))
    return null;
  return { start: caret - query.length - 1, end: caret, people };
}

/** The text with the mention in it, and where the caret goes. */
export function mentioned(
  text: string,
  { start, end }: Mentioning,
  { name }: RoomMember,
): { text: string; caret: number } {
  const rest = text.slice(end);
  const gap = rest.startsWith(" ") ? "" : " ";
  return { text: `${text.slice(0, start)}@${name}${gap}${rest}`, caret: start + 1 + name.length + 1 };
}

function fits(name: string, wanted: string): boolean {
  return name.startsWith(wanted) || (wanted !== "" && name.split(/\s+/u).some((word) => word.startsWith(wanted)));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
