import { plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import type { JSX } from "preact";
import { Face } from "../../design/Face.js";
import { RoomPicture } from "../../design/RoomPicture.js";
import { ListRow } from "../../design/ListRow.js";
import { PersonName } from "../../design/PersonName.js";
import { rooms } from "../../model/home.js";
import { Sentence } from "../room/Sentence.js";
import { type Companion, goToPerson, goToRoom } from "./companions.js";
import style from "./Search.module.css";
import { t } from "./words.js";

export interface PlacesProps {
  readonly rooms: readonly RoomSummary[];
  readonly people: readonly Companion[];
}

/** Rooms and people to go to: above the messages that were found. */
export function Places({ rooms: found, people }: PlacesProps): JSX.Element {
  return (
    <>
      {found.length > 0 && (
        <section class={style["list"]} aria-label={t.rooms}>
          <h3 class={style["kind"]}>{t.rooms}</h3>
          {found.map(({ key, title }) => (
            <ListRow
              key={key}
              picture={<RoomPicture name={plainName(title)} room={key} size={32} />}
              title={<bdi>{plainName(title)}</bdi>}
              onClick={() => goToRoom(key)}
            />
          ))}
        </section>
      )}
      {people.length > 0 && (
        <section class={style["list"]} aria-label={t.people}>
          <h3 class={style["kind"]}>{t.people}</h3>
          {people.map((each) => (
            <ListRow
              key={`${toHex(each.person)}${each.name}`}
              picture={<Face person={each.person} size={32} />}
              title={<PersonName name={each.name} tag={each.tag} />}
              text={<Sentence of={t.inRoom} room={<bdi>{plainName(rooms.value.get(each.room)?.title ?? "")}</bdi>} />}
              onClick={() => goToPerson(each)}
            />
          ))}
        </section>
      )}
    </>
  );
}
