import type { Fate } from "@conclave/client";
import { exitOf } from "./errorCodes.js";
import type { ExitCode } from "./exitCode.js";

/** What `--json` prints when a command fails. */
export interface ErrorDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    /** What became of what was to be sent or decided; only there if there was something. */
    readonly fate?: Fate;
  };
}

/**
 * A failure that a person is told about: one sentence, and what to do about it. `code` is stable.
 *
 * RULE: cli.no-secrets: neither sentence may contain an invite link, recovery words, a token or the contents of a file; errors
 * end up in logs and bug reports (attack A36).
 */
export class CliError extends Error {
  override readonly name = "CliError";
  /** What became of what was stored before; null where nothing was. */
  fate: Fate | null = null;

  constructor(
    readonly code: string,
    message: string,
    readonly hint: string | null = null,
    readonly exit: ExitCode = exitOf(code),
    /** What programs are told besides: ids, never a secret. */
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }

  toDocument(): ErrorDocument {
    const { code, message, hint, fate, more } = this;
    return { error: { code, message, hint, ...(fate && { fate }) }, ...more };
  }
}

/** What went wrong inside Conclave: for a person who cannot mend it, and for who can. */
export function internalError(error: unknown): CliError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const trace =
    process.env["CONCLAVE_DEBUG"] === "1" ? (cause.stack ?? null) : "CONCLAVE_DEBUG=1 shows where. Please report it.";
  return new CliError("INTERNAL", `Something went wrong inside Conclave: ${cause.message}`, trace);
}

/** A mistake in the command line: exit code 2. */
export function usageError(message: string, hint: string | null = null): CliError {
  return new CliError("USAGE", message, hint);
}
