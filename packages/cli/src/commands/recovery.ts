import type { Client, Returning, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";
import { waiting } from "../program/waiting.js";
import { withHome } from "../program/withRoom.js";
import { sync } from "../room/inStep.js";
import { orThrow } from "../room/orThrow.js";
import { decidingError } from "../session/fate.js";
import { webAddress } from "../session/relayAddress.js";
import { nextCommand, otherCommand } from "../terminal/nextCommand.js";
import { consent } from "../terminal/consent.js";
import type { Output } from "../terminal/output.js";
import type { Paint } from "../terminal/paint.js";
import { safeName } from "../terminal/safeText.js";

/** How long the work that is due in a room may take (ms). */
const SETTLE_MS = 20_000;

/** A room that the person owns, and whether the words bring them back to it. */
interface OwnRoom {
  readonly id: string;
  readonly title: string;
  readonly returning: Returning;
  /** Goes with the words; opens the room to nobody else. */
  readonly link: string | null;
}

/** `conclave recovery`: the only place that shows the words. It also prepares the rooms, so that the words bring the person back. */
export async function recovery(context: CommandContext): Promise<void> {
  const { output, options } = context;
  await consent(context, "Show your recovery words? Anyone who sees them can become you.");
  await withHome(context, "read", async (client, isConnected) => {
    const words = client.recoveryPhrase().split(" ");
    const rooms = await prepared(output, client, isConnected, options["again"] === true);
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
      `Write them down on paper. To become yourself again on a new machine:  ${otherCommand("recover")}`,
      ...rooms.flatMap((room) => linesOf(room, paint)),
      ...(isConnected ? [] : ["Another process is using this home. Stop it and run this again to prepare your rooms."]),
      paint.dim("In a room that you don't own, somebody has to let you in again. Messages don't come back."),
    ]);
  });
}

/** The rooms that the person owns, each prepared for their return if it can be; with `again`, also those where they turned it off. */
async function prepared(output: Output, client: Client, isConnected: boolean, again: boolean): Promise<OwnRoom[]> {
  if (isConnected) await client.wantReturn();
  const owned = client.rooms().filter((room) => room.returning() !== null);
  if (isConnected) await Promise.all(owned.map((room) => waiting(output, prepare(room, again))));
  return owned.flatMap((room) => {
    const returning = room.returning();
    const link = room.returnLink(webAddress(room.relay));
    return returning === null ? [] : [{ id: toHex(room.id), title: room.title, returning, link }];
  });
}

async function prepare(room: RoomSession, again: boolean): Promise<void> {
  try {
    await sync(room);
    await room.settle(SETTLE_MS);
    if (again && room.returning() === "possible") orThrow(await room.prepareReturn(), room, decidingError);
  } catch (error) {
    // If the relay cannot be reached the room stays as it is, and that is what the person is told.
    if (!(error instanceof CliError)) throw error;
  }
}

function linesOf({ title, returning, link }: OwnRoom, paint: Paint): string[] {
  const name = paint.bold(safeName(title));
  switch (returning) {
    case "ready":
      return [
        `${paint.green("✔")} ${name}: with the words and any link of the room you come back as its owner. This link lets in nobody but you:`,
        ...(link === null ? [] : ["", `  ${link}`, ""]),
      ];
    case "preparing":
      return [
        `${paint.yellow("…")} ${name}: you can't recover this room yet. That is set up as soon as its relay answers:  ${nextCommand("sync")}`,
      ];
    case "possible":
      return [
        `${paint.yellow("…")} ${name}: the words don't bring you back, because you turned that off. To turn it on again:  ${nextCommand("recovery", "--again")}`,
      ];
  }
}
