import type { Client, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { statusInStep, sync } from "../room/inStep.js";
import { adviceFor } from "../session/alarmAdvice.js";
import { decisionSummary, labelsOf } from "../session/decisionView.js";
import { findRoom } from "../session/home.js";
import { type Access, openHome } from "../session/openHome.js";
import { alarmSentence } from "../session/timelineView.js";
import type { Output } from "../terminal/output.js";
import { safeLine, safeText } from "../terminal/safeText.js";
import type { CommandContext } from "./context.js";
import { waiting } from "./waiting.js";

/** The relay has lost the room, or holds something back, or we are too old to read on: what is stored here can be looked at. */
const BESIDE: ReadonlySet<string> = new Set(["RELAY_ROOM_UNKNOWN", "BEHIND", "UPDATE_NEEDED"]);
/** How long a command may take on top, for what is owed in its room (ms). */
const OWED_MS = 3000;

const ONLY_STORED = {
  in_use: "Another process uses this home. This is what it has stored.",
  read_only: "This home may only be read. This is what is stored in it.",
};

/** Opens this home, does the work, closes it whatever happens. */
export async function withHome<T>(
  { home: folder, options, output }: CommandContext,
  access: Access,
  work: (client: Client, isConnected: boolean) => Promise<T> | T,
): Promise<T> {
  const { client, isConnected, onlyStored } = await openHome(folder, access);
  if (onlyStored) output.note(ONLY_STORED[onlyStored]);
  if (options["trustClock"] === true) client.trustClock();
  try {
    return await work(client, isConnected);
  } finally {
    await client.close();
  }
}

/** The room that the command is about: what it prints says which. */
export function roomOf({ room: selector, output }: CommandContext, client: Client): RoomSession {
  const room = findRoom(client, selector);
  output.about(toHex(room.id));
  return room;
}

/**
 * The same for the room that was meant, in step with its relay. Who only reads is shown what is stored where the relay
 * cannot be reached, and told so.
 */
export async function withRoom<T>(
  context: CommandContext,
  access: Access,
  work: (room: RoomSession, isCurrent: boolean) => Promise<T> | T,
): Promise<T> {
  const { output, options } = context;
  const wanted = access === "read" && options["offline"] === true ? "stored" : access;
  return await withHome(context, wanted, async (client, isConnected) => {
    const room = roomOf(context, client);
    const tellAlarms = newAlarms(output, room);
    try {
      if (access === "write") await waiting(output, sync(room));
      const isCurrent = access === "write" || (isConnected && (await hasLooked(output, room)));
      // Before, so that nobody who has said farewell gets what is sent now; and after, for what the work itself leaves.
      const left = isCurrent ? await settle(output, room) : 0;
      const result = await work(room, isCurrent);
      if (isCurrent) await settle(output, room, left);
      return result;
    } finally {
      tellAlarms();
    }
  });
}

/** What was caught while a command ran is told by that command, whatever else came of it: call what this gives at its end. */
export function newAlarms(output: Output, room: RoomSession): () => void {
  const before = room.status().alarms.length;
  return () => {
    const caught = room.status().alarms.slice(before);
    for (const alarm of caught)
      output.warn(`ALARM  ${safeText(alarmSentence(alarm))}\n  ${safeText(adviceFor(alarm))}`, alarm.code);
    if (caught.length > 0) process.exitCode = EXIT.alarm;
  };
}

/**
 * What is owed in the room is done while this process is there, and told (see `conclave sync`). Takes `most` ms at most, and
 * gives how much of that is left.
 */
export async function settle(output: Output, room: RoomSession, most = OWED_MS): Promise<number> {
  const begun = performance.now();
  const { decisions } = await room.settle(most);
  const labelOf = labelsOf(room);
  for (const each of decisions) output.note(`Done on the way: ${safeLine(decisionSummary(each, labelOf))}.`);
  return Math.max(0, most - (performance.now() - begun));
}

/** Whether the room is in step with its relay; says so where it is not, and why. @throws CliError for what is neither outage nor alarm */
export async function hasLooked(output: Output, room: RoomSession): Promise<boolean> {
  try {
    return await waiting(output, statusInStep(room));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The relay keeps something back, or is not the room's: what is here is shown, and the exit code says that it is not all.
    if (error.exit === EXIT.alarm) process.exitCode = EXIT.alarm;
    else if (error.exit !== EXIT.unreachable && !BESIDE.has(error.code)) throw error;
    output.warn(`${error.message} This is what is stored here.`, error.code);
    return false;
  }
}
