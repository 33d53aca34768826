import type { JSX } from "preact";
import { memo } from "../../app/react.js";
import { now } from "../../app/now.js";
import { dayHeading } from "../../words/when.js";
import { MessageBubble, type MessageProps } from "./MessageBubble.js";
import style from "./MessageList.module.css";
import type { ChatRow } from "./rows.js";
import { SystemLine } from "./SystemLine.js";
import { t } from "./words.js";

export interface TimelineRowProps extends Pick<MessageProps, "isCurrent" | "isMarked" | "isHeld" | "onMenu"> {
  readonly row: ChatRow;
}

/** One line, with the day and the marker that stand above it. */
export const TimelineRow = memo(function ListRow({
  row,
  isCurrent,
  isMarked,
  isHeld,
  onMenu,
}: TimelineRowProps): JSX.Element {
  return (
    <div class={style["row"]} data-row={row.kind}>
      {row.day !== null && (
        <h3 class={style["day"]}>
          <span>{dayHeading(row.day, now.peek())}</span>
        </h3>
      )}
      {row.isFirstUnread && <div class={style["unread"]}>{t.newMessages}</div>}
      {row.kind === "message" ? (
        <MessageBubble
          message={row.message}
          isFirst={row.isFirst}
          isLast={row.isLast}
          isCurrent={isCurrent}
          isMarked={isMarked}
          isHeld={isHeld}
          onMenu={onMenu}
        />
      ) : (
        <SystemLine row={row} />
      )}
    </div>
  );
});
