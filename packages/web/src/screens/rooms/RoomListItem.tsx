import type { NamedPerson } from "@conclave/client";
import { isGone, plainName } from "@conclave/client/pure";
import type { RoomSummary } from "@conclave/client/rpc";
import {
  AtSign,
  BellOff,
  Clock3,
  CloudOff,
  Hand,
  OctagonAlert,
  OctagonPause,
  Gavel,
  ShieldQuestion,
} from "lucide-preact";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { href, route } from "../../app/index.js";
import { useHeldMenu } from "../../design/heldMenu.js";
import {
  Avatar,
  classes,
  Count,
  type Icon,
  ListRow,
  Menu,
  MenuPopup,
  type MenuPopupProps,
  PersonName,
  Time,
} from "../../design/index.js";
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
  const held = useHeldMenu(open);
  const here = route.value;
  const isHere = here.at === "room" && here.key === key;
  const isOut = isGone(status.standing);
  const title = plainName(room.title);
  const needed = status.standing === "member" ? status.asked : 0;
  const isNew = status.unread > 0 && !isOut;
  const isLoud = isNew && (!status.isMuted || status.mentions > 0);
  return (
    <div
      class={classes(style["row"], isLoud && style["new"], isOut && style["out"], menuAt && style["held"])}
      {...held}
    >
      <ListRow
        href={href({ at: "room", key, panel: null, item: null })}
        current={isHere}
        picture={<Avatar name={title} seed={key} shape="room" size={44} />}
        title={<bdi>{title}</bdi>}
        text={<Line room={room} isHere={isHere} />}
        end={
          <>
            <span class={style["time"]}>{shown ? <Time time={shown.time} as="short" /> : "\u00a0"}</span>
            <span class={style["marks"]}>
              <Hints room={room} />
              {needed > 0 && (
                <span class={style["asked"]} title={t.needed({ n: needed })}>
                  <Hand size={13} aria-hidden="true" />
                  <span aria-hidden="true">{needed}</span>
                  <span class="visually-hidden">{t.needed({ n: needed })}</span>
                </span>
              )}
              {isNew && status.mentions > 0 && (
                <span class={style["mention"]}>
                  <AtSign size={13} role="img" aria-label={t.mentioned} aria-hidden="false" />
                </span>
              )}
              {isNew && <Count value={status.unread} label={t.unread({ n: status.unread })} quiet={status.isMuted} />}
            </span>
          </>
        }
        action={isOut && <Menu label={t.actions({ room: title })} size="small" items={roomActions(room)} />}
      />
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
function Line({ room, isHere }: { readonly room: RoomSummary; readonly isHere: boolean }): JSX.Element {
  const { status, latest, lately, draft } = room;
  const { standing } = status;
  const isElsewhere = standing === "removed" && status.ending?.by?.isYou === true;
  if (standing !== "member") return <em class={style["standing"]}>{isElsewhere ? t.elsewhere : t[standing]}</em>;
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

/** What needs somebody's eye: at most one, the gravest. */
function Hints({ room: { status } }: { readonly room: RoomSummary }): JSX.Element | null {
  const { paused, alarms, connection, pending, standing, isConfirmed, freshness, isMuted } = status;
  if (standing !== "member") return standing === "asking" ? <Hint icon={Clock3} text={t.asking} /> : null;
  if (paused?.why === "alarm") return <Hint icon={OctagonAlert} text={t.alarm} tone="danger" />;
  if (paused) return <Hint icon={OctagonPause} text={t.paused} tone="warning" />;
  if (alarms.length > 0) return <Hint icon={OctagonAlert} text={t.alarms} tone="danger" />;
  if (pending > 0 && connection !== "live") return <Hint icon={Clock3} text={t.pending({ n: pending })} />;
  if (connection === "offline") return <Hint icon={CloudOff} text={t.offline} />;
  if (!isConfirmed && freshness.state === "unknown") return <Hint icon={ShieldQuestion} text={t.unconfirmed} />;
  if (isMuted) return <Hint icon={BellOff} text={t.muted} />;
  return null;
}

interface HintProps {
  readonly icon: Icon;
  readonly text: string;
  readonly tone?: "danger" | "warning" | "soft";
}

function Hint({ icon: Shape, text, tone = "soft" }: HintProps): JSX.Element {
  return (
    <span class={classes(style["hint"], style[tone])} title={text}>
      <Shape size={15} aria-hidden="true" />
      <span class="visually-hidden">{text}</span>
    </span>
  );
}
