import type { Member } from "../model/person.js";
import { displayName } from "../model/person.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { calendarDay } from "../terminal/when.js";

/** `conclave members`. */
export async function members(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    room.mustBeKnown();
    const people = room.members();
    const { freshness } = room.status();
    context.output.result({ room: room.summary(), freshness, members: people }, (paint) => [
      `${paint.bold(safeName(room.summary().title))}, ${people.length} ${people.length === 1 ? "person" : "people"}`,
      ...(room.summary().standing === "joining"
        ? ["", paint.yellow("You are not in yet: nobody has seen your joining, and this list is as old as the link's.")]
        : []),
      "",
      ...memberTable(people, paint),
    ]);
  });
}

/** One line for each person: name, role, tag, how they came in. */
export function memberTable(people: readonly Member[], paint: Paint): string[] {
  return table(
    people.map((member) => [
      {
        text: safeName(displayName(member, member.isLookalike)) + (member.isYou ? " (you)" : ""),
        paint: member.isYou ? paint.bold : (text: string) => text,
      },
      { text: member.role, paint: member.role === "owner" ? paint.yellow : (text: string) => text },
      { text: `#${member.tag}`, paint: paint.dim },
      {
        text: `${safeLine(member.admission.text)}${member.since === null ? "" : `, ${calendarDay(member.since)}`}${member.checked === null ? "" : ", checked by you"}`,
        paint: paint.dim,
      },
    ]),
    "  ",
  );
}
