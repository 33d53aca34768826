import type { RoomMember } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import type { JSX } from "preact";
import { now } from "../../app/now.js";
import { date, shortWhen } from "../../words/when.js";
import { Sentence } from "../room/Sentence.js";
import { t } from "./words.js";

export interface ReasonProps {
  readonly of: RoomMember;
  /** With the whole date; in a list the short one is enough. */
  readonly inFull?: boolean;
}

/** Why somebody is in the room: by whose decision, through which invite, since when. */
export function Reason({ of: { admission, since, isUnheard }, inFull }: ReasonProps): JSX.Element {
  if (!admission) return <>{t.unknown}</>;
  const when = since === null ? "" : t.on({ date: inFull ? date(since) : shortWhen(since, now.value) });
  if (admission.how === "founded")
    return (
      <>
        {t.founded}
        {when}
      </>
    );
  if (!admission.by)
    return (
      <>
        {t.anyInvite}
        {when}
      </>
    );
  const label = admission.how === "invited" ? admission.label : null;
  const text = admission.how === "admitted" ? t.admitted : label === null ? t.invited : t.invitedWith;
  return (
    <>
      <Sentence of={text} by={<bdi>{plainName(admission.by.name)}</bdi>} label={<bdi>{plainName(label ?? "")}</bdi>} />
      {when}
      {isUnheard && <> · {t.neverHere}</>}
    </>
  );
}
