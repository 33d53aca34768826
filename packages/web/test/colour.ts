/** Red, green, blue and alpha, each 0 to 1, as sRGB has them. */
export type Colour = readonly [number, number, number, number];

/** Reads what `tokens.css` writes: names, pairs, hexadecimal, `rgb`, `oklch` and mixtures of two in OKLab. */
export function colourOf(text: string, tokens: ReadonlyMap<string, string>, isDark: boolean): Colour {
  const value = text.trim();
  const inner = (from: string) => partsOf(value.slice(from.length, -1));
  if (value.startsWith("light-dark(")) return colourOf(inner("light-dark(")[isDark ? 1 : 0]!, tokens, isDark);
  if (value.startsWith("var(")) {
    const [name, otherwise] = inner("var(");
    return colourOf(tokens.get(name!) ?? otherwise!, tokens, isDark);
  }
  if (value.startsWith("color-mix(in oklab,")) {
    const parts = inner("color-mix(").slice(1);
    const share = /^(.*?)\s+(\d+)%$/u;
    const [first, second] = parts.map((part) => colourOf(share.exec(part)?.[1] ?? part, tokens, isDark));
    const given = parts.map((part) => share.exec(part)?.[2]);
    const part = given[0] === undefined ? 1 - Number(given[1]) / 100 : Number(given[0]) / 100;
    const [a, b] = [toLab(first!), toLab(second!)];
    return fromLab([0, 1, 2].map((at) => a[at]! * part + b[at]! * (1 - part)));
  }
  if (value.startsWith("oklch(")) {
    const [light, chroma, hue] = inlined(inner("oklch(")[0]!, tokens).split(/\s+/u).map(Number);
    const angle = (hue! * Math.PI) / 180;
    return fromLab([light!, chroma! * Math.cos(angle), chroma! * Math.sin(angle)]);
  }
  if (value.startsWith("rgb(")) {
    const [red, green, blue, , alpha] = inner("rgb(")[0]!.split(/\s+/u);
    return [Number(red) / 255, Number(green) / 255, Number(blue) / 255, Number.parseFloat(alpha!) / 100];
  }
  const digits = /^#([0-9a-f]{6})$/u.exec(value)?.[1];
  if (digits === undefined) throw new Error(`no colour: ${value}`);
  const at = (from: number) => Number.parseInt(digits.slice(from, from + 2), 16) / 255;
  return [at(0), at(2), at(4), 1];
}

/** What is seen where a colour lies on another. */
export function opaque(front: Colour, back: Colour): Colour {
  const mixed = [0, 1, 2].map((at) => front[at]! * front[3] + back[at]! * (1 - front[3]));
  return [mixed[0]!, mixed[1]!, mixed[2]!, 1];
}

/** WCAG 2.2: how much lighter one is than the other. What lets light through lies on the second. */
export function contrast(front: Colour, back: Colour): number {
  const seen = opaque(front, back).slice(0, 3);
  const [lighter, darker] = [luminance(seen), luminance(back.slice(0, 3))].sort((a, b) => b - a);
  return (lighter! + 0.05) / (darker! + 0.05);
}

function luminance(colour: readonly number[]): number {
  const [red, green, blue] = colour.map(toLinear);
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function fromLinear(value: number): number {
  const inside = Math.min(1, Math.max(0, value));
  return inside <= 0.0031308 ? inside * 12.92 : 1.055 * inside ** (1 / 2.4) - 0.055;
}

// OKLab, by Björn Ottosson's matrices.
function toLab(colour: Colour): number[] {
  const [red, green, blue] = [0, 1, 2].map((at) => toLinear(colour[at]!));
  const long = Math.cbrt(0.4122214708 * red! + 0.5363325363 * green! + 0.0514459929 * blue!);
  const middle = Math.cbrt(0.2119034982 * red! + 0.6806995451 * green! + 0.1073969566 * blue!);
  const short = Math.cbrt(0.0883024619 * red! + 0.2817188376 * green! + 0.6299787005 * blue!);
  return [
    0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short,
  ];
}

function fromLab(lab: readonly number[]): Colour {
  const [light, a, b] = lab as [number, number, number];
  const long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    fromLinear(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
    fromLinear(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
    fromLinear(-0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short),
    1,
  ];
}

function inlined(text: string, tokens: ReadonlyMap<string, string>): string {
  return text.replace(/var\((--\w+)(?:,\s*([^)]+))?\)/gu, (_, name: string, otherwise: string) => {
    return tokens.get(name) ?? otherwise;
  });
}

/** What stands between commas that are in no brackets. */
function partsOf(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of text) {
    if (letter === "(") depth++;
    if (letter === ")") depth--;
    if (letter === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop()!}${letter}`);
  }
  return parts.map((part) => part.trim());
}
