import type { Problem, RoomSession } from "@conclave/client";
import type { Result } from "@conclave/codec";
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

/** How long commands of one home wait in all for a relay that was restored: it waits for members for 45 seconds. */
const UNTIL_WHOLE_MS = 75_000;
const recoveringSince = new WeakMap<RoomSession, number>();

/** Waits longer where the relay was restored, and gets back what it lost: it goes on by itself, and what is stored is sent then. */
async function untilWhole(
  room: RoomSession,
  most: number,
  wait: (most: number) => Promise<Result<void, Problem>>,
): Promise<Result<void, Problem>> {
  const said = await wait(most);
  if (said.ok || most === 0 || !room.status().isRecovering) return said;
  const since = recoveringSince.get(room) ?? performance.now() - most;
  recoveringSince.set(room, since);
  const left = since + UNTIL_WHOLE_MS - performance.now();
  return left > 0 ? wait(left) : said;
}

/** Resolves when the room is at the relay's head. @throws CliError UNREACHABLE, at the latest after `PATIENCE_MS`; CERTIFICATE at once. */
export async function sync(room: RoomSession): Promise<void> {
  // Somebody who is out of the room can be told so without the relay.
  if (isGone(room.status().standing)) throw outside(room);
  await mustAnswer(webAddress(room.relay));
  if (room.status().standing === "restored") await untilBack(room);
  orThrow(await untilWhole(room, PATIENCE_MS, (most) => room.synced(most)), room);
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
  const said = await untilWhole(room, why === null ? timeout : 0, (most) => room.flushed(most));
  if (said.ok) return;
  const error = sendingError(said.error, relay, what, said.error.kind === "unreachable" ? why : null);
  if (said.error.kind !== "not_member") throw error;
  const { message, code } = outside(room);
  throw notSent(new CliError(code, message, error.hint), what, error.fate);
}
