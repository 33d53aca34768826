import type { RoomSession } from "@conclave/client";
import { sendingError } from "../session/problem.js";
import { webAddress } from "../session/relayAddress.js";
import { ANSWER_MS } from "./decide.js";
import { flushed } from "./inStep.js";
import { orThrow } from "./orThrow.js";

/** How long a farewell is waited for until somebody else carries it out. */
const FAREWELL_MS = 3000;
const POLL_MS = 50;

/** Says farewell. Resolves with whether a member has carried it out already. @throws CliError */
export async function sayFarewell(room: RoomSession): Promise<boolean> {
  orThrow(await room.leave(), room);
  const isOut = () => room.status().standing === "left";
  // Who is out by it needs no answer.
  const said = await room.flushed(ANSWER_MS);
  if (!said.ok && said.error.kind !== "not_member") throw sendingError(said.error, webAddress(room.relay), "farewell");
  for (let waited = 0; !isOut() && waited < FAREWELL_MS; waited += POLL_MS)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return isOut();
}

/** Takes the farewell back; what was said meanwhile is shown again. @throws CliError */
export async function stay(room: RoomSession): Promise<void> {
  orThrow(await room.stay(), room);
  await flushed(room, "stay", ANSWER_MS);
}
