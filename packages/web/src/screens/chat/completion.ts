import type { RoomMember } from "@conclave/client";
import type { Role } from "@conclave/client/pure";
import { type EmojiEntry, searchEmoji, withTone } from "./emojiTable.js";
import type { TextChange } from "./formatting.js";

/** What can stand for what one types: a person or everybody after an @, an emoji after a colon. */
export type Suggestion =
  | { readonly kind: "person"; readonly person: RoomMember }
  | { readonly kind: "room" }
  | { readonly kind: "emoji"; readonly emoji: string; readonly code: string };

/** What is being typed after a sign. */
export interface Offering {
  /** Where the sign is. */
  readonly start: number;
  readonly end: number;
  readonly offers: readonly Suggestion[];
}

const LONGEST = 40;
const MOST = 6;
const ROOM = "room";
const CODE = /(?<![\p{L}\p{N}:/])[:](?<code>[a-z0-9_+-]{2,30})(?<isClosed>:?)$/iu;
const NAMES_ROOM: ReadonlySet<Role> = new Set<Role>(["owner", "admin"]);

/** Whom the text before the caret begins to mention; null when nobody. */
export function mentioning(text: string, caret: number, members: readonly RoomMember[]): Offering | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const at = before.lastIndexOf("@");
  if (at < 0) return null;
  const query = before.slice(at + 1);
  if (query.includes("\n") || /[\p{L}\p{N}_]$/u.test(before.slice(0, at))) return null;
  const wanted = folded(query);
  const people = members.filter(({ name, isYou }) => !isYou && fits(folded(name), wanted)).slice(0, MOST);
  if (people.some(({ name }) => folded(name) === wanted.trim() && wanted.endsWith(" "))) return null;
  const you = members.find(({ isYou }) => isYou);
  const isRoom = you !== undefined && NAMES_ROOM.has(you.role) && ROOM.startsWith(wanted);
  const offers: Suggestion[] = people.map((person) => ({ kind: "person", person }));
  if (isRoom) offers.push({ kind: "room" });
  return offers.length === 0 ? null : { start: caret - query.length - 1, end: caret, offers };
}

/** Whether the text before the caret may be the code of an emoji: `:ta` of `:tada:`. */
export function beginsEmoji(text: string, caret: number): boolean {
  return codeBefore(text, caret) !== null;
}

/** The emoji whose code the text before the caret begins, or is; null when there is none. */
export function emojiOffering(
  text: string,
  caret: number,
  table: readonly EmojiEntry[],
  tone: string,
): (Offering & { readonly isWhole: boolean }) | null {
  const found = codeBefore(text, caret);
  if (found === null) return null;
  const { code, isClosed } = found;
  const offer = (entry: EmojiEntry): Suggestion => ({
    kind: "emoji",
    emoji: withTone(entry, tone),
    code: entry.codes.find((each) => each.startsWith(code)) ?? entry.codes[0] ?? entry.name,
  });
  const [start, end] = [caret - code.length - (isClosed ? 2 : 1), caret];
  if (isClosed) {
    const whole = table.find(({ codes }) => codes.includes(code));
    return whole ? { start, end, offers: [offer(whole)], isWhole: true } : null;
  }
  const offers = searchEmoji(table, code.replaceAll("_", " ")).slice(0, MOST).map(offer);
  return offers.length === 0 ? null : { start, end, offers, isWhole: false };
}

/** The change that puts what was offered in the place of what was typed. */
export function taken(text: string, { start, end }: Offering, offer: Suggestion): TextChange {
  const gap = text.slice(end).startsWith(" ") ? "" : " ";
  const word = offer.kind === "emoji" ? offer.emoji : `@${offer.kind === "room" ? ROOM : offer.person.name}`;
  const caret = start + word.length + 1;
  return { from: start, to: end, insert: word + gap, start: caret, end: caret };
}

// In lines of code a colon is a colon.
function codeBefore(text: string, caret: number): { code: string; isClosed: boolean } | null {
  const { code, isClosed } = CODE.exec(text.slice(Math.max(0, caret - LONGEST), caret))?.groups ?? {};
  if (code === undefined || text.slice(0, caret).split("```").length % 2 === 0) return null;
  return { code: code.toLowerCase(), isClosed: isClosed === ":" };
}

function fits(name: string, wanted: string): boolean {
  return name.startsWith(wanted) || (wanted !== "" && name.split(/\s+/u).some((word) => word.startsWith(wanted)));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
