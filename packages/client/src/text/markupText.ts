import type { MarkupBlock, MarkupSpan } from "./markupTree.js";

/** What a text says without its marks: for a line that quotes it, and for who hears it read aloud. */
export function markupText(blocks: readonly MarkupBlock[]): string {
  return blocks.map(textOfBlock).join("\n");
}

function textOfBlock(block: MarkupBlock): string {
  switch (block.kind) {
    case "text":
      return textOfSpans(block.spans);
    case "code":
      return block.text;
    case "quote":
      return markupText(block.blocks);
    case "list":
      return block.items
        .map(({ number, blocks }) => `${number === null ? "" : `${String(number)}. `}${markupText(blocks)}`)
        .join("\n");
  }
}

function textOfSpans(spans: readonly MarkupSpan[]): string {
  return spans
    .map((span) => ("spans" in span ? textOfSpans(span.spans) : span.kind === "mention" ? `@${span.name}` : span.text))
    .join("");
}
