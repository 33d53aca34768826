import type { RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { JSX } from "preact";
import { date } from "../../words/when.js";
import { Sentence } from "../room/Sentence.js";
import { t } from "./words.js";

/** Why somebody is in the room: by whose decision, through which invite, since when. */
export function Reason({ of: { admission, since } }: { readonly of: RoomMember }): JSX.Element {
  if (!admission) return <>{t.unknown}</>;
  const when = since === null ? "" : t.on(date(since));
  if (admission.how === "founded")
    return (
      <>
        {t.founded}
        {when}
      </>
    );
  const label = admission.how === "invited" ? admission.label : null;
  const text = admission.how === "admitted" ? t.admitted : label === null ? t.invited : t.invitedWith;
  return (
    <>
      <Sentence
        text={text}
        by={<bdi>{plainName(admission.by.name)}</bdi>}
        label={<bdi>{plainName(label ?? "")}</bdi>}
      />
      {when}
    </>
  );
}
