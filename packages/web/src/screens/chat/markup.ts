import { mentionsIn } from "@conclave/client/pure";

/** A piece of a text. It is shown as text nodes and a few elements of ours: nothing in a message can name an element. */
export type Span =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "mention"; readonly name: string; readonly isYou: boolean }
  | {
      readonly kind: "link";
      readonly href: string;
      readonly text: string;
      /** Where it really leads, when the text does not show that plainly. */
      readonly host: string | null;
    };

/** A paragraph (with its line breaks), or lines of code. */
export type Block =
  { readonly kind: "text"; readonly spans: readonly Span[] } | { readonly kind: "code"; readonly text: string };

/** Whom a text can mention. */
export interface Mentionable {
  readonly names: readonly string[];
  readonly ownName: string | null;
}

const FENCE = /```[^\S\n]*[\w+-]{0,20}\n?([\s\S]*?)(?:```|$)/gu;
const CODE = /`([^`\n]+)`/gu;
// What a link may begin with is a closed list (attack A87); anything else stays text.
const LINK = /(?<![\p{L}\p{N}:])(?:https?:\/\/|mailto:)[^\s<>"'`]{1,2000}/giu;
const MOST_LINKS = 60;

/** A message's text as a tree. */
export function parse(text: string, who: Mentionable): Block[] {
  const blocks: Block[] = [];
  let links = 0;
  const withLinks = (part: string): Span[] =>
    split(
      part,
      LINK,
      (found) => (links++ < MOST_LINKS ? linkOf(found) : null),
      (rest) => withMentions(rest, who),
    );
  let last = 0;
  for (const fence of text.matchAll(FENCE)) {
    add(text.slice(last, fence.index));
    const code = fence[1]!.replace(/\n$/u, "");
    if (code.trim() !== "") blocks.push({ kind: "code", text: code });
    else add(fence[0]);
    last = fence.index + fence[0].length;
  }
  add(text.slice(last));
  return blocks;

  function add(part: string): void {
    const trimmed = blocks.length > 0 || last > 0 ? part.replace(/^\n/u, "") : part;
    if (trimmed.trim() === "") return;
    const spans = split(trimmed, CODE, ([, code]) => [{ kind: "code", text: code! }], withLinks);
    blocks.push({ kind: "text", spans });
  }
}

/** Whether the text is nothing but one to three emoji: shown large. */
export function isJumbo(text: string): boolean {
  return (
    text.length <= 40 &&
    /^(?:\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})*\s?){1,3}$/u.test(text)
  );
}

// Cuts a text at what the pattern finds; what `take` gives null for stays in the rest.
function split(
  text: string,
  pattern: RegExp,
  take: (found: RegExpMatchArray) => Span[] | null,
  rest: (text: string) => Span[],
): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const found of text.matchAll(pattern)) {
    const taken = take(found);
    if (!taken) continue;
    if (found.index > last) spans.push(...rest(text.slice(last, found.index)));
    spans.push(...taken);
    last = found.index + found[0].length;
  }
  if (last < text.length) spans.push(...rest(text.slice(last)));
  return spans;
}

function linkOf([found]: RegExpMatchArray): Span[] | null {
  const text = withoutTrailing(found);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:" && url.protocol !== "mailto:") return null;
  const after = found.slice(text.length);
  const link: Span = {
    kind: "link",
    href: url.href,
    text,
    host: url.protocol === "mailto:" ? null : hiddenHost(text, url),
  };
  return after === "" ? [link] : [link, { kind: "text", text: after }];
}

// RULE: web.link-host: a link whose text does not begin with the host that it leads to names that host (attack A87: names and
// passwords in an address, letters of other scripts, backslashes).
function hiddenHost(text: string, { host, username, password }: URL): string | null {
  const shown = text
    .replace(/^https?:\/\//iu, "")
    .split(/[/?#]/u)[0]!
    .toLowerCase();
  return shown === host && username === "" && password === "" ? null : host;
}

// A full stop ends the sentence, not the address; a bracket belongs to it when it was opened in it.
function withoutTrailing(found: string): string {
  let end = found.length;
  let unopened = count(found, ")") - count(found, "(");
  while (end > 0) {
    const last = found.charAt(end - 1);
    if (!/[.,;:!?)\]}*_~…]/u.test(last) || (last === ")" && unopened <= 0)) break;
    if (last === ")") unopened--;
    end--;
  }
  return found.slice(0, end);
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

function withMentions(text: string, { names, ownName }: Mentionable): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { start, end, name } of text.includes("@") ? mentionsIn(text, names) : []) {
    if (start > last) spans.push({ kind: "text", text: text.slice(last, start) });
    spans.push({ kind: "mention", name, isYou: name === ownName });
    last = end;
  }
  if (last < text.length) spans.push({ kind: "text", text: text.slice(last) });
  return spans;
}
