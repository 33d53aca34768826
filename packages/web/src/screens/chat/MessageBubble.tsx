import type { TimelineMessage } from "@conclave/client";
import { plainName } from "@conclave/client/pure";
import { equalBytes, toHex } from "@conclave/codec";
import { Check, Clock3, Pencil, Plug, Reply } from "lucide-preact";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { memo } from "../../app/react.js";
import { density } from "../../design/density.js";
import { Face } from "../../design/Face.js";
import { withPersonHue } from "../../design/hues.js";
import { classes } from "../../design/live.js";
import { useLongPress } from "../../design/longPress.js";
import { useChat } from "./chatContext.js";
import { ENOUGH_PX, useSwipe } from "./useSwipe.js";
import { clockTime, fullTime } from "../../words/when.js";
import { Sentence } from "../room/Sentence.js";
import { FileMessage } from "./files/FileMessage.js";
import { MessageBody } from "./MessageBody.js";
import type { MenuPlace } from "./menuPlace.js";
import { MessageTools } from "./MessageTools.js";
import style from "./MessageBubble.module.css";
import { GatewayNotice } from "./GatewayNotice.js";
import { hasText, textOf, viaOf } from "./messageText.js";
import { Name } from "./Name.js";
import { Quote } from "./Quote.js";
import { Reactions } from "./Reactions.js";
import { t } from "./words.js";

export interface MessageProps {
  readonly message: TimelineMessage;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** The line that the keyboard is on. */
  readonly isCurrent: boolean;
  /** It was just jumped to. */
  readonly isMarked: boolean;
  /** An open menu is about it. */
  readonly isHeld: boolean;
  /** Opens the menu of its actions, at a point or at the line. */
  readonly onMenu: (message: TimelineMessage, at: MenuPlace) => void;
}

/** What somebody wrote, with all that belongs to it. */
export const MessageBubble = memo(function Message(props: MessageProps): JSX.Element {
  const { message, isFirst, isLast, isCurrent, isMarked, isHeld, onMenu } = props;
  const { author } = message;
  const [isPointed, point] = useState(false);
  const [isFocused, focus] = useState(false);
  const via = viaOf(message);
  // What an outside party says is nobody's own, also where it comes through one's own gateway.
  const isCompact = density.value === "compact";
  const isOwn = author.isYou && !via && !isCompact;
  const isGone = message.deleted !== null;
  const { canWrite, reply, selection } = useChat();
  const isSelecting = selection.isOn && message.n > 0;
  const press = useLongPress((at, line) => {
    if (!isGone && !selection.isOn) onMenu(message, besides(line) ?? at);
  });
  const swipe = useSwipe(canWrite && !isGone && !selection.isOn ? () => reply(message) : null);
  return (
    <div
      class={classes(
        style["message"],
        isOwn && style["own"],
        isFirst && style["first"],
        isLast && style["last"],
        message.reactions.length > 0 && style["reacted"],
        isMarked && style["marked"],
        isHeld && style["held"],
        isSelecting && style["selecting"],
      )}
      role="article"
      aria-label={`${via ? t.viaGateway({ party: plainName(via.label), person: plainName(author.name) }) : plainName(author.name)}, ${clockTime(message.time)}`}
      tabIndex={isCurrent ? 0 : -1}
      data-n={message.n}
      data-id={toHex(message.id)}
      onPointerEnter={(event) => point(event.pointerType === "mouse")}
      onPointerLeave={() => point(false)}
      onFocusIn={() => focus(true)}
      onFocusOut={() => focus(false)}
      onContextMenu={(event) => {
        // A selection and a link keep the browser's own menu.
        if (isGone || (event.target as HTMLElement).closest("a") || getSelection()?.isCollapsed === false) return;
        event.preventDefault();
        onMenu(message, { x: event.clientX, y: event.clientY });
      }}
      onClickCapture={(event) => {
        // While some are selected, a press anywhere on a line selects, and follows nothing.
        if (!isSelecting || event.target instanceof HTMLInputElement) return;
        event.preventDefault();
        event.stopPropagation();
        selection.toggle(message);
      }}
      {...both(press, swipe)}
    >
      {isSelecting && (
        <input
          class={style["tick"]}
          type="checkbox"
          aria-label={t.selectThis}
          checked={selection.has(message)}
          onChange={() => selection.toggle(message)}
        />
      )}
      {swipe.moved > 0 && (
        <Reply
          class={classes(style["swipe"], swipe.moved >= ENOUGH_PX && style["enough"])}
          size={20}
          aria-hidden="true"
        />
      )}
      {!isOwn && (
        <span class={style["picture"]}>
          {(isCompact ? isFirst : isLast) &&
            (via ? <Plug size={20} aria-hidden="true" /> : <Face person={author.person} size={36} />)}
        </span>
      )}
      <div
        class={style["column"]}
        style={swipe.moved > 0 ? { translate: `calc(var(--forth, 1) * ${swipe.moved}px)` } : {}}
      >
        <div
          data-bubble
          data-own={isOwn && !isGone ? "" : undefined}
          class={classes(style["bubble"], isGone && style["gone"], message.mentionsYou && style["mentions"])}
        >
          {via ? (
            <div class={style["via"]}>
              <Sentence of={t.viaLine} party={<bdi>{plainName(via.label)}</bdi>} person={<Name of={author} plain />} />
            </div>
          ) : (
            isFirst &&
            !isOwn && (
              <div class={style["author"]} {...withPersonHue(author.person)}>
                <Name of={author} />
              </div>
            )
          )}
          <Content message={message} isLast={isLast} />
        </div>
        {!isGone && <Reactions message={message} />}
      </div>
      {!selection.isOn && (isPointed || (isCurrent && isFocused)) && !isGone && (
        <MessageTools message={message} withTime={!isLast} onMenu={onMenu} />
      )}
    </div>
  );
});

