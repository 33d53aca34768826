import type { acts as Acts } from "./generated/en/acts.js";
import type { explained as Explained } from "./generated/en/explained.js";

/** Somebody in a room, as an explanation names them. Who is the same person is the same value. */
export interface ToldPerson {
  readonly name: string;
  readonly role: "owner" | "admin" | "member" | "steward";
}

/** What a room's rules mean for one kind of act, as the protocol explains it, with people for ids. */
export interface ToldAct {
  readonly act: keyof typeof Acts;
  readonly by: readonly ToldPerson[];
  readonly ways: readonly { readonly need: number; readonly of: readonly ToldPerson[] }[];
  readonly alone: readonly ToldPerson[];
  readonly essential: readonly ToldPerson[];
}

/** What the sentences of an explanation are made with, in one language. */
export interface ExplainedSections {
  readonly acts: typeof Acts;
  readonly explained: typeof Explained;
  /** "Alice, Bob and Carol", or with `or`. */
  readonly list: (items: readonly string[], join: "and" | "or") => string;
}

/** So many are named one by one. */
const NAMED = 4;

/** Who does one kind of act: "Alice alone, or any 2 of Bob, Carol and Dave". `everyone`: all who are in the room, in the order in which they are named. */
export function explainedSentence(told: ToldAct, everyone: readonly ToldPerson[], sections: ExplainedSections): string {
  const { explained: words, list } = sections;
  const inOrder = (people: readonly ToldPerson[]) => {
    const some = new Set(people);
    return everyone.filter((person) => some.has(person));
  };
  const [by, alone] = [inOrder(told.by), inOrder(told.alone)];
  const ways = told.ways.map(({ need, of }) => ({ need, of: inOrder(of) }));
  if (by.length === 0 || ways.length === 0) return words.nobody;
  const voices = everyone.filter(({ role }) => role !== "steward");
  const ownYes = new Set(alone);
  const others = ways.filter(({ need, of }) => need > 0 && !(need === 1 && of.some((person) => ownYes.has(person))));
  const isAnyones = voices.every((person) => ownYes.has(person));
  const together = isAnyones
    ? []
    : others.map((way) => carriedOut(togetherSentence(way, voices, sections), way, by, voices, sections));
  return list([...(alone.length > 0 ? [aloneSentence(alone, voices, sections)] : []), ...together], "or");
}

/** What stands still when somebody never answers, as one sentence for all of whom the same is true; at least one sentence. */
export function silenceSentences(
  told: readonly ToldAct[],
  everyone: readonly ToldPerson[],
  sections: ExplainedSections,
): readonly string[] {
  const { acts, explained: words, list } = sections;
  const voices = everyone.filter(({ role }) => role !== "steward");
  const without = new Map<ToldPerson, ToldAct["act"][]>();
  for (const { act, essential } of told)
    for (const person of essential) without.set(person, [...(without.get(person) ?? []), act]);
  const groups = new Map<string, { readonly people: ToldPerson[]; readonly acts: readonly ToldAct["act"][] }>();
  for (const person of everyone) {
    const stopped = without.get(person);
    if (stopped === undefined) continue;
    const group = groups.get(stopped.join()) ?? { people: [], acts: stopped };
    group.people.push(person);
    groups.set(stopped.join(), group);
  }
  const sentences = [...groups.values()].map(({ people, acts: stopped }) => {
    const can = list(
      stopped.map((act) => acts[act]),
      "or",
    );
    if (people.length === 1) return words.silentOne({ name: people[0]!.name, acts: can });
    if (people.length === voices.length) return words.silentAny({ acts: can });
    return words.silentSome({ names: named(people, "or", sections), acts: can });
  });
  return sentences.length > 0 ? sentences : [words.silentNone];
}

function aloneSentence(
  people: readonly ToldPerson[],
  voices: readonly ToldPerson[],
  sections: ExplainedSections,
): string {
  const { explained: words } = sections;
  if (people.length === 1) return words.oneAlone({ name: people[0]!.name });
  if (people.length === voices.length) return words.everyoneAlone;
  if (areAdmins(people, voices)) return words.adminsAlone;
  return words.eachAlone({ names: named(people, "or", sections) });
}

function togetherSentence(
  { need, of }: ToldAct["ways"][number],
  voices: readonly ToldPerson[],
  sections: ExplainedSections,
): string {
  const { explained: words } = sections;
  const count = String(of.length);
  if (need === 1) return words.oneYes({ names: named(of, "or", sections) });
  const isEveryone = of.length === voices.length && of.length > 2;
  if (need === of.length) {
    return isEveryone ? words.allTogether({ count }) : words.theseTogether({ names: named(of, "and", sections) });
  }
  if (isEveryone) return words.anyOfAll({ need: String(need), count });
  if (areAdmins(of, voices)) return words.anyOfAdmins({ need: String(need), count });
  return words.anyOf({ need: String(need), names: named(of, "and", sections) });
}

/** Adds who may do it, where that is not everybody whose yes counts. */
function carriedOut(
  how: string,
  { of }: ToldAct["ways"][number],
  by: readonly ToldPerson[],
  voices: readonly ToldPerson[],
  sections: ExplainedSections,
): string {
  const may = new Set(by);
  if (of.every((person) => may.has(person))) return how;
  const able = by.filter(({ role }) => role !== "steward");
  const names = areAdmins(able, voices) ? sections.explained.admins : named(able, "or", sections);
  return sections.explained.carriedOut({ how, names });
}

/** Whether these are all admins and owners of a room, and too many to be named. */
function areAdmins(people: readonly ToldPerson[], voices: readonly ToldPerson[]): boolean {
  const isAdmin = ({ role }: ToldPerson) => role === "admin" || role === "owner";
  return people.length > NAMED && people.every(isAdmin) && voices.filter(isAdmin).length === people.length;
}

function named(people: readonly ToldPerson[], join: "and" | "or", { explained, list }: ExplainedSections): string {
  const names = people.slice(0, people.length > NAMED + 1 ? NAMED : people.length).map(({ name }) => name);
  const rest = people.length - names.length;
  return list(rest > 0 ? [...names, explained.more({ count: rest })] : names, join);
}
