import { plainName } from "@conclave/client/pure";
import type { RoomDetail, RoomSummary } from "@conclave/client/rpc";
import { Ellipsis, Gavel, Link2, Search, SlidersHorizontal, UsersRound } from "lucide-preact";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { go, type Panel, route } from "../../app/route.js";
import { Avatar } from "../../design/Avatar.js";
import { IconButton } from "../../design/IconButton.js";
import { type MenuItem, MenuPopup } from "../../design/MenuPopup.js";
import { PaneHeader } from "../../design/PaneHeader.js";
import { FreshnessLine } from "./FreshnessLine.js";
import { muteItem } from "./muteItem.js";
import style from "./RoomHeader.module.css";
import { t } from "./words.js";

/** The top of a conversation: which room, how far its list of people can be trusted, and the ways to its panels. */
export function RoomHeader({
  room,
  detail,
}: {
  readonly room: RoomSummary;
  readonly detail: RoomDetail | null;
}): JSX.Element {
  const { key, status } = room;
  const [menuAt, open] = useState<HTMLElement | null>(null);
  const at = route.value;
  const current = at.at === "room" && at.key === key ? at.panel : null;
  const toggle = (panel: Panel) => go({ at: "room", key, panel: current === panel ? null : panel, item: null });
  const count = detail?.members.length ?? 0;
  const needed = status.standing === "member" ? status.asked : 0;
  const title = plainName(room.title);
  // What stands beside the menu is not in it too.
  const wide = useRef<HTMLSpanElement>(null);
  const hasIcons = useRef(true);
  const narrow: readonly MenuItem[] = [
    { text: t.search, icon: Search, onSelect: () => toggle("search") },
    { text: t.decisions, icon: Gavel, onSelect: () => toggle("decisions") },
    { text: t.invites, icon: Link2, onSelect: () => toggle("invites") },
  ];
  return (
    <>
      <PaneHeader
        picture={<Avatar name={title} seed={key} shape="room" />}
        title={<bdi>{title}</bdi>}
        subtitle={
          <span class={style["under"]}>
            {count > 0 && <span class={style["people"]}>{t.people({ count })}</span>}
            <span class={style["beside"]}>
              <FreshnessLine status={status} />
            </span>
          </span>
        }
        onBack={() => go({ at: "rooms" })}
        backOnPhone
        actions={
          <>
            <span ref={wide} class={style["wide"]}>
              <IconButton
                label={t.search}
                icon={Search}
                pressed={current === "search"}
                onClick={() => toggle("search")}
              />
              <IconButton
                label={t.decisions}
                icon={Gavel}
                pressed={current === "decisions"}
                onClick={() => toggle("decisions")}
              />
              <IconButton
                label={t.invites}
                icon={Link2}
                pressed={current === "invites"}
                onClick={() => toggle("invites")}
              />
            </span>
            <IconButton
              label={needed > 0 ? t.showPeopleWaiting({ count: needed }) : t.showPeople}
              icon={UsersRound}
              count={needed}
              pressed={current === "people"}
              onClick={() => toggle("people")}
            />
            <IconButton
              label={t.more}
              icon={Ellipsis}
              expanded={menuAt !== null}
              tip="none"
              onClick={(event) => {
                hasIcons.current = wide.current?.offsetParent !== null;
                open(menuAt ? null : (event.currentTarget as HTMLElement));
              }}
            />
            {menuAt && (
              <MenuPopup
                label={t.more}
                at={menuAt}
                onClose={() => open(null)}
                items={[
                  ...(hasIcons.current ? [] : narrow),
                  muteItem(room),
                  { text: t.settings, icon: SlidersHorizontal, onSelect: () => toggle("room") },
                ]}
              />
            )}
          </>
        }
      />
      {/* An alarm has a banner in this place. */}
      {status.paused?.why !== "alarm" && (
        <div class={style["strip"]}>
          <FreshnessLine status={status} />
        </div>
      )}
    </>
  );
}
