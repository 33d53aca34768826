import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { storedFileName } from "@conclave/client";
import { CliError } from "../cliError.js";
import { findOne } from "../model/find.js";
import type { RoomSession } from "../model/session.js";
import { openLocalFile, saveLocalFile } from "../session/localFile.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

/** Where it is said how it went. */
interface Teller {
  say(text: string): void;
}

/** `/file PATH`: what is sent shows as a message. @throws CliError when it cannot be read or sent. */
export async function sendFromChat(room: RoomSession, path: string, host: Teller): Promise<void> {
  // No shell has been at it.
  const { file, close } = await openLocalFile(path.startsWith("~/") ? join(homedir(), path.slice(2)) : path);
  try {
    host.say(`Sending ${safeName(file.name)} (${fileSize(file.size)}) …`);
    await room.sendFile(file, new AbortController().signal);
  } finally {
    await close();
  }
}

/** `/save FILE`: into the folder where the chat was started, and never over another file. @throws CliError when it cannot be had or written. */
export async function saveFromChat(room: RoomSession, wanted: string, host: Teller): Promise<void> {
  const file = findOne("file", wanted, await room.files());
  const path = resolve(storedFileName(file.name));
  await saveLocalFile(path, false, (write) => room.saveFile(file.id, write, new AbortController().signal)).catch(
    (error: unknown) => {
      const isThere = error instanceof CliError && error.code === "FILE_EXISTS";
      throw isThere ? new CliError(error.code, error.message, "Move it away, and say it again.") : error;
    },
  );
  host.say(`${safeName(file.name)} (${fileSize(file.size)}) is in ${path}`);
}
