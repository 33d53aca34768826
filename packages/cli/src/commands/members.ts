import type { RoomMember } from "@conclave/client";
import { memberDocument } from "../documents/personDocument.js";
import { freshnessDocument, roomDocument } from "../documents/roomDocument.js";
import type { CommandContext } from "../program/context.js";
import { withRoom } from "../program/withRoom.js";
import { mustBeKnown } from "../room/outside.js";
import { admissionSentence, shownName, shownTag } from "../session/personView.js";
import type { Paint } from "../terminal/paint.js";
import { safeLine, safeName } from "../terminal/safeText.js";
import { table } from "../terminal/table.js";
import { calendarDay } from "../terminal/when.js";

/** `conclave members`. */
export async function members(context: CommandContext): Promise<void> {
  await withRoom(context, "read", (room) => {
    mustBeKnown(room);
    const people = room.members();
    const { freshness, standing } = room.status();
    const document = {
      room: roomDocument(room),
      freshness: freshnessDocument(freshness),
      members: people.map(memberDocument),
    };
    context.output.result(document, (paint) => [
      `${paint.bold(safeName(room.title))}, ${people.length} ${people.length === 1 ? "person" : "people"}`,
      ...(standing === "joining"
        ? ["", paint.yellow("You are not in yet: nobody has seen you join, and this list is as old as the link.")]
        : []),
      "",
      ...memberTable(people, paint),
    ]);
  });
}

/** One line for each person: name, role, tag, how they came in. */
export function memberTable(people: readonly RoomMember[], paint: Paint): string[] {
  return table(
    people.map((member) => [
      {
        text: shownName(member) + (member.isYou ? " (you)" : ""),
        paint: member.isYou ? paint.bold : (text: string) => text,
      },
      { text: member.role, paint: member.role === "owner" ? paint.yellow : (text: string) => text },
      { text: `#${shownTag(member)}`, paint: paint.dim },
      {
        text: `${safeLine(admissionSentence(member.admission))}${member.since === null ? "" : `, ${calendarDay(member.since)}`}${member.isUnheard ? ", has never been here" : ""}${member.checked === null ? "" : ", checked by you"}`,
        paint: paint.dim,
      },
    ]),
    "  ",
  );
}
