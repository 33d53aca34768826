import { existsSync, readFileSync, realpathSync } from "node:fs";
import { basename, delimiter, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { shellWord } from "./shellWord.js";

/** How a clone's own program is started from its folder. Without `--no`, npx would elsewhere fetch a stranger's package. */
export const IN_CLONE = "npx --no conclave";

/** Stands in a command for an invite link, in the quotes that remind of it. */
export const LINK = Symbol("an invite link");
/** A word of a command line as it is meant; it is quoted where a shell needs that. */
export type Word = string | typeof LINK;

/** What a process was started with. */
export interface Start {
  readonly script: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly execPath: string;
  /** The folder of the clone that the program may be in; whether it is a clone is checked. */
  readonly clone: string;
}

/** What npx writes into its folder's package.json. */
interface Fetched {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly _npx?: { readonly packages?: readonly string[] };
}

const CLONE = fileURLToPath(new URL("../../../../", import.meta.url));
let selected: { home: string | null; room: string | null } = { home: null, room: null };
let program: string | null = null;

/**
 * Remembers which home and room the person means, as they typed it, so that the commands that they are told to type next
 * mean the same: call it before anything is said.
 */
export function noteSelection(options: Readonly<Record<string, unknown>>, env: NodeJS.ProcessEnv = process.env): void {
  const given = (name: string, variable: string) => {
    const value = options[name] ?? env[variable];
    return typeof value === "string" && value !== "" ? value : null;
  };
  selected = { home: given("home", "CONCLAVE_HOME"), room: given("room", "CONCLAVE_ROOM") };
}

/** The commands that follow mean this room: for people who have several. */
export function noteRoom(room: string): void {
  selected = { ...selected, room };
}

/** A command line for the same person to type next, ready to be pasted: same program, same home, same room. */
export function nextCommand(...words: readonly Word[]): string {
  const { home, room } = selected;
  return otherCommand(
    ...words,
    ...(room === null || words[0] === "room" || words[0] === "join" ? [] : ["--room", room]),
    ...(home === null ? [] : ["--home", home]),
  );
}

/** A command line for somebody else, or for another home, as `words` say it. */
export function otherCommand(...words: readonly Word[]): string {
  return [programName(), ...words.map((word) => (word === LINK ? "'LINK'" : shellWord(word)))].join(" ");
}

/** How this program was started, as people type it in a shell. */
export function programName(): string {
  const { argv, env, execPath } = process;
  program ??= nameOf({ script: argv[1] ?? "conclave", cwd: process.cwd(), env, execPath, clone: CLONE });
  return program;
}

/** {@link programName} of a process that was started this way. */
export function nameOf({ script, cwd, env, execPath, clone }: Start): string {
  const link = join(clone, "node_modules", ".bin", "conclave");
  const isInside = cwd === resolve(clone) || cwd.startsWith(resolve(clone) + sep);
  // `npm start` and `npx conclave` in a clone: there npx finds its own program, and never asks a registry for one.
  if (env["npm_command"] !== undefined && isInside && existsSync(link)) return IN_CLONE;
  const fetched = env["npm_command"] === "exec" ? fetchedBy(script, cwd) : null;
  if (fetched !== null) return `npx ${shellWord(fetched)}`;
  if (basename(script) === "conclave" && isSame(onPath("conclave", env), script)) return "conclave";
  const node = isSame(onPath("node", env), execPath) ? "node" : execPath;
  const path = relative(cwd, script);
  return `${shellWord(node)} ${shellWord(path.startsWith("..") ? script : path)}`;
}

/** Whether this program is a clone's own, which whoever runs it can build again; else it was installed. */
export function isInClone(): boolean {
  return existsSync(join(CLONE, "packages/cli/src"));
}

/** A text of `--help` with this program's name where it says `conclave`. */
export function withProgramName(text: string): string {
  return text.replace(/(?<![\w./-])conclave(?= [a-z[])/gu, () => programName());
}

// npx keeps what it fetched in a folder of its own, which is on the PATH of no shell. There it notes what it was asked for.
function fetchedBy(script: string, cwd: string): string | null {
  const folder = dirname(dirname(dirname(script)));
  if (basename(dirname(folder)) !== "_npx") return null;
  try {
    const { dependencies, _npx } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Fetched;
    const file = Object.values(dependencies ?? {}).find((place) => place.startsWith("file:"));
    if (file === undefined) return _npx?.packages?.[0] ?? null;
    const path = relative(cwd, resolve(folder, file.slice("file:".length)));
    return path.startsWith("..") ? path : `./${path}`;
  } catch {
    return null;
  }
}

function onPath(name: string, env: NodeJS.ProcessEnv): string | null {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function isSame(found: string | null, path: string): boolean {
  try {
    return found !== null && realpathSync(found) === realpathSync(path);
  } catch {
    return false;
  }
}
