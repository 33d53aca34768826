import type { RoomMember } from "@conclave/client";
import type { RoomKey } from "@conclave/client/rpc";
import type { JSX } from "preact";
import { href } from "../../app/route.js";
import { Face, Badge, ListRow, PersonName } from "../../design/index.js";
import { itemOf } from "./item.js";
import { Reason } from "./Reason.js";
import { t } from "./words.js";

/** A member in the list: who, what they may do, and why they are here. */
export function MemberRow({
  roomKey,
  member,
}: {
  readonly roomKey: RoomKey;
  readonly member: RoomMember;
}): JSX.Element {
  const { name, tag, isYou, isLookalike, checked, role, person } = member;
  return (
    <ListRow
      picture={<Face person={person} />}
      title={<PersonName name={name} tag={tag} isYou={isYou} isLookalike={isLookalike} isChecked={checked !== null} />}
      text={isLookalike ? isYou ? t.alikeYou : t.alike : <Reason of={member} />}
      wrap
      end={role === "member" ? undefined : <Badge tone={role === "owner" ? "accent" : "neutral"}>{t[role]}</Badge>}
      href={href({ at: "room", key: roomKey, panel: "people", item: itemOf(person) })}
      arrow
    />
  );
}
