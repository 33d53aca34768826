import { describe, expect, it } from "vitest";
import { mentionsIn } from "./mentions.js";

const named = (text: string, ...names: string[]) =>
  mentionsIn(text, names).map(({ start, end }) => text.slice(start, end));

describe("mentionsIn", () => {
  it("finds exact names after an @, the longest that fits", () => {
    expect(named("@Bob: ask @Bob Smith, not @Bobby", "Bob", "Bob Smith")).toEqual(["@Bob", "@Bob Smith"]);
    expect(named("hi @Žofie!", "Žofie")).toEqual(["@Žofie"]);
    expect(named("@小明你好 @小明, 你好", "小明")).toEqual(["@小明"]);
    expect(named("(@Bob)", "Bob")).toEqual(["@Bob"]);
    expect(named("@Bob@Carol", "Bob", "Carol")).toEqual(["@Bob"]);
    expect(mentionsIn("hi @Bob", ["Bob"])).toEqual([{ start: 3, end: 7, name: "Bob" }]);
  });

  it("finds nothing inside words, mail addresses, other cases, or without names", () => {
    expect(named("mail bob@Bob.example, @bob, @Bobby, @Bob_2, Bob, @ Bob", "Bob")).toEqual([]);
    expect(named("𝒶@Bob @Bob𝒶", "Bob")).toEqual([]);
    expect(named("@Bob", "")).toEqual([]);
    expect(named("@", "Bob")).toEqual([]);
  });

  it("RULE conversation.mentions-bounded: a text of nothing but @ costs no time, in a room of 10,000 (attack A82)", () => {
    const names = Array.from({ length: 10_000 }, (_, n) => "x".repeat((n % 120) + 1) + String(n));
    const began = process.cpuUsage();
    expect(mentionsIn("@ ".repeat(30_000) + "@x0", names)).toEqual([]);
    expect(mentionsIn("@x0 ".repeat(300), names)).toHaveLength(200);
    // Microseconds of the processor: how busy the machine is otherwise does not matter.
    expect(process.cpuUsage(began).user).toBeLessThan(500_000);
  });
});
