import { newMessageNonce } from "@conclave/protocol";
import type { RoomSession, TimelineMessage } from "@conclave/client";
import { systemRandom } from "@conclave/client/node";
import { equalBytes, utf8Bytes } from "@conclave/codec";
import { CliError } from "../cliError.js";
import { orThrow } from "./orThrow.js";

const ANOTHER = "Leave out --once, or give the text that was sent with it.";

/**
 * Stores a message; it is sent as soon as the relay can be reached. `nonce`: give the same one to try again; the message is
 * stored only once.
 * @throws CliError
 */
export async function sendText(
  room: RoomSession,
  text: string,
  nonce = newMessageNonce(systemRandom),
): Promise<TimelineMessage> {
  const body = utf8Bytes(text);
  const message = orThrow(await room.post({ nonce, kind: "text", body }), room);
  // Nothing is stored a second time with a known nonce: a different text must not be reported as sent.
  const isSame = message.author.isYou && message.kind === "text" && equalBytes(message.body, body);
  if (!isSame && message.deleted === null)
    throw new CliError("ONCE_TAKEN", "Something else was sent with this --once. Your message was not sent.", ANOTHER);
  return message;
}
