import type { Decision, NamedPerson } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { intl } from "../../words/say.js";
import { decisions } from "./decisionWords.js";
import { Sentence } from "./Sentence.js";

export interface DecisionSentenceProps {
  readonly of: Decision;
  /** Who came in after them by the same invite. */
  readonly also?: readonly NamedPerson[];
  /** By which invite somebody came in stands beside it. */
  readonly brief?: boolean;
  /** How this screen shows a person's name. */
  readonly name: (of: NamedPerson) => JSX.Element;
}

/** A decision as one sentence: who did what to whom. */
export function DecisionSentence({ of, also = [], brief, name }: DecisionSentenceProps): JSX.Element {
  const { action, by, person, right } = of;
  const parts: Record<string, ComponentChildren> = { by: name(by), person: person && name(person) };
  let text: string = decisions[action.type === "add" ? "admitted" : action.type];
  if (action.type === "add" && right.invite && isSame(by, person)) {
    const isKnown = right.invite.by.name !== "";
    parts["host"] = name(right.invite.by);
    if (brief) text = decisions.cameIn;
    else if (also.length === 0) text = isKnown ? decisions.joined : decisions.joinedOwn;
    else {
      text = isKnown ? decisions.joinedAll : decisions.joinedOwnAll;
      parts["person"] = listed([by, ...also], name);
    }
  } else if (action.type === "remove" && action.ban) text = decisions.ban;
  else if (action.type === "setRole") parts["role"] = decisions[action.role];
  else if (action.type === "setTitle") parts["title"] = <bdi>{plainName(action.title)}</bdi>;
  else if (action.type === "setRelay") parts["address"] = <bdi>{action.relay.address}</bdi>;
  const agreed = right.approvedBy.filter((each) => !isSame(each, by));
  return (
    <>
      <Sentence text={text} {...parts} />
      {agreed.length > 0 && (
        <>
          {", "}
          <Sentence text={decisions.agreed} people={listed(agreed, name)} />
        </>
      )}
    </>
  );
}

// All of them, as the language lists things: whoever came in is never left out.
function listed(people: readonly NamedPerson[], name: DecisionSentenceProps["name"]): ComponentChildren {
  const list = intl("list conjunction", (tag) => new Intl.ListFormat(tag, { type: "conjunction" }));
  return list
    .formatToParts(people.map((_, index) => String(index)))
    .map(({ type, value }) => (type === "element" ? <span key={value}>{name(people[Number(value)]!)}</span> : value));
}

function isSame(a: NamedPerson, b: NamedPerson | null): boolean {
  return b !== null && a.person.join() === b.person.join();
}
