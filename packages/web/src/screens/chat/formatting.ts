/** What the bar and its keys do to a text. */
export type Format = "bold" | "italic" | "strike" | "code" | "bullets" | "numbers" | "quote" | "codeBlock";

/** A text with what is selected of it. */
export interface Selected {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A change of a text: what stands from `from` to `to` becomes `insert`; then this is selected. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  readonly start: number;
  readonly end: number;
}

const MARKS = { bold: "**", italic: "*", strike: "~~" } as const;
const PREFIX = { bullets: /^- /u, numbers: /^\d{1,9}[.)] /u, quote: /^> ?/u } as const;
const ANY_LIST = /^(?:- |\d{1,9}[.)] )/u;
const CONTINUED = /^(?<before>\s*(?:>+ )*)(?:(?:(?<bullet>[-*])|(?<digits>\d{1,9})(?<point>[.)])) )?/u;

/** The keys of each format, as the list of keys shows them. */
export const FORMAT_KEYS: Readonly<Record<Format, string>> = {
  bold: "mod+b",
  italic: "mod+i",
  strike: "mod+shift+x",
  code: "mod+shift+c",
  numbers: "mod+shift+7",
  bullets: "mod+shift+8",
  quote: "mod+shift+9",
  codeBlock: "mod+alt+shift+c",
};

type Keys = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Which format these keys are for, or null. Digits go by the key, not by what Shift makes of it. */
export function formatOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }: Keys): Format | null {
  const pressed = /^Digit\d$/u.test(code) ? code.slice(5) : key.toLowerCase();
  const keys = [
    ...(ctrlKey || metaKey ? ["mod"] : []),
    ...(altKey ? ["alt"] : []),
    ...(shiftKey ? ["shift"] : []),
    pressed,
  ].join("+");
  const found = Object.entries(FORMAT_KEYS).find(([, each]) => each === keys);
  return found ? (found[0] as Format) : null;
}

/** Puts a format on what is selected, or takes it away where it is there. */
export function formatted(selected: Selected, format: Format): TextChange {
  switch (format) {
    case "bold":
    case "italic":
    case "strike":
      return marked(selected, MARKS[format]);
    case "code":
      return chosen(selected).includes("\n") ? fenced(selected) : marked(selected, "`");
    case "bullets":
    case "numbers":
    case "quote":
      return prefixed(selected, format);
    case "codeBlock":
      return fenced(selected);
  }
}

/** What a new line begins with in a list or a quote: the next item; null where it is a line like any other. */
export function continued({ text, start, end }: Selected): TextChange | null {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const line = text.slice(from, start);
  const { before = "", bullet, digits, point } = CONTINUED.exec(line)?.groups ?? {};
  const mark = bullet ?? (digits === undefined ? "" : `${String(Number(digits) + 1)}${point!}`);
  const lead = `${before}${mark}${mark === "" ? "" : " "}`;
  if (lead.trim() === "") return null;
  // An item with nothing in it ends the list.
  if (line.trimEnd().length < lead.length) return { from, to: end, insert: "", start: from, end: from };
  const insert = `\n${lead}`;
  return { from: start, to: end, insert, start: start + insert.length, end: start + insert.length };
}

function chosen({ text, start, end }: Selected): string {
  return text.slice(start, end);
}

// A mark is on one line: of several each has its own.
function marked(selected: Selected, mark: string): TextChange {
  const { text } = selected;
  const inside = chosen(selected);
  const start = selected.start + (inside.length - inside.trimStart().length);
  const core = inside.trim();
  const end = core === "" ? start : start + core.length;
  if (core === "") return emptyMark(text, selected.start, selected.end, mark);
  if (hasMark(text.slice(0, start), text.slice(end), mark)) {
    const from = start - mark.length;
    return { from, to: end + mark.length, insert: core, start: from, end: from + core.length };
  }
  const lines = core.split("\n");
  const full = lines.filter((line) => line.trim() !== "");
  const isOn = full.every((line) => {
    const [one, other] = [edgeOf(line, mark), line.length - edgeOf(line, mark)];
    return one < other && hasMark(line.slice(0, one), line.slice(other), mark);
  });
  const insert = lines
    .map((line) => {
      if (line.trim() === "") return line;
      if (isOn) return line.slice(mark.length, -mark.length);
      return mark + line + mark;
    })
    .join("\n");
  const isOne = lines.length === 1 && !isOn;
  // Of one line its words stay selected, so that the next format is put on them too.
  const [first, last] = isOne
    ? [start + mark.length, start + mark.length + core.length]
    : [start, start + insert.length];
  return { from: start, to: end, insert, start: first, end: last };
}

function emptyMark(text: string, start: number, end: number, mark: string): TextChange {
  if (start === end && hasMark(text.slice(0, start), text.slice(end), mark)) {
    const from = start - mark.length;
    return { from, to: end + mark.length, insert: "", start: from, end: from };
  }
  const caret = start + mark.length;
  return { from: start, to: end, insert: mark + mark, start: caret, end: caret };
}

function edgeOf(line: string, mark: string): number {
  return mark.startsWith("*") ? /^\**/u.exec(line)![0].length : mark.length;
}

// One star is italic, two are bold, three are both.
function hasMark(before: string, after: string, mark: string): boolean {
  if (!mark.startsWith("*")) return before.endsWith(mark) && after.startsWith(mark);
  const stars = Math.min(/\**$/u.exec(before)![0].length, /^\**/u.exec(after)![0].length);
  return mark === "**" ? stars >= 2 : stars === 1 || stars === 3;
}

function linesOf({ text, start, end }: Selected): { from: number; to: number; lines: string[] } {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const to = next < 0 ? text.length : next;
  return { from, to, lines: text.slice(from, to).split("\n") };
}

function prefixed(selected: Selected, format: keyof typeof PREFIX): TextChange {
  const { from, to, lines } = linesOf(selected);
  const pattern = PREFIX[format];
  const isOn =
    lines.every((line) => line.trim() === "" || pattern.test(line)) && lines.some((line) => pattern.test(line));
  const insert = lines
    .map((line, at) => {
      if (isOn) return line.replace(pattern, "");
      if (format === "quote") return `> ${line}`;
      return `${format === "bullets" ? "-" : `${String(at + 1)}.`} ${line.replace(ANY_LIST, "")}`;
    })
    .join("\n");
  const end = from + insert.length;
  if (selected.start !== selected.end) return { from, to, insert, start: from, end };
  const caret = Math.max(from, selected.start + insert.length - (to - from));
  return { from, to, insert, start: caret, end: caret };
}

function fenced(selected: Selected): TextChange {
  const { from, to, lines } = linesOf(selected);
  const isOn = lines.length > 1 && lines[0]!.startsWith("```") && lines.at(-1)!.trim() === "```";
  const inner = (isOn ? lines.slice(1, -1) : lines).join("\n");
  const insert = isOn ? inner : `\`\`\`\n${inner}\n\`\`\``;
  const start = isOn ? from : from + 4;
  // Without a selection one goes on to type in it.
  if (selected.start === selected.end) {
    const caret = start + Math.min(inner.length, Math.max(0, selected.start - from));
    return { from, to, insert, start: caret, end: caret };
  }
  return { from, to, insert, start: from, end: from + insert.length };
}
