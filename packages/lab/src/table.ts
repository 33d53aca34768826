import type { Ending } from "./attacks.js";
import type { Cost } from "./costs.js";
import type { Result } from "./lab.js";

const ENDINGS: Record<Ending, string> = { fails: "no", shows: "yes, and it shows", works: "**yes**" };

/** How the attacks ended, as a table in Markdown. */
export function attackTable(results: readonly Result[]): string {
  const head = [
    "",
    "the server adds a key and reads",
    "a removed member reads on",
    "an old list works again",
    "two see two lists",
    "owner away: others talk",
    "owner away: others remove",
  ];
  return table(
    head,
    results.map(({ title, attacks }) => [
      title,
      ENDINGS[attacks.serverAddsKey],
      ENDINGS[attacks.removedReadsOn],
      ENDINGS[attacks.oldListReplayed],
      ENDINGS[attacks.twoLists],
      attacks.ownerAway.talk ? "yes" : "**no**",
      attacks.ownerAway.remove ? "yes" : "**no**",
    ]),
  );
}

/** What one thing costs at these sizes: bytes uploaded by all and delivered to all. */
export function bytesTable(results: readonly Result[], what: "add" | "say" | "remove"): string {
  const sizes = results[0]!.costs.map(({ size }) => size);
  return table(
    ["people", ...sizes.map((size) => size.toLocaleString("en"))],
    results.map(({ title, costs }) => [title, ...costs.map((each) => bothWays(each[what]))]),
  );
}

/** Milliseconds of processor time for the acting member, the busiest other member and the server, at the largest size. */
export function workTable(results: readonly Result[]): string {
  const cells = ({ actorMs, otherMs, serverMs }: Cost) => [actorMs, otherMs, serverMs].map(milliseconds).join(" / ");
  return table(
    ["ms of actor / busiest other / server", "joining", "a message", "removal"],
    results.map(({ title, costs }) => {
      const { add, say, remove } = costs.at(-1)!;
      return [title, cells(add), cells(say), cells(remove)];
    }),
  );
}

function bothWays({ uploaded, delivered }: Cost): string {
  return `${bytes(uploaded)} / ${bytes(delivered)}`;
}

function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const [size, unit] = count < 1e6 ? [count / 1e3, "kB"] : [count / 1e6, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

function milliseconds(ms: number): string {
  return ms < 1 ? "<1" : String(Math.round(ms));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
