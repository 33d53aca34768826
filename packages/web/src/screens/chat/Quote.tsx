import type { QuotedMessage as Quoted } from "@conclave/client";
import type { JSX } from "preact";
import { useChat } from "./chatContext.js";
import { unmarkedText } from "./messageText.js";
import { Name } from "./Name.js";
import style from "./Quote.module.css";
import { t } from "./words.js";

/** What a message answers: a button that goes there. */
export function Quote({ of }: { readonly of: Quoted | null }): JSX.Element {
  const { jumpTo } = useChat();
  if (!of) return <p class={style["quote"]}>{t.quoteGone}</p>;
  return (
    <button class={style["quote"]} type="button" onClick={() => jumpTo(of.id)}>
      <span class="visually-hidden">{t.answersTo} </span>
      <span class={style["author"]}>
        <Name of={of.author} plain />
      </span>
      <QuoteText of={of} />
    </button>
  );
}

/** The beginning of it in one line. */
export function QuoteText({ of }: { readonly of: Quoted }): JSX.Element {
  const text = unmarkedText(of.text, 200).replace(/\s+/gu, " ");
  return (
    <bdi class={style["text"]}>
      {of.deleted ? <i>{t.quoteDeleted}</i> : of.kind === "file" && text === "" ? <i>{t.quoteFile}</i> : text}
    </bdi>
  );
}
