import { storedFileName } from "@conclave/client";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { findOne } from "../model/find.js";
import { untilStopped, withRoom, waiting, type CommandContext } from "../program/globals.js";
import { saveLocalFile } from "../session/localFile.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave save`: fetches a file of the room, verifies it, and puts it on this machine's disk. */
export async function save(context: CommandContext, wanted: string, given: string | undefined): Promise<void> {
  const { output, options } = context;
  await withRoom(context, "write", async (room) => {
    const file = findOne("file", wanted, await room.files());
    const own = storedFileName(file.name);
    const path = resolve(given === undefined ? own : isFolder(given) ? join(given, own) : given);
    await untilStopped((signal) =>
      saveLocalFile(path, options["force"] === true, (write) => waiting(output, room.saveFile(file.id, write, signal))),
    );
    const document = { file: { id: file.id, name: file.name, size: file.size }, path };
    output.result(
      document,
      (paint) => `${paint.green("✔")} ${safeName(file.name)} (${fileSize(file.size)}) is in ${path}`,
    );
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
