// Takes each picture four times: light and dark, as on a phone and on a desktop.
/* global document -- in functions that the page runs */
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import { palettePng } from "./palettePng.mjs";
import { wordsOf } from "./words.mjs";

const SIZES = {
  desktop: { width: 1280, height: 800, deviceScaleFactor: 1, mobile: false },
  phone: { width: 360, height: 740, deviceScaleFactor: 2, mobile: true },
};

/**
 * A camera for one page; `shoot(name, open)` does what `open` says and writes `<name>-<theme>-<size>.png` into the folder and tells the
 * sizes. How many words the desktop's picture asks somebody to read goes into `words`, by name.
 */
export async function camera(page, folder, words) {
  const session = await page.context().newCDPSession(page);
  return async function shoot(name, open = async () => {}) {
    for (const [size, metrics] of Object.entries(SIZES)) {
      await session.send("Emulation.setDeviceMetricsOverride", metrics);
      await session.send("Emulation.setTouchEmulationEnabled", { enabled: metrics.mobile });
      for (const theme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await open();
        // Typing marks blink, pictures are decoded, panes have found their size.
        await page.evaluate(() => document.fonts.ready.then(() => undefined));
        await page.waitForTimeout(250);
        if (size === "desktop" && theme === "light") words.set(name, await page.evaluate(wordsOf));
        const { data } = await session.send("Page.captureScreenshot", { format: "png" });
        const png = palettePng(Buffer.from(data, "base64"));
        writeFileSync(`${folder}/${name}-${theme}-${size}.png`, png);
        process.stdout.write(`${name}-${theme}-${size} ${(png.length / 1000).toFixed(0)} kB\n`);
      }
    }
    await session.send("Emulation.setDeviceMetricsOverride", SIZES.desktop);
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  };
}
