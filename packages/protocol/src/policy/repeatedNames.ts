/** A name that stands more than once in one object of a JSON text. */
export interface RepeatedName {
  readonly name: string;
  /** The names and indexes that lead to the object. */
  readonly path: readonly (string | number)[];
}

interface Open {
  /** Of an object; null for an array. */
  readonly names: Set<string> | null;
  /** The name or index of the value that is read now. */
  at: string | number;
}

const PUNCTUATION = "[]{},:";

/** Every name that an object of a JSON text repeats, in order: `JSON.parse` takes the last value, and tells nobody. `text`: what it takes. */
export function repeatedNames(text: string): readonly RepeatedName[] {
  const found: RepeatedName[] = [];
  const open: Open[] = [];
  let isName = false;
  for (const token of tokensOf(text)) {
    const inner = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ names: token === "{" ? new Set() : null, at: 0 });
      isName = token === "{";
    } else if (token === "}" || token === "]") open.pop();
    else if (token === "," && inner) {
      isName = inner.names !== null;
      if (typeof inner.at === "number") inner.at++;
    } else if (token !== "," && token !== ":" && isName && inner?.names) {
      const name = JSON.parse(token) as string;
      if (inner.names.has(name)) found.push({ name, path: open.slice(0, -1).map(({ at }) => at) });
      inner.names.add(name);
      inner.at = name;
      isName = false;
    }
  }
  return found;
}

/** The strings and the punctuation of a JSON text. By hand: a regular expression keeps a place for each character of a long string. */
function* tokensOf(text: string): Iterable<string> {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      const end = endOfString(text, at);
      yield text.slice(at, end);
      at = end - 1;
    } else if (PUNCTUATION.includes(text[at]!)) yield text[at]!;
  }
}

/** Behind the string that begins here. */
function endOfString(text: string, begin: number): number {
  let at = begin + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}
