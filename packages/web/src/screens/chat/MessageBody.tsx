import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { classes } from "../../design/live.js";
import { useChat } from "./chatContext.js";
import { type Block, isJumbo, parse, type Span } from "./markup.js";
import style from "./MessageBody.module.css";
import { t } from "./words.js";

const LONG_LINES = 24;
const LONG = 1600;

/**
 * A message's text.
 *
 * RULE: web.message-vnodes: a text becomes text nodes in elements that are named here, never markup (attacks A79, A87).
 */
export function MessageBody({
  text,
  after,
}: {
  readonly text: string;
  readonly after?: ComponentChildren;
}): JSX.Element {
  const { people } = useChat();
  const [isOpen, open] = useState(false);
  const isLong = text.length > LONG || text.split("\n", LONG_LINES + 1).length > LONG_LINES;
  const shown = isLong && !isOpen ? shortened(text) : text;
  const blocks = useMemo(() => parse(shown, people), [shown, people]);
  const isLarge = isJumbo(text);
  return (
    <div class={classes(style["body"], isLarge && style["jumbo"])}>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} after={index === blocks.length - 1 && !isLarge ? after : null} />
      ))}
      {(blocks.length === 0 || isLarge) && <div class={style["end"]}>{after}</div>}
      {isLong && (
        <button class={style["more"]} type="button" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
          {isOpen ? t.showLess : t.showAll}
        </button>
      )}
    </div>
  );
}

function BlockView({ block, after }: { readonly block: Block; readonly after: ComponentChildren }): JSX.Element {
  if (block.kind === "code") {
    return (
      <>
        <pre class={style["pre"]} dir="ltr" tabIndex={0}>
          <code>{block.text}</code>
        </pre>
        <div class={style["end"]}>{after}</div>
      </>
    );
  }
  return (
    <p class={style["text"]} dir="auto">
      {block.spans.map((span, index) => (
        <SpanView key={index} span={span} />
      ))}
      {after}
    </p>
  );
}

function SpanView({ span }: { readonly span: Span }): JSX.Element {
  switch (span.kind) {
    case "text":
      return <>{span.text}</>;
    case "code":
      return <code class={style["code"]}>{span.text}</code>;
    case "mention":
      return (
        <bdi class={classes(style["mention"], span.isYou && style["you"])} data-mention="">
          @{span.name}
        </bdi>
      );
    case "link":
      return (
        <>
          <a class={style["link"]} href={span.href} target="_blank" rel="noreferrer noopener">
            <bdi>{span.text}</bdi>
          </a>
          {span.host !== null && <span class={style["host"]}> ({t.opensLink({ host: span.host })})</span>}
        </>
      );
  }
}

// Half a letter is none.
function shortened(text: string): string {
  const cut = text.split("\n", LONG_LINES).join("\n").slice(0, LONG);
  return `${cut.replace(/[\ud800-\udbff]$/u, "").trimEnd()}…`;
}
