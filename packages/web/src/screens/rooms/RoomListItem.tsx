import type { NamedPerson } from "@conclave/client";
import { isGone, plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import { AtSign, BellOff, EllipsisVertical, Gavel, Pin } from "lucide-preact";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { href, route } from "../../app/index.js";
import { now } from "../../app/now.js";
import { density } from "../../design/density.js";
import { useHeldMenu } from "../../design/heldMenu.js";
import {
  classes,
  Count,
  IconButton,
  ListRow,
  Menu,
  MenuPopup,
  type MenuPopupProps,
  PersonName,
  Time,
} from "../../design/index.js";
import { type Away, ringOf, type Ring } from "../../model/ring.js";
import { ringWords } from "../room/ringWords.js";
import { RoomRing } from "../room/RoomRing.js";
import { DecisionSentence } from "../room/DecisionSentence.js";
import { oneLine, previewOf } from "./preview.js";
import { roomActions } from "./roomActions.js";
import { t } from "./words.js";
import style from "./RoomListItem.module.css";

/** One room in the list. */
export function RoomListItem({ room }: { readonly room: RoomSummary }): JSX.Element {
  const { key, status, latest, lately } = room;
  const shown = latest ?? lately;
  const [menuAt, open] = useState<MenuPopupProps["at"] | null>(null);
  const [isUnderPointer, point] = useState(false);
  const held = useHeldMenu(open);
  const here = route.value;
  const isHere = here.at === "room" && here.key === key;
  const isOut = isGone(status.standing);
  const ring = ringOf(status, room.since, now.value);
  const title = plainName(room.title);
  const needed = status.standing === "member" ? status.asked : 0;
  const { isPinned, isUnread } = status.listMarks;
  const isNew = status.unread > 0 && !isOut;
  const isMarked = isUnread && !isNew && !isOut;
  const isLoud = isNew && (!status.isMuted || status.mentions > 0);
  return (
    <div
      class={classes(
        style["row"],
        (isLoud || isMarked) && style["new"],
        isOut && style["out"],
        menuAt && style["held"],
      )}
      {...held}
      onPointerEnter={({ pointerType }) => point(pointerType === "mouse")}
      onPointerLeave={() => point(false)}
    >
      <ListRow
        href={href({ at: "room", key, panel: null, item: null })}
        current={isHere}
        picture={<RoomRing room={room} size={density.value === "compact" ? 40 : 52} isSaid={isSaid(ring)} />}
        title={
          <>
            <bdi>{title}</bdi>
            {isPinned && !isOut && (
              <span class={style["muted"]} title={t.pinned}>
                <Pin size={14} aria-hidden="true" />
                <span class="visually-hidden">{t.pinned}</span>
              </span>
            )}
            {status.isMuted && !isOut && (
              <span class={style["muted"]} title={t.muted}>
                <BellOff size={14} aria-hidden="true" />
                <span class="visually-hidden">{t.muted}</span>
              </span>
            )}
          </>
        }
        text={<Line room={room} isHere={isHere} ring={ring} />}
        end={
          <>
            <span class={style["time"]}>{shown ? <Time time={shown.time} as="short" /> : "\u00a0"}</span>
            <span class={style["marks"]}>
              {needed > 0 && (
                <span title={t.needed({ n: needed })}>
                  <Count value={needed} label={t.needed({ n: needed })} forYou />
                </span>
              )}
              {isNew && status.mentions > 0 && (
                <span class={style["mention"]}>
                  <AtSign size={13} role="img" aria-label={t.mentioned} aria-hidden="false" />
                </span>
              )}
              {isMarked && <span class={style["dot"]} role="img" aria-label={t.markedUnread} />}
              {isNew && <Count value={status.unread} label={t.unread({ n: status.unread })} quiet={status.isMuted} />}
            </span>
          </>
        }
        action={isOut && <Menu label={t.actions({ room: title })} size="small" items={roomActions(room)} />}
      />
      {(isUnderPointer || menuAt) && !isOut && (
        <span class={style["more"]}>
          <IconButton
            label={t.actions({ room: title })}
            icon={EllipsisVertical}
            size="small"
            expanded={menuAt !== null}
            onClick={({ currentTarget }) => open(currentTarget as HTMLElement)}
          />
        </span>
      )}
      {menuAt && (
        <MenuPopup
          label={t.actions({ room: title })}
          at={menuAt}
          items={roomActions(room)}
          onClose={() => open(null)}
        />
      )}
    </div>
  );
}

/** What was said last, or how one stands there. */
function Line(props: { readonly room: RoomSummary; readonly isHere: boolean; readonly ring: Ring }): JSX.Element {
  const { room, isHere, ring } = props;
  const { status, latest, lately, draft } = room;
  const { standing } = status;
  const isElsewhere = standing === "removed" && status.ending?.by?.isYou === true;
  if (standing !== "member") return <em class={style["standing"]}>{isElsewhere ? t.elsewhere : t[standing]}</em>;
  if (isSaid(ring)) return <em class={style[ring.is]}>{ringWords(ring, status)}</em>;
  // In the room that is open one sees it in the field.
  if (!isHere && draft.trim() !== "") {
    return (
      <span data-draft>
        <span class={style["draft"]}>{t.draft}</span> <bdi>{oneLine(draft)}</bdi>
      </span>
    );
  }
  // RULE: web.list-decision: what was decided is another kind of line than what was written, here too (attack A79).
  // It does not take the place of what was written: what people say is what one comes back for.
  if (!latest && lately) {
    return (
      <span class={style["decision"]} data-decision>
        <Gavel size={13} aria-hidden="true" />
        <span>
          <DecisionSentence of={lately} name={(person) => <Name of={person} />} />
        </span>
      </span>
    );
  }
  if (!latest) return <>{t.quiet}</>;
  const { author } = latest;
  return (
    <>
      {author.isYou ? t.you : <PersonName name={author.name} tag={author.tag} />}
      {latest.deleted ? " " : ": "}
      <bdi>{previewOf(latest)}</bdi>
    </>
  );
}

function Name({ of: { name, tag, isYou } }: { readonly of: NamedPerson }): JSX.Element {
  return <PersonName name={name} tag={tag} isYou={isYou} />;
}

/** What a person has to know before what was said last. */
function isSaid(ring: Ring): boolean {
  return ring.is === "you" || ring.is === "alarm" || (ring.is === "away" && LASTING.has(ring.why));
}

/** What does not pass in a moment by itself. */
const LASTING: ReadonlySet<Away> = new Set(["paused", "stale", "silent"]);
