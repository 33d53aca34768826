import { CliError } from "../cliError.js";
import { type RoomDocument, roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { withHome } from "../program/withRoom.js";
import { LINK, nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";

/** `conclave rooms`. */
export async function rooms(context: CommandContext): Promise<void> {
  const all = await storedRooms(context);
  context.output.result({ rooms: all }, (paint) =>
    all.length === 0
      ? [
          "No rooms yet.",
          "",
          `  ${nextCommand("room", "new", "Garden club", "--name", "Alice")}`,
          `  ${nextCommand("join", LINK, "--name", "Bob")}`,
        ]
      : table(
          all.map((room) => [
            { text: safeName(room.title), paint: paint.bold },
            room.standing === "member" ? (room.role ?? "member") : room.standing,
            room.people === 0 ? "" : `${room.people} ${room.people === 1 ? "person" : "people"}`,
            { text: room.id.slice(0, 12), paint: paint.dim },
            { text: room.relay, paint: paint.dim },
          ]),
        ),
  );
}

/** None if there is no home yet. */
async function storedRooms(context: CommandContext): Promise<readonly RoomDocument[]> {
  try {
    return await withHome(context, "stored", (client) => client.rooms().map(roomDocument));
  } catch (error) {
    if (error instanceof CliError && error.code === "NO_ROOMS") return [];
    throw error;
  }
}
