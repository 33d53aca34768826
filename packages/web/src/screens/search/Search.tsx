import { plainName } from "@conclave/client/pure";
import type { RoomKey } from "@conclave/client/remote";
import { toHex } from "@conclave/codec";
import { Search as SearchIcon, SearchX } from "lucide-preact";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Avatar } from "../../design/Avatar.js";
import { Button } from "../../design/Button.js";
import { EmptyState } from "../../design/EmptyState.js";
import { Field } from "../../design/Field.js";
import { PersonName } from "../../design/PersonName.js";
import { Spinner } from "../../design/Spinner.js";
import { Time } from "../../design/Time.js";
import { rooms } from "../../model/home.js";
import { textOf } from "../chat/messageText.js";
import { goToMessage } from "../chat/place.js";
import { Sentence } from "../room/Sentence.js";
import { highlight } from "./highlight.js";
import style from "./Search.module.css";
import { type Found, useSearch } from "./useSearch.js";
import { t } from "./words.js";

/** A field, and what it finds: in one room, or in all of them (null). A result leads to its place in the conversation. */
export function Search({ roomKey }: { readonly roomKey: RoomKey | null }): JSX.Element {
  const { query, ask, found, isSearching, more } = useSearch(roomKey);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const count = found?.messages.length ?? 0;
  return (
    <div class={style["search"]}>
      <div class={style["field"]} role="search">
        <Field
          inputRef={input}
          label={t.field}
          labelHidden
          type="search"
          value={query}
          placeholder={t.field}
          enterKeyHint="search"
          onInput={ask}
          before={isSearching ? <Spinner size={18} /> : <SearchIcon size={18} aria-hidden="true" />}
        />
        <p class={style["count"]} role="status">
          {found && (found.isWhole ? t.found(count) : t.foundMore(count))}
        </p>
      </div>
      <div class={style["results"]}>
        {!found ? (
          <EmptyState icon={SearchIcon} title={t.start}>
            {t.startText}
          </EmptyState>
        ) : count === 0 ? (
          <EmptyState icon={SearchX} title={t.none}>
            {t.noneText}
          </EmptyState>
        ) : (
          <Results found={found} isOfAll={roomKey === null} />
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

function Results({ found, isOfAll }: { readonly found: Found; readonly isOfAll: boolean }): JSX.Element {
  return (
    <ul class={style["list"]} role="list">
      {found.messages.map(({ roomId, message }) => {
        const { author, n, time } = message;
        const key = toHex(roomId);
        return (
          <li key={`${key}${n}${toHex(message.id)}`}>
            <button class={style["result"]} type="button" onClick={() => goToMessage(key, n)}>
              <Avatar name={plainName(author.name)} seed={author.person} size={32} />
              <span class={style["words"]}>
                <span class={style["line"]}>
                  <PersonName name={author.name} tag={author.tag} isYou={author.isYou} />
                  <span class={style["when"]}>
                    <Time time={time} as="short" />
                  </span>
                </span>
                {isOfAll && (
                  <span class={style["room"]}>
                    <Sentence text={t.inRoom} room={<bdi>{plainName(rooms.value.get(key)?.title ?? "")}</bdi>} />
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
