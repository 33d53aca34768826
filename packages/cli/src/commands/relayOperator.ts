import { operateRelay, RelayStartError, type OperatorAnswer, type OperatorRequest } from "@conclave/relay";
import { resolve } from "node:path";
import { CliError, usageError } from "../cliError.js";
import { resolveConfig } from "../config/resolveConfig.js";
import type { HostedRoomDocument } from "../documents/operatorDocument.js";
import type { CommandContext } from "../program/context.js";
import { consentForGood } from "../terminal/consent.js";
import { fileSize } from "../terminal/fileSize.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { table } from "../terminal/table.js";
import { ago, calendarDay, parseDuration } from "../terminal/when.js";

/** As many digits of a tag as are shown, and as few as are enough. */
const SHOWN_DIGITS = 16;
const LEAST_DIGITS = 8;

/** `conclave relay rooms`: the rooms of the relay on this machine. */
export async function relayRooms(context: CommandContext): Promise<void> {
  const now = Date.now();
  const { unused } = context.options;
  const span = unused === undefined ? null : parseDuration(String(unused));
  if (unused !== undefined && span === null) throw usageError("--unused takes a time such as 90d or 12h.");
  const isListed = ({ usedAt }: HostedRoomDocument): boolean => span === null || (usedAt ?? 0) < now - span;
  const rooms = (await everyRoom(context)).filter(isListed).sort((a, b) => bytesOf(b) - bytesOf(a));
  context.output.result({ rooms }, (paint) =>
    rooms.length === 0
      ? "No rooms."
      : table([
          ["room", "records", "messages", "files", "begun", "last used"].map((text) => ({ text, paint: paint.dim })),
          ...rooms.map((room) => [
            room.tag.slice(0, SHOWN_DIGITS),
            String(room.records),
            fileSize(room.messageBytes),
            fileSize(room.fileBytes),
            room.createdAt === null ? "-" : calendarDay(room.createdAt),
            room.usedAt === null ? "never" : ago(room.usedAt, now),
          ]),
        ]),
  );
}

/** `conclave relay delete TAG`: deletes a room for good. */
export async function relayDelete(context: CommandContext, given: string): Promise<void> {
  const room = roomNamed(await everyRoom(context), given.toLowerCase());
  const { tag } = room;
  const size = `${room.records} records, ${fileSize(bytesOf(room))}`;
  await consentForGood(context, `Delete the room ${tag.slice(0, SHOWN_DIGITS)} (${size}) from this relay for good?`);
  const { refused } = await ask(context, { do: "delete", tag });
  if (refused === "storage_full") {
    throw new CliError(
      "RELAY_CANNOT_WRITE",
      "The relay cannot write now, so the room was not deleted.",
      "Free a little space on its disk, and try again.",
    );
  }
  // Another one was faster: it is gone all the same.
  context.output.result({ tag, done: true }, (paint) => [
    `${paint.green("✔")} The room ${tag.slice(0, SHOWN_DIGITS)} is deleted. Its members are told so; what they have stays with them.`,
    "  The space is freed step by step while the relay runs.",
  ]);
}

/** `conclave relay addresses`: who is connected, who was refused lately, and who is blocked. */
export async function relayAddresses(context: CommandContext): Promise<void> {
  const { addresses = [] } = await ask(context, { do: "addresses" });
  context.output.result({ addresses }, (paint) =>
    addresses.length === 0
      ? "Nobody is connected, was refused lately, or is blocked."
      : table([
          ["address", "connections", "refused", ""].map((text) => ({ text, paint: paint.dim })),
          ...addresses.map((each) => [
            each.address,
            String(each.connections),
            String(each.refused),
            each.blocked ? "blocked" : "",
          ]),
        ]),
  );
}

/** `conclave relay block ADDRESS` and `unblock`. */
export async function relayBlock(context: CommandContext, address: string, isBlocked: boolean): Promise<void> {
  const { addresses = [], refused } = await ask(context, { do: isBlocked ? "block" : "unblock", address });
  if (refused === "address_invalid") {
    throw usageError(
      `${JSON.stringify(address.slice(0, 60))} is neither an address nor a network.`,
      "Give one such as 192.0.2.7, 192.0.2.0/24, 2001:db8::1 or 2001:db8::/32.",
    );
  }
  if (refused === "address_unknown") {
    throw new CliError(
      "NOT_FOUND",
      "That address is not blocked, or only as a part of a network.",
      `To see what is blocked:  ${otherCommand("relay", "addresses")}`,
    );
  }
  const network = addresses[0]!;
  context.output.result({ addresses }, (paint) =>
    isBlocked
      ? `${paint.green("✔")} ${network.address} is blocked: its connections are closed, and it cannot come back.`
      : `${paint.green("✔")} ${network.address} is no longer blocked${network.blocked ? ", but a network that it is in still is" : ""}.`,
  );
}

async function everyRoom(context: CommandContext): Promise<HostedRoomDocument[]> {
  const all: HostedRoomDocument[] = [];
  for (let after: number | null = 0; after !== null;) {
    const { rooms = [], next = null }: OperatorAnswer = await ask(context, { do: "rooms", after });
    all.push(...rooms);
    after = next;
  }
  return all;
}

function roomNamed(rooms: readonly HostedRoomDocument[], given: string): HostedRoomDocument {
  if (!/^[0-9a-f]+$/u.test(given) || given.length < LEAST_DIGITS) {
    throw usageError(
      `Give at least the first ${LEAST_DIGITS} digits of the room's tag.`,
      `To see the rooms:  ${otherCommand("relay", "rooms")}`,
    );
  }
  const found = rooms.filter(({ tag }) => tag.startsWith(given));
  if (found.length > 1)
    throw new CliError("AMBIGUOUS", "More than one room's tag begins like this.", "Give more digits.");
  if (found.length === 1) return found[0]!;
  throw new CliError(
    "NOT_FOUND",
    "This relay has no room with this tag.",
    `To see the rooms:  ${otherCommand("relay", "rooms")}`,
  );
}

async function ask(context: CommandContext, request: OperatorRequest): Promise<OperatorAnswer> {
  const { config } = resolveConfig({ flags: { data: context.options["data"] }, env: process.env });
  const data = resolve(config.data);
  try {
    const answer = await operateRelay(data, request);
    if (answer.refused === "store_away") {
      throw new CliError(
        "DATABASE_AWAY",
        "The relay's PostgreSQL does not answer, or refuses this: nothing was done.",
        "Look at PostgreSQL, and try again.",
      );
    }
    if (answer.refused !== "request_unknown") return answer;
  } catch (error) {
    if (!(error instanceof RelayStartError)) throw error;
    if (error.code === "data_in_use") {
      throw new CliError(
        "DATA_IN_USE",
        `A relay is running on ${data}, and it cannot be asked: it has no socket, perhaps because that path is too long.`,
        "Stop it first, or give its data folder a shorter path.",
      );
    }
    throw new CliError(
      "NO_RELAY_DATA",
      `There is nothing of a relay to work on in ${data}: ${error.message}.`,
      "Give the relay's data folder with --data or CONCLAVE_DATA. A relay with PostgreSQL can be asked only while it runs.",
    );
  }
  throw new CliError("RELAY_OLDER", "The relay that runs is older than this command.", "Restart it.");
}

function bytesOf({ messageBytes, fileBytes }: HostedRoomDocument): number {
  return messageBytes + fileBytes;
}
