import { newMessageId } from "@conclave/protocol";
import type { RoomSession, TimelineMessage } from "@conclave/client";
import { systemRandom } from "@conclave/client/node";
import { equalBytes, utf8Bytes } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { orThrow } from "./orThrow.js";

const ANOTHER_ID = "Leave out --id, or give the words that were sent under it.";

/**
 * Stores a message; it is sent as soon as the relay can be reached. `id`: of one that may have been stored before: it is there
 * once.
 * @throws CliError
 */
export async function sendText(
  room: RoomSession,
  text: string,
  id = newMessageId(systemRandom),
): Promise<TimelineMessage> {
  const body = utf8Bytes(text);
  const message = orThrow(await room.post({ id, kind: "text", body }), room);
  // Under an id that is known nothing is stored a second time: what else was said under it must not be called sent.
  const isSame = message.author.isYou && message.kind === "text" && equalBytes(message.body, body);
  if (!isSame && message.deleted === null)
    throw new CliError("ID_TAKEN", "Something else was sent under this id. Your message was not sent.", ANOTHER_ID);
  return message;
}
