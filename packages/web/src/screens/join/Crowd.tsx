import type { NamedPerson, RoomMember } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Face, Button, PersonName } from "../../design/index.js";
import { t } from "./words.js";
import style from "./Join.module.css";

/** The most names that are ever drawn at once. */
const ALL = 300;

export interface PersonProps {
  readonly of: NamedPerson;
  /** Everybody in the room: who among them looks the same shows the tag. */
  readonly among: readonly RoomMember[];
}

/** A person of a room that one is not in yet. */
export function PersonLine({ of: { person, name, tag, isYou, checked }, among }: PersonProps): JSX.Element {
  const member = among.find((each) => equalBytes(each.person, person));
  return (
    <PersonName
      name={name}
      tag={tag}
      isYou={isYou}
      isChecked={checked !== null}
      isLookalike={member?.isLookalike ?? false}
    />
  );
}

export interface CrowdProps {
  readonly people: readonly NamedPerson[];
  readonly among: readonly RoomMember[];
  /** How many are shown before one asks for all. */
  readonly most: number;
  /** With a picture each. */
  readonly asFaces?: boolean;
}

/** Names of several people. */
export function Crowd({ people, among, most, asFaces }: CrowdProps): JSX.Element {
  const [all, showAll] = useState(false);
  const shown = people.slice(0, all ? ALL : most);
  const rest = people.length - shown.length;
  return (
    <div class={style["crowd"]}>
      <ul class={asFaces ? style["faces"] : style["names"]} role="list">
        {shown.map((each) => (
          <li key={each.person.join()} class={asFaces ? style["face"] : undefined}>
            {asFaces && <Face person={each.person} size={24} />}
            <PersonLine of={each} among={among} />
          </li>
        ))}
        {rest > 0 && <li class={style["rest"]}>{t.andMore({ n: rest })}</li>}
      </ul>
      {rest > 0 && !all && (
        <Button size="small" tone="quiet" onClick={() => showAll(true)}>
          {t.showAll}
        </Button>
      )}
    </div>
  );
}
