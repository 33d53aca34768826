import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Problem } from "@conclave/client";
import type { LinkFault, Unreadable } from "@conclave/client/pure";
import { ACTS, ALARM_CODES, POLICY_DOUBT_CODES, POLICY_FAULT_CODES, REJECTION_CODES } from "@conclave/protocol";
import { RELAY_ERRORS } from "@conclave/wire";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACTION_TYPES } from "@conclave/protocol/testing";
import { compile } from "../compiler/compile.mjs";
import { faultsOf } from "../compiler/faults.mjs";
import { FOLDER, messages, pseudoArabic } from "./messages.fixture.js";

// Each is a closed union: one that is left out does not compile.
const PROBLEMS: Readonly<Record<Exclude<Problem["kind"], "refused" | "relay" | "link" | "malformed">, 0>> = {
  ...{ unreachable: 0, behind: 0, underway: 0, clock: 0, restored: 0, starved: 0 },
  ...{
    unknown: 0,
    coming_back: 0,
    leaving: 0,
    not_member: 0,
    already_here: 0,
    corrupted: 0,
    too_large: 0,
    source: 0,
    cancelled: 0,
  },
  ...{ closed: 0, unsure: 0 },
};
const MALFORMED: Readonly<Record<Extract<Problem, { kind: "malformed" }>["what"], 0>> = {
  ...{ title: 0, name: 0, relay: 0, note: 0, welcome: 0, body: 0, file: 0 },
};
const LINK_FAULTS: Readonly<Record<LinkFault, 0>> = { none: 0, cut: 0, changed: 0, newer: 0, several: 0, too_long: 0 };
const UNREADABLE: Readonly<Record<Unreadable, 0>> = {
  before_join: 0,
  epoch_gone: 0,
  replayed: 0,
  pruned: 0,
  invalid: 0,
  newer: 0,
};

/** The sections whose keys are codes, and what else stands in them. */
const CODES: Readonly<Record<string, readonly string[]>> = {
  problem: [...Object.keys(PROBLEMS), "upgraded", "starvedBy"],
  malformed: Object.keys(MALFORMED),
  linkFault: Object.keys(LINK_FAULTS),
  relayError: Object.keys(RELAY_ERRORS),
  refusal: REJECTION_CODES,
  acts: ACTS,
  policyFault: POLICY_FAULT_CODES,
  policyDoubt: [...POLICY_DOUBT_CODES, "count_too_largeOne", "count_too_largeNone"],
  alarm: [...ALARM_CODES, "claim", "unusable"],
  alarmMeaning: [...ALARM_CODES, "claim", "unusable"],
  alarmAdvice: [...ALARM_CODES, "claim", "unusable", "unnamed"],
  unreadable: Object.keys(UNREADABLE),
  decision: [
    ...ACTION_TYPES,
    "joined",
    "joinedByKey",
    "addByKey",
    "addByLink",
    "addSteward",
    "joinedWith",
    "joinedWithAny",
    "reseatAfter",
    "reseatAfterYou",
    "ban",
    "endMirrors",
    "agreed",
    "askedBy",
  ],
  proposal: [
    ...ACTION_TYPES.filter((type) => type !== "setRole"),
    "addSteward",
    "toMember",
    "toAdmin",
    "toOwner",
    "ban",
  ],
};

describe("the sentences", () => {
  it("are there for each code of each closed union, in every language, and for no other", () => {
    expect([...messages.keys()]).toEqual(["en", "de", "fr"]);
    for (const [language, sections] of messages)
      for (const [section, codes] of Object.entries(CODES))
        expect(Object.keys(sections[section]!).sort(), `${language}: ${section}`).toEqual([...codes].sort());
  });

  it("give advice only on codes that there are", () => {
    for (const section of ["problem", "malformed", "linkFault", "relayError"])
      for (const code of Object.keys(messages.get("en")![`${section}Advice`]!)) expect(CODES[section]).toContain(code);
  });

  it("have the same placeholders in every language, and the plural categories of each", () => {
    expect(faultsOf(messages)).toEqual([]);
  });

  it("that do not fit together are told one by one, and nothing is made of them", () => {
    const en = {
      people: "{count, plural, one {# person} other {# people}}",
      out: "{by} removed {person}",
      role: "{role, select, owner {an owner} other {a member}}",
      old: "Old",
      empty: "Empty",
    };
    const de = {
      people: "{count, plural, other {# Leute}}",
      out: "{by} hat jemanden entfernt",
      role: "{role, select, other {Mitglied}}",
      empty: " ",
      extra: "Zu viel",
    };
    expect(faultsOf(new Map(Object.entries({ en: { a: en }, de: { a: de } })))).toEqual([
      'de: a.people lacks the plural form "one" of {count}',
      "de: a.out has the placeholders {by: text} instead of {by: text} {person: text}",
      'de: a.role lacks the choice "owner" of {role}',
      "de: a.old is missing",
      "de: a.empty is empty",
      "de: a.extra is not in English",
    ]);
    const few = { people: "{count, plural, one {# person} few {# people} other {# people}}" };
    expect(faultsOf(new Map(Object.entries({ en: { a: few } })))).toEqual([
      'en: a.people has the plural form "few" of {count}, which the language has not',
    ]);
  });
});

describe("another language", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "conclave-words-"));
    cpSync(FOLDER, join(folder, "messages"), { recursive: true });
    const source = fileURLToPath(new URL("../src", import.meta.url));
    for (const file of ["format.ts", "catalogue.ts"]) cpSync(join(source, file), join(folder, "src", file));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (sections: object) => writeFileSync(join(folder, "messages/ar.json"), JSON.stringify(sections));
  const build = () => compile(join(folder, "messages"), join(folder, "src/generated"));
  const made = (path: string) => import(pathToFileURL(join(folder, "src/generated", path)).href);

  it("is added by a file alone, with plural categories of its own", async () => {
    write(pseudoArabic());
    build();
    const { LANGUAGES, DIRECTIONS } = await made("languages.ts");
    expect(LANGUAGES).toEqual(["en", "ar", "de", "fr"]);
    expect(DIRECTIONS).toEqual({ en: "ltr", ar: "rtl", de: "ltr", fr: "ltr" });
    const { unreadable } = await made("unreadable.ts");
    const arabic = await unreadable.ar();
    const number = new Intl.NumberFormat("ar");
    const said = [0, 1, 2, 3, 11, 100].map((count) => arabic.replayed({ count }) as string);
    expect(said).toEqual(
      ["zero 0", "one 1", "two 2", "few 3", "many 11", "other 100"].map((text) =>
        text.replace(/(\w+) (\d+)/u, (_, form: string, count: string) => `ﺕ ${form} ${number.format(Number(count))}`),
      ),
    );
    expect(unreadable.en.replayed({ count: 1200 })).toContain("1,200 messages");
  });

  it("that lacks a sentence, or a plural category, is refused", () => {
    const { unreadable: _unreadable, ...rest } = pseudoArabic();
    write(rest);
    expect(build).toThrow("ar: unreadable.replayed is missing");
    write({ ...rest, unreadable: messages.get("en")!["unreadable"]! });
    expect(build).toThrow('ar: unreadable.replayed lacks the plural form "few" of {count}');
    rmSync(join(folder, "messages/ar.json"));
    expect(build).not.toThrow();
  });
});
