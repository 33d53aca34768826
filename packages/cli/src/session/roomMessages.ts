import type { Result, RoomSession as ClientRoom, TimelineMessage } from "@conclave/client";
import { fromHex, toHex } from "@conclave/codec";
import { CliError } from "../cliError.js";
import type { Message } from "../model/timeline.js";
import { nextCommand } from "../terminal/nextCommand.js";
import { safeName } from "../terminal/safeText.js";
import { messageView } from "./timelineView.js";

/** Lines of the timeline in which a message is looked for. */
const MOST_LINES = 10_000;
const FULL_ID = /^[0-9a-f]{32}$/u;
const PART_OF_ID = /^[0-9a-f]{4,31}$/u;
/** Names the newest message that you sent. */
const LAST = "last";

/** What is done to messages of a room that are there already. Methods throw `CliError` for what is refused. */
export class RoomMessages {
  constructor(
    private readonly room: ClientRoom,
    private readonly value: <T>(result: Result<T>) => T,
  ) {}

  /** The message with this id, with an id that begins so (at least four digits), or your newest one for `last`. */
  async find(text: string): Promise<Message> {
    return messageView(await this.named(text));
  }

  async reply(to: string, text: string): Promise<Message> {
    const { id } = await this.named(to);
    return messageView(this.value(await this.room.send(text, id)));
  }

  async edit(which: string, text: string): Promise<Message> {
    const { id } = await this.named(which);
    return messageView(this.value(await this.room.edit(id, text)));
  }

  /** Takes back an own message, or somebody else's where your role allows it. */
  async delete(which: string): Promise<Message> {
    const { id } = await this.named(which);
    return messageView(this.value(await this.room.remove(id)));
  }

  /** Puts an emoji to a message, or takes yours away. What is so already stays so: it may be said twice. */
  async react(which: string, emoji: string, isThere: boolean): Promise<Message> {
    const message = await this.named(which);
    const isMine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine);
    if (isMine === isThere) return messageView(message);
    return messageView(this.value(await this.room.react(message.id, emoji)));
  }

  /** Texts, and files by caption and name, that have every word, newest first. */
  async search(query: string, limit: number): Promise<Message[]> {
    return (await this.room.search(query, { limit })).map(messageView);
  }

  private async named(text: string): Promise<TimelineMessage> {
    const wanted = text.trim().toLowerCase();
    const whole = FULL_ID.test(wanted) ? await this.room.find(fromHex(wanted)) : null;
    if (whole !== null) return whole;
    const items = await this.room.timeline({ limit: MOST_LINES });
    const messages = items.flatMap((item) => (item.kind === "message" ? [item.message] : []));
    const own = wanted === LAST ? messages.findLast(({ author, deleted }) => author.isYou && deleted === null) : null;
    if (own) return own;
    const found = PART_OF_ID.test(wanted) ? messages.filter(({ id }) => toHex(id).startsWith(wanted)) : [];
    if (found.length === 1) return found[0]!;
    if (found.length > 1)
      throw new CliError("AMBIGUOUS", `More than one message has an id that begins with "${safeName(wanted)}".`);
    throw new CliError(
      "NOT_FOUND",
      wanted === LAST ? "You have sent no message here." : `No message has the id "${safeName(text)}".`,
      `To see the ids:  ${nextCommand("history", "--ids")}`,
    );
  }
}
