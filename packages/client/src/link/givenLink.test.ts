import { inviteLink, linkSecret, RoomId } from "@conclave/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGivenLink } from "./givenLink.js";
import { linkInAddress } from "./linkInAddress.js";

const bytes = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + seed * 101) & 0xff);

function made(seed: number, relay = "wss://chat.example.org") {
  const link = {
    roomId: RoomId.of(bytes(32, seed)),
    secret: bytes(32, seed + 1),
    floor: { seq: 7, head: bytes(32, 3) },
    relay,
  };
  return { text: linkSecret(link), url: inviteLink("https://chat.example.org", link) };
}

const { text: TEXT, url: LINK } = made(1);
const OTHER = made(2).url;
const escaped = encodeURIComponent(LINK);

/** Breaks a text into lines, as a mail program does. */
const wrapped = (text: string, width: number, mark = "") =>
  (text.match(new RegExp(`.{1,${width}}`, "gu")) ?? []).join(`\n${mark}`);
const quotedPrintable = (text: string) => wrapped(text.replaceAll("=", "=3D"), 72).replaceAll("\n", "=\r\n");
const entities = (text: string) =>
  text.replaceAll("#", "&#35;").replaceAll("/", "&#x2F;").replaceAll("_", "&lowbar;").replaceAll("-", "&#45;");
const urlDefense2 = (text: string) =>
  `https://urldefense.proofpoint.com/v2/url?u=${text
    .replace(/[-_#:]/gu, (each) => `-${each.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("/", "_")}&d=DwMFaQ&c=abc`;

/** What happens to a link on its way, and by whom. */
const WAYS: Readonly<Record<string, string>> = {
  nothing: LINK,
  "only the end": TEXT,
  "blanks around it": `  \t${LINK}\n`,
  ...Object.fromEntries(
    [".", ",", '"', ")", "…", "...", "/", ">", ";", "!", "?", "'", "”", "»", "*", "_", "**", "]", "`", "\\"].map(
      (end) => [`${end} behind it`, LINK + end],
    ),
  ),
  "angle brackets": `<${LINK}>`,
  brackets: `(${LINK})`,
  "quotation marks": `“${LINK}”`,
  "German ones": `„${LINK}“`,
  "a sentence": `Hi Bob, join us here: ${LINK}, it is open until Friday. See you!`,
  "a sentence right behind it": `${LINK}and then`,
  "a tracker behind a question mark": `${LINK}?utm_source=newsletter&utm_medium=mail`,
  "a tracker behind an ampersand": `${LINK}&fbclid=IwAR0abcdefghijklmnopqrstuvwxyz`,
  "a tracker before the fragment": LINK.replace("/#", "/?utm_source=x&gclid=abc#"),
  "wrapped at 72": wrapped(LINK, 72),
  "wrapped and quoted": `> ${wrapped(LINK, 60, "> ")}`,
  "quoted twice": `>> ${wrapped(LINK, 50, ">> ")}`,
  "wrapped with a hyphen added": LINK.slice(0, 90) + "-\n" + LINK.slice(90),
  "wrapped, in a frame": `│ ${wrapped(LINK, 40, "│ ")} │`,
  "wrapped, with Windows line ends": wrapped(LINK, 76).replaceAll("\n", "\r\n"),
  "a shell's line": wrapped(LINK, 60).replaceAll("\n", "\\\n"),
  "quoted-printable": quotedPrintable(`Join us: ${LINK} =)`),
  "the number sign escaped": LINK.replace("#", "%23"),
  "number sign and slashes escaped": LINK.replace("#/join/", "%23%2Fjoin%2F"),
  "the slash escaped": LINK.replace("#/join/", "#%2fjoin%2f"),
  "all escaped": escaped,
  "escaped twice": encodeURIComponent(escaped),
  "a mail filter": `https://eur01.safelinks.protection.outlook.com/?url=${escaped}&data=05%7C02%7C&reserved=0`,
  "a mail filter that keeps the fragment": `https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fchat.example.org%2F&data=05#/join/${TEXT}`,
  "a search engine's redirect": `https://www.google.com/url?q=${escaped}&sa=D&source=hangouts&ust=1&usg=abc`,
  "a redirect with the fragment left": `https://www.google.com/url?q=${LINK}&sa=D`,
  "a social network's redirect": `https://l.facebook.com/l.php?u=${escaped}&h=AT0abc`,
  "one filter in another": `https://a.example/?u=${encodeURIComponent(`https://b.example/?u=${escaped}`)}`,
  "url defense 2": urlDefense2(LINK),
  "url defense 3": `https://urldefense.com/v3/__${LINK.replace("#", "*")}__;Iw!!abc!def$`,
  entities: entities(LINK),
  "entities of an ampersand": `${LINK}&amp;fbclid=1`,
  Markdown: `[the garden club](${LINK})`,
  "Markdown, with the link as its words": `[${LINK}](${LINK})`,
  "Markdown's escapes": LINK.replaceAll("_", "\\_").replaceAll("-", "\\-"),
  HTML: `<a href="${LINK}">${LINK}</a>`,
  "HTML with its number sign escaped": `<a href='${LINK.replace("#", "&num;")}'>join</a>`,
  "a chat's markup": `<${LINK}|${LINK}>`,
  JSON: JSON.stringify({ link: LINK }).replaceAll("/", "\\/"),
  "a script's escapes": LINK.replace("#", "\\u0023"),
  bold: `**${LINK}**`,
  slanted: `_${LINK}_`,
  "zero-width blanks": LINK.replace(/(.{10})/gu, "$1\u200b"),
  "soft hyphens": LINK.replace(/(.{25})/gu, "$1\u00ad"),
  "marks of direction": `\u202a${LINK}\u202c`,
  "a byte order mark": `\ufeff${LINK}`,
  "blanks that do not break": `\u00a0${LINK}\u00a0`,
  "blanks in the midst": LINK.replace(/(.{40})/gu, "$1 "),
  "dashes that do not break": LINK.replaceAll("-", "\u2011"),
  "dashes made long": LINK.replaceAll("-", "–"),
  "a minus": LINK.replaceAll("-", "\u2212"),
  "full width": LINK.replace(/[!-~]/gu, (each) => String.fromCharCode(each.charCodeAt(0) + 0xfee0)),
  "scheme and host in capitals": LINK.replace("https://chat.example.org", "HTTPS://CHAT.EXAMPLE.ORG"),
  "another host": LINK.replace("chat.example.org", "localhost:4430"),
  "no scheme": LINK.replace("https://", ""),
  "the same link twice": `${LINK}\n\n${LINK}`,
  "the same link, wrapped and whole": `${LINK} (${escaped})`,
  "a scanner": `URLTO:${LINK}`,
  "a command": `conclave join '${LINK}' --name Bob`,
  "a whole mail": `From: alice@example.org\r\nSubject: v1.2 of our plan\r\n\r\nJoin: ${LINK}\r\n-- \r\nhttps://example.org/#/join-us`,
};

