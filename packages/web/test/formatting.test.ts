import type { RoomSession } from "@conclave/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { World } from "./browser.js";
import { axeFaults, canBrowse, get, join } from "./browser.js";
import { boxOf, lineOf, startTalk } from "./talk.js";

const TYPED = [
  "**All** of *it*, ~~most~~ `some`:",
  "- soup with **leeks**",
  "- bread",
  "7. first",
  "9) second",
  "> as she *said*",
  "```js",
  "let soup = `hot`;",
  "```",
  "see www.example.org/a_b_c and https://bank.example@evil.example/",
].join("\n");

describe.skipIf(!canBrowse)("formatting in Chromium (skipped without /usr/bin/chromium or a build)", () => {
  let world: World;
  let alice: RoomSession;
  let link: string;
  let page: Page;

  beforeAll(async () => {
    ({ world, alice, link, page } = await startTalk("open"));
  });

  afterAll(async () => {
    await world.stop();
  });

  const line = (text: string, on = page) => lineOf(on, text);
  const box = (on = page) => boxOf(on);

  function clipboard(): Promise<string> {
    return page.evaluate(() => navigator.clipboard.readText());
  }

  /** What is selected in the field, between brackets. */
  function field(): Promise<string> {
    return box().evaluate(({ value, selectionStart: start, selectionEnd: end }: HTMLTextAreaElement) => {
      const inside = start === end ? "|" : `[${value.slice(start, end)}]`;
      return value.slice(0, start) + inside + value.slice(end);
    });
  }

  it("shows what is marked in elements of its own, and every link with where it leads", async () => {
    await get(alice.send(TYPED));
    const said = line("soup with");
    await said.waitFor();
    const texts = (selector: string) => said.locator(selector).allInnerTexts();
    // A line that has just come may be measured again, and is out of sight for that moment.
    await expect
      .poll(async () => ({
        strong: await texts("p > strong, li strong"),
        slanted: await texts("em"),
        struck: await texts("s"),
        code: await texts("p > code"),
        points: await texts("ul > li"),
        quoted: await texts("blockquote"),
        block: await texts("pre"),
      }))
      .toEqual({
        strong: ["All", "leeks"],
        slanted: ["it", "said"],
        struck: ["most"],
        code: ["some"],
        points: ["soup with leeks", "bread"],
        quoted: ["as she said"],
        block: ["let soup = `hot`;"],
      });
    expect(
      await said.locator("ol > li").evaluateAll((all) => all.map((each) => (each as HTMLLIElement).value)),
    ).toEqual([7, 9]);
    expect(
      await said.locator("a").evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).getAttribute("href"))),
    ).toEqual(["https://www.example.org/a_b_c", "https://bank.example@evil.example/"]);
    expect(await said.innerText()).toContain("(Leads to evil.example)");
    expect(await said.innerText()).not.toMatch(/\*|~~/u);
  });

  it("copies lines of code by the button at them, with the pointer and with the keyboard", async () => {
    const button = line("soup with").getByRole("button", { name: "Copy code" });
    await button.click();
    await expect.poll(clipboard).toBe("let soup = `hot`;");
    await page.evaluate(() => navigator.clipboard.writeText(""));
    await line("soup with").locator("pre").focus();
    await page.keyboard.press("Tab");
    expect(await button.evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(clipboard).toBe("let soup = `hot`;");
  });

  it("copies a message as it was typed, with its marks", async () => {
    await line("soup with").locator("p").first().click({ button: "right" });
    await page.getByRole("menuitem", { name: "Copy text" }).click();
    await expect.poll(clipboard).toBe(TYPED);
  });

  it("quotes what is answered without its marks", async () => {
    const asked = await get(alice.send("is **it** `hot`?"));
    await get(alice.send("it is", asked.id));
    await expect
      .poll(() =>
        page
          .getByRole("button", { name: /In reply to/u })
          .last()
          .innerText(),
      )
      .toContain("is it hot?");
  });

  it("puts a format on by keys, and takes it away by the same", async () => {
    await box().fill("one two");
    for (const [keys, mark] of [
      ["Control+b", "**"],
      ["Control+i", "*"],
      ["Control+Shift+X", "~~"],
      ["Control+Shift+C", "`"],
    ] as const) {
      await box().press("End");
      await box().press("Control+Shift+ArrowLeft");
      await box().press(keys);
      expect(await field(), keys).toBe(`one ${mark}[two]${mark}`);
      await box().press(keys);
      expect(await field(), keys).toBe("one [two]");
    }
    for (const [keys, before] of [
      ["Control+Shift+Digit7", "1. "],
      ["Control+Shift+Digit8", "- "],
      ["Control+Shift+Digit9", "> "],
    ] as const) {
      await box().press("End");
      await box().press(keys);
      expect(await field(), keys).toBe(`${before}one two|`);
      await box().press(keys);
      expect(await field(), keys).toBe("one two|");
    }
    await box().press("Control+Alt+Shift+C");
    expect(await field()).toBe("```\none two|\n```");
    await box().press("Control+z");
    expect(await box().inputValue()).toBe("one two");
    await box().fill("");
  });

  it("puts a format on by the bar: one stop for Tab, arrows between its buttons; then one goes on typing", async () => {
    expect(await page.getByRole("toolbar").count()).toBe(0);
    await box().pressSequentially("hello");
    await page.getByRole("toolbar", { name: "Formatting" }).waitFor();
    await box().press("Control+A");
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    expect(await focused()).toBe("Bold");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("Italic");
    await page.keyboard.press("Enter");
    expect(await field()).toBe("*[hello]*");
    await page.getByRole("button", { name: "Quote", exact: true }).click();
    expect(await box().inputValue()).toBe("> *hello*");
    await box().press("Enter");
    await line("hello").locator("blockquote em").waitFor();
  });

  it("goes on with a list in the next line, and ends it at an empty item", async () => {
    await box().pressSequentially("- eggs");
    await box().press("Shift+Enter");
    await box().pressSequentially("flour");
    await box().press("Shift+Enter");
    await box().press("Shift+Enter");
    await box().pressSequentially("thanks");
    expect(await box().inputValue()).toBe("- eggs\n- flour\nthanks");
    await box().press("Enter");
    await expect.poll(() => line("flour").locator("li").allInnerTexts()).toEqual(["eggs", "flour"]);
  });

  it("axe finds nothing, in both themes and with the bar", async () => {
    await box().fill("half a **thought**");
    for (const theme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await expect.poll(() => axeFaults(page), { message: theme }).toEqual([]);
    }
    await box().fill("");
  });

  it("a text that has no room beside the bar has the whole width of the field, and a short one has the bar beside it", async () => {
    const edge = async () => (await page.getByRole("toolbar", { name: "Formatting" }).boundingBox())!;
    await box().fill("hello");
    const beside = (await box().boundingBox())!;
    expect((await edge()).x).toBeGreaterThanOrEqual(beside.x + beside.width - 1);
    await box().fill(
      "The main tap is closed from Monday to Thursday, so please fill the barrels on Sunday. ".repeat(2),
    );
    const above = (await box().boundingBox())!;
    const below = await edge();
    expect(below.y).toBeGreaterThanOrEqual(above.y + above.height - 1);
    expect(above.x + above.width).toBeGreaterThan(below.x + below.width - 1);
    await box().fill("");
  });

  it("a bubble keeps its shape when a pointer comes and its tools appear, however little room there is", async () => {
    await page.setViewportSize({ width: 760, height: 800 });
    const text = "If you have a barrel to spare for the dry weeks, leave it at the gate of plot seven. "
      .repeat(3)
      .trim();
    await box().fill(text);
    await box().press("Enter");
    await page.mouse.move(0, 0);
    const bubble = line(text).locator("p").first();
    await bubble.waitFor();
    await line(text).getByRole("img", { name: "Sent" }).waitFor();
    const before = (await bubble.boundingBox())!;
    await bubble.hover();
    await line(text).getByRole("button", { name: "Reply" }).waitFor();
    const after = (await bubble.boundingBox())!;
    expect([after.x, after.width]).toEqual([before.x, before.width]);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("on a phone the bar is there while something is selected, and covers nothing else", async () => {
    const phone = await world.visitor({ width: 390, height: 844 });
    await join(phone, link, "Dora");
    await box(phone).fill("hello");
    const bar = phone.getByRole("toolbar", { name: "Formatting" });
    expect(await bar.isVisible()).toBe(false);
    await box(phone).press("Control+A");
    await bar.waitFor();
    await bar.getByRole("button", { name: "Bold" }).click();
    expect(await box(phone).inputValue()).toBe("**hello**");
    const inner = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(inner).toBeLessThanOrEqual(0);
    await expect.poll(() => axeFaults(phone)).toEqual([]);
  });
});
