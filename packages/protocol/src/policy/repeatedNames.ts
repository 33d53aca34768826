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

const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]/gsu;

/** Every name that an object of a JSON text repeats, in order: `JSON.parse` takes the last value, and tells nobody. `text`: what it takes. */
export function repeatedNames(text: string): readonly RepeatedName[] {
  const found: RepeatedName[] = [];
  const open: Open[] = [];
  let isName = false;
  for (const [token] of text.matchAll(TOKENS)) {
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
