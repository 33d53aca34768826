import type { Returning } from "@conclave/client";
import type { Home } from "../session/home.js";
import type { HomeRoom } from "../session/homeRoom.js";
import { CliError } from "../cliError.js";
import { type CommandContext, waiting, withHome } from "../program/globals.js";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { consent } from "../terminal/consent.js";
import type { Output } from "../terminal/output.js";
import type { Paint } from "../terminal/paint.js";
import { safeName } from "../terminal/safeText.js";

/** A room that the person owns, and whether the words bring them back to it. */
interface OwnRoom {
  readonly id: string;
  readonly title: string;
  readonly returning: Returning;
  /** Goes with the words; opens the room to nobody else. */
  readonly link: string | null;
}

/** `conclave recovery`: the only place where the words are shown; and the rooms are made to take their person back by them. */
export async function recovery(context: CommandContext): Promise<void> {
  const { output, options } = context;
  await consent(context, "Show your recovery words? Whoever sees them can be you.");
  await withHome(context, "read", async (home, isConnected) => {
    const words = home.recoveryWords();
    const rooms = await prepared(output, home, isConnected, options["again"] === true);
    output.result({ words, rooms }, (paint) => [
      "",
      ...[0, 6, 12, 18].map((row) =>
        words
          .slice(row, row + 6)
          .map((word, at) => `${paint.dim(String(row + at + 1).padStart(4))} ${word.padEnd(9)}`)
          .join("")
          .trimEnd(),
      ),
      "",
      `Write them on paper. They bring back who you are:  ${otherCommand("recover")}`,
      ...rooms.flatMap((room) => linesOf(room, paint)),
      ...(isConnected ? [] : ["Another process is using this home: end it and run this again for the rooms."]),
      paint.dim("Into a room that you do not own, somebody there lets you in again. No messages come back."),
    ]);
  });
}

/** The rooms of an owner, after what their way back still lacks was tried; `again` where it was ended, too. */
async function prepared(output: Output, home: Home, isConnected: boolean, again: boolean): Promise<OwnRoom[]> {
  if (isConnected) await home.wantReturn();
  const owned = home.sessions().filter((room) => room.status().returning !== null);
  if (isConnected) await Promise.all(owned.map((room) => waiting(output, prepare(room, again))));
  return owned.flatMap((room) => {
    const { id, title } = room.summary();
    const { returning } = room.status();
    return returning === null ? [] : [{ id, title, returning, link: room.returnLink() }];
  });
}

async function prepare(room: HomeRoom, again: boolean): Promise<void> {
  try {
    await room.sync();
    await room.settle();
    if (again && room.status().returning === "possible") await room.prepareReturn();
  } catch (error) {
    // A relay that cannot be reached leaves its room as it is, and that is what is told.
    if (!(error instanceof CliError)) throw error;
  }
}

function linesOf({ title, returning, link }: OwnRoom, paint: Paint): string[] {
  const name = paint.bold(safeName(title));
  switch (returning) {
    case "ready":
      return [
        `${paint.green("✔")} ${name}: the words bring you back as its owner, with any link of the room. This one lets in nobody but you:`,
        ...(link === null ? [] : ["", `  ${link}`, ""]),
      ];
    case "preparing":
      return [
        `${paint.yellow("…")} ${name}: you cannot recover this room yet. It is done as soon as its relay answers:  ${nextCommand("sync")}`,
      ];
    case "possible":
      return [
        `${paint.yellow("…")} ${name}: the words do not bring you back, as you have ended that. To begin again:  ${nextCommand("recovery", "--again")}`,
      ];
  }
}
