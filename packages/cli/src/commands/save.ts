import { storedFileName } from "@conclave/client";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { toHex } from "@conclave/codec";
import type { CommandContext } from "../program/context.js";
import { untilStopped, waiting } from "../program/waiting.js";
import { withRoom } from "../program/withRoom.js";
import { downloadFile, filesOf } from "../room/files.js";
import { findFile } from "../room/find.js";
import { saveLocalFile } from "../session/localFile.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave save`: fetches a file of the room, verifies it, and puts it on this machine's disk. */
export async function save(context: CommandContext, wanted: string, given: string | undefined): Promise<void> {
  const { output, options } = context;
  await withRoom(context, "write", async (room) => {
    const file = findFile(await filesOf(room), wanted);
    const { name, size } = file.card;
    const own = storedFileName(name);
    const path = resolve(given === undefined ? own : isFolder(given) ? join(given, own) : given);
    await untilStopped((signal) =>
      saveLocalFile(path, options["force"] === true, (write) =>
        waiting(output, downloadFile(room, file, write, signal)),
      ),
    );
    const document = { file: { id: toHex(file.message.id), name, size }, path };
    output.result(document, (paint) => `${paint.green("✔")} Saved ${safeName(name)} (${fileSize(size)}) as ${path}`);
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
