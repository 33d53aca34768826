import type { RoomMember } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { emojiData } from "../../../vite.emoji.mjs";
import { emojiOffering, mentioning, type Offering, taken } from "./completion.js";
import { readTable, searchEmoji, TONES, withTone } from "./emojiTable.js";
import { highlight } from "../search/highlight.js";

const members = ["Alice Appleby", "Bob", "Élodie", "You"].map((name, index) => ({
  name,
  isYou: name === "You",
  person: new Uint8Array([index]),
  role: "member",
})) as unknown as RoomMember[];
const admins = members.map((member) => ({ ...member, role: "admin" as const }));

function names(text: string, of = members): string[] | undefined {
  return mentioning(text, text.length, of)?.offers.map((offer) =>
    offer.kind === "person" ? offer.person.name : offer.kind,
  );
}

function after(text: string, found: Offering): string {
  const { from, to, insert, start } = taken(text, found, found.offers[0]!);
  const next = text.slice(0, from) + insert + text.slice(to);
  return `${next.slice(0, start)}|${next.slice(start)}`;
}

describe("whom one begins to mention", () => {
  it("takes beginnings of any word, without case and accents, and never oneself", () => {
    expect(names("hi @")).toEqual(["Alice Appleby", "Bob", "Élodie"]);
    expect(names("hi @app")).toEqual(["Alice Appleby"]);
    expect(names("@elo")).toEqual(["Élodie"]);
    expect(names("@you")).toBe(undefined);
    expect(names("mail me@bo")).toBe(undefined);
    expect(names("@Bob ")).toBe(undefined);
  });

  it("offers everybody to who may name them, and to nobody else", () => {
    expect(names("hi @ro", admins)).toEqual(["room"]);
    expect(names("hi @", admins)).toEqual(["Alice Appleby", "Bob", "Élodie", "room"]);
    expect(names("hi @ro")).toBe(undefined);
    expect(after("hi @ro", mentioning("hi @ro", 6, admins)!)).toBe("hi @room |");
  });

  it("puts the whole name, and the caret after it", () => {
    expect(after("hi @app!", mentioning("hi @app!", 7, members)!)).toBe("hi @Alice Appleby |!");
  });
});

const load = (language: string) =>
  readTable(JSON.parse(/^export default (.*);$/su.exec(emojiData.load(`\0virtual:emoji/${language}`)!)![1]!) as string);

describe("emoji", () => {
  const [table, german, french] = [load("en"), load("de"), load("fr")];
  const first = (query: string, of = table) => searchEmoji(of, query)[0]?.emoji;

  it("are found by their codes, and by words of one's language", () => {
    expect(table.length).toBeGreaterThan(1500);
    expect([first("tada"), first(":tada:"), first("party pop"), first("thumbs up")]).toEqual(["🎉", "🎉", "🎉", "👍"]);
    expect([first("konfetti", german), first("tada", german), first("bäuerin", german)]).toEqual(["🎉", "🎉", "👩‍🌾"]);
    expect([first("cotillons", french), first("tada", french)]).toEqual(["🎉", "🎉"]);
    expect([first("nothing like this"), first(""), first("  ")]).toEqual([undefined, undefined, undefined]);
  });

  it("are offered from the second letter of a code, and are there at its closing colon", () => {
    const offered = (text: string) => emojiOffering(text, text.length, table, "");
    expect(offered("hi :ta")!.offers).toContainEqual({ kind: "emoji", emoji: "🎉", code: "tada" });
    expect(after("hi :tad", offered("hi :tad")!)).toBe("hi 🎉 |");
    expect(offered("hi :tada:")).toMatchObject({ start: 3, end: 9, isWhole: true });
    for (const text of [":t", "10:30", "a:tada", "::tada", "http://x", ":tadaa:", "```\n:tada"]) {
      expect(offered(text), text).toBe(null);
    }
  });

  it("have the skin tone that was chosen, where there is one", () => {
    const toned = table.filter(({ hasTones }) => hasTones);
    expect(toned.length).toBeGreaterThan(190);
    expect(withTone({ emoji: "🧑‍🌾", hasTones: true }, TONES[3])).toBe("🧑🏽‍🌾");
    expect(withTone({ emoji: "☝️", hasTones: true }, TONES[5])).toBe("☝🏿");
    expect(withTone({ emoji: "🎉", hasTones: false }, TONES[3])).toBe("🎉");
    for (const entry of toned) {
      const segments = [...new Intl.Segmenter().segment(withTone(entry, TONES[1]))];
      expect(
        segments.map(({ segment }) => segment.includes(TONES[1])),
        entry.name,
      ).toEqual([true]);
    }
  });
});

describe("what was found", () => {
  it("is marked, in a line around the first hit", () => {
    const text = `${"word ".repeat(40)}the Tomatoes and ${"more ".repeat(80)}`;
    const pieces = highlight(text, "tomá");
    expect(pieces.filter(({ isHit }) => isHit).map((piece) => piece.text)).toEqual(["Tomatoes"]);
    expect(pieces[0]!.text).toBe("… ");
    expect(pieces.map((piece) => piece.text).join("").length).toBeLessThan(260);
  });
});
