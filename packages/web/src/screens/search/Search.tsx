import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/rpc";
import { toHex } from "@conclave/codec";
import { Search as SearchIcon, SearchX } from "lucide-preact";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Face } from "../../design/Face.js";
import { Button } from "../../design/Button.js";
import { EmptyState } from "../../design/EmptyState.js";
import { Field } from "../../design/Field.js";
import { PersonName } from "../../design/PersonName.js";
import { classes } from "../../design/live.js";
import { Spinner } from "../../design/Spinner.js";
import { Time } from "../../design/Time.js";
import { roomList, rooms } from "../../model/home.js";
import { textOf } from "../chat/messageText.js";
import { goToMessage } from "../chat/place.js";
import { Sentence } from "../room/Sentence.js";
import { highlight } from "./highlight.js";
import { Places } from "./Places.js";
import { peopleFor, roomsFor, useCompanions } from "./companions.js";
import style from "./Search.module.css";
import { type Found, useSearch } from "./useSearch.js";
import { t } from "./words.js";

export interface SearchProps {
  /** Null for all rooms, and then for rooms and people too. */
  readonly roomKey: RoomKey | null;
  /** Escape in it. */
  readonly onEscape: () => void;
}

/**
 * A field, and what it finds: messages in one room; or rooms, people and messages in all of them. Enter takes the first, the
 * arrows go through them.
 */
export function Search({ roomKey, onEscape }: SearchProps): JSX.Element {
  const { query, ask, found, isSearching, more } = useSearch(roomKey);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const isOfAll = roomKey === null;
  const companions = useCompanions(isOfAll);
  const placesAt = isOfAll ? roomsFor(query, roomList.value) : [];
  const people = isOfAll ? peopleFor(query, companions) : [];
  const hasPlaces = placesAt.length > 0 || people.length > 0;
  const count = found?.messages.length ?? 0;
  return (
    <div class={style["search"]} onKeyDown={(event) => onKey(event, onEscape)}>
      <div class={style["field"]} role="search">
        <Field
          inputRef={input}
          label={isOfAll ? t.fieldAll : t.field}
          labelHidden
          type="search"
          value={query}
          placeholder={isOfAll ? t.fieldAll : t.field}
          enterKeyHint="search"
          onInput={ask}
          before={isSearching ? <Spinner size={18} /> : <SearchIcon size={18} aria-hidden="true" />}
        />
        <p class={style["count"]} role="status">
          {found && (found.isWhole ? t.found({ count }) : t.foundMore({ count }))}
        </p>
      </div>
      <div class={style["results"]} data-results>
        {hasPlaces && <Places rooms={placesAt} people={people} />}
        {hasPlaces && count === 0 ? null : !found ? (
          <EmptyState icon={SearchIcon} title={t.start}>
            {t.startText}
          </EmptyState>
        ) : count === 0 ? (
          <EmptyState icon={SearchX} title={t.none}>
            {t.noneText}
          </EmptyState>
        ) : (
          <>
            {hasPlaces && <h3 class={classes(style["list"], style["kind"])}>{t.messages}</h3>}
            <Results found={found} isOfAll={isOfAll} />
          </>
        )}
        {found && !found.isWhole && (
          <div class={style["more"]}>
            <Button tone="quiet" busy={isSearching} onClick={more}>
              {t.more}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function onKey(event: TargetedKeyboardEvent<HTMLElement>, onEscape: () => void): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-results] button")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const field = event.currentTarget.querySelector("input")!;
  if (event.key === "Escape") onEscape();
  else if (event.key === "ArrowDown") (all[at + 1] ?? all.at(-1))?.focus();
  else if (event.key === "ArrowUp" && at >= 0) (all[at - 1] ?? field).focus();
  else if (event.key === "Enter" && at < 0 && event.target === field && !event.isComposing) all[0]?.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function Results({ found, isOfAll }: { readonly found: Found; readonly isOfAll: boolean }): JSX.Element {
  return (
    <ul class={style["list"]} role="list">
      {found.messages.map(({ roomId, message }) => {
        const { author, n, time } = message;
        const key = toHex(roomId);
        return (
          <li key={`${key}${n}${toHex(message.id)}`}>
            <button class={style["result"]} type="button" onClick={() => goToMessage(key, n)}>
              <Face person={author.person} size={32} />
              <span class={style["words"]}>
                <span class={style["line"]}>
                  <PersonName name={author.name} tag={author.tag} isYou={author.isYou} />
                  <span class={style["when"]}>
                    <Time time={time} as="short" />
                  </span>
                </span>
                {isOfAll && (
                  <span class={style["room"]}>
                    <Sentence of={t.inRoom} room={<bdi>{plainName(rooms.value.get(key)?.title ?? "")}</bdi>} />
                  </span>
                )}
                <bdi class={style["text"]}>
                  {highlight(textOf(message), found.query).map(({ text, isHit }, index) =>
                    isHit ? <mark key={index}>{text}</mark> : text,
                  )}
                </bdi>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
