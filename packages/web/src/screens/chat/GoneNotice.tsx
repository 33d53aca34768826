import type { Ending } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/remote";
import type { JSX } from "preact";
import { Button } from "../../design/Button.js";
import { PersonName } from "../../design/PersonName.js";
import { Time } from "../../design/Time.js";
import { words } from "../../words/words.js";
import { Sentence } from "../room/Sentence.js";
import { forgetRoom } from "../rooms/forgetRoom.js";

const t = words({
  en: {
    removed: "You were removed from this room by {by}, {when}.",
    stays: "What you have read stays on this device. You cannot read on or write.",
    back: "If that was a mistake, talk to them some other way: a new invite lets you in again.",
    banned: "It was for good: no invite lets you in again, only somebody inside can.",
    forget: "Forget this room",
  },
  de: {
    removed: "Du wurdest von {by} aus diesem Raum entfernt, {when}.",
    stays: "Was du gelesen hast, bleibt auf diesem Gerät. Mitlesen und schreiben kannst du nicht.",
    back: "War es ein Versehen, sprich sie auf einem anderen Weg an: mit einer neuen Einladung kommst du wieder herein.",
    banned: "Es war endgültig: keine Einladung lässt dich wieder herein, das kann nur jemand im Raum.",
    forget: "Diesen Raum vergessen",
  },
});

/** In the place of the field to write in, for somebody who was removed: by whom, when, and what is left to do. */
export function GoneNotice({ room, ending }: { readonly room: RoomSummary; readonly ending: Ending }): JSX.Element {
  const { by, time, isBan } = ending;
  return (
    <>
      <p>
        <Sentence
          text={t.removed}
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
