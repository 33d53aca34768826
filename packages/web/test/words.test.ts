import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { effect } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";
import { chooseLanguage, preferred } from "../src/words/language.js";
import { fileSize, listOf, number, plural } from "../src/words/say.js";
import { ago, dayHeading, isSameDay } from "../src/words/when.js";
import { catalogueFaults, spoken, words } from "../src/words/words.js";

const source = fileURLToPath(new URL("../src/", import.meta.url));
const catalogues = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/u.test(path) && !path.endsWith(".test.ts"))
  .filter((path) => !path.startsWith("words/words.") && /\bwords\(\{/u.test(readFileSync(join(source, path), "utf8")));

describe("words", () => {
  it("every catalogue has the same phrases in both languages, none of them empty", async () => {
    expect(catalogues.length).toBeGreaterThan(2);
    // Some stand beside code that looks at the page's address when it is loaded.
    vi.stubGlobal("location", new URL("http://localhost/"));
    for (const path of catalogues) await import(pathToFileURL(join(source, path)).href);
    expect(catalogueFaults()).toEqual([]);
  });

  it("a catalogue lies in a file without a screen, so that it can be checked alone", () => {
    expect(catalogues.filter((path) => path.endsWith(".tsx"))).toEqual([]);
  });

  it("follows the language, and tells a fault", () => {
    const t = words({
      en: { hello: "Hello", to: (name: string) => `To ${name}` },
      de: { hello: "Hallo", to: (name) => `An ${name}` },
    });
    chooseLanguage("de");
    expect([t.hello, t.to("Ada")]).toEqual(["Hallo", "An Ada"]);
    chooseLanguage("en");
    expect([t.hello, t.to("Ada")]).toEqual(["Hello", "To Ada"]);
    const before = catalogueFaults().length;
    words({ en: { gone: "Gone", odd: "Odd" }, de: { gone: " ", odd: (() => "") as unknown as string } });
    expect(catalogueFaults().slice(before)).toEqual([
      'de: "gone" is empty',
      'de: "odd" is a text in one language and a function in the other',
      'de: "gone" is empty',
      'de: "odd" is a text in one language and a function in the other',
    ]);
  });

  it("fetches the German that the build kept apart, says English until it is here, and tries again", async () => {
    let asked = 0;
    const t = words({
      en: { hello: "Hello" },
      de: () => (++asked < 3 ? Promise.reject(new Error("offline")) : Promise.resolve({ hello: "Hallo" })),
    });
    await spoken();
    expect([asked, t.hello]).toEqual([0, "Hello"]);
    // Whoever changes the language asks for it: that fails, and so does the next.
    chooseLanguage("de");
    await spoken();
    expect(t.hello).toBe("Hello");
    let seen = "";
    const stop = effect(() => {
      seen = t.hello;
    });
    await spoken();
    expect([t.hello, seen]).toEqual(["Hallo", "Hallo"]);
    stop();
    chooseLanguage("en");
    expect(t.hello).toBe("Hello");
  });

  it("takes the first language of a person that it has", () => {
    expect(preferred(["fr-CH", "de-AT", "en"])).toBe("de");
    expect(preferred(["fr"])).toBe("en");
    expect(preferred([])).toBe("en");
  });
});

describe("numbers, lists and times", () => {
  const noon = new Date(2026, 4, 3, 12, 0, 0).getTime();
  const hour = 3_600_000;

  it("are written as the language does", () => {
    chooseLanguage("en");
    const people = (count: number) => plural(count, { one: "# person", other: "# people" });
    expect([people(0), people(1), people(1200)]).toEqual(["0 people", "1 person", "1,200 people"]);
    expect(listOf(["Alice", "Bob", "Carol"])).toBe("Alice, Bob and Carol");
    expect(fileSize(1_234_567)).toBe("1.2 MB");
    expect(fileSize(840)).toBe("840B");
    chooseLanguage("de");
    expect(number(1200)).toBe("1.200");
    expect(listOf(["Alice", "Bob"], "or")).toBe("Alice oder Bob");
    expect(ago(noon - 3 * 60_000, noon)).toBe("vor 3 Minuten");
    expect(dayHeading(noon - 24 * hour, noon)).toBe("Gestern");
    chooseLanguage("en");
  });

  it("go by the calendar: 23 hours ago can be yesterday, and one hour ago too", () => {
    const early = noon - 11.5 * hour;
    expect(dayHeading(early - hour, early)).toBe("Yesterday");
    expect(dayHeading(early + hour, early)).toBe("Today");
    expect(isSameDay(early, noon)).toBe(true);
    expect(ago(noon, noon + 4000)).toBe("just now");
    expect(ago(noon + 2 * hour, noon)).toBe("in 2 hours");
    expect(dayHeading(noon - 2 * 24 * hour, noon)).toBe("Friday");
    expect(dayHeading(new Date(2024, 1, 9).getTime(), noon)).toBe("9 February 2024");
  });
});
