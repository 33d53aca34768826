import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Output } from "../terminal/output.js";

/** What every command takes. */
export interface Globals {
  readonly json: boolean;
  readonly home: string;
  readonly room: string | null;
}

/** The options as commander gives them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

/** The words for policies. */
export const PRESETS = "owner, admins:N, everyone, add-only or open";
/** What a person can type where a policy is asked for. */
export const POLICIES = `${PRESETS}; or a file with a policy (./owner is a file)`;

/** What `--yes` does: every command that does something final has it. */
export const FOR_GOOD = "don't ask for confirmation; scripts need this, because nobody can answer there";

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
