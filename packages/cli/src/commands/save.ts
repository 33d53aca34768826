import { resolve } from "node:path";
import { findOne } from "../model/find.js";
import { withRoom, waiting, type CommandContext } from "../program/globals.js";
import { localName, saveLocalFile } from "../session/localFile.js";
import { fileSize } from "../terminal/fileSize.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave save`: fetches a file of the room, verifies it, and puts it on this machine's disk. */
export async function save(context: CommandContext, wanted: string, given: string | undefined): Promise<void> {
  const { output, options } = context;
  await withRoom(context, "write", async (room) => {
    const file = findOne("file", wanted, await room.files());
    const path = resolve(given ?? localName(file.name));
    await saveLocalFile(path, options["force"] === true, (write) => waiting(output, room.saveFile(file.id, write)));
    const document = { file: { id: file.id, name: file.name, size: file.size }, path };
    output.result(
      document,
      (paint) => `${paint.green("✔")} ${safeName(file.name)} (${fileSize(file.size)}) is in ${path}`,
    );
  });
}
