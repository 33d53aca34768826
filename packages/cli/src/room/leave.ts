import type { RoomSession } from "@conclave/client";
import { sendingError } from "../session/fate.js";
import { webAddress } from "../session/relayAddress.js";
import { ANSWER_MS } from "./decide.js";
import { flushed } from "./inStep.js";
import { orThrow } from "./orThrow.js";

/** How long to wait for somebody else to carry out a farewell (ms). */
const FAREWELL_MS = 3000;
const POLL_MS = 50;

/** Says farewell. Resolves with whether a member has already carried it out. @throws CliError */
export async function sayFarewell(room: RoomSession): Promise<boolean> {
  orThrow(await room.leave(), room);
  const isOut = () => room.status().standing === "left";
  // Somebody who is out of the room by now needs no answer.
  const said = await room.flushed(ANSWER_MS);
  if (!said.ok && said.error.kind !== "not_member") throw sendingError(said.error, webAddress(room.relay), "farewell");
  for (let waited = 0; !isOut() && waited < FAREWELL_MS; waited += POLL_MS)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return isOut();
}

/** Withdraws the farewell; what was said in the meantime is shown again. @throws CliError */
export async function stay(room: RoomSession): Promise<void> {
  orThrow(await room.stay(), room);
  await flushed(room, "stay", ANSWER_MS);
}
