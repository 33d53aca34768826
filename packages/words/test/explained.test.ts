import { explain, imagined, preset, type Policy, type Role } from "@conclave/protocol";
import { acts } from "@conclave/words/acts";
import { explained } from "@conclave/words/explained";
import {
  explainedSentence,
  type ExplainedSections,
  silenceSentences,
  type ToldAct,
  type ToldPerson,
} from "@conclave/words";
import { describe, expect, it } from "vitest";

const english: ExplainedSections = { acts: acts.en, explained: explained.en, list: listIn("en-GB") };

async function german(): Promise<ExplainedSections> {
  return { acts: await spoken(acts.de), explained: await spoken(explained.de), list: listIn("de") };
}

async function spoken<T>(section: T | (() => Promise<T>) | undefined): Promise<T> {
  return await (section as () => Promise<T>)();
}

function listIn(language: string) {
  return (items: readonly string[], join: "and" | "or") =>
    new Intl.ListFormat(language, { type: join === "and" ? "conjunction" : "disjunction" }).format(items);
}

const NAMES = ["Alice", "Adam", "Eve", "Bob", "Carol", "Dora", "Emil", "Fritz"];

/** What is said of a room under these rules, in which people of these roles are. */
function told(policy: Policy, roles: readonly Role[]) {
  const people = roles.map((role, place): ToldPerson => ({ role, name: NAMES[place]! }));
  const of = (ids: readonly Uint8Array[]) => ids.map((id) => people[id[31]! - 1]!);
  const all = explain(imagined(policy, roles)).acts.map(({ act, by, alone, essential, ways }): ToldAct => ({
    act,
    by: of(by),
    alone: of(alone),
    essential: of(essential),
    ways: ways.map((way) => ({ need: way.need, of: of(way.of) })),
  }));
  return {
    say: (act: ToldAct["act"], sections = english) =>
      explainedSentence(
        all.find((each) => each.act === act)!,
        people,
        sections,
      ),
    silence: (sections = english, some: readonly ToldAct["act"][] = ["add", "remove", "setPolicy"]) =>
      silenceSentences(
        all.filter(({ act }) => some.includes(act)),
        people,
        sections,
      ),
  };
}

describe("an explanation in words", () => {
  it("names who does it alone, in the words of each language", async () => {
    const room = told(preset("owner"), ["owner", "admin", "member"]);
    expect([room.say("remove"), room.say("removeOwner"), room.say("addDevice"), room.say("setTitle")]).toEqual([
      "Alice alone",
      "nobody, even if everyone agrees",
      "anyone here alone",
      "Alice or Adam, each alone",
    ]);
    expect([room.say("remove", await german()), room.say("removeOwner", await german())]).toEqual([
      "Alice allein",
      "niemand, auch wenn alle zustimmen",
    ]);
    expect(room.silence()).toEqual([
      "Without Alice, nobody can let somebody in, remove a member or change these rules.",
    ]);
    expect(room.silence(await german())).toEqual([
      "Ohne Alice kann niemand jemanden hereinlassen, ein Mitglied entfernen oder diese Regeln ändern.",
    ]);
  });

  it("says how many of whom together, and who can do it then", async () => {
    const three = told(preset("admins:2"), ["owner", "admin", "admin", "member"]);
    expect([three.say("remove"), three.say("seal"), three.silence()]).toEqual([
      "any 2 of Alice, Adam and Eve",
      "any 2 of Alice, Adam and Eve (only Alice can then do it)",
      ["Nothing waits for one particular person."],
    ]);
    const two = told(preset("admins:2"), ["owner", "admin", "member"]);
    expect([two.say("remove"), ...two.silence()]).toEqual([
      "Alice and Adam together",
      "If Alice or Adam doesn't answer, nobody can let somebody in, remove a member or change these rules.",
    ]);
    const all = told(preset("everyone"), ["owner", "admin", "member"]);
    expect([all.say("remove"), all.say("add"), all.say("removeAdmin"), ...all.silence()]).toEqual([
      "anyone here alone",
      "all 3 people together",
      "Alice alone",
      "If even one person doesn't answer, nobody can let somebody in or change these rules.",
    ]);
    expect([all.say("add", await german()), ...all.silence(await german())]).toEqual([
      "alle 3 Personen gemeinsam",
      "Solange auch nur eine Person nicht antwortet, kann niemand jemanden hereinlassen oder diese Regeln ändern.",
    ]);
  });

  it("names the first of many, and those who have a role by it", () => {
    const many = told(preset("open"), ["owner", "admin", "admin", "admin", "admin", "admin", "member"]);
    expect(many.say("remove")).toBe("any admin or owner alone");
    const owners = told(preset("owner"), ["owner", "owner", "owner", "owner", "owner", "owner", "member"]);
    expect(owners.say("remove")).toBe("any admin or owner alone");
    const { rules, settings } = preset("owner");
    const few = told(
      { rules: { ...rules, remove: { kind: "quorum", role: "member", count: 3, half: false } }, settings },
      [...["owner", "admin", "admin", "admin", "member", "member", "member", "steward"]] as Role[],
    );
    expect([few.say("remove"), few.say("removeAdmin")]).toEqual([
      "any 3 of all 7 people",
      "any 3 of all 7 people (only Alice, Adam, Eve or Bob can then do it)",
    ]);
    const either = {
      kind: "anyOf",
      rules: [{ kind: "owner" }, { kind: "quorum", role: "admin", count: 3, half: false }],
    } as const;
    const both = told({ rules: { ...rules, remove: either }, settings }, [
      "owner",
      "admin",
      "admin",
      "admin",
      "admin",
      "admin",
      "member",
    ]);
    expect(both.say("remove")).toBe("Alice alone or any 3 of the 6 admins and owners");
  });

  it("names people in the order in which they are listed, whatever the order of what was explained", () => {
    const [alice, bob, carol] = ["Alice", "Bob", "Carol"].map((name): ToldPerson => ({ name, role: "member" }));
    const everyone = [alice!, bob!, carol!];
    const both = [bob!, alice!];
    const act: ToldAct = { act: "remove", by: everyone, ways: [{ need: 2, of: both }], alone: [], essential: both };
    expect(explainedSentence(act, everyone, english)).toBe("Alice and Bob together");
    expect(silenceSentences([act], everyone, english)).toEqual([
      "If Alice or Bob doesn't answer, nobody can remove a member.",
    ]);
  });
});