describe("a link on its way", () => {
  it.each(Object.entries(WAYS))("RULE link.given: %s", (_way, given) => {
    const read = readGivenLink(given);
    expect(read).toMatchObject({ ok: true, value: { text: TEXT } });
    if (read.ok) expect(linkSecret(read.value.link)).toBe(TEXT);
  });

  it.each([
    ["nothing", "", "none"],
    ["words", "see you at eight", "none"],
    ["another address", "https://example.org/v1.2/notes", "none"],
    ["an address that tells nothing", "https://t.co/abc123", "none"],
    ["the secret left out", "https://chat.example.org/#/join/", "cut"],
    ["the mark left out", "https://chat.example.org/#/join", "cut"],
    ["the end cut off", LINK.slice(0, -5), "cut"],
    ["cut off early", LINK.slice(0, 60), "cut"],
    ["shortened by a chat", `${LINK.slice(0, 90)}…`, "cut"],
    ["another link's end", LINK.slice(0, -9) + "AAAAAAAAA", "changed"],
    [
      "a letter of the secret in capitals",
      LINK.replace(/(v1\..{60})([a-z])/u, (_, head: string, each: string) => head + each.toUpperCase()),
      "changed",
    ],
    ["a newer version", LINK.replace("v1.", "v2."), "newer"],
    ["two links", `${LINK} or ${OTHER}`, "several"],
    ["more than a link", "x".repeat(70_000), "too_long"],
  ])("%s is told as what it is", (_what, given, fault) => {
    expect(readGivenLink(given)).toEqual({ ok: false, error: fault });
  });

  it("RULE link.whole: no letter can be lost, changed or added without a word", () => {
    const start = LINK.indexOf("v1.") + 3;
    for (let at = start; at < LINK.length; at++) {
      const letter = LINK[at] === "A" ? "B" : "A";
      expect(readGivenLink(LINK.slice(0, at) + LINK.slice(at + 1)).ok).toBe(false);
      expect(readGivenLink(LINK.slice(0, at) + letter + LINK.slice(at + 1)).ok).toBe(false);
      expect(readGivenLink(`${LINK.slice(0, at)}Q${LINK.slice(at)}`).ok).toBe(false);
    }
  });

  it("that shows itself to a server is known for it", () => {
    const shown = (given: string) => {
      const read = readGivenLink(given);
      return read.ok ? read.value.shownTo : "no link";
    };
    expect(shown(LINK)).toBeNull();
    expect(shown(WAYS["a redirect with the fragment left"]!)).toBeNull();
    expect(shown(WAYS["a sentence"]!)).toBeNull();
    expect(shown(WAYS["a mail filter"]!)).toBe("eur01.safelinks.protection.outlook.com");
    expect(shown(WAYS["url defense 3"]!)).toBe("urldefense.com");
    expect(shown(WAYS["the number sign escaped"]!)).toBe("chat.example.org");
    expect(shown(`https://chat.example.org/?x=${TEXT}#/rooms`)).toBe("chat.example.org");
    // The same link stands beside it as it was made.
    expect(shown(`${LINK} ${escaped}`)).toBeNull();
  });

  it("is seen in an address before it is read", () => {
    for (const address of [
      LINK,
      WAYS["the number sign escaped"]!,
      `https://h.example/?x=${escaped}`,
      "https://h/#/join/v9.x",
    ])
      expect(linkInAddress(address), address).not.toBeNull();
    for (const address of ["https://h/", "https://h/join/#/rooms", "https://h/#/join", "https://h/#/room/ab12/people"])
      expect(linkInAddress(address), address).toBeNull();
  });

  it("comes out as it was made, or not at all", () => {
    const wrap = fc.constantFrom<(link: string) => string>(
      (link) => `<${link}>`,
      (link) => `(${link}).`,
      (link) => `“${link}”`,
      (link) => `See ${link}, please`,
      (link) => encodeURIComponent(link),
      (link) => `https://filter.example/?u=${encodeURIComponent(link)}&x=1`,
      (link) => link.replace("#", "%23"),
      (link) => wrapped(link, 72),
      (link) => `> ${wrapped(link, 61, "> ")}`,
      (link) => quotedPrintable(link),
      (link) => entities(link),
      (link) => link.replace(/(.{9})/gu, "$1\u200b"),
      (link) => link.replaceAll("-", "\u2011"),
      (link) => `[x](${link})`,
      (link) => `${link}?utm_source=a`,
      (link) => `${link}&fbclid=b`,
      (link) => link.slice(0, 150),
      (link) => link.slice(3, -1),
      (link) => link.toUpperCase(),
    );
    const relay = fc
      .webAuthority()
      .map((authority) => `wss://${authority}`)
      .filter((each) => /^[\x21-\x7e]{1,300}$/u.test(each) && !each.includes("#"));
    const link = fc.record({
      roomId: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(RoomId.of),
      secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      floor: fc.record({ seq: fc.nat(), head: fc.uint8Array({ minLength: 32, maxLength: 32 }) }),
      relay,
    });
    let recovered = 0;
    fc.assert(
      fc.property(link, fc.array(wrap, { maxLength: 4 }), fc.string({ maxLength: 20 }), (each, wraps, around) => {
        const given = wraps.reduce((text, by) => by(text), inviteLink("https://chat.example.org", each));
        const read = readGivenLink(`${around} ${given} ${around}`);
        if (!read.ok) return;
        recovered++;
        expect(read.value.text).toBe(linkSecret(each));
      }),
      { numRuns: 300 },
    );
    expect(recovered).toBeGreaterThan(100);
  });

  it("is found in bounded time in whatever is pasted", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: "binary" }), (given) => {
        expect(readGivenLink(given).ok).toBe(false);
      }),
    );
    for (const hostile of ["v1.", "%25", "&amp;", "join/v1.", "=\n", "-\n", "https://", "> "])
      expect(readGivenLink(hostile.repeat(60_000 / hostile.length)).ok, hostile).toBe(false);
  });
});
