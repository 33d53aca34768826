// Draws the icons: people in a circle, one of them speaking. Writes the SVGs and, with Chromium, their PNGs into
// packages/web/public/icons. The PNGs are committed: builds need no browser.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const folder = fileURLToPath(new URL("../packages/web/public/icons", import.meta.url));
const GROUND = "#0d6556";
const SEATS = 7;

/** `reach`: how far from the middle the people sit, of a picture 512 wide. `corner`: its rounding. */
function drawing(reach, corner) {
  const people = Array.from({ length: SEATS }, (_, n) => {
    const angle = (2 * Math.PI * n) / SEATS - Math.PI / 2;
    const [x, y] = [256 + reach * Math.cos(angle), 256 + reach * Math.sin(angle)].map((at) => at.toFixed(1));
    return `<circle cx="${x}" cy="${y}" r="${(reach * 0.26).toFixed(1)}" fill="${n === 0 ? "#f2b661" : "#f6f3ee"}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><rect width="512" height="512" rx="${corner}" fill="${GROUND}"/>${people.join("")}<circle cx="256" cy="256" r="${(reach * 0.3).toFixed(1)}" fill="none" stroke="#8fd3c3" stroke-width="${(reach * 0.1).toFixed(1)}"/></svg>\n`;
}

const icon = drawing(150, 112);
// Platforms cut a maskable icon to their own shape: only its inner 80 % is sure to be seen.
const maskable = drawing(122, 0);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/icon.svg`, icon);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [name, svg, size] of [
  ["icon-192", icon, 192],
  ["icon-512", icon, 512],
  ["maskable-512", maskable, 512],
  ["apple-touch-icon", drawing(140, 0), 180],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px}</style>${svg}`);
  await page.screenshot({ path: `${folder}/${name}.png`, omitBackground: true });
  await page.close();
}
await browser.close();
