import type { Relay } from "@conclave/relay";
import { readFileSync } from "node:fs";
import { unreadableFile } from "../terminal/fileFault.js";

/** The files of a certificate, as PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** How often the files are looked at (ms): they are watched by their content, which also finds a link that was turned. */
const LOOK_EVERY_MS = 60_000;

/** What is in both files. @throws CliError when one cannot be read */
export function readCertificate({ cert, key }: CertificateFiles): CertificateFiles {
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw unreadableFile(path, error);
    }
  };
  return { cert: read(cert), key: read(key) };
}

/**
 * Gives the relay what is in the files when that has changed: looks each minute, and on SIGHUP at once. What cannot be used changes
 * nothing, and the relay's log says why, once for each content. Call the returned function to end it.
 */
export function keepCertificate(files: CertificateFiles, used: CertificateFiles, relay: Relay): () => void {
  let last: string | null = JSON.stringify(used);
  const look = (): void => {
    const now = contentOf(files);
    if (now === last) return;
    last = now;
    relay.renewTls(() => readCertificate(files));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  process.on("SIGHUP", look);
  return () => {
    clearInterval(timer);
    process.removeListener("SIGHUP", look);
  };
}

function contentOf(files: CertificateFiles): string | null {
  try {
    return JSON.stringify(readCertificate(files));
  } catch {
    return null;
  }
}
