import type { Client, RoomSession } from "@conclave/client";
import { toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import { statusInStep, sync } from "../room/inStep.js";
import { adviceFor } from "../session/alarmAdvice.js";
import { decisionSummary, labelsOf } from "../session/decisionView.js";
import { webAddress } from "../session/relayAddress.js";
import { findRoom } from "../session/home.js";
import { type Access, openHome } from "../session/openHome.js";
import { alarmSentence } from "../session/timelineView.js";
import type { Output } from "../terminal/output.js";
import { safeLine, safeText } from "../terminal/safeText.js";
import type { CommandContext } from "./context.js";
import { forRoom, waiting } from "./waiting.js";

/**
 * The relay has lost, deleted or not got back the room, or is holding something back, or this version is too old to read on: what is
 * stored here can still be shown.
 */
const BESIDE: ReadonlySet<string> = new Set([
  ...["RELAY_ROOM_UNKNOWN", "RELAY_ROOM_DELETED", "RELAY_ROOM_RECOVERING", "BEHIND", "UPDATE_NEEDED"],
]);
/** How long a command that only reads waits for a mirror, if the relay is away (ms). */
const UNTIL_MIRROR_MS = 8000;
/** How much longer a command may take, for the work that is due in its room (ms). */
const OWED_MS = 3000;

const ONLY_STORED = {
  in_use: "Another process is using this home, so this is what it has stored.",
  read_only: "This home is read-only, so this is what is stored in it.",
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

/** The room that the command is about. What the command prints names it. */
export function roomOf({ room: selector, output }: CommandContext, client: Client): RoomSession {
  const room = findRoom(client, selector);
  output.about(toHex(room.id));
  return room;
}

/**
 * The same for the room that was meant, in step with its relay. If the relay cannot be reached, a command that only reads shows
 * what is stored, and says so.
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
      if (access === "write") await waiting(output, sync(room), forRoom(room));
      const isCurrent = access === "write" || (isConnected && (await hasLooked(output, room)));
      // Before, so that nobody who has said farewell gets what is sent now; and after, for what the work itself leaves to do.
      const left = isCurrent ? await settle(output, room) : 0;
      const result = await work(room, isCurrent);
      if (isCurrent) await settle(output, room, left);
      return result;
    } finally {
      tellAlarms();
    }
  });
}

/** Alarms raised while a command runs are told by that command, whatever else came of it: call the returned function at its end. */
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
 * Does the work that is due in the room while this process is there, and tells what it did (see `conclave sync`). Takes at most
 * `most` ms, and returns how much of that is left.
 */
export async function settle(output: Output, room: RoomSession, most = OWED_MS): Promise<number> {
  const begun = performance.now();
  const { decisions } = await room.settle(most);
  const labelOf = labelsOf(room);
  for (const each of decisions) output.note(`Also done: ${safeLine(decisionSummary(each, labelOf))}.`);
  return Math.max(0, most - (performance.now() - begun));
}

/** The mirror at which the room is read while its relay is away, when it has been; null where it has none, or none answers. */
async function mirrorRead(room: RoomSession): Promise<string | null> {
  if (room.mirrors().length === 0) return null;
  return await new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve(room.status().mirror);
    };
    const timer = setTimeout(done, UNTIL_MIRROR_MS);
    const stop = room.watch(() => {
      if (room.status().mirror !== null) done();
    });
  });
}

/** What a person is told while the room is read at a mirror. */
function awayAt(mirror: string): string {
  return `Messages come from the mirror ${mirror}. What is written waits until the relay is back.`;
}

/** Whether the room is in step with its relay; if not, says so, and why. @throws CliError for anything but an outage or an alarm */
export async function hasLooked(output: Output, room: RoomSession): Promise<boolean> {
  try {
    return await waiting(output, statusInStep(room));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // The relay keeps something back, or is not the room's: show what is here, and let the exit code say that it is not all.
    // So it does where this program is too old to read on.
    if (error.exit === EXIT.alarm || error.exit === EXIT.outdated) process.exitCode = error.exit;
    else if (error.exit !== EXIT.unreachable && !BESIDE.has(error.code)) throw error;
    const mirror = error.exit === EXIT.unreachable ? await mirrorRead(room) : null;
    const shown = mirror === null ? "This shows what is stored here." : awayAt(webAddress(mirror));
    output.warn(`${error.message} ${shown}`, error.code);
    return false;
  }
}
