import { equalBytes } from "@conclave/codec";
import { decodeVia, type Message } from "@conclave/protocol";
import { named } from "./roomView.js";
import type { RoomSight } from "./roomSight.js";
import type { QuotedMessage, TimelineMessage } from "../api/timeline.js";
import type { Amendment } from "../store/amendment.js";
import { mayNameRoom, mentionsYou } from "./mentions.js";
import { wordsOf } from "./words.js";

/** Cut between code points, so that no letter is cut in half. */
const BEGINNING = /^.{0,200}/su;
const decoder = new TextDecoder();

/** What is shown of a message. One that is not encrypted yet has no leaf. */
export type ShownMessage = Omit<Message, "leaf">;

/** A message with what was done to it. */
export interface Amended {
  readonly message: ShownMessage;
  readonly amendment: Amendment;
  readonly state: "sent" | "pending";
}

/** A message for a screen. */
export function messageView(
  sight: RoomSight,
  { message, amendment, state }: Amended,
  answers: QuotedMessage | null,
): TimelineMessage {
  const { id, kind, ref, time, n, late, authorGone } = message;
  const { edit, deletion, reactions } = amendment;
  const author = named(sight, message.author, message.name);
  const isToOthers = !author.isYou && deletion === null && kind === "text";
  return {
    ...{ id, kind, ref, author, time, n, state, late, authorGone, answers },
    body: deletion ? new Uint8Array(0) : message.body,
    edited: edit && { ...edit, pending: edit.n === 0 },
    deleted: deletion && { by: named(sight, deletion.by), time: deletion.time, pending: deletion.n === 0 },
    reactions: reactions.map(({ emoji, people }) => ({
      emoji,
      people: people.map((person) => named(sight, person)),
      mine: people.some((person) => equalBytes(person, sight.person)),
    })),
    mentionsYou: isToOthers && mentionsYou(sight, decoder.decode(edit?.body ?? message.body), message.author),
    namesRoom: kind === "text" && mayNameRoom(sight.room?.roster ?? null, message.author),
  };
}

/** The beginning of a message that another one answers. */
export function quoteView(sight: RoomSight, { message, amendment }: Amended): QuotedMessage {
  const { id, kind, author, name } = message;
  const deleted = amendment.deletion !== null;
  const said = deleted ? "" : wordsOf(kind, amendment.edit?.body ?? message.body);
  // What an outside party says is never quoted as its member's own words.
  const via = kind === "via" ? decodeVia(message.body) : null;
  const text = via && !deleted ? `${via.label}: ${said}` : said;
  const [beginning = ""] = BEGINNING.exec(text) ?? [];
  return { id, author: named(sight, author, name), kind, text: beginning, deleted };
}
