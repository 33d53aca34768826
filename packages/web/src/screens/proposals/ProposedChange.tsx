import type { NamedPerson } from "@conclave/client";
import type { ComponentChildren, JSX } from "preact";
import { PersonName } from "../../design/PersonName.js";
import { Sentence } from "../room/Sentence.js";
import { type Wished, proposedOf } from "./sayProposed.js";

export interface ProposedChangeProps {
  readonly of: Wished;
  /** The sentence that it is part of. */
  readonly in: (values: { readonly by: string; readonly wish: string }) => string;
}

/** What somebody asks the others to agree to, as one sentence. */
export function ProposedChange({ of: { action, by, person }, in: sentence }: ProposedChangeProps): JSX.Element {
  const name = (who: NamedPerson) => <PersonName name={who.name} tag={who.tag} isYou={who.isYou} />;
  const wish: ComponentChildren = <Sentence of={proposedOf(action)} person={person && name(person)} />;
  return <Sentence of={sentence} by={name(by)} wish={wish} />;
}
