import { existsSync } from "node:fs";
import { ALARM_CODES } from "@conclave/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveGallery } from "./gallery/serve.mjs";
import { textsOf } from "./sentences.js";

const CHROMIUM = "/usr/bin/chromium";
/** What texts name in quotes that is no control: what one types, looks for in a link, or is asked back. */
const NO_CONTROL = new Set(["conclave web", "#/join/v1.", "zooo"]);

/** What advice names, and the control that it means: on the same screen. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/room code/iu, "Compare the room code"],
  [/save the proof/iu, "Save the proof"],
  [/come back as a new device/iu, "Come back as a new device"],
  [/until you've looked/iu, "Take a look"],
  [/reload (?:this|the) page/iu, "Reload"],
  [/use it/iu, "Use the new one"],
];

it("names in quotes only what a control is called, in both languages", () => {
  const all = [...textsOf("en"), ...textsOf("de")];
  expect(all.length).toBeGreaterThan(1000);
  const known = new Set(all);
  const quoted = all.flatMap((text) => [...text.matchAll(/[“„]([^“”„{}$]+)[”“]/gu)].map(([, name]) => name!));
  expect(quoted).toContain("Show mine as QR code");
  expect(quoted).toContain("Meinen als QR-Code zeigen");
  expect(quoted.filter((name) => !NO_CONTROL.has(name) && !known.has(name))).toEqual([]);
});

describe.skipIf(!existsSync(CHROMIUM))("what an alarm tells one to do (skipped without /usr/bin/chromium)", () => {
  let browser: Browser;
  let gallery: Awaited<ReturnType<typeof serveGallery>>;
  let page: Page;
  beforeAll(async () => {
    gallery = await serveGallery();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    page = await browser.newPage({ reducedMotion: "reduce" });
    page.setDefaultTimeout(5_000);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await gallery.close();
  });
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const open = async (query: string) => {
    await page.goto("about:blank");
    await page.goto(`${gallery.url}?show=alarms&${query}`);
    await page.getByRole("heading", { level: 1, name: "Alarms" }).waitFor({ state: "attached" });
  };
  /** Every control that a text on the page names is on the page. Gives their names; not that which was pressed to get here. */
  async function doors(where: string, pressed = ""): Promise<string[]> {
    const lines = (await page.locator("main").innerText()).split("\n").filter((line) => /[.:]/u.test(line));
    const found = NAMED.filter(([pattern, name]) => name !== pressed && lines.some((line) => pattern.test(line)));
    const named = found.map(([, name]) => name);
    for (const name of named) expect(await button(name).count(), `${where}: ${name}`).toBeGreaterThan(0);
    return named;
  }

  it(
    "each one leads from its banner to the panel, whose advice names only what stands there, and has a way on",
    { timeout: 180_000 },
    async () => {
      const seen = new Set<string>();
      for (const code of ALARM_CODES) {
        for (const state of code === "RESTORED" ? ["paused=restored"] : ["", "paused=alarm", "person=no"]) {
          const where = `${code} ${state}`;
          await open(`code=${code}&${state}`);
          for (const name of await doors(where)) seen.add(name);
          await button("Take a look").click();
          await page.getByRole("heading", { name: "What to do" }).waitFor();
          expect(await page.getByRole("button", { name: "Take a look" }).count(), where).toBe(0);
          for (const name of await doors(where, "Take a look")) seen.add(name);
          const on =
            code === "RESTORED"
              ? "Come back as a new device"
              : state === "paused=alarm"
                ? "I've looked, go on"
                : "Acknowledge";
          expect(await button(on).count(), where).toBe(1);
        }
      }
      expect([...seen].sort()).toEqual(["Compare the room code", "Save the proof", "Take a look"]);
    },
  );

  it("what stops a room without an alarm, and another build, name what stands in their banner", async () => {
    for (const why of ["update_needed", "failed"]) {
      await open(`paused=${why}`);
      expect(await doors(why)).toEqual(["Reload"]);
      const who = page.getByText("Alice moved the room to version 3.");
      expect(await who.count()).toBe(why === "update_needed" ? 1 : 0);
    }
    await open("build=new");
    expect(await doors("new build")).toEqual(["Use the new one"]);
    for (const name of ["Keep mine", "Compare"]) expect(await button(name).count()).toBe(1);
    await open("build=faulty");
    expect(await doors("faulty build")).toEqual([]);
    expect(await button("Use the new one").count()).toBe(0);
    await open("build=replaced");
    await button("Compare").click();
    expect(new URL(page.url()).hash).toBe("#/settings/security");
  });
});
