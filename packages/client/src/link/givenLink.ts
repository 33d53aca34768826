import { done, failed, type Result } from "@conclave/codec";
import { type InviteLink, linkLetters, linkSecret, parseLink } from "@conclave/protocol";

/**
 * Why a text gives no invite link. `none`: there is none in it. `cut`: a part of it is missing. `changed`: a letter of it is
 * not what it was. `newer`: a version of Conclave made it that this one does not know. `several`: links to different
 * places. `too_long`: more text than anybody pastes for a link.
 */
export type LinkFault = "none" | "cut" | "changed" | "newer" | "several" | "too_long";

/** An invite link that was found in a text. */
export interface GivenLink {
  readonly link: InviteLink;
  /** The link itself without its address: `v1.…`, as it was made. */
  readonly text: string;
  /** The host that is told the whole link when somebody opens what was given: something put it before the `#`. */
  readonly shownTo: string | null;
}

const MAX_TEXT_LENGTH = 64 * 1024;
/** Addresses wrap each other and escape each other: how deep that is followed, and how many readings of a text there are. */
const MAX_DEPTH = 5;
const MAX_READINGS = 96;
const MAX_MARKS = 64;
const MAX_LETTERS = 1024;

/**
 * The invite link in what a person was given, after all that mail programs, chats, scanners, trackers and people do to a link:
 * a sentence around it, punctuation and brackets, quoting and wrapped lines, invisible characters, escapes, and the addresses
 * that filters put around it. It is the link as it was made, or a fault: never another one.
 *
 * RULE: link.given: one function for what is typed, pasted or opened; the check in the link (docs/protocol.md §7) tells what
 * was recovered from what only looks like it. It asks nobody, and the text is in no fault (attack A36).
 */
export function readGivenLink(given: string): Result<GivenLink, LinkFault> {
  if (given.length > MAX_TEXT_LENGTH) return failed("too_long");
  const clean = withoutInvisible(given);
  const found = linksIn(clean);
  const [text, ...others] = found.links;
  if (text === undefined) return failed(found.fault);
  if (others.length > 0) return failed("several");
  return done({ link: parseLink(text)!, text, shownTo: shownTo(clean, text) });
}

interface Found {
  readonly links: readonly string[];
  /** The best reason why there is none. */
  readonly fault: LinkFault;
}

const WORSE: readonly LinkFault[] = ["none", "cut", "changed", "newer"];

function linksIn(text: string): Found {
  const links = new Set<string>();
  let fault: LinkFault = "none";
  for (const reading of readings(text)) {
    for (const each of linksWritten(reading)) {
      if (typeof each !== "string") fault = WORSE.indexOf(each.fault) > WORSE.indexOf(fault) ? each.fault : fault;
      else links.add(each);
    }
  }
  return { links: [...links], fault };
}

/** The text, and what it was before it was escaped, encoded or wrapped. */
function readings(text: string): string[] {
  const seen = new Set([text]);
  let level = [text];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next = new Set<string>();
    for (const each of level)
      for (const undo of UNDO) {
        const undone = undo(each);
        if (!seen.has(undone) && seen.size + next.size < MAX_READINGS) next.add(undone);
      }
    for (const each of next) seen.add(each);
    level = [...next];
  }
  return [...seen];
}

const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", num: "#", sol: "/", period: ".", colon: ":" },
  ...{ lowbar: "_", dash: "-", hyphen: "-", excl: "!", quest: "?", equals: "=", percnt: "%" },
};

