import { adminsOf, type Policy, preset, type Preset, presetNameOf, type Role } from "@conclave/client/pure";
import { useEffect, useState } from "preact/hooks";
import { home } from "../../model/home.js";
import type { ExplainedExample } from "../../worker/door.js";
import { type Meaning, ruleMeaningOf } from "../room/ruleMeaning.js";

/** A room as an example: who founds it, and four others. */
export interface ExampleRoom {
  readonly founder: string;
  readonly admins: readonly string[];
  readonly members: readonly string[];
}

const OTHERS = ["Ben", "Carol", "Dora", "Emil", "Frida"];

/** A room by which a preset is explained. Where admins decide it has two, or as many as have to agree, as far as four people go. */
export function exampleRoomOf(chosen: Preset, founder: string): ExampleRoom {
  const others = OTHERS.filter((name) => name !== founder).slice(0, 4);
  const name = presetNameOf(chosen);
  const admins = name === "admins" || name === "open" ? Math.max(2, Math.min(others.length, adminsOf(chosen))) : 0;
  return { founder, admins: others.slice(0, admins), members: others.slice(admins) };
}

const explained = new Map<Preset, Promise<ExplainedExample>>();

/** What a preset means in such a room, by the judge itself; null until it is known. */
export function useExampleMeaning(chosen: Preset, { founder, admins, members }: ExampleRoom): Meaning | null {
  const [found, put] = useState<ExplainedExample | null>(null);
  const roles: readonly Role[] = [
    "owner",
    ...admins.map(() => "admin" as const),
    ...members.map(() => "member" as const),
  ];
  const policy: Policy = preset(chosen);
  useEffect(() => {
    let isOver = false;
    const asked = explained.get(chosen) ?? home().home.explainExample(policy, roles);
    explained.set(chosen, asked);
    asked.then(
      (example) => {
        if (!isOver) put(example);
      },
      () => explained.delete(chosen),
    );
    return () => {
      isOver = true;
      put(null);
    };
  }, [chosen]);
  if (found === null) return null;
  const names = [founder, ...admins, ...members];
  const people = found.people.map((person, place) => ({ person, name: names[place]!, role: roles[place]! }));
  return ruleMeaningOf(found.explanation, policy, people);
}
