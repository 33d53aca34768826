import { actsWith, type ActWith, type Explanation, type PersonId, plainName, type Policy } from "@conclave/client/pure";
import { toHex } from "@conclave/codec";
import type { ToldPerson } from "@conclave/words";

/** What a room's rules mean for the people in it, for {@link RuleMeaning}. */
export interface Meaning extends Pick<Explanation, "invites"> {
  readonly acts: readonly ActWith<ToldPerson>[];
  readonly everyone: readonly ToldPerson[];
  readonly removals: Policy["settings"]["removals"];
}

/** What was explained of a room, with the names of these people, who are in it. */
export function ruleMeaningOf(
  { acts, invites }: Explanation,
  { settings: { removals } }: Policy,
  members: readonly (ToldPerson & { readonly person: PersonId })[],
): Meaning {
  const people = new Map(
    members.map(({ person, name, role }): [string, ToldPerson] => [toHex(person), { name: plainName(name), role }]),
  );
  const personOf = (person: PersonId) => people.get(toHex(person)) ?? null;
  return { acts: actsWith(acts, personOf), everyone: [...people.values()], invites, removals };
}
