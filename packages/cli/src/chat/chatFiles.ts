import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type RoomSession, storedFileName } from "@conclave/client";
import { CliError } from "../cliError.js";
import { attachFile, downloadFile, filesOf } from "../room/files.js";
import { findFile } from "../room/find.js";
import { saveLocalFile } from "../session/localFile.js";
import { aboutNotes, openOutgoing } from "../session/outgoingFile.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

/** Says how it went, and asks. */
interface Teller {
  say(text: string): void;
  ask(question: string): Promise<boolean>;
}

/** `/file PATH`, `/file --original PATH`: what is sent shows as a message. @throws CliError when it cannot be read or sent. */
export async function sendFromChat(room: RoomSession, argument: string, host: Teller): Promise<void> {
  const [, original = "", path = ""] = /^(--original\s+)?(.*)$/su.exec(argument)!;
  // No shell has expanded it.
  const full = path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
  const { file, notes, close } = await openOutgoing(full, original !== "");
  try {
    const name = safeName(file.name);
    if (notes === "kept" && !(await host.ask(`${aboutNotes(name)} Send it as it is?`))) return;
    const without = notes === "removed" ? ", without the details that the camera stored in it" : "";
    host.say(`Sending ${name} (${fileSize(file.size)})${without} …`);
    await attachFile(room, file, new AbortController().signal);
  } finally {
    await close();
  }
}

/** `/save FILE`: into the folder where the chat was started, and never over another file. @throws CliError when it cannot be had or written. */
export async function saveFromChat(room: RoomSession, wanted: string, host: Teller): Promise<void> {
  const file = findFile(await filesOf(room), wanted);
  const { name, size } = file.card;
  const path = resolve(storedFileName(name));
  await saveLocalFile(path, false, (write) => downloadFile(room, file, write, new AbortController().signal)).catch(
    (error: unknown) => {
      const isThere = error instanceof CliError && error.code === "FILE_EXISTS";
      throw isThere ? new CliError(error.code, error.message, "Move it out of the way, and try again.") : error;
    },
  );
  host.say(`Saved ${safeName(name)} (${fileSize(size)}) as ${path}`);
}
