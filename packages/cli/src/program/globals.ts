import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { CliError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import type { Home } from "../session/home.js";
import type { HomeRoom } from "../session/homeRoom.js";
import type { Access } from "../session/openHome.js";
import { Output } from "../terminal/output.js";
import { safeLine, safeText } from "../terminal/safeText.js";

/** What every command takes. */
export interface Globals {
  readonly json: boolean;
  readonly home: string;
  readonly room: string | null;
}

/** The options as commander gives them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** What `--yes` is for, where something cannot be undone: every such command has it. */
export const FOR_GOOD = "do not ask for confirmation; needed where nobody can be asked";

const SILENCE = 1500;
/** The relay has lost the room, or holds something back, or we are too old to read on: what is stored here can be looked at. */
const BESIDE: ReadonlySet<string> = new Set(["RELAY_ROOM_UNKNOWN", "BEHIND", "UPDATE_NEEDED"]);
/** How long a command may take on top, for what is owed in its room (ms). */
const OWED_MS = 3000;

export function globalsOf(options: Options): Globals {
  const home = options["home"] ?? process.env["CONCLAVE_HOME"] ?? join(homedir(), ".conclave");
  const room = options["room"] ?? process.env["CONCLAVE_ROOM"];
  return {
    json: options["json"] === true,
    home: resolve(String(home)),
    room: typeof room === "string" && room !== "" ? room : null,
  };
}

/** Where a command finds its own name, as it is typed, among its options. */
export const COMMAND_NAME = "commandName";

/** Everything that a command works with. */
export interface CommandContext extends Globals {
  readonly output: Output;
  readonly options: Options;
}

export function contextOf(options: Options): CommandContext {
  const globals = globalsOf(options);
  const kind = String(options[COMMAND_NAME] ?? "");
  return { ...globals, options, output: new Output(globals.json, kind) };
}

const ONLY_STORED = {
  in_use: "Another process uses this home. This is what it has stored.",
  read_only: "This home may only be read. This is what is stored in it.",
};

/** Opens this home, does the work, closes it whatever happens. */
export async function withHome<T>(
  { home: folder, options, output }: CommandContext,
  access: Access,
  work: (home: Home, isConnected: boolean) => Promise<T> | T,
): Promise<T> {
  const { openHome } = await import("../session/openHome.js");
  const { home, isConnected, onlyStored } = await openHome(folder, access);
  if (onlyStored) output.note(ONLY_STORED[onlyStored]);
  if (options["trustClock"] === true) home.trustClock();
  try {
    return await work(home, isConnected);
  } finally {
    await home.close();
  }
}

/**
 * The same for the room that was meant, in step with its relay. Who only reads is shown what is stored where the relay
 * cannot be reached, and told so.
 */
export async function withRoom<T>(
  context: CommandContext,
  access: Access,
  work: (room: HomeRoom, isCurrent: boolean) => Promise<T> | T,
): Promise<T> {
  const { output, options } = context;
  const wanted = access === "read" && options["offline"] === true ? "stored" : access;
  return await withHome(context, wanted, async (home, isConnected) => {
    const room = home.room(context.room);
    output.about(room.summary().id);
    const tellAlarms = newAlarms(output, room);
    try {
      if (access === "write") await waiting(output, room.sync());
      const isCurrent = access === "write" || (isConnected && (await hasLooked(output, room)));
      // Before, so that nobody who has said farewell gets what is sent now; and after, for what the work itself leaves.
      const left = isCurrent ? await settle(output, room) : 0;
      const result = await work(room, isCurrent);
      if (isCurrent) await settle(output, room, left);
      return result;
    } finally {
      tellAlarms();
    }
  });
}

/** What was caught while a command ran is told by that command, whatever else came of it: call what this gives at its end. */
export function newAlarms(output: Output, room: HomeRoom): () => void {
  const before = room.status().alarms.length;
  return () => {
    const caught = room.status().alarms.slice(before);
    for (const { code, sentence, advice } of caught)
      output.warn(`ALARM  ${safeText(sentence)}\n  ${safeText(advice)}`, code);
    if (caught.length > 0) process.exitCode = EXIT.alarm;
  };
}

/**
 * What is owed in the room is done while this process is there, and told (see `conclave sync`). Takes `most` ms at most, and
 * gives how much of that is left.
 */
export async function settle(output: Output, room: HomeRoom, most = OWED_MS): Promise<number> {
  const begun = performance.now();
  const { decisions } = await room.settle(most);
  for (const { summary } of decisions) output.note(`Done on the way: ${safeLine(summary)}.`);
  return Math.max(0, most - (performance.now() - begun));
}

/** Whether the room is in step with its relay; says so where it is not, and why. @throws CliError for what is neither outage nor alarm */
export async function hasLooked(output: Output, room: HomeRoom): Promise<boolean> {
  try {
    return await waiting(output, room.look());
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The relay keeps something back, or is not the room's: what is here is shown, and the exit code says that it is not all.
    if (error.exit === EXIT.alarm) process.exitCode = EXIT.alarm;
    else if (error.exit !== EXIT.unreachable && !BESIDE.has(error.code)) throw error;
    output.warn(`${error.message} This is what is stored here.`, error.code);
    return false;
  }
}

/** Says after a while that something is waited for. */
export async function waiting<T>(output: Output, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    output.note("Waiting for the relay …");
  }, SILENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

/** Work that Ctrl-C ends in good order: what it has begun is cleared away. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const cancel = new AbortController();
  const stop = () => {
    cancel.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    return await work(cancel.signal);
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}
