import type { Decision, NamedPerson } from "@conclave/client";
import { proposal } from "@conclave/words/proposal";
import { proposalLine } from "@conclave/words/proposalLine";
import { words } from "../../words/words.js";

/** What somebody asks the others to agree to, as "make Dave an admin". */
const wishes = words(proposal);
/** The sentences around it: "Alice asks to make Dave an admin". */
export const proposals = words(proposalLine);

/** What somebody asks the others to agree to. */
export interface Wished {
  readonly action: Decision["action"];
  readonly by: NamedPerson;
  readonly person: NamedPerson | null;
}

/** "Alice asks to make Dave an admin", as plain text. */
export function sayProposed({ action, by, person }: Wished, nameOf: (who: NamedPerson) => string): string {
  const wish = proposedOf(action)({ person: person ? nameOf(person) : "" });
  return proposals.asks({ by: nameOf(by), wish });
}

/** What is wished, behind "asks to". */
export function proposedOf(action: Wished["action"]): (values: { readonly person: string }) => string {
  if (action.type === "allow" || action.type === "disallow") {
    const said = wishes[action.type]({ count: action.keys.length });
    return () => said;
  }
  const wish = wishes[keyOf(action)];
  return typeof wish === "string" ? () => wish : wish;
}

function keyOf(action: Exclude<Wished["action"], { readonly type: "allow" | "disallow" }>) {
  if (action.type === "setRole")
    return ({ member: "toMember", admin: "toAdmin", owner: "toOwner" } as const)[action.role];
  if (action.type === "add" && action.role === "steward") return "addSteward";
  return action.type === "remove" && action.ban ? "ban" : action.type;
}
