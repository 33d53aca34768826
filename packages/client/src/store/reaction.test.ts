import { PersonId } from "@conclave/protocol";
import { describe, expect, it } from "vitest";
import { isReaction, type ReactionRecord, toggled } from "./reaction.js";

const person = (n: number) => new Uint8Array(32).fill(n & 255).map((byte, at) => (at === 0 ? n >> 8 : byte));

describe("isReaction", () => {
  it("takes one emoji, with its skin tone, its flag or what it is joined of", () => {
    for (const emoji of ["👍", "❤️", "👍🏽", "🏳️‍🌈", "👩🏽‍💻", "1️⃣", "🇨🇿", "☺", "🏳️‍⚧️"])
      expect(isReaction(emoji), emoji).toBe(true);
  });

  it("takes no words, no two of them, nothing invisible, nothing of more than 16 bytes", () => {
    const others = ["", "a", "ok", "1", "👍👍", "👍 ", "\u200d", "\ufe0f", "👍\u202e", "👨‍👩‍👧‍👦", "🇨🇿🇨🇿", "e\u0301"];
    for (const text of others) expect(isReaction(text), JSON.stringify(text)).toBe(false);
  });
});

describe("toggled", () => {
  it("comes and goes, in the order of first use", () => {
    let all: readonly ReactionRecord[] = [];
    for (const [n, emoji] of [
      [1, "👍"],
      [2, "🎂"],
      [3, "👍"],
    ] as const)
      all = toggled(all, PersonId.of(person(n)), emoji)!;
    expect(all).toEqual([
      { emoji: "👍", people: [person(1), person(3)] },
      { emoji: "🎂", people: [person(2)] },
    ]);
    all = toggled(all, PersonId.of(person(1)), "👍")!;
    all = toggled(all, PersonId.of(person(2)), null)!;
    expect(all).toEqual([{ emoji: "👍", people: [person(3)] }]);
    expect(toggled(all, PersonId.of(person(2)), null)).toBeNull();
  });

  it("RULE conversation.reactions-bounded: 8 of one person, 32 different ones, 500 in all (attack A82)", () => {
    const emoji = (n: number) => String.fromCodePoint(0x1f600 + n);
    const flood = (people: number, each: number) => {
      let all: readonly ReactionRecord[] = [];
      for (let who = 0; who < people; who++) {
        for (let n = 0; n < each; n++)
          all = toggled(all, PersonId.of(person(who)), emoji((who * each + n) % 70)) ?? all;
      }
      return all;
    };
    const total = (all: readonly ReactionRecord[]) => all.reduce((sum, { people }) => sum + people.length, 0);
    expect(total(flood(1, 70))).toBe(8);
    expect(flood(10, 7)).toHaveLength(32);
    let many = flood(4, 8);
    for (let who = 10; who < 1000; who++) many = toggled(many, PersonId.of(person(who)), emoji(0)) ?? many;
    expect(total(many)).toBe(500);
    // Whoever is in can still go out.
    expect(total(toggled(many, PersonId.of(person(10)), emoji(0))!)).toBe(499);
  });

  it("takes away the one that is sent again, of its sender, and no other; what is no emoji does nothing", () => {
    const two = toggled(toggled([], PersonId.of(person(1)), "👍")!, PersonId.of(person(1)), "🎂")!;
    const three = toggled(two, PersonId.of(person(2)), "🎂")!;
    expect(toggled(three, PersonId.of(person(1)), "🎂")).toEqual([
      { emoji: "👍", people: [person(1)] },
      { emoji: "🎂", people: [person(2)] },
    ]);
    expect(toggled(three, PersonId.of(person(1)), null)).toEqual([{ emoji: "🎂", people: [person(2)] }]);
    expect(toggled(three, PersonId.of(person(3)), "yes")).toBeNull();
  });
});
