import type { Decision, RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { PersonName } from "../../design/index.js";
import { words } from "../../words/words.js";
import { Sentence } from "../room/Sentence.js";
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

const t = words({
  en: {
    charter: "Found the room",
    add: "Let somebody in",
    remove: "Remove {person}",
    ban: "Remove {person}, for good",
    leave: "Let {person} go",
    setRole: "New role of {person}: {role}",
    setPolicy: "Change who decides in this room",
    setTitle: "Name the room “{title}”",
    addDevice: "Add a device",
    removeDevice: "Take out a device of {person}",
    createInvite: "Make an invite for as many as {count}",
    revokeInvite: "Withdraw an invite",
    tick: "Confirm the time",
    seal: "Seal the room: its people stay as they are, for ever",
    transferOwnership: "Hand the room over to {person}",
    setRelay: "Move the room to another server",
  },
  de: {
    charter: "Den Raum gründen",
    add: "Jemanden hereinlassen",
    remove: "{person} entfernen",
    ban: "{person} endgültig entfernen",
    leave: "{person} gehen lassen",
    setRole: "Neue Rolle von {person}: {role}",
    setPolicy: "Ändern, wer in diesem Raum entscheidet",
    setTitle: "Den Raum „{title}“ nennen",
    addDevice: "Ein Gerät hinzufügen",
    removeDevice: "Ein Gerät von {person} herausnehmen",
    createInvite: "Eine Einladung für bis zu {count} machen",
    revokeInvite: "Eine Einladung zurückziehen",
    tick: "Die Zeit bestätigen",
    seal: "Den Raum versiegeln: es bleibt bei diesen Leuten, für immer",
    transferOwnership: "Den Raum an {person} übergeben",
    setRelay: "Den Raum auf einen anderen Server verlegen",
  },
});
