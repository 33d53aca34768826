import { CliError } from "../cliError.js";
import type { Session } from "../model/session.js";

export interface OpenOptions {
  readonly home: string;
  /** `read` needs no lock and no relay: it shows what is stored. */
  readonly access: "read" | "write";
  readonly command: string;
}

export function openSession(options: OpenOptions): Promise<Session> {
  return Promise.reject(new CliError("UNFINISHED", `Nothing can open ${options.home} yet.`));
}
