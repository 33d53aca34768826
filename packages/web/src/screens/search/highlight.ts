import { folded } from "../../words/matching.js";

/** A piece of a text, and whether it is what was searched for. */
export interface Piece {
  readonly text: string;
  readonly isHit: boolean;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const BEFORE = 48;
const LONGEST = 220;

/** The part of a text around the first hit, in one line, with what was searched for marked. */
export function highlight(text: string, query: string): Piece[] {
  const wanted = [...query.matchAll(WORD)].map(([word]) => folded(word));
  const line = text.replace(/\s+/gu, " ").trim();
  const hits = [...line.matchAll(WORD)].filter(([word]) => wanted.some((each) => folded(word).startsWith(each)));
  const first = hits[0]?.index ?? 0;
  const start = first <= BEFORE ? 0 : line.indexOf(" ", first - BEFORE) + 1;
  const end = Math.min(line.length, start + LONGEST);
  const pieces: Piece[] = start > 0 ? [{ text: "… ", isHit: false }] : [];
  let last = start;
  for (const { 0: word, index } of hits) {
    if (index < start || index + word.length > end) continue;
    if (index > last) pieces.push({ text: line.slice(last, index), isHit: false });
    pieces.push({ text: word, isHit: true });
    last = index + word.length;
  }
  if (last < end) pieces.push({ text: line.slice(last, end).replace(/[\ud800-\udbff]$/u, ""), isHit: false });
  if (end < line.length) pieces.push({ text: "…", isHit: false });
  return pieces;
}
