import { certificateError } from "../session/reach.js";
import { CliError } from "../cliError.js";

/** One answer of a host. */
export interface HostedFile {
  readonly status: number;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

const TIMEOUT_MS = 20_000;
// As a browser asks: a host that serves browsers something else than scripts should not know the one from the other.
const AS_BROWSER = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-language": "en-GB,en;q=0.9",
};

/**
 * Fetches one file of a host, reading at most `limit` bytes and one more.
 * @throws CliError `UNREACHABLE` (exit 3) when the host does not answer; `CERTIFICATE` when its certificate is not accepted.
 */
export async function fetchHostedFile(base: URL, path: string, limit: number): Promise<HostedFile> {
  try {
    const response = await fetch(new URL(path, base), {
      headers: AS_BROWSER,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, headers: response.headers, bytes: await readAtMost(response, limit + 1) };
  } catch (error) {
    const fault = await certificateError(base.host, base.href);
    if (fault !== null) throw fault;
    const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).name;
    throw new CliError("UNREACHABLE", `${base.host} does not answer (${cause}).`, null);
  }
}

async function readAtMost(response: Response, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  if (response.body === null) return new Uint8Array();
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    pieces.push(piece);
    length += piece.length;
    if (length >= limit) break;
  }
  return Buffer.concat(pieces).subarray(0, limit);
}
