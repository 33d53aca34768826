import type { ActKind, ExplainedAct, PersonId } from "@conclave/protocol";

/** As `ExplainedAct`, with what a screen has of people in place of their ids. */
export interface ActWith<T> {
  readonly act: ActKind;
  readonly by: readonly T[];
  readonly ways: readonly { readonly need: number; readonly of: readonly T[] }[];
  readonly alone: readonly T[];
  readonly essential: readonly T[];
}

/** What was explained, for sentences. `personOf` gives the same value for the same id; null for somebody who has just gone. */
export function actsWith<T>(
  acts: readonly ExplainedAct[],
  personOf: (person: PersonId) => T | null,
): readonly ActWith<T>[] {
  const all = (people: readonly PersonId[]) => people.flatMap((person) => personOf(person) ?? []);
  return acts.map(({ act, by, ways, alone, essential }) => ({
    act,
    by: all(by),
    ways: ways.map(({ need, of }) => ({ need, of: all(of) })),
    alone: all(alone),
    essential: all(essential),
  }));
}
