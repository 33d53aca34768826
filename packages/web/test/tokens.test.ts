import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Colour, colourOf, contrast, opaque } from "./colour.js";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const read = (path: string) => readFileSync(join(SOURCES, path), "utf8").replace(/\/\*[\s\S]*?\*\//gu, "");
const css = read("design/tokens.css");
/** The first time a name is set: the phone's and the quiet ones come later. */
const tokens = new Map(
  [...css.matchAll(/(--[\w-]+):\s*([^;]+);/gu)].map(([, name, value]) => [name!, value!] as const).reverse(),
);

/** What lies on what, in both themes, and the least contrast: 4.5 for words, 3 for what one only has to see. */
const PANES = ["ground", "surface", "raised", "over"];
const PAIRS: readonly (readonly [front: string, least: number, backs: readonly string[]])[] = [
  ["text", 7, [...PANES, "well", "select-soft", "accent-soft", "alarm-soft", "warn-soft"]],
  ["muted", 4.5, [...PANES, "well", "select-soft"]],
  ["accent", 4.5, [...PANES, "accent-soft"]],
  ["on-accent", 4.5, ["accent", "accent-hover", "accent-pressed"]],
  ["select", 3, [...PANES, "select-soft"]],
  ["on-select", 4.5, ["select"]],
  ["select-text", 4.5, ["surface", "raised", "over", "select-soft"]],
  ["alarm", 4.5, [...PANES, "alarm-soft"]],
  ["on-alarm", 4.5, ["alarm", "alarm-hover"]],
  ["warn", 4.5, [...PANES, "warn-soft"]],
  ["edge", 3, ["ground", "surface", "raised", "over"]],
  ["ring-calm", 3, ["ground", "surface", "select-soft"]],
];
const HUED: readonly (readonly [front: string, least: number, back: string])[] = [
  ["on-room", 6.5, "room"],
  ["on-room-soft", 4.5, "room"],
  // What is marked in one's own bubble lies on a lighter ground.
  ["on-room", 4.5, "on-room-faint"],
  ["room-text", 4.5, "ground"],
  ["room-text", 4.5, "surface"],
  ["room-text", 4.5, "room-soft"],
  ["text", 7, "room-soft"],
  ["author", 4.5, "surface"],
  ["author", 4.5, "ground"],
];

describe("the tokens", () => {
  for (const isDark of [false, true]) {
    const theme = isDark ? "dark" : "light";
    const colour = (name: string, hue = 162): Colour => {
      const hued = new Map([...tokens, ["--h", String(hue)] as const, ["--p", String(hue)] as const]);
      return colourOf(`var(--${name})`, hued, isDark);
    };

    it(`have contrast in the ${theme} theme`, () => {
      for (const [front, least, backs] of PAIRS) {
        for (const back of backs) {
          expect(contrast(colour(front), colour(back)), `${front} on ${back}`).toBeGreaterThanOrEqual(least);
        }
      }
    });

    it(`have contrast in the ${theme} theme whatever the hue of a room or a person`, () => {
      for (let hue = 0; hue < 360; hue += 3) {
        for (const [front, least, back] of HUED) {
          const found = contrast(colour(front, hue), opaque(colour(back, hue), colour("room", hue)));
          expect(found, `${front} on ${back}, hue ${hue}`).toBeGreaterThanOrEqual(least);
        }
      }
    });
  }

  it("set the panes of the dark theme apart by their lightness", () => {
    const steps = PANES.map((name) => contrast(colourOf(`var(--${name})`, tokens, true), [0, 0, 0, 1]));
    for (const [at, step] of steps.entries()) if (at > 0) expect(step).toBeGreaterThan(steps[at - 1]! * 1.08);
  });

  it("move nothing where less motion is asked for, and never for longer than 240 ms", () => {
    const times = [...tokens].filter(([, value]) => /^\d+ms$/u.test(value));
    expect(times.map(([, value]) => value).sort()).toEqual(["120ms", "180ms", "240ms"]);
    const quiet = css.slice(css.indexOf("prefers-reduced-motion: reduce"));
    for (const [name] of times) expect(quiet).toMatch(new RegExp(`${name}: 0ms`, "u"));
  });
});

const sheets = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".css"));
const scripts = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/u.test(path));

// The code for cameras is black on white, paper is white, and what lies over a picture or in a toast has colours of its own.
const OWN_COLOURS = /(?:Circle|QrCode|Paper|verify|PictureMessage|Toast)\.module\.css$/u;
// Emoji are no words, and paper has points.
const OWN_SIZES = /(?:EmojiPopup|MessageBody|MessageMenu|Paper)\.module\.css$/u;

describe("the style sheets", () => {
  it("use no name that nobody sets", () => {
    const scripted = new Set(
      scripts.flatMap((path) => [...read(path).matchAll(/"(--[\w-]+)"/gu)].map(([, name]) => name)),
    );
    for (const path of sheets) {
      const sheet = read(path);
      const own = new Set([...sheet.matchAll(/(--[\w-]+):/gu)].map(([, name]) => name));
      for (const [, name] of sheet.matchAll(/var\((--[\w-]+)\)/gu)) {
        expect(tokens.has(name!) || own.has(name) || scripted.has(name), `${path}: ${name}`).toBe(true);
      }
    }
  });

  it("have no colour and no size of type of their own", () => {
    for (const path of sheets.filter((each) => !each.endsWith("tokens.css"))) {
      const sheet = read(path);
      if (!OWN_COLOURS.test(path)) {
        expect(sheet.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)\(/giu) ?? [], path).toEqual([]);
      }
      if (OWN_SIZES.test(path)) continue;
      for (const [, size] of sheet.matchAll(/font-size:\s*([^;]+);/gu)) {
        expect(size, path).toMatch(/^(?:var\(--t[1-5]\)|[\d.]+em|inherit)$/u);
      }
    }
  });
});
