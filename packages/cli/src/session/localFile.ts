import type { OutgoingFile } from "@conclave/client";
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, copyFile, link, lstat, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { CliError, usageError } from "../cliError.js";
import { unreadableFile, writeFault } from "../terminal/fileFault.js";

/** Media types by the ends of names: a hint for screens that show pictures, and nothing that anybody relies on. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".avif": "image/avif",
  ".gif": "image/gif",
  ".heic": "image/heic",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".mp3": "audio/mpeg",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".txt": "text/plain",
  ".webp": "image/webp",
  ".zip": "application/zip",
};

/** A file on this machine, to be sent. Close it afterwards. @throws CliError if there is none, or it cannot be read. */
export async function openLocalFile(path: string): Promise<{ file: OutgoingFile; close: () => Promise<void> }> {
  // Before it is opened: opening a pipe would wait for its other end.
  const found = await stat(path).catch((error: unknown) => {
    throw unreadableFile(path, error);
  });
  if (!found.isFile()) throw usageError(`${path} is not a file.`);
  const handle = await open(path, "r").catch((error: unknown) => {
    throw unreadableFile(path, error);
  });
  const { size } = await handle.stat();
  const name = basename(path);
  const mediaType = MEDIA_TYPES[extname(name).toLowerCase()] ?? "";
  const read = (offset: number, length: number) => readPiece(handle, offset, length);
  return { file: { name, mediaType, size, read }, close: () => handle.close() };
}

/** A file's first `most` bytes, or all where it has fewer. @throws CliError as {@link openLocalFile} */
export async function startOfFile(path: string, most: number): Promise<Uint8Array> {
  const { file, close } = await openLocalFile(path);
  try {
    return await file.read(0, most);
  } finally {
    await close();
  }
}

async function readPiece(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const piece = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(piece, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return piece.subarray(0, filled);
}

/**
 * Writes a file's pieces under another name in the folder of `path`, and renames it once it is complete: an incomplete file is
 * left nowhere. Unless `isForced`, it never replaces anything.
 *
 * RULE: cli.save-new: what a stranger sent replaces nothing that is there and follows no link: its pieces go into a new file
 * with a name that nobody can guess, and it gets its own name in one step, which fails if that name is taken (attack A81).
 * @throws CliError FILE_EXISTS, NOT_WRITTEN, and whatever `fetch` throws.
 */
export async function saveLocalFile(
  path: string,
  isForced: boolean,
  fetch: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await refuseExisting(path, isForced);
  const part = join(dirname(path), `.conclave-${randomBytes(12).toString("hex")}.part`);
  const handle = await open(part, "wx", 0o600).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  try {
    await fetch(async (piece) => {
      await handle.writeFile(piece);
    });
    await handle.sync();
    await handle.close();
    // What is there is replaced, never written into: a link itself, not where it leads.
    if (isForced) await rename(part, path);
    else await linkOrCopy(part, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    throw error instanceof CliError ? error : unwritable(path, error);
  } finally {
    await rm(part, { force: true });
  }
}

/**
 * Finds out whether a file can be written there, before something is done that cannot be taken back. What fills up meanwhile it
 * cannot know.
 * @throws CliError FILE_EXISTS, NOT_WRITTEN
 */
export async function mustBeWritable(path: string, isForced: boolean): Promise<void> {
  await refuseExisting(path, isForced);
  await access(dirname(path), constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

async function linkOrCopy(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw fileExists(path);
    // Memory cards and some shared folders have no links.
    await copyFile(part, path, constants.COPYFILE_EXCL).catch((failure: unknown) => {
      throw codeOf(failure) === "EEXIST" ? fileExists(path) : failure;
    });
  }
}

async function refuseExisting(path: string, isForced: boolean): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw unwritable(path, error);
  });
  if (found && !isForced) throw fileExists(path);
  if (found && !found.isFile() && !found.isSymbolicLink()) {
    throw new CliError("NOT_WRITTEN", `${path} is not a file, so it was not replaced.`);
  }
}

function fileExists(path: string): CliError {
  return new CliError("FILE_EXISTS", `${path} already exists.`, "Give another path, or add --force to replace it.");
}

function unwritable(path: string, error: unknown): CliError {
  return new CliError("NOT_WRITTEN", `${path} cannot be written: ${writeFault(error)}.`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "failed";
}
