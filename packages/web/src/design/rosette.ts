import { sha256 } from "@noble/hashes/sha2.js";
import { Writer } from "@conclave/codec";

/** One thing that is painted, in a square from -50 to 50. */
export interface Stroke {
  readonly d: string;
  readonly fill: string;
  readonly opacity?: number;
}

/** A face that was made from a key. */
export interface Rosette {
  /** The hue of its ground in degrees: the person's hue. */
  readonly hue: number;
  readonly strokes: readonly Stroke[];
}

/** As large as this and less (px), and a face has fewer parts: they would be dots. */
const SMALL_PX = 28;
const MOST_KEPT = 2_000;
const kept = new Map<string, Rosette>();

/** The face of a person (decision 45): the same everywhere, another one where one bit of the key is another. */
export function rosetteOf(person: Uint8Array, size: number): Rosette {
  const isSmall = size <= SMALL_PX;
  const name = `${person.join()}${isSmall ? "s" : ""}`;
  const known = kept.get(name);
  if (known) return known;
  const made = rosette(faceBytes(person), isSmall);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(name, made);
  return made;
}

/** What a face is drawn from: the SHA-256 of the digest that the fingerprint's words come from (docs/protocol.md §3). */
export function faceBytes(person: Uint8Array): Uint8Array {
  return sha256(sha256(new Writer(96).text("conclave/fingerprint/person/v1").opaque(person).finish()));
}

const TONES = [0.54, 0.59, 0.64];
const SECOND = [70, 110, 150, 210, 250, 290];
const THIRD = 170;
const WIDTHS = [0.72, 0.92, 1.12];

type Point = readonly [x: number, y: number];
type Pen = (text: TemplateStringsArray, ...values: (Point | number)[]) => string;
type Form = (pen: Pen, reach: number, half: number) => string;

const ball: Form = (pen, reach, half) => {
  const at = half - reach;
  return pen`M${[-half, at]}A${half} ${half} 0 1 1 ${[half, at]}A${half} ${half} 0 1 1 ${[-half, at]}Z`;
};
const leaf: Form = (pen, reach, half) => {
  const [upper, lower] = [-0.78 * reach, -0.45 * reach];
  return (
    pen`M${[0, -reach]}C${[0.7 * half, upper]} ${[1.75 * half, lower]} ${[0, 0]}` +
    pen`C${[-1.75 * half, lower]} ${[-0.7 * half, upper]} ${[0, -reach]}Z`
  );
};
const kite: Form = (pen, reach, half) =>
  pen`M${[0, -reach]}L${[half, -0.55 * reach]}L${[0, 0]}L${[-half, -0.55 * reach]}Z`;
const bar: Form = (pen, reach, half) => {
  const round = 0.72 * half;
  const [top, foot] = [round - reach, -0.22 * reach - round];
  return (
    pen`M${[-round, top]}A${round} ${round} 0 0 1 ${[round, top]}` +
    pen`L${[round, foot]}A${round} ${round} 0 0 1 ${[-round, foot]}Z`
  );
};
const fan: Form = (pen, reach, half) =>
  pen`M${[0, 0]}L${[-half, half - reach]}A${half} ${half} 0 0 1 ${[half, half - reach]}Z`;
const moon: Form = (pen, reach, half) => {
  const wide = 1.08 * half;
  const at = -0.62 * reach;
  const inner = 1.35 * wide;
  return pen`M${[-wide, at]}A${wide} ${wide} 0 0 1 ${[wide, at]}A${inner} ${inner} 0 0 0 ${[-wide, at]}Z`;
};
const PETALS = [ball, leaf, kite, bar, fan, moon];

const innerBall: Form = (pen) => ball(pen, 25.6, 4.6);
const innerLeaf: Form = (pen) =>
  pen`M${[0, -29]}C${[5, -24]} ${[5, -17]} ${[0, -11]}C${[-5, -17]} ${[-5, -24]} ${[0, -29]}Z`;
const innerWedge: Form = (pen) => pen`M${[0, -28]}L${[5, -16]}L${[-5, -16]}Z`;
const innerBar: Form = (pen) =>
  pen`M${[-2.2, -26.8]}A2.2 2.2 0 0 1 ${[2.2, -26.8]}L${[2.2, -16.2]}A2.2 2.2 0 0 1 ${[-2.2, -16.2]}Z`;
