import type { RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { JSX } from "preact";
import { Avatar } from "../../design/Avatar.js";
import { Name } from "./Name.js";
import style from "./MentionList.module.css";
import { t } from "./words.js";

export interface MentionListProps {
  readonly id: string;
  readonly people: readonly RoomMember[];
  readonly chosen: number;
  readonly onChoose: (person: RoomMember) => void;
}

/** Above the field; the focus stays in the field. */
export function MentionList({ id, people, chosen, onChoose }: MentionListProps): JSX.Element {
  return (
    <ul class={style["list"]} id={id} role="listbox" aria-label={t.mentionList}>
      {people.map((person, index) => (
        <li
          key={person.person.join()}
          id={`${id}-${index}`}
          class={style["person"]}
          role="option"
          aria-selected={index === chosen}
          // Before the field loses the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onChoose(person);
          }}
        >
          <Avatar name={plainName(person.name)} seed={person.person} size={28} />
          <Name of={person} />
        </li>
      ))}
    </ul>
  );
}
