import { plainName } from "@conclave/client/pure";
import type { RoomDetail, RoomSummary } from "@conclave/client/rpc";
import { EllipsisVertical, Gavel, Link2, Search, SlidersHorizontal } from "lucide-preact";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { now } from "../../app/now.js";
import { go, type Panel, route } from "../../app/route.js";
import { IconButton } from "../../design/IconButton.js";
import { classes } from "../../design/live.js";
import { MenuPopup } from "../../design/MenuPopup.js";
import { PaneHeader } from "../../design/PaneHeader.js";
import { ringOf } from "../../model/ring.js";
import { FacePile } from "./FacePile.js";
import { muteItem } from "./muteItem.js";
import style from "./RoomHeader.module.css";
import { ringWords } from "./ringWords.js";
import { RoomRing } from "./RoomRing.js";
import { t } from "./words.js";

/** The top of a conversation: which room, how it stands with the list of its people, and the ways to its panels. */
export function RoomHeader({
  room,
  detail,
}: {
  readonly room: RoomSummary;
  readonly detail: RoomDetail | null;
}): JSX.Element {
  const { key, status, since } = room;
  const [menuAt, open] = useState<HTMLElement | null>(null);
  const at = route.value;
  const current = at.at === "room" && at.key === key ? at.panel : null;
  const toggle = (panel: Panel) => go({ at: "room", key, panel: current === panel ? null : panel, item: null });
  const members = detail?.members ?? [];
  const needed = status.standing === "member" ? status.asked : 0;
  const ring = ringOf(status, since, now.value);
  const said = ringWords(ring, status);
  return (
    <PaneHeader
      picture={<RoomRing room={room} size={44} isSaid />}
      title={<bdi>{plainName(room.title)}</bdi>}
      subtitle={
        // To who has just come in the gap in the ring is enough: nothing is the matter.
        said === "" || ring.is === "unconfirmed" ? (
          members.length > 0 && t.people({ count: members.length })
        ) : (
          <span class={classes(style["said"], style[ring.is])} data-said>
            {said}
          </span>
        )
      }
      onTitle={() => toggle("people")}
      onBack={() => go({ at: "rooms" })}
      backOnPhone
      actions={
        <>
          <FacePile
            members={members}
            label={needed > 0 ? t.showPeopleWaiting({ count: needed }) : t.showPeople}
            needed={needed}
            isPressed={current === "people"}
            onClick={() => toggle("people")}
          />
          <IconButton
            label={t.more}
            icon={EllipsisVertical}
            expanded={menuAt !== null}
            tip="none"
            onClick={(event) => open(menuAt ? null : (event.currentTarget as HTMLElement))}
          />
          {menuAt && (
            <MenuPopup
              label={t.more}
              at={menuAt}
              onClose={() => open(null)}
              items={[
                { text: t.search, icon: Search, onSelect: () => toggle("search") },
                { text: t.invites, icon: Link2, onSelect: () => toggle("invites") },
                { text: t.decisions, icon: Gavel, onSelect: () => toggle("decisions") },
                muteItem(room),
                { text: t.settings, icon: SlidersHorizontal, onSelect: () => toggle("room") },
              ]}
            />
          )}
        </>
      }
    />
  );
}