function Content({ message, isLast }: Pick<MessageProps, "message" | "isLast">): JSX.Element {
  const { deleted, author, kind } = message;
  const meta = <Meta message={message} withTime={isLast || deleted !== null} />;
  if (deleted) {
    const byAuthor = equalBytes(deleted.by.person, author.person);
    return (
      <p class={style["tombstone"]}>
        <Sentence
          of={byAuthor ? t.tookBack : t.removedMessage}
          by={<Name of={deleted.by} plain />}
          person={<Name of={author} plain />}
        />
        {meta}
      </p>
    );
  }
  return (
    <>
      {message.ref !== null && <Quote of={message.answers} />}
      {hasText(message) ? (
        <MessageBody text={textOf(message)} namesRoom={message.namesRoom} after={meta} />
      ) : kind === "file" ? (
        <FileMessage message={message} after={meta} />
      ) : (
        <p class={style["tombstone"]}>
          {kind === "gateway" ? <GatewayNotice message={message} /> : t.unknownKind}
          {meta}
        </p>
      )}
    </>
  );
}

/**
 * How it stands with a message, and when it was written: of several by one person only the last says the time; of the others
 * the tools beside them, the menu, and what a screen reader is told.
 */
function Meta(props: { readonly message: TimelineMessage; readonly withTime: boolean }): JSX.Element | null {
  const { message, withTime } = props;
  const { time, edited, late, authorGone, state } = message;
  const isWaiting = state === "pending" || edited?.pending === true;
  if (!withTime && !isWaiting && !edited && !late && !authorGone) return null;
  return (
    <span class={style["meta"]}>
      {authorGone ? (
        <span class={style["doubt"]}>{t.authorGone}</span>
      ) : (
        late && (
          <span class={style["doubt"]} title={t.lateWhy}>
            {t.late}
          </span>
        )
      )}
      {edited && (
        <span title={fullTime(edited.time)}>
          <Pencil size={11} aria-hidden="true" /> {t.edited}
        </span>
      )}
      {withTime && <time title={fullTime(time)}>{clockTime(time)}</time>}
      {isWaiting && <Clock3 size={13} role="img" aria-label={t.waiting} data-state="pending" />}
      {withTime && !isWaiting && message.author.isYou && <Check size={14} role="img" aria-label={t.sent} />}
    </span>
  );
}

type Finger = "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel";
type Fingers = Readonly<Record<Finger, (event: PointerEvent) => void>>;

/** What a finger on the line does: it may rest, or swipe. */
function both(press: Fingers, swipe: Fingers): Fingers {
  const each = (name: Finger) => (event: PointerEvent) => {
    press[name](event);
    swipe[name](event);
  };
  return {
    onPointerDown: each("onPointerDown"),
    onPointerMove: each("onPointerMove"),
    onPointerUp: each("onPointerUp"),
    onPointerCancel: each("onPointerCancel"),
  };
}

// The menu leaves the message to be seen, unless that fills the screen.
function besides(line: HTMLElement): HTMLElement | null {
  const bubble = line.querySelector<HTMLElement>("[data-bubble]");
  return bubble && bubble.offsetHeight < innerHeight / 3 ? bubble : null;
}
