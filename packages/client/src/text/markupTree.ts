/** A piece of a line. It is shown as text in a few elements of ours: nothing in a message can name an element. */
export type MarkupSpan =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "mention"; readonly name: string; readonly isYou: boolean }
  | MarkupLink
  | { readonly kind: MarkKind; readonly spans: readonly MarkupSpan[] };

/** How a piece of a line can stand out. */
export type MarkKind = "bold" | "italic" | "strike";

/** An address that can be opened. */
export interface MarkupLink {
  readonly kind: "link";
  readonly href: string;
  readonly text: string;
  /** Where it really leads, when the text does not show that plainly. */
  readonly host: string | null;
}

/** Lines of text with their line feeds, lines of code, a quote, or a list. */
export type MarkupBlock =
  | { readonly kind: "text"; readonly spans: readonly MarkupSpan[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "quote"; readonly blocks: readonly MarkupBlock[] }
  | { readonly kind: "list"; readonly items: readonly MarkupItem[] };

/** An item of a list, with the number that was typed before it, or null. */
export interface MarkupItem {
  readonly number: number | null;
  readonly blocks: readonly MarkupBlock[];
}
