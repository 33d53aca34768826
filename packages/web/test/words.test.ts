import { effect } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { chooseLanguage, preferred, startLanguage } from "../src/words/language.js";
import { fileSize, listOf, number } from "../src/words/say.js";
import { ago, dayHeading, isSameDay } from "../src/words/when.js";
import { spoken, words } from "../src/words/words.js";

describe("words", () => {
  it("follows the language, and takes any number of languages", () => {
    const t = words({
      en: { hello: "Hello", to: ({ name }: { name: string }) => `To ${name}` },
      de: { hello: "Hallo", to: ({ name }: { name: string }) => `An ${name}` },
      fr: { hello: "Bonjour", to: ({ name }: { name: string }) => `À ${name}` },
    });
    chooseLanguage("de");
    expect([t.hello, t.to({ name: "Ada" })]).toEqual(["Hallo", "An Ada"]);
    chooseLanguage("fr");
    expect([t.hello, t.to({ name: "Ada" })]).toEqual(["Bonjour", "À Ada"]);
    chooseLanguage("en");
    expect([t.hello, t.to({ name: "Ada" })]).toEqual(["Hello", "To Ada"]);
  });

  it("fetches a language that is kept apart, says English until it is here, and tries again", async () => {
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

  it("isolates a name that is written the other way, in sentences and in lists; the page says its direction", () => {
    const t = words({ en: { asks: ({ by, wish }: { by: string; wish: string }) => `${by} asks to ${wish}` } });
    expect(t.asks({ by: "شيرين (1)", wish: "rename the room" })).toBe("\u2068شيرين (1)\u2069 asks to rename the room");
    expect(t.asks({ by: "Bob", wish: "rename the room" })).toBe("Bob asks to rename the room");
    expect(listOf(["Bob", "שרה"])).toBe("Bob and \u2068שרה\u2069");
    const root = { lang: "", dir: "" };
    startLanguage(root);
    expect(root).toEqual({ lang: "en", dir: "ltr" });
    chooseLanguage("de");
    expect(root).toEqual({ lang: "de", dir: "ltr" });
    chooseLanguage("en");
  });

  it("takes the first language of a person that it has", () => {
    expect(preferred(["it-CH", "de-AT", "en"])).toBe("de");
    expect(preferred(["fr-CH", "de-AT", "en"])).toBe("fr");
    expect(preferred(["it"])).toBe("en");
    expect(preferred([])).toBe("en");
  });
});

describe("numbers, lists and times", () => {
  const noon = new Date(2026, 4, 3, 12, 0, 0).getTime();
  const hour = 3_600_000;

  it("are written as the language does", () => {
    chooseLanguage("en");
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
