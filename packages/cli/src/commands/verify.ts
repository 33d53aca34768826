import { fingerprintsDocument } from "../documents/fingerprintDocument.js";
import { personDocument } from "../documents/personDocument.js";
import { usageError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { roomOf, withHome, withRoom } from "../program/withRoom.js";
import { findMember } from "../room/find.js";
import { sync } from "../room/inStep.js";
import { mySelf } from "../room/outside.js";
import { shownTag } from "../session/personView.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave verify`, and `conclave verify NAME --mark` after comparing. */
export async function verify(context: CommandContext, name: string | null): Promise<void> {
  const { mark, unmark } = context.options;
  if (mark === true || unmark === true) {
    await keepMark(context, name, mark === true);
    return;
  }
  await withRoom(context, "read", (room) => {
    const member = name === null ? mySelf(room) : findMember(room, name);
    const prints = fingerprintsDocument(room, member);
    const { person, words, digits, roomCode, peopleCode } = prints;
    context.output.result(prints, (paint) => [
      `${paint.bold(safeName(person.name))} ${paint.dim(`#${person.tag}`)}${person.isYou ? " (you)" : ""}${member.checked !== null ? "  checked by you" : ""}`,
      "",
      `  words   ${words.slice(0, 6).join(" ")}`,
      `          ${words.slice(6).join(" ")}`,
      `  digits  ${grouped(digits).slice(0, 6).join(" ")}`,
      `          ${grouped(digits).slice(6).join(" ")}`,
      "",
      paint.bold(safeName(room.title)),
      "",
      `  room code    ${paint.cyan(grouped(roomCode ?? "").join(" "))}`,
      `  people code  ${paint.cyan(grouped(peopleCode ?? "").join(" "))}`,
      "",
      paint.dim("Anyone who sees the same room code now sees the same people, decisions and keys as you."),
    ]);
  });
}

async function keepMark(context: CommandContext, name: string | null, isChecked: boolean): Promise<void> {
  if (name === null) throw usageError("Say who you have checked.", nextCommand("verify", "NAME", "--mark"));
  await withHome(context, "write", async (client) => {
    const room = roomOf(context, client);
    // People meet where there is no network: the relay is only asked about somebody who is not known here yet.
    const isKnown = room.members().some((member) => member.name === name);
    if (!isKnown) await waiting(context.output, sync(room));
    const member = findMember(room, name);
    const { marks } = client;
    await (isChecked ? marks.mark(member.person, "words") : marks.unmark(member.person));
    const shown = `${safeName(member.name)} #${shownTag(member)}`;
    context.output.result({ person: personDocument(member), isChecked }, (paint) =>
      isChecked ? `${paint.green("✔")} ${shown} is marked as checked.` : `${shown} is no longer marked as checked.`,
    );
  });
}

function grouped(digits: string): string[] {
  return digits.replace(/\s/gu, "").match(/.{1,5}/gu) ?? [];
}
