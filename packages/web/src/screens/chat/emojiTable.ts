import type { Language } from "@conclave/words";

/** An emoji with what it is found by. */
export interface EmojiEntry {
  readonly emoji: string;
  readonly group: EmojiGroup;
  readonly hasTones: boolean;
  readonly name: string;
  /** `tada` of `:tada:`, the first one the shortest. */
  readonly codes: readonly string[];
  /** All words, folded, each with a space before it. */
  readonly words: string;
}

/** The groups in their order, with the numbers that Unicode's data has for them. */
export const EMOJI_GROUPS = {
  smileys: 0,
  people: 1,
  nature: 3,
  food: 4,
  travel: 5,
  activities: 6,
  objects: 7,
  symbols: 8,
  flags: 9,
} as const;
export type EmojiGroup = keyof typeof EMOJI_GROUPS;

const groupOf = new Map(Object.entries(EMOJI_GROUPS).map(([name, at]) => [String(at), name as EmojiGroup]));
const fetched: Readonly<Record<Language, () => Promise<{ readonly default: string }>>> = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
  fr: () => import("virtual:emoji/fr"),
};
const tables = new Map<Language, readonly EmojiEntry[]>();

/** All emoji with the words of a language: fetched when they are first wanted. */
export async function loadEmoji(language: Language): Promise<readonly EmojiEntry[]> {
  const known = tables.get(language);
  if (known) return known;
  const { default: text } = await fetched[language]();
  const table = readTable(text);
  tables.set(language, table);
  return table;
}

/** The same, if it is here already. */
export function loadedEmoji(language: Language): readonly EmojiEntry[] | null {
  return tables.get(language) ?? null;
}

/** The lines that `vite.emoji.mjs` writes. */
export function readTable(text: string): EmojiEntry[] {
  return text.split("\n").map((line) => {
    const [emoji = "", group = "", tones, name = "", codes = "", tags = ""] = line.split("\t");
    const all = codes === "" ? [] : codes.split(" ");
    return {
      emoji,
      group: groupOf.get(group) ?? "symbols",
      hasTones: tones === "1",
      name,
      codes: all.toSorted((one, other) => one.length - other.length),
      words: folded(` ${name} ${all.join(" ")} ${codes.replaceAll("_", " ")} ${tags}`),
    };
  });
}

/** Those whose words begin with each word that is asked for; first those whose code or name does. */
export function searchEmoji(table: readonly EmojiEntry[], query: string): EmojiEntry[] {
  const wanted = folded(query.replaceAll(":", " "))
    .split(/\s+/u)
    .filter((word) => word !== "");
  if (wanted.length === 0) return [];
  const whole = wanted.join("_");
  const rank = ({ codes, name }: EmojiEntry): number => {
    if (codes.includes(whole)) return 0;
    if (codes.some((code) => code.startsWith(whole))) return 1;
    return folded(name).startsWith(wanted.join(" ")) ? 2 : 3;
  };
  return table
    .filter(({ words }) => wanted.every((word) => words.includes(` ${word}`)))
    .map((entry) => ({ entry, rank: rank(entry) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ entry }) => entry);
}

/** Skin tones, from light to dark; the first is none. */
export const TONES = ["", "\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"] as const;

/** An emoji in a skin tone: one of {@link TONES}. */
export function withTone({ emoji, hasTones }: Pick<EmojiEntry, "emoji" | "hasTones">, tone: string): string {
  if (!hasTones || tone === "") return emoji;
  return emoji.replace(/(\p{Emoji_Modifier_Base})\ufe0f?/gu, `$1${tone}`);
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