/** Each undoes one thing that programs do to a text; where it was not done, nothing changes. */
const UNDO: readonly ((text: string) => string)[] = [
  // Escapes of an address (RFC 3986 §2.1), as redirects, trackers and mail filters carry an address in another.
  (text) => text.replace(/%([0-7][0-9a-f])/giu, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
  (text) =>
    text
      .replace(/&([a-z]{2,7});/giu, (all, name: string) => ENTITIES[name.toLowerCase()] ?? all)
      .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/giu, (_all, hex?: string, digits?: string) =>
        letter(hex === undefined ? parseInt(digits!, 10) : parseInt(hex, 16)),
      ),
  // Quoted-printable (RFC 2045 §6.7), as mail is in its source.
  (text) =>
    text
      .replace(/=[ \t]*\r?\n/gu, "")
      .replace(/=([0-7][0-9A-F])/gu, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
  // A line broken at a hyphen that the program added.
  (text) => text.replace(/-[ \t]*\r?\n[>|\s]*/gu, ""),
  // Dashes that became typography: of one, of two, of three.
  (text) => text.replace(DASHES, "-"),
  (text) => text.replace(DASHES, "--"),
  (text) => text.replace(DASHES, "---"),
  // Letters of full width, as input methods write them.
  (text) => text.replace(/[\uff01-\uff5e]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)),
  // The second version of a mail filter's "url defense": `-23` for `#`, `_` for `/`.
  (text) =>
    /urldefense/iu.test(text)
      ? text.replaceAll("_", "/").replace(/-([0-7][0-9A-F])/gu, (_all, hex: string) => letter(parseInt(hex, 16)))
      : text,
  // \u0023 and \/, as data in scripts is written.
  (text) => text.replace(/\\u00([0-7][0-9a-f])/giu, (_all, hex: string) => letter(parseInt(hex, 16))),
];

function letter(code: number): string {
  return code > 0x10ffff ? "" : String.fromCodePoint(code);
}

/** What nobody sees: marks of direction and joining, soft hyphens, the mark at the beginning of a file. */
function withoutInvisible(text: string): string {
  return text.replace(/[\p{Cf}\ufe00-\ufe0f]/gu, "");
}

const MARK = /v(\d{1,2})\./giu;
/** What may stand between two letters of a link: blanks and broken lines, signs of quoting, frames and escapes. */
const BETWEEN = /[\s>|│┃║\\]/u;

/** The links of a text whose marks are as they were, and what is wrong with those that are none. */
function* linksWritten(text: string): Generator<string | { readonly fault: LinkFault }> {
  let marks = 0;
  for (const { 0: mark, 1: version, index } of text.matchAll(MARK)) {
    if (marks++ >= MAX_MARKS) return;
    const isMeant = index === 0 || /join[\s\\]*\/[\s>|\\]*$/iu.test(text.slice(Math.max(0, index - 40), index));
    const letters = lettersFrom(text, index + mark.length);
    if (Number(version) !== 1) {
      if (isMeant) yield { fault: letters.length > 40 ? "newer" : "none" };
      continue;
    }
    const length = linkLetters(letters);
    const link = length === null ? null : parseLink(`v1.${letters.slice(0, length)}`);
    if (link !== null) yield linkSecret(link);
    else if (isMeant) yield { fault: length !== null && letters.length >= length ? "changed" : "cut" };
  }
  if (/#\/?join/iu.test(text)) yield { fault: "cut" };
}

function lettersFrom(text: string, start: number): string {
  let letters = "";
  for (let at = start; at < text.length && letters.length < MAX_LETTERS; at++) {
    const each = text[at]!;
    if (/[A-Za-z0-9_-]/u.test(each)) letters += each;
    else if (!BETWEEN.test(each)) break;
  }
  return letters;
}

/** The host of an address that holds the link where a server sees it: before the `#`. */
function shownTo(text: string, link: string): string | null {
  const holds = (address: string) => linksIn(address).links.includes(link);
  const addresses = [...text.matchAll(/https?:\/\/[^\s<>"']+/giu)].map(([address]) => address).filter(holds);
  const isSafe = addresses.some((address) => !holds(address.split("#")[0]!));
  return isSafe || addresses[0] === undefined ? null : hostOf(addresses[0]);
}

function hostOf(address: string): string | null {
  return /^https?:\/\/(?:[^/?#@]*@)?([^/?#]+)/iu.exec(address)?.[1]?.toLowerCase() ?? null;
}
