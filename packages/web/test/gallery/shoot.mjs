// Pictures of the gallery: `node packages/web/test/gallery/shoot.mjs FOLDER [part of a picture's name]`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serveGallery } from "./serve.mjs";

const [folder, only = ""] = process.argv.slice(2);
if (!folder) throw new Error("say a folder for the pictures");
mkdirSync(folder, { recursive: true });
const gallery = await serveGallery();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
const SHOWS = [
  { name: "components", show: "components", whole: true },
  ...["Dialog", "Question", "Toasts", "Shortcuts"].map((press) => ({
    name: press.toLowerCase(),
    show: "components",
    press,
  })),
  { name: "menu", show: "components", press: "Actions for Alice" },
  { name: "frame", show: "frame" },
  { name: "frame-list", show: "frame&pane=list" },
  { name: "frame-main", show: "frame&pane=main" },
  { name: "welcome", show: "welcome", whole: true },
  { name: "welcome-de", show: "welcome&lang=de" },
  { name: "broken", show: "broken" },
  { name: "rtl", show: "frame&dir=rtl" },
];
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["light", "dark"]) {
    for (const { name, show, whole, press } of SHOWS) {
      const file = `${name}-${size}-${theme}`;
      if (!file.includes(only)) continue;
      const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
      await page.goto(`${gallery.url}?show=${show}&theme=${theme}`);
      if (press) await page.getByRole("button", { name: press, exact: true }).first().click();
      if (whole) {
        const scroller = page.locator("#app > div");
        const height = await scroller.evaluate((element) => element.scrollHeight);
        await page.setViewportSize({ width: viewport.width, height });
      }
      await page.waitForTimeout(150);
      await page.screenshot({ path: join(folder, `${file}.png`) });
      await page.close();
    }
  }
}
await browser.close();
await gallery.close();
