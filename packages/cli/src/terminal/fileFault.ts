import { type CliError, usageError } from "../cliError.js";

const NO_RIGHT = "this user has no right to";
const FAULTS: Readonly<Record<string, string>> = {
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: "that disk may only be read",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is no folder",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "its name is too long",
};

/** Why a file of this machine cannot be had, in words; `missing` where it is not there. */
export function fileFault(error: unknown, missing: string): string {
  const { code = "failed" } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? missing : (FAULTS[code] ?? code);
}

/** A file that was named cannot be read. */
export function unreadableFile(path: string, error: unknown): CliError {
  return usageError(`${path} cannot be read: ${fileFault(error, "there is no such file")}.`);
}

/** Why something cannot be written, in words. */
export function writeFault(error: unknown): string {
  return fileFault(error, "there is no such folder to put it in");
}
