import { type CliError, usageError } from "../cliError.js";

const NO_RIGHT = "permission denied";
const FAULTS: Readonly<Record<string, string>> = {
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: "that disk is read-only",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of its path is not a folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
};

/** In words, why a file on this machine cannot be read or written; `missing` if it is not there. */
export function fileFault(error: unknown, missing: string): string {
  const { code = "failed" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? missing : (FAULTS[code] ?? code);
}

/** A file that was named cannot be read. */
export function unreadableFile(path: string, error: unknown): CliError {
  return usageError(`${path} cannot be read: ${fileFault(error, "there is no such file")}.`);
}

/** In words, why something cannot be written. */
export function writeFault(error: unknown): string {
  return fileFault(error, "there is no such folder to put it in");
}
