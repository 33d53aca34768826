import { PersonId, type Member, type Roster } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import { describe, expect, it } from "vitest";
import { mentionReader, mentionsYou } from "./mentions.js";

const named = (text: string, ...names: string[]) => mentions(text, names).map(({ name }) => `@${name}`);

function mentions(text: string, names: readonly string[], namesRoom = false) {
  const read = mentionReader(names, namesRoom);
  return [...text.matchAll(/@/gu)].flatMap(({ index }) => read(text, index) ?? []);
}

describe("mentions", () => {
  it("are exact names after an @, the longest that fits", () => {
    expect(named("@Bob: ask @Bob Smith, not @Bobby", "Bob", "Bob Smith")).toEqual(["@Bob", "@Bob Smith"]);
    expect(named("hi @Žofie!", "Žofie")).toEqual(["@Žofie"]);
    expect(named("@小明你好 @小明, 你好", "小明")).toEqual(["@小明"]);
    expect(named("(@Bob)", "Bob")).toEqual(["@Bob"]);
    expect(named("@Bob@Carol", "Bob", "Carol")).toEqual(["@Bob"]);
  });

  it("are not inside words, mail addresses, other cases, or without names", () => {
    expect(named("mail bob@Bob.example, @bob, @Bobby, @Bob_2, Bob, @ Bob", "Bob")).toEqual([]);
    expect(named("𝒶@Bob @Bob𝒶", "Bob")).toEqual([]);
    expect(named("@Bob", "")).toEqual([]);
    expect(named("@", "Bob")).toEqual([]);
  });

  it("name the whole room where that counts, unless a longer name begins so", () => {
    expect(mentions("@room, @rooms, a@room", ["Bob"], true)).toEqual([{ name: "room", isRoom: true }]);
    expect(mentions("@room", ["room"], true)).toEqual([{ name: "room", isRoom: true }]);
    expect(mentions("@room", ["room"])).toEqual([{ name: "room", isRoom: false }]);
    expect(mentions("@room mate", ["room mate"], true)).toEqual([{ name: "room mate", isRoom: false }]);
    expect(mentions("@room", ["Bob"])).toEqual([]);
  });

  it("RULE conversation.room-by-role: @room of an admin or owner names you; of a member, or of who is gone, it does not (attack A72)", () => {
    const roles = ["owner", "admin", "steward", "member"] as const;
    const people = [...roles, "you", "gone"].map((_, at) => PersonId.of(new Uint8Array(32).fill(at + 1)));
    const members = [...roles, "member" as const].map(
      (role, at) => ({ person: people[at]!, name: `P${String(at)}`, role }) as unknown as Member,
    );
    const roster = { members: new Map(members.map((each) => [toHex(each.person), each])) } as unknown as Roster;
    const sight = { person: people[4]!, room: { roster }, decisionLog: { nameOf: () => null } };
    expect(people.map((author) => mentionsYou(sight, "@room tea", author))).toEqual([
      ...[true, true, false, false, false, false],
    ]);
    expect(mentionsYou(sight, "@P4 tea", people[3]!)).toBe(true);
    expect(mentionsYou(sight, "@P3 tea", people[0]!)).toBe(false);
  });

  it("RULE conversation.mentions-bounded: a text of nothing but @ costs no time, in a room of 10,000 (attack A82)", () => {
    const names = Array.from({ length: 10_000 }, (_, n) => "x".repeat((n % 120) + 1) + String(n));
    const began = process.cpuUsage();
    expect(mentions("@ ".repeat(30_000) + "@x0", names)).toEqual([]);
    expect(mentions("@x0 ".repeat(300), names)).toHaveLength(200);
    // Microseconds of the processor: how busy the machine is otherwise does not matter.
    expect(process.cpuUsage(began).user).toBeLessThan(500_000);
  });
});
