import type { MarkupBlock, MarkupSpan } from "@conclave/client/pure";
import type { ComponentChildren, JSX } from "preact";
import { href, parseRoute } from "../../app/route.js";
import { classes } from "../../design/live.js";
import { CodeBlock } from "./CodeBlock.js";
import style from "./Markup.module.css";
import { t } from "./words.js";

interface MarkupProps {
  readonly blocks: readonly MarkupBlock[];
  /** Stands in the last block, which is a text. */
  readonly after?: ComponentChildren;
}

/**
 * A text's tree.
 *
 * RULE: web.message-vnodes: a text becomes text nodes in elements that are named here, never markup (attacks A79, A87).
 */
export function Markup({ blocks, after }: MarkupProps): JSX.Element {
  return (
    <>
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} after={index === blocks.length - 1 ? after : null} />
      ))}
    </>
  );
}

function BlockView({ block, after }: { readonly block: MarkupBlock; readonly after: ComponentChildren }): JSX.Element {
  switch (block.kind) {
    case "text":
      return (
        <p class={style["text"]} dir="auto">
          <Spans of={block.spans} />
          {after}
        </p>
      );
    case "code":
      return <CodeBlock text={block.text} />;
    case "quote":
      return (
        <blockquote class={style["quote"]}>
          <Markup blocks={block.blocks} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map(({ number, blocks }, index) => (
        <li key={index} {...(number === null ? {} : { value: number })}>
          <Markup blocks={blocks} />
        </li>
      ));
      return block.items[0]?.number === null ? (
        <ul class={style["list"]}>{items}</ul>
      ) : (
        <ol class={style["list"]}>{items}</ol>
      );
    }
  }
}

function Spans({ of }: { readonly of: readonly MarkupSpan[] }): JSX.Element {
  return (
    <>
      {of.map((span, index) => (
        <SpanView key={index} span={span} />
      ))}
    </>
  );
}

function SpanView({ span }: { readonly span: MarkupSpan }): JSX.Element {
  switch (span.kind) {
    case "text":
      return <>{span.text}</>;
    case "code":
      return <code class={style["code"]}>{span.text}</code>;
    case "bold":
      return (
        <strong>
          <Spans of={span.spans} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Spans of={span.spans} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Spans of={span.spans} />
        </s>
      );
    case "mention":
      return (
        <bdi class={classes(style["mention"], span.isYou && style["you"])} data-mention="">
          @{span.name}
        </bdi>
      );
    case "link": {
      const inside = insideOf(span.href);
      return inside !== null ? (
        <a class={style["link"]} href={inside}>
          <bdi>{span.text}</bdi>
        </a>
      ) : (
        <>
          <a class={style["link"]} href={span.href} target="_blank" rel="noreferrer noopener">
            <bdi>{span.text}</bdi>
          </a>
          {span.host !== null && <span class={style["host"]}> ({t.opensLink({ host: span.host })})</span>}
        </>
      );
    }
  }
}

/** The place in this page that a link to a message of a room leads to: it opens here, not in another tab. Null for every other link. */
function insideOf(address: string): string | null {
  const [page, hash] = address.split("#");
  if (hash === undefined || page !== `${location.origin}${location.pathname}`) return null;
  const to = parseRoute(`#${hash}`);
  return to.at === "room" && to.message ? href(to) : null;
}
