import type { Decision, NamedPerson } from "@conclave/client";
import { wishes } from "./wishWords.js";

/** What somebody asks the others to agree to. */
export interface Wished {
  readonly action: Decision["action"];
  readonly by: NamedPerson;
  readonly person: NamedPerson | null;
}

/** "Alice asks to make Dave an admin", as plain text. */
export function sayWish({ action, by, person }: Wished, nameOf: (who: NamedPerson) => string): string {
  const wish = wishOf(action).replace("{person}", () => (person ? nameOf(person) : ""));
  return wishes.asks.replace("{by}", () => nameOf(by)).replace("{wish}", () => wish);
}

/** What is wished, behind "asks to", with `{person}`. */
export function wishOf(action: Wished["action"]): string {
  if (action.type === "setRole") {
    return action.role === "member" ? wishes.toMember : action.role === "admin" ? wishes.toAdmin : wishes.toOwner;
  }
  return action.type === "remove" && action.ban ? wishes.ban : wishes[action.type];
}
