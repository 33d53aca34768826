import type { TimelineMessage } from "@conclave/client";
import type { RoomSummary } from "@conclave/client/rpc";
import { equalBytes } from "@conclave/codec";
import { ArrowDown } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { IconButton } from "../../design/IconButton.js";
import { Skeleton } from "../../design/Skeleton.js";
import { now } from "../../app/now.js";
import type { Conversation } from "../../model/conversation.js";
import { dayHeading } from "../../words/when.js";
import { Beginning } from "./Beginning.js";
import { TimelineRow } from "./TimelineRow.js";
import type { MenuPlace } from "./menuPlace.js";
import style from "./MessageList.module.css";
import { type ChatRow, rowsOf } from "./rows.js";
import { useAnnounced } from "./useAnnounced.js";
import { useHand } from "./useHand.js";
import { useKeyboard } from "./useKeyboard.js";
import { useReading } from "./useReading.js";
import { t } from "./words.js";

const NEAR_BOTTOM_PX = 48;
/** So many lines before the end of what is held, more is asked for. */
const EARLY = 20;
const MARKED_MS = 2000;

export interface MessageListProps {
  readonly conversation: Conversation;
  readonly room: RoomSummary;
  /** Where "new messages" stands. */
  readonly firstUnread: number | null;
  /** This person can make invites here. */
  readonly mayInvite: boolean;
  /** The message that an open menu is about: the list stands still under it. */
  readonly held: Uint8Array | null;
  readonly onMenu: (message: TimelineMessage, at: MenuPlace) => void;
}

/** The messages of a room. Only lines that can be seen, and some around them, are in the document. */
export function MessageList(props: MessageListProps): JSX.Element {
  const { conversation, room, firstUnread, mayInvite, held, onMenu } = props;
  const list = useRef<VirtualizerHandle>(null);
  // As state: while the room loads there is no such element, and what listens to it has to begin when there is.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const stays = useRef(true);
  const lastOffset = useRef(0);
  const heldNow = useRef(false);
  heldNow.current = held !== null;
  const hand = useHand(scroller);
  const [isAtEnd, setAtEnd] = useState(true);
  const [topDay, setTopDay] = useState<number | null>(null);
  const items = conversation.items.value;
  const { order, target } = conversation.filled.value;
  const hasNewer = conversation.hasNewer.value;
  const rows = useMemo(() => rowsOf(items, firstUnread, now.peek()), [items, firstUnread]);
  const isBeginning = !conversation.hasOlder.value && !rows.some(({ kind }) => kind === "message");
  const [marked, mark] = useState<string | null>(null);
  const shift = useGrowsAtStart(rows, order);
  const keyboard = useKeyboard({ rows, list, onMenu, toEnd: () => void conversation.toNewest() });
  const seen = useReading(conversation.key, room.status, () => lastVisible(rows, list.current));

  useAnnounced(items);
  const look = () => {
    const view = list.current;
    if (!view || rows.length === 0) return;
    const isEnd = view.scrollSize - view.scrollOffset - view.viewportSize < NEAR_BOTTOM_PX;
    // Only a person leaves the end, and upwards: a line that is measured, or arrives as one closes a picture, does not.
    if (isEnd) stays.current = !conversation.hasNewer.peek();
    else if (hand.isMoving() && view.scrollOffset < lastOffset.current) stays.current = false;
    lastOffset.current = view.scrollOffset;
    setAtEnd(isEnd);
    setTopDay(view.scrollOffset > 0 ? dayAbove(rows, view.findItemIndex(view.scrollOffset)) : null);
    if (view.findItemIndex(view.scrollOffset) < EARLY) void conversation.loadOlder();
    if (view.findItemIndex(view.scrollOffset + view.viewportSize) > rows.length - EARLY) void conversation.loadNewer();
    seen();
  };
  // Not by the virtualizer's scrollToIndex: that goes on for a moment, and pulls back a person who scrolls meanwhile.
  const toEnd = () => {
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  };
  const stay = () => {
    if (!stays.current || heldNow.current || rows.length === 0) return;
    toEnd();
    // Heights that were guessed are known after the next drawing.
    requestAnimationFrame(() => {
      if (stays.current && !heldNow.current) toEnd();
    });
  };

  useLayoutEffect(() => {
    if (!scroller || rows.length === 0) return;
    if (target.at === "newest") {
      stays.current = true;
      toEnd();
      return;
    }
    const index = rows.findIndex((row) => isTarget(row, target));
    if (index < 0) return;
    stays.current = false;
    list.current?.scrollToIndex(index, { align: target.at === "place" ? "center" : "start" });
    if (target.at !== "place") return;
    mark(rows[index]!.key);
    const timer = setTimeout(() => mark(null), MARKED_MS);
    return () => clearTimeout(timer);
    // Rows that come later are not what was aimed at.
  }, [conversation.filled.value, rows.length === 0, scroller]);
  // What came under an open menu is shown when it closes.
  useLayoutEffect(stay, [rows, held === null]);
  // What was read while nothing scrolled, and a page that does not fill the screen.
  useEffect(look, [rows]);

  const fit = useRef(look);
  fit.current = () => {
    stay();
    look();
  };
  // Another height of the window, or a field that grows: nothing scrolls, and yet another part can be seen.
  useEffect(() => {
    const observer = new ResizeObserver(() => fit.current());
    if (scroller) observer.observe(scroller);
    return () => observer.disconnect();
  }, [scroller]);

  if (rows.length === 0 && conversation.isLoading.value) {
    return (
      <div class={style["waiting"]}>
        <Skeleton rows={5} />
      </div>
    );
  }
  return (
    <div class={style["frame"]}>
      <div
        ref={setScroller}
        class={style["scroller"]}
        role="log"
        aria-live="off"
        aria-label={t.messages}
        tabIndex={keyboard.current === null ? 0 : -1}
        onKeyDown={(event) => keyboard.onKeyDown(event)}
        onFocusIn={(event) => keyboard.onFocusIn(event)}
      >
        <div class={style["air"]}>{isBeginning && <Beginning rows={rows} mayInvite={mayInvite} />}</div>
        <Virtualizer
          key={order}
          ref={list}
          data={rows}
          shift={shift}
          bufferSize={240}
          keepMounted={keyboard.kept}
          onScroll={look}
          onScrollEnd={() => {
            const view = list.current;
            if (view) conversation.trim(view.scrollOffset * 2 > view.scrollSize ? "oldest" : "newest");
          }}
          onResize={stay}
        >
          {(row: ChatRow) => (
            <TimelineRow
              key={row.key}
              row={row}
              isCurrent={keyboard.current === row.key}
              isMarked={marked === row.key}
              isHeld={held !== null && row.kind === "message" && equalBytes(row.message.id, held)}
              onMenu={onMenu}
            />
          )}
        </Virtualizer>
      </div>
      {topDay !== null && (
        <span class={style["top"]} aria-hidden="true">
          {dayHeading(topDay, now.peek())}
        </span>
      )}
      {(!isAtEnd || hasNewer) && rows.length > 0 && (
        <div class={style["newest"]}>
          <IconButton
            label={room.status.unread > 0 ? t.toNewestCount({ count: room.status.unread }) : t.toNewest}
            icon={ArrowDown}
            count={room.status.unread}
            tip="none"
            onClick={() => void conversation.toNewest()}
          />
        </div>
      )}
    </div>
  );
}

