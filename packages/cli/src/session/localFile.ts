import type { OutgoingFile } from "@conclave/client";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, extname } from "node:path";
import { CliError, usageError } from "../cliError.js";
import { safeName } from "../terminal/safeText.js";

/** Media types by the ends of names: a hint for screens that show pictures, and nothing that anybody relies on. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".gif": "image/gif",
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

/** A file on this machine, to be sent. Close it when it is. @throws CliError when there is none, or it cannot be read. */
export async function openLocalFile(path: string): Promise<{ file: OutgoingFile; close: () => Promise<void> }> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw usageError(`${path} cannot be read (${codeOf(error)}).`);
  });
  const stat = await handle.stat();
  if (!stat.isFile()) {
    await handle.close();
    throw usageError(`${path} is no file.`);
  }
  const name = basename(path);
  const mediaType = MEDIA_TYPES[extname(name).toLowerCase()] ?? "";
  const read = (offset: number, length: number) => readPiece(handle, offset, length);
  return { file: { name, mediaType, size: stat.size, read }, close: () => handle.close() };
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

/** Where a file is saved when nobody says: its name without anything that a shell or a file system reads as more than a name. */
export function localName(name: string): string {
  const plain = safeName(name)
    .replace(/[/\\:*?"<>|]/gu, "_")
    .replace(/^[\s.~-]+/u, "")
    .replace(/[\s.]+$/u, "");
  return plain === "" ? "file" : plain;
}

/**
 * Takes a file's pieces beside `path`, and puts it there when it is whole: what is not, is nowhere. Unless `isForced`, never
 * over something else. @throws CliError when that cannot be written.
 */
export async function saveLocalFile(
  path: string,
  isForced: boolean,
  fetch: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const part = `${path}.part`;
  // RULE: cli.save-new: a name that a stranger chose never replaces a file that is there (attack A81).
  if (!isForced) await refuseExisting(path);
  const handle = await open(part, "w", 0o600).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  try {
    await fetch(async (piece) => {
      await handle.writeFile(piece);
    });
    await handle.sync();
    await handle.close();
    if (!isForced) await refuseExisting(path);
    await rename(part, path);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error instanceof CliError ? error : unwritable(path, error);
  }
}

async function refuseExisting(path: string): Promise<void> {
  const handle = await open(path, "r").catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw unwritable(path, error);
  });
  if (!handle) return;
  await handle.close();
  throw new CliError("FILE_EXISTS", `${path} exists already.`, "Give another path, or --force to replace it.");
}

function unwritable(path: string, error: unknown): CliError {
  return new CliError("NOT_WRITTEN", `${path} cannot be written (${codeOf(error)}).`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "failed";
}
