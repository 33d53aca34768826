import type { NamedPerson } from "@conclave/client";
import type { JSX } from "preact";
import { PersonName } from "../../design/PersonName.js";
import { useChat } from "./chatContext.js";

/** The name of somebody in this conversation. */
export function Name({ of, plain }: { readonly of: NamedPerson; readonly plain?: boolean }): JSX.Element {
  const { people } = useChat();
  return (
    <PersonName
      name={of.name}
      tag={of.tag}
      isLookalike={people.isLookalike(of)}
      isYou={of.isYou && plain !== true}
      isChecked={of.checked !== null && plain !== true}
    />
  );
}
