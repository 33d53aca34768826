import { type CommandContext, withHome } from "../program/globals.js";
import { safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";

/** `conclave rooms`. */
export async function rooms(context: CommandContext): Promise<void> {
  await withHome(context, "stored", (home) => {
    const all = home.rooms();
    context.output.result({ rooms: all }, (paint) =>
      all.length === 0
        ? ["No rooms yet.", "", '  conclave room new "Garden club" --name Alice', "  conclave join 'LINK' --name Bob"]
        : table(
            all.map((room) => [
              { text: safeName(room.title), paint: paint.bold },
              room.standing === "member" ? (room.role ?? "member") : room.standing,
              `${room.people} ${room.people === 1 ? "person" : "people"}`,
              { text: room.id.slice(0, 12), paint: paint.dim },
              { text: room.relay, paint: paint.dim },
            ]),
          ),
    );
  });
}
