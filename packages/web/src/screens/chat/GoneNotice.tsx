import type { Ending } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { Button } from "../../design/Button.js";
import { PersonName } from "../../design/PersonName.js";
import { Time } from "../../design/Time.js";
import { Sentence } from "../room/Sentence.js";
import { forgetRoom } from "../rooms/forgetRoom.js";
import { t } from "./goneWords.js";

/** In the place of the field to write in, for somebody who was removed: by whom, when, and what is left to do. */
export function GoneNotice({ room, ending }: { readonly room: RoomSummary; readonly ending: Ending }): JSX.Element {
  const { by, time, isBan } = ending;
  if (by?.isYou) {
    return (
      <p>
        <Sentence of={t.elsewhere} when={time !== null && <Time time={time} />} /> {t.stays}
      </p>
    );
  }
  return (
    <>
      <p>
        <Sentence
          of={t.removed}
          by={by && <PersonName name={by.name} tag={by.tag} isChecked={by.checked !== null} />}
          when={time !== null && <Time time={time} />}
        />
      </p>
      <p>
        {t.stays} {isBan ? t.banned : t.back}
      </p>
      <div>
        <Button size="small" onClick={() => void forgetRoom(room)}>
          {t.forget}
        </Button>
      </div>
    </>
  );
}
