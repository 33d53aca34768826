import { findOne } from "../model/find.js";
import { type CommandContext, withRoom } from "../program/globals.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave verify`. */
export async function verify(context: CommandContext, name: string | null): Promise<void> {
  await withRoom(context, "read", (room) => {
    const prints = room.fingerprints(name === null ? null : findOne("member", name, room.members()));
    const { person, words, digits, roomCode, peopleCode } = prints;
    context.output.result(prints, (paint) => [
      `${paint.bold(safeName(person.name))} ${paint.dim(`#${person.tag}`)}${person.isYou ? " (you)" : ""}`,
      "",
      `  words   ${words.slice(0, 6).join(" ")}`,
      `          ${words.slice(6).join(" ")}`,
      `  digits  ${grouped(digits).slice(0, 6).join(" ")}`,
      `          ${grouped(digits).slice(6).join(" ")}`,
      "",
      paint.bold(safeName(room.summary().title)),
      "",
      `  room code    ${paint.cyan(grouped(roomCode ?? "").join(" "))}`,
      `  people code  ${paint.cyan(grouped(peopleCode ?? "").join(" "))}`,
      "",
      paint.dim("Whoever sees the same room code now sees the same people, decisions and keys as you."),
    ]);
  });
}

function grouped(digits: string): string[] {
  return digits.replace(/\s/gu, "").match(/.{1,5}/gu) ?? [];
}
