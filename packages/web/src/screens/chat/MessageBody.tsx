import { parseMarkup } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { classes } from "../../design/live.js";
import { useChat } from "./chatContext.js";
import { isJumbo } from "./jumbo.js";
import { Markup } from "./Markup.js";
import style from "./MessageBody.module.css";
import { t } from "./words.js";

const LONG_LINES = 24;
const LONG = 1600;

export interface MessageBodyProps {
  readonly text: string;
  /** `@room` in it names everybody. */
  readonly namesRoom?: boolean;
  readonly after?: ComponentChildren;
}

/** A message's text. */
export function MessageBody({ text, namesRoom = false, after }: MessageBodyProps): JSX.Element {
  const { people } = useChat();
  const [isOpen, open] = useState(false);
  const isLong = text.length > LONG || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const shown = isLong && !isOpen ? shortened(text) : text;
  const blocks = useMemo(() => parseMarkup(shown, { ...people, namesRoom }), [shown, people, namesRoom]);
  const isLarge = isJumbo(text);
  const floats = !isLarge && blocks.at(-1)?.kind === "text";
  return (
    <div class={classes(style["body"], isLarge && style["jumbo"])}>
      <Markup blocks={blocks} after={floats ? after : null} />
      {!floats && <div class={style["end"]}>{after}</div>}
      {isLong && (
        <button class={style["more"]} type="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          {isOpen ? t.showLess : t.showAll}
        </button>
      )}
    </div>
  );
}

// Half a letter is none.
function shortened(text: string): string {
  const cut = text.split("\n", LONG_LINES).join("\n").slice(0, LONG);
  return `${cut.replace(/[\ud800-\udbff]$/u, "").trimEnd()}…`;
}
