import type { Decision, RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { PersonName } from "../../design/index.js";
import { Sentence } from "../room/Sentence.js";
import { t } from "./proposedWords.js";
import { t as people } from "./words.js";

/** What a proposal would do, as one sentence that names whom it concerns. */
export function ProposedAction(props: {
  readonly action: Decision["action"];
  readonly members: readonly RoomMember[];
}): JSX.Element {
  const { action, members } = props;
  const found = "person" in action ? members.find(({ person }) => person.join() === action.person.join()) : undefined;
  const parts: Record<string, ComponentChildren> = {
    person: found ? <PersonName name={found.name} tag={found.tag} isYou={found.isYou} withTag /> : people.gone,
  };
  if (action.type === "setRole") parts["role"] = people[action.role];
  if (action.type === "setTitle") parts["title"] = <bdi>{plainName(action.title)}</bdi>;
  if (action.type === "createInvite") {
    const terms = action.invite.for;
    parts["count"] = terms.class === "multi" ? terms.limit : 1;
  }
  return <Sentence text={action.type === "remove" && action.ban ? t.ban : t[action.type]} {...parts} />;
}
