import { equalBytes, toHex } from "@conclave/codec";
import type { Message, MessageContent, MessageId } from "@conclave/protocol";
import type { HistoryItem, HistoryMessage } from "../store/historyItem.js";
import type { HistoryPage } from "../store/history.js";
import type { QueuedMessage } from "../store/outbox.js";
import type { RoomRecords } from "./roomSight.js";
import type { Transaction } from "../store/transaction.js";
import type { QuotedMessage, TimelineItem, TimelineMessage, TimelinePage } from "../api/timeline.js";
import { messageLine, systemLine } from "./timelineView.js";
import { amend, type Amendment, isAmendment, UNAMENDED } from "../store/amendment.js";
import { type Amended, type ShownMessage, messageView, quoteView } from "./messageView.js";

/** A room's messages as screens show them: what is in the log, what waits to be sent, and what was done to either. */
export class RoomTimeline {
  constructor(private readonly state: RoomRecords) {}

  async page({ before, after, around, limit = 100 }: TimelinePage = {}): Promise<TimelineItem[]> {
    if (before !== undefined) return this.lines({ before }, limit);
    if (after !== undefined) return this.toTheEnd({ after }, limit);
    if (around === undefined) return this.toTheEnd({}, limit);
    const head = await this.lines({ before: around + 1 }, Math.ceil(limit / 2));
    return [...head, ...(await this.toTheEnd({ after: around }, Math.max(1, limit - head.length)))];
  }

  /** The message with this id as it is now, or null. */
  async find(id: MessageId): Promise<TimelineMessage | null> {
    const found = await this.amended(id);
    return found && this.view(found);
  }

  /** The message at this place of the log as it is now, or null. */
  async at(n: number): Promise<TimelineMessage | null> {
    const item = await this.state.history.at(n);
    return item?.kind === "message" ? this.view(this.ofItem(item, await this.state.amendments.at(n))) : null;
  }

  /** The same, for code that does something to it. */
  async amended(id: MessageId): Promise<Amended | null> {
    const entry = this.state.outbox.find(id);
    if (entry) return isAmendment(entry.content.kind) ? null : this.ofEntry(entry);
    const item = await this.state.history.find(id);
    return item && this.ofItem(item, await this.state.amendments.at(item.n));
  }

  /** A line that was just taken in, in its transaction. */
  async line(item: HistoryMessage): Promise<TimelineItem> {
    return messageLine(await this.view(this.ofItem(item, await this.state.amendments.at(item.n))));
  }

  /** A message that was just put into the outbox, in its transaction. */
  pending(entry: QueuedMessage): Promise<TimelineMessage> {
    return this.view(this.ofEntry(entry));
  }

  /** A message that will never be sent. */
  withdrawn(amended: Amended): Promise<TimelineMessage> {
    return this.view(amended);
  }

  /**
   * Takes in what somebody does to a message that is in the log. What does not count leaves no trace but its id: an act on
   * a message from before this device's time, by somebody who is not allowed to, or about one that is gone.
   */
  async take(tx: Transaction, act: Message): Promise<void> {
    const { history, amendments, room } = this.state;
    history.addAct(tx, act);
    const item = act.ref && (await history.find(act.ref));
    if (!item) return;
    const after = amend(await amendments.at(item.n), item.message, act, room?.roster ?? null);
    if (after) {
      amendments.put(tx, item.n, after);
      history.amended(tx, item, after);
    }
    // One of our own acts that does not count was shown while it was on its way.
    if (after || equalBytes(act.author, this.state.person)) await this.tell(tx, item.message.id);
  }

  /** Tells the screens how a message is now. */
  async tell(tx: Transaction, id: MessageId): Promise<TimelineMessage | null> {
    const message = await this.find(id);
    if (message) this.state.emit(tx, { type: "amended", message });
    return message;
  }

  /**
   * Lines of the log, and behind its end what waits to be sent.
   *
   * RULE: timeline.no-gap: what waits is looked at before the log. A message that gets into the log meanwhile is found in both,
   * and shown once; the other way round it would be found in neither.
   */
  private async toTheEnd(cursor: Omit<HistoryPage, "limit">, limit: number): Promise<TimelineItem[]> {
    const waiting = this.state.outbox.lines;
    const lines = await this.lines(cursor, limit);
    if (cursor.after !== undefined && lines.length >= limit) return lines;
    const logged = new Set(lines.flatMap((line) => (line.kind === "message" ? toHex(line.message.id) : [])));
    const unsent = waiting.filter(({ content }) => !logged.has(toHex(content.id)));
    return [...lines, ...(await Promise.all(unsent.map(async (entry) => messageLine(await this.pending(entry)))))];
  }

  /** Lines of the log. What cannot be shown any more is made up for from further on. */
  private async lines(cursor: Omit<HistoryPage, "limit">, limit: number): Promise<TimelineItem[]> {
    const isForward = cursor.after !== undefined;
    let found: TimelineItem[] = [];
    for (let at = cursor; found.length < limit;) {
      const want = limit - found.length;
      const page = await this.state.history.page({ ...at, limit: want });
      const lines = await this.fold(page);
      found = isForward ? [...found, ...lines] : [...lines, ...found];
      if (page.length < want) break;
      at = isForward ? { after: page.at(-1)!.n } : { before: page[0]!.n };
    }
    return found;
  }

  private async fold(items: readonly HistoryItem[]): Promise<TimelineItem[]> {
    if (items.length === 0) return [];
    const amendments = await this.state.amendments.between(items[0]!.n, items.at(-1)!.n);
    const quotes = new Map<string, Promise<QuotedMessage | null>>();
    const lines = items.map(async (item) => {
      if (item.kind !== "message") return systemLine(this.state, item);
      return messageLine(await this.view(this.ofItem(item, amendments.get(item.n) ?? UNAMENDED), quotes));
    });
    return (await Promise.all(lines)).filter((line) => line !== null);
  }

  private async view(
    amended: Amended,
    quotes = new Map<string, Promise<QuotedMessage | null>>(),
  ): Promise<TimelineMessage> {
    const { ref } = amended.message;
    if (!ref) return messageView(this.state, amended, null);
    const key = toHex(ref);
    const quote = quotes.get(key) ?? this.quote(ref);
    quotes.set(key, quote);
    return messageView(this.state, amended, await quote);
  }

  private async quote(id: MessageId): Promise<QuotedMessage | null> {
    const amended = await this.amended(id);
    return amended && quoteView(this.state, amended);
  }

  private ofItem({ message }: HistoryMessage, amendment: Amendment): Amended {
    return { message, amendment: this.withUnsent(message, amendment), state: "sent" };
  }

  private ofEntry({ content, sealed, time }: QueuedMessage): Amended {
    const message = sealed?.message ?? this.unsealed(content, time);
    return { message, amendment: this.withUnsent(message, UNAMENDED), state: "pending" };
  }

  /** With what waits here to be done to it, as if it were done. */
  private withUnsent(message: ShownMessage, amendment: Amendment): Amendment {
    const { outbox, room } = this.state;
    return outbox.acts.reduce((before, { content, time }) => {
      if (!content.ref || !equalBytes(content.ref, message.id)) return before;
      return amend(before, message, this.unsealed(content, time), room?.roster ?? null) ?? before;
    }, amendment);
  }

  private unsealed(content: MessageContent, time: number): ShownMessage {
    const author = this.state.person;
    const nowhere = { name: "", n: 0, epoch: 0, late: false, authorGone: false };
    return { ...content, ...nowhere, author, time };
  }
}
