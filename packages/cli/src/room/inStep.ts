import type { RoomSession } from "@conclave/client";
import { isGone } from "@conclave/client/pure";
import { CliError } from "../cliError.js";
import { notSent, sendingError, type Stored } from "../session/fate.js";
import { problemError } from "../session/problem.js";
import { mustAnswer, whyNoAnswer } from "../session/reach.js";
import { webAddress } from "../session/relayAddress.js";
import { orThrow } from "./orThrow.js";
import { outside } from "./outside.js";

/** How long a command waits until this home is back in its room, where a member's device has let it in. */
const BACK_MS = 10_000;

/** Whether this home, which is a copy, is back in the room: it has asked the members, and one may have answered by now. */
export async function untilBack(room: RoomSession): Promise<boolean> {
  await room.settle(BACK_MS);
  return room.status().standing !== "restored";
}

/** How long a command waits for the relay. */
const PATIENCE_MS = 20_000;

/** Resolves when the room is at the relay's head. @throws CliError UNREACHABLE, at the latest after `PATIENCE_MS`; CERTIFICATE at once. */
export async function sync(room: RoomSession): Promise<void> {
  // Somebody who is out of the room can be told so without the relay.
  if (isGone(room.status().standing)) throw outside(room);
  await mustAnswer(webAddress(room.relay));
  if (room.status().standing === "restored") await untilBack(room);
  orThrow(await room.synced(PATIENCE_MS), room);
}

/**
 * Whether this person is still waiting to be let in. Somebody who was let in while the home was closed learns it here, a moment
 * after it connects.
 */
export async function isAsking(room: RoomSession): Promise<boolean> {
  const isStill = () => room.status().standing === "asking";
  if (isStill() && (await whyNoAnswer(webAddress(room.relay))) === null) await room.synced(PATIENCE_MS);
  return isStill();
}

/**
 * Like `sync`, for a command that only looks: it also works while this device waits to be let in, or is out of the room.
 * @returns whether the relay was asked. It is not asked for a person who is out of the room: it has nothing to tell them.
 */
export async function statusInStep(room: RoomSession): Promise<boolean> {
  const { standing } = room.status();
  if (isGone(standing)) return false;
  await mustAnswer(webAddress(room.relay));
  if (standing === "restored" && !(await untilBack(room))) return false;
  if (await isAsking(room)) return room.status().connection !== "offline";
  const synced = await room.synced(PATIENCE_MS);
  if (!synced.ok && synced.error.kind !== "not_member") throw problemError(synced.error, webAddress(room.relay));
  return true;
}

/** Resolves when nothing waits to be sent. @throws CliError that says what became of `what`, which is stored. */
export async function flushed(room: RoomSession, what: Stored = "message", timeout = PATIENCE_MS): Promise<void> {
  const relay = webAddress(room.relay);
  const why = room.status().pending > 0 ? await whyNoAnswer(relay) : null;
  const said = await room.flushed(why === null ? timeout : 0);
  if (said.ok) return;
  const error = sendingError(said.error, relay, what, said.error.kind === "unreachable" ? why : null);
  if (said.error.kind !== "not_member") throw error;
  const { message, code } = outside(room);
  throw notSent(new CliError(code, message, error.hint), what, error.fate);
}