/** The day of what stands at the top; null where the day itself stands there. */
function dayAbove(rows: readonly ChatRow[], index: number): number | null {
  if (rows[index]?.day !== null) return null;
  return rows.slice(0, index).findLast(({ day }) => day !== null)?.day ?? null;
}

function isTarget(row: ChatRow, target: Conversation["filled"]["value"]["target"]): boolean {
  if (target.at === "unread") return row.isFirstUnread;
  return target.at === "place" && row.n >= target.n;
}

function lastVisible(rows: readonly ChatRow[], view: VirtualizerHandle | null): number {
  if (!view || rows.length === 0) return 0;
  const last = view.findItemIndex(view.scrollOffset + view.viewportSize - 8);
  for (let at = Math.min(last, rows.length - 1); at >= 0; at--) if (rows[at]!.n > 0) return rows[at]!.n;
  return 0;
}

/** Whether lines came, or went, only at the start since the list was last drawn: then what one looks at stays where it is. */
function useGrowsAtStart(rows: readonly ChatRow[], order: number): boolean {
  const before = useRef<{ rows: readonly ChatRow[]; order: number; shift: boolean }>({ rows, order, shift: false });
  if (before.current.rows !== rows) {
    const { rows: old, order: oldOrder } = before.current;
    const shift =
      order === oldOrder &&
      old.length > 0 &&
      rows.length > 0 &&
      old.at(-1)!.key === rows.at(-1)!.key &&
      old[0]!.key !== rows[0]!.key;
    before.current = { rows, order, shift };
  }
  return before.current.shift;
}
