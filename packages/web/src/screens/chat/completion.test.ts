import type { RoomMember } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { mentioned, mentioning } from "./completion.js";
import { highlight } from "../search/highlight.js";

const members = ["Alice Appleby", "Bob", "Élodie", "You"].map((name, index) => ({
  name,
  isYou: name === "You",
  person: new Uint8Array([index]),
})) as unknown as RoomMember[];

function names(text: string): string[] | undefined {
  return mentioning(text, text.length, members)?.people.map(({ name }) => name);
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

  it("puts the whole name, and the caret after it", () => {
    const found = mentioning("hi @app!", 7, members)!;
    expect(mentioned("hi @app!", found, found.people[0]!)).toEqual({ text: "hi @Alice Appleby !", caret: 18 });
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
