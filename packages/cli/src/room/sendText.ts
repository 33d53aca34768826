import { newMessageId } from "@conclave/protocol";
import type { RoomSession, TimelineMessage } from "@conclave/client";
import { systemRandom } from "@conclave/client/node";
import { equalBytes, utf8Bytes } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { orThrow } from "./orThrow.js";

const ANOTHER_ID = "Leave out --id, or give the text that was sent under it.";

/**
 * Stores a message; it is sent as soon as the relay can be reached. `id`: give the same one to try again; the message is stored
 * only once.
 * @throws CliError
 */
export async function sendText(
  room: RoomSession,
  text: string,
  id = newMessageId(systemRandom),
): Promise<TimelineMessage> {
  const body = utf8Bytes(text);
  const message = orThrow(await room.post({ id, kind: "text", body }), room);
  // Nothing is stored a second time under a known id: a different text must not be reported as sent.
  const isSame = message.author.isYou && message.kind === "text" && equalBytes(message.body, body);
  if (!isSame && message.deleted === null)
    throw new CliError("ID_TAKEN", "Something else was sent under this id. Your message was not sent.", ANOTHER_ID);
  return message;
}
