import { createSecureContext } from "node:tls";

/** Why a relay did not start. The codes are stable; the cause is the system's own error, if there is one. */
export class RelayStartError extends Error {
  override readonly name = "RelayStartError";

  constructor(
    /**
     * `data_in_use`: another relay runs on this data folder. `data_unusable`: the folder, database or key cannot be made
     * or read. `tls_unusable`: the certificate or its key is not one, or they do not belong together. `port_in_use`, `port_denied`, `host_unknown`, `listen_failed`: the address cannot be listened on.
     */
    readonly code:
      | "data_in_use"
      | "data_unusable"
      | "tls_unusable"
      | "port_in_use"
      | "port_denied"
      | "host_unknown"
      | "listen_failed",
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

const LISTEN_CODES: Readonly<Record<string, RelayStartError["code"]>> = {
  EADDRINUSE: "port_in_use",
  EACCES: "port_denied",
  EADDRNOTAVAIL: "host_unknown",
  ENOTFOUND: "host_unknown",
};

/** Why the address cannot be listened on. */
export function listenError(cause: unknown): RelayStartError {
  const code = LISTEN_CODES[(cause as NodeJS.ErrnoException).code ?? ""] ?? "listen_failed";
  return new RelayStartError(code, messageOf(cause), cause);
}

/** Does a step of starting that needs the data folder. @throws RelayStartError `data_unusable` when it fails. */
export function dataStep<T>(step: () => T): T {
  try {
    return step();
  } catch (cause) {
    throw new RelayStartError("data_unusable", messageOf(cause), cause);
  }
}

/** The same of a step that is waited for. */
export async function dataStepDone<T>(step: Promise<T>): Promise<T> {
  return await step.catch((cause: unknown) => {
    throw new RelayStartError("data_unusable", messageOf(cause), cause);
  });
}

/** Checks the certificate before anything is started that would have to be stopped. @throws RelayStartError `tls_unusable` */
export function checkTls(tls: { readonly key: string; readonly cert: string }): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new RelayStartError("tls_unusable", messageOf(cause), cause);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "the relay did not start";
}
