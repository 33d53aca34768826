import type { MarkupLink } from "./markupTree.js";

/**
 * The link that an address makes, with what belongs to it of the text; null when it leads nowhere, or must be none.
 *
 * RULE: markup.link-schemes: what a link may begin with is a closed list: http, https, mailto, and www. for https (attack A87).
 */
export function readLink(found: string, isWanted: boolean): { text: string; link: MarkupLink | null } {
  const text = withoutTrailing(found);
  const none = { text, link: null };
  if (!isWanted) return none;
  const isBare = /^www\./iu.test(text);
  if (isBare && !/^www\.[^./?#@]+\.[^./?#@]/iu.test(text)) return none;
  let url: URL;
  try {
    url = new URL(isBare ? `https://${text}` : text);
  } catch {
    return none;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:" && url.protocol !== "mailto:") return none;
  const host = url.protocol === "mailto:" ? null : hiddenHost(text, url);
  return { text, link: { kind: "link", href: url.href, text, host } };
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
