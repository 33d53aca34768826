import type { RoomSummary } from "@conclave/client/rpc";
import { Archive, MessagesSquare, Plus, Search } from "lucide-preact";
import type { JSX } from "preact";
import { go, href, route, useShortcut } from "../../app/index.js";
import { Button, EmptyState, IconButton, Kbd, Skeleton } from "../../design/index.js";
import { MenuPopup } from "../../design/MenuPopup.js";
import { Logo } from "../../design/Logo.js";
import { isArchived } from "../../model/archive.js";
import { roomList, self } from "../../model/home.js";
import { useEffect, useRef, useState } from "preact/hooks";
import { Reminders } from "./Reminders.js";
import { expectRoom } from "../../app/expectRoom.js";
import { RoomListItem } from "./RoomListItem.js";
import { SelfBar } from "./SelfBar.js";
import { t } from "./words.js";
import style from "./RoomsPane.module.css";

/** All rooms of this home, and the ways to more of them. */
export function RoomsPane(): JSX.Element {
  useShortcut("alt+arrowdown", t.nextRoom, () => step(1));
  useShortcut("alt+arrowup", t.previousRoom, () => step(-1));
  useShortcut("mod+k", t.search, () => go({ at: "search" }));
  useEffect(expectRoom, []);
  const list = roomList.value;
  const isReady = self.value !== null;
  return (
    <div class={style["pane"]}>
      <header class={style["head"]}>
        <Logo size={26} />
        <h2 class={style["title"]}>{t.rooms}</h2>
        <AddMenu />
      </header>
      {list.length > 0 && (
        <a
          class={style["search"]}
          href={href({ at: "search" })}
          aria-current={route.value.at === "search" ? "page" : undefined}
        >
          <Search size={16} aria-hidden="true" />
          <span class={style["label"]}>{t.search}</span>
          <span class={style["keys"]}>
            <Kbd keys="mod+k" />
          </span>
        </a>
      )}
      <div class={style["list"]}>
        {!isReady ? (
          <Skeleton rows={4} />
        ) : list.length === 0 ? (
          <EmptyState
            icon={MessagesSquare}
            title={t.empty}
            actions={
              <>
                <Button tone="primary" icon={Plus} href={href({ at: "start" })}>
                  {t.start}
                </Button>
                <Button href={href({ at: "join" })}>{t.join}</Button>
              </>
            }
          >
            {t.emptyText}
          </EmptyState>
        ) : (
          <>
            <Rows of={list.filter((room) => !isArchived(room))} />
            <Archived of={list.filter(isArchived)} />
          </>
        )}
      </div>
      <Reminders />
      <SelfBar />
    </div>
  );
}

function Rows({ of }: { readonly of: readonly RoomSummary[] }): JSX.Element {
  return (
    <ul role="list" class={style["rows"]}>
      {of.map((room) => (
        <li key={room.key}>
          <RoomListItem room={room} />
        </li>
      ))}
    </ul>
  );
}

/** What was put away: folded, and below everything else. */
function Archived({ of }: { readonly of: readonly RoomSummary[] }): JSX.Element | null {
  const [isOpen, open] = useState(false);
  if (of.length === 0) return null;
  return (
    <>
      <button class={style["archive"]} type="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
        <Archive size={16} aria-hidden="true" />
        {t.archived({ count: of.length })}
      </button>
      {isOpen && <Rows of={of} />}
    </>
  );
}

function AddMenu(): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  const [at, open] = useState<HTMLElement | null>(null);
  return (
    <>
      <IconButton
        buttonRef={button}
        label={t.add}
        icon={Plus}
        expanded={at !== null}
        tip={at ? "none" : "below"}
        onClick={() => open(at ? null : button.current)}
      />
      {at && (
        <MenuPopup
          label={t.add}
          at={at}
          onClose={() => open(null)}
          items={[
            { text: t.start, onSelect: () => go({ at: "start" }) },
            { text: t.join, onSelect: () => go({ at: "join" }) },
          ]}
        />
      )}
    </>
  );
}

// The room after, or before, the one that is open; the first one when none is.
function step(by: 1 | -1): void {
  const list = roomList.peek().filter((room) => !isArchived(room));
  const here = route.peek();
  const at = here.at === "room" ? list.findIndex(({ key }) => key === here.key) : -1;
  const next = list[at < 0 ? 0 : at + by];
  if (next) go({ at: "room", key: next.key, panel: null, item: null });
}
