import { findOne } from "../model/find.js";
import { personOf } from "../model/person.js";
import { usageError } from "../cliError.js";
import { type CommandContext, waiting, withHome, withRoom } from "../program/globals.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";

/** `conclave verify`, and `conclave verify NAME --mark` when it was compared. */
export async function verify(context: CommandContext, name: string | null): Promise<void> {
  const { mark, unmark } = context.options;
  if (mark === true || unmark === true) {
    await keepMark(context, name, mark === true);
    return;
  }
  await withRoom(context, "read", (room) => {
    const prints = room.fingerprints(name === null ? null : findOne("member", name, room.members()));
    const isMarked = room.members().some(({ id, checked }) => id === prints.person.id && checked !== null);
    const { person, words, digits, roomCode, peopleCode } = prints;
    context.output.result(prints, (paint) => [
      `${paint.bold(safeName(person.name))} ${paint.dim(`#${person.tag}`)}${person.isYou ? " (you)" : ""}${isMarked ? "  checked by you" : ""}`,
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

async function keepMark(context: CommandContext, name: string | null, isChecked: boolean): Promise<void> {
  if (name === null) throw usageError("Say whom you have checked.", nextCommand("verify", "NAME", "--mark"));
  await withHome(context, "write", async (home) => {
    const room = home.room(context.room);
    context.output.about(room.summary().id);
    // People meet where there is no network: the relay is only asked about somebody who is not known here yet.
    const isKnown = room.members().some((member) => member.name === name);
    if (!isKnown) await waiting(context.output, room.sync());
    const person = findOne("member", name, room.members());
    await home.mark(person.id, isChecked);
    const shown = `${safeName(person.name)} #${person.tag}`;
    context.output.result({ person: personOf(person), isChecked }, (paint) =>
      isChecked ? `${paint.green("✔")} ${shown} is marked as checked.` : `${shown} is not marked any more.`,
    );
  });
}

function grouped(digits: string): string[] {
  return digits.replace(/\s/gu, "").match(/.{1,5}/gu) ?? [];
}
