import type { RoomSession } from "@conclave/client";
import { CliError } from "../cliError.js";
import { isOld, oldSentence } from "../session/freshnessLine.js";
import { orThrow } from "./orThrow.js";

/** How long those who decide have to answer while a person waits to send (ms). */
const ANSWER_MS = 6000;
/** The same for who asks for nothing else (ms). */
export const CHECK_MS = 20_000;

/**
 * Has a person decide before something is sent to a list that nobody has confirmed for too long, after asking those who could;
 * `ask` puts the question, and is not called where there is none.
 * @throws CliError NOT_CONFIRMED where they do not want it sent
 */
export async function askFirst(room: RoomSession, ask: (question: string) => Promise<boolean>): Promise<void> {
  if (!isOld(room.status().freshness)) return;
  await room.checkNow(ANSWER_MS);
  const { freshness } = room.status();
  if (isOld(freshness) && !(await ask(`${oldSentence(freshness)} Send anyway?`)))
    throw new CliError("NOT_CONFIRMED", "Nothing was sent.");
}

/** The same for a chat: who said yes is not asked again before the list was confirmed. */
export function askOnce(room: RoomSession, ask: (question: string) => Promise<boolean>): () => Promise<void> {
  let goesOn = false;
  return async () => {
    if (!isOld(room.status().freshness)) goesOn = false;
    if (goesOn) return;
    await askFirst(room, async (question) => (goesOn = await ask(question)));
  };
}

/** Nothing is sent unless those who decide confirm the list of members now. @throws CliError NOT_FRESH where they do not */
export async function mustBeFresh(room: RoomSession): Promise<void> {
  const { isConfirmed, answeredBy } = orThrow(await room.checkNow(CHECK_MS), room);
  if (isConfirmed) return;
  const who = answeredBy.length === 0 ? "Nobody who decides here" : "Too few of those who decide here";
  throw new CliError(
    "NOT_FRESH",
    `${who} confirmed the list of members within ${CHECK_MS / 1000} seconds. Nothing was sent.`,
    "Leave out --fresh to send it all the same.",
  );
}

/** Tells the client that a person has the room before their eyes, until what it returns is called. */
export function keepLooking(room: RoomSession): () => void {
  room.looking();
  const timer = setInterval(() => {
    room.looking();
  }, 60_000);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
