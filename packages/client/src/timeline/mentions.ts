import { equalBytes } from "@conclave/codec";
import type { PersonId, Roster } from "@conclave/protocol";

/** Where a text names somebody: from the @ to the end of the name, in UTF-16 units. */
export interface MentionSpan {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly name: string;
}

/** How many @ of one text are looked at. */
const MOST_LOOKED_AT = 200;
const WORD = /[\p{L}\p{N}\p{M}_]/u;

/** Names to look for in many texts. */
interface NameList {
  readonly names: ReadonlySet<string>;
  /** Lengths of names, the longest first. */
  readonly lengths: readonly number[];
}

/**
 * Where a text mentions somebody: an @ with one of the exact names, the longest that fits, not in the middle of a word.
 *
 * RULE: conversation.mentions-bounded: at most 200 @ of a text are looked at, whatever it is made of (attack A82).
 */
export function mentionsIn(text: string, names: Iterable<string>): MentionSpan[] {
  return spansOf(text, nameList(names));
}

/** What a mention of somebody is judged by. */
export interface MentionSight {
  readonly person: PersonId;
  readonly room: { readonly roster: Roster } | null;
  readonly decisionLog: { nameOf(person: PersonId): string | null };
}

const lists = new WeakMap<Roster, NameList>();

/** Whether a text mentions the person of this home, among those who are in the room now. */
export function mentionsYou(sight: MentionSight, text: string): boolean {
  if (!text.includes("@")) return false;
  const { person, room, decisionLog } = sight;
  const members = room ? [...room.roster.members.values()] : [];
  const own = members.find((member) => equalBytes(member.person, person))?.name ?? decisionLog.nameOf(person);
  if (own === null) return false;
  const list = room ? listOf(room.roster) : nameList([own]);
  return spansOf(text, list).some(({ name }) => name === own);
}

function listOf(roster: Roster): NameList {
  const known = lists.get(roster);
  if (known) return known;
  const list = nameList([...roster.members.values()].map(({ name }) => name));
  lists.set(roster, list);
  return list;
}

function nameList(names: Iterable<string>): NameList {
  const all = new Set([...names].filter((name) => name !== ""));
  const lengths = [...new Set([...all].map(({ length }) => length))].sort((a, b) => b - a);
  return { names: all, lengths };
}

function spansOf(text: string, { names, lengths }: NameList): MentionSpan[] {
  const spans: MentionSpan[] = [];
  let at = text.indexOf("@");
  for (let looked = 0; at >= 0 && looked < MOST_LOOKED_AT; looked++) {
    const name = isWordAt(text, at - 1) ? undefined : nameAt(text, at + 1, names, lengths);
    if (name !== undefined) spans.push({ start: at, end: at + 1 + name.length, name });
    at = text.indexOf("@", at + 1 + (name?.length ?? 0));
  }
  return spans;
}

function nameAt(
  text: string,
  start: number,
  names: ReadonlySet<string>,
  lengths: readonly number[],
): string | undefined {
  for (const length of lengths) {
    const name = text.slice(start, start + length);
    if (name.length === length && names.has(name) && !isWordAt(text, start + length)) return name;
  }
  return undefined;
}

/** Whether there is a letter, digit or mark here, also when `at` is the second half of one. */
function isWordAt(text: string, at: number): boolean {
  const unit = text.charAt(at);
  if (unit === "") return false;
  const code = text.charCodeAt(at);
  const isLow = code >= 0xdc00 && code <= 0xdfff;
  return WORD.test(String.fromCodePoint(text.codePointAt(isLow && at > 0 ? at - 1 : at)!));
}
