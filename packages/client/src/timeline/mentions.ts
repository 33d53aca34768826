import { equalBytes } from "@conclave/codec";
import { isAtLeast, memberOf, type PersonId, type Roster } from "@conclave/protocol";

/** The word after an @ that names everybody in the room. */
export const ROOM_NAME = "room";

/** Whom an @ names. */
export interface Mention {
  readonly name: string;
  /** It names everybody in the room. */
  readonly isRoom: boolean;
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
 * Reads the mentions of one text: whom the @ at a place of it names, or null. An @ with one of the exact names, the longest
 * that fits, not in the middle of a word. `namesRoom`: whether `@room` names everybody.
 *
 * RULE: conversation.mentions-bounded: at most 200 @ of a text are looked at, whatever it is made of (attack A82).
 */
export function mentionReader(
  names: Iterable<string>,
  namesRoom: boolean,
): (text: string, at: number) => Mention | null {
  let list: NameList | null = null;
  return bounded((text, at) => mentionAt(text, at, (list ??= nameList(names)), namesRoom));
}

/** What a mention of somebody is judged by. */
export interface MentionSight {
  readonly person: PersonId;
  readonly room: { readonly roster: Roster } | null;
  readonly decisionLog: { nameOf(person: PersonId): string | null };
}

const lists = new WeakMap<Roster, NameList>();

/** Whether a text of this author mentions the person of this home, among those who are in the room now. */
export function mentionsYou(sight: MentionSight, text: string, author: PersonId): boolean {
  if (!text.includes("@")) return false;
  const { person, room, decisionLog } = sight;
  const members = room ? [...room.roster.members.values()] : [];
  const own = members.find((member) => equalBytes(member.person, person))?.name ?? decisionLog.nameOf(person);
  const list = room ? listOf(room.roster) : nameList(own === null ? [] : [own]);
  const namesRoom = mayNameRoom(room?.roster ?? null, author);
  const read = bounded((text, at) => mentionAt(text, at, list, namesRoom));
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const mention = read(text, at);
    if (mention && (mention.isRoom || mention.name === own)) return true;
  }
  return false;
}

/**
 * Whether `@room` of this author names everybody.
 *
 * RULE: conversation.room-by-role: as with removing messages it takes an admin or owner, by the roster as it is now; from
 * anybody else `@room` is text like any other, and tells nobody (attack A72).
 */
export function mayNameRoom(roster: Roster | null, author: PersonId): boolean {
  const member = roster && memberOf(roster, author);
  return member ? isAtLeast(member.role, "admin") : false;
}

function bounded(read: (text: string, at: number) => Mention | null): (text: string, at: number) => Mention | null {
  let looked = 0;
  return (text, at) => (looked++ < MOST_LOOKED_AT ? read(text, at) : null);
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

function mentionAt(text: string, at: number, { names, lengths }: NameList, namesRoom: boolean): Mention | null {
  if (isWordAt(text, at - 1)) return null;
  const isHere = (name: string) => text.startsWith(name, at + 1) && !isWordAt(text, at + 1 + name.length);
  const isRoom = namesRoom && isHere(ROOM_NAME);
  for (const length of lengths) {
    if (isRoom && length <= ROOM_NAME.length) break;
    const name = text.slice(at + 1, at + 1 + length);
    if (name.length === length && names.has(name) && isHere(name)) return { name, isRoom: false };
  }
  return isRoom ? { name: ROOM_NAME, isRoom } : null;
}

/** Whether there is a letter, digit or mark here, also when `at` is the second half of one. */
function isWordAt(text: string, at: number): boolean {
  const unit = text.charAt(at);
  if (unit === "") return false;
  const code = text.charCodeAt(at);
  const isLow = code >= 0xdc00 && code <= 0xdfff;
  return WORD.test(String.fromCodePoint(text.codePointAt(isLow && at > 0 ? at - 1 : at)!));
}
