import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Session } from "../model/session.js";
import { Output } from "../terminal/output.js";

/** What every command takes. */
export interface Globals {
  readonly json: boolean;
  readonly home: string;
  readonly room: string | null;
}

/** The options as commander gives them. */
export type Options = Readonly<Record<string, string | boolean | undefined>>;

export function globalsOf(options: Options): Globals {
  const home = options["home"] ?? process.env["CONCLAVE_HOME"] ?? join(homedir(), ".conclave");
  const room = options["room"] ?? process.env["CONCLAVE_ROOM"];
  return {
    json: options["json"] === true,
    home: resolve(String(home)),
    room: typeof room === "string" && room !== "" ? room : null,
  };
}

/** Everything that a command works with. */
export interface CommandContext extends Globals {
  readonly output: Output;
  readonly options: Options;
}

export function contextOf(options: Options): CommandContext {
  const globals = globalsOf(options);
  return { ...globals, options, output: new Output(globals.json) };
}

/** Opens this home, does the work, closes it whatever happens. */
export async function withSession<T>(
  context: CommandContext,
  access: "read" | "write",
  command: string,
  work: (session: Session) => Promise<T> | T,
): Promise<T> {
  const { openSession } = await import("../session/openSession.js");
  const session = await openSession({ home: context.home, access, command });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