const INNER = [innerBall, innerLeaf, innerWedge, innerBar];

/** @param bytes 13 or more of {@link faceBytes}. */
export function rosette(bytes: Uint8Array, isSmall: boolean): Rosette {
  const pick = (at: number, from: number) => bytes[at]! % from;
  const hue = 15 * pick(0, 24);
  const second = (hue + SECOND[pick(1, 6)]!) % 360;
  const isPale = pick(12, 2) === 0;
  const ground = oklch(TONES[pick(3, 3)]!, 0.115, hue);
  const petals = isPale ? oklch(0.91, 0.055, second) : oklch(0.3, 0.075, second);
  const odd = isPale ? oklch(0.83, 0.14, second + THIRD) : oklch(0.9, 0.11, second + THIRD);
  const inside = isPale ? oklch(0.28, 0.07, hue) : oklch(0.94, 0.035, hue);

  const count = 3 + pick(2, 6);
  const step = 360 / count;
  const turn = (step / 4) * pick(6, 4);
  const reach = isSmall ? 46 : 42;
  // As wide as fits beside the next one, and no wider than a flower has them.
  const fits = Math.min(16, 0.56 * reach * Math.sin(Math.PI / count));
  const half = fits * WIDTHS[pick(5, 3)]! * (isSmall ? 1.12 : 1);
  const other = pick(11, count);
  const petal = (from: number) => PETALS[pick(4, 6)]!(penOf(turn + from * step), reach, half);
  const all = Array.from({ length: count }, (_, at) => at);

  const strokes: Stroke[] = [{ d: disc(50), fill: ground }];
  if (!isSmall) strokes.push(...rim(pick(10, 4), inside, all, (at) => turn + (at + 0.5) * step));
  strokes.push({
    d: all
      .filter((at) => at !== other)
      .map(petal)
      .join(""),
    fill: petals,
  });
  strokes.push({ d: petal(other), fill: odd });
  if (!isSmall) {
    const from = turn + (pick(8, 2) * step) / 2;
    const form = INNER[pick(7, 4)]!;
    strokes.push({ d: all.map((at) => form(penOf(from + at * step), 0, 0)).join(""), fill: inside });
  }
  strokes.push(...heart(pick(9, 3), isSmall ? 12 : 9, inside, odd, ground));
  return { hue, strokes };
}

function rim(kind: number, fill: string, all: readonly number[], between: (at: number) => number): Stroke[] {
  if (kind === 1) return [{ d: `${disc(46)}${hole(44)}`, fill, opacity: 0.6 }];
  if (kind === 2) return [{ d: all.map((at) => ball(penOf(between(at)), 43.6, 2.6)).join(""), fill }];
  if (kind === 3) return [{ d: disc(34), fill, opacity: 0.35 }];
  return [];
}

function heart(kind: number, radius: number, fill: string, eye: string, ground: string): Stroke[] {
  if (kind === 0) return [{ d: disc(radius), fill }];
  const [inner, colour] = kind === 1 ? [0.56, ground] : [0.44, eye];
  return [
    { d: disc(radius), fill },
    { d: disc(radius * inner), fill: colour },
  ];
}

/** Writes a path that is turned round the middle by so many degrees: points turn, lengths stay. */
function penOf(degrees: number): Pen {
  const angle = (degrees * Math.PI) / 180;
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const turned = ([x, y]: Point) => `${short(x * cos - y * sin)} ${short(x * sin + y * cos)}`;
  return (text, ...values) =>
    values.reduce<string>(
      (path, value, at) => path + (typeof value === "number" ? short(value) : turned(value)) + text[at + 1]!,
      text[0]!,
    );
}

function disc(radius: number): string {
  const r = short(radius);
  return `M-${r} 0A${r} ${r} 0 1 1 ${r} 0A${r} ${r} 0 1 1 -${r} 0Z`;
}

function hole(radius: number): string {
  const r = short(radius);
  return `M-${r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 -${r} 0Z`;
}

function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function oklch(light: number, chroma: number, hue: number): string {
  return `oklch(${light} ${chroma} ${Math.round(hue) % 360})`;
}
