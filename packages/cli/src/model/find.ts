import { CliError } from "../cliError.js";
import { safeName } from "../terminal/safeText.js";

interface Findable {
  readonly id: string;
  readonly name: string;
  readonly tag?: string;
}

/**
 * The one item that the text names: exactly its name, `name#tag` or id, else the one that is shown so, which may be shorter
 * and plainer, else the one whose name is the same without regard to capitals, else the one whose tag or id begins so (at
 * least four characters).
 * @throws CliError NOT_FOUND or AMBIGUOUS, which lists what it could be.
 */
export function findOne<T extends Findable>(what: string, text: string, items: readonly T[]): T {
  const wanted = text.trim().replace(/^@/u, "");
  const full = (item: T) => (item.tag === undefined ? item.name : `${item.name}#${item.tag}`);
  const shown = (item: T) => safeName(item.name);
  const folded = (value: string) => value.normalize("NFKC").toLowerCase();
  const handle = (item: T) =>
    item.tag === undefined
      ? `${safeName(item.name)}  ${item.id.slice(0, 12)}`
      : full({ ...item, name: safeName(item.name) });
  const isPrefix = (value: string | undefined) =>
    wanted.length >= 4 && value?.startsWith(wanted.toLowerCase().replace(/^#/u, "")) === true;
  const ways: ((item: T) => boolean)[] = [
    (item) => item.id === wanted || full(item) === wanted || item.name === wanted,
    (item) => shown(item) === wanted || full({ ...item, name: shown(item) }) === wanted,
    (item) => folded(item.name) === folded(wanted) || folded(full(item)) === folded(wanted),
    (item) => isPrefix(item.id) || isPrefix(item.tag),
  ];
  for (const matches of ways) {
    const found = items.filter(matches);
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      const list = found.map(handle);
      throw new CliError(
        "AMBIGUOUS",
        `More than one ${what} is called "${safeName(wanted)}".`,
        `Say which:\n  ${list.join("\n  ")}`,
      );
    }
  }
  // Where two are called the same, the list says which is which: what it lists can be typed.
  const isOnly = (item: T) => items.every((each) => each === item || folded(shown(each)) !== folded(shown(item)));
  const listed = (item: T) =>
    isOnly(item) ? shown(item) : item.tag === undefined ? `${shown(item)} (${item.id.slice(0, 12)})` : handle(item);
  const names = items.slice(0, 12).map(listed);
  throw new CliError(
    "NOT_FOUND",
    `No ${what} is called "${safeName(wanted)}".`,
    names.length > 0 ? `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}.` : null,
  );
}
