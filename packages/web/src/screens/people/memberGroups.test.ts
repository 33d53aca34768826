import type { RoomMember } from "@conclave/client";
import { describe, expect, it } from "vitest";
import { memberGroups, type PeopleFilter } from "./memberGroups.js";

type Facts = Partial<Pick<RoomMember, "role" | "tag" | "isYou" | "checked">>;

function person(name: string, facts: Facts = {}): RoomMember {
  return { name, role: "member", tag: "apple pear", isYou: false, checked: null, ...facts } as RoomMember;
}

const people = [
  person("Zoë", { role: "owner", isYou: true }),
  person("Frank", { tag: "hazard wild" }),
  person("Ada", { role: "admin", checked: { how: "words", time: 1 } }),
  person("Frank", { tag: "pride used" }),
  person("Stew", { role: "steward" }),
  person("Owen", { role: "owner" }),
];
const shown = (query = "", filter: PeopleFilter = "all") =>
  memberGroups(people, query, filter).map(({ is, members }) => [is, ...members.map(({ name }) => name)]);

describe("people by role", () => {
  it("owners come first, then admins, members, and stewards; of one role who came first", () => {
    expect(shown()).toEqual([
      ["deciding", "Zoë", "Owen", "Ada"],
      ["members", "Frank", "Frank"],
      ["stewards", "Stew"],
    ]);
    expect(people.map(({ name }) => name)).toEqual(["Zoë", "Frank", "Ada", "Frank", "Stew", "Owen"]);
  });

  it("are found by the beginning of each word of a name, without case and accents, and by their two words", () => {
    expect(shown("zoe")).toEqual([["deciding", "Zoë"]]);
    expect(shown("FR")).toEqual([["members", "Frank", "Frank"]]);
    expect(memberGroups(people, "frank pride", "all")[0]!.members).toEqual([people[3]]);
    expect(shown("rank")).toEqual([]);
  });

  it("are those who decide, who were compared, or who were not; oneself is neither", () => {
    expect(shown("", "deciding")).toEqual([["deciding", "Zoë", "Owen", "Ada"]]);
    expect(shown("", "checked")).toEqual([["deciding", "Ada"]]);
    expect(shown("", "unchecked")).toEqual([
      ["deciding", "Owen"],
      ["members", "Frank", "Frank"],
      ["stewards", "Stew"],
    ]);
  });
});
