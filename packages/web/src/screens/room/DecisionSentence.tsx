import type { Decision, NamedPerson } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { decisions } from "./decisionWords.js";
import { Sentence } from "./Sentence.js";

export interface DecisionSentenceProps {
  readonly of: Decision;
  /** How this screen shows a person's name. */
  readonly name: (of: NamedPerson) => JSX.Element;
}

/** A decision as one sentence: who did what to whom. */
export function DecisionSentence({ of, name }: DecisionSentenceProps): JSX.Element {
  const { action, by, person, right } = of;
  const parts: Record<string, ComponentChildren> = { by: name(by), person: person && name(person) };
  let text: string = decisions[action.type === "add" ? "admitted" : action.type];
  if (action.type === "add" && right.invite && isSame(by, person)) {
    text = right.invite.by.name === "" ? decisions.joinedOwn : decisions.joined;
    parts["host"] = name(right.invite.by);
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
          <Sentence
            text={decisions.agreed}
            people={agreed.map((each, index) => [index > 0 && ", ", <span key={index}>{name(each)}</span>])}
          />
        </>
      )}
    </>
  );
}

function isSame(a: NamedPerson, b: NamedPerson | null): boolean {
  return b !== null && a.person.join() === b.person.join();
}
