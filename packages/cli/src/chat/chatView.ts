import { CliError } from "../cliError.js";
import type { RoomEvent, RoomSession } from "../model/session.js";
import type { Member } from "../model/person.js";
import type { RoomStatus, RoomSummary } from "../model/room.js";
import type { ShownItem } from "./timelineRows.js";

/** What the chat knows, at one moment. */
export interface ChatSnapshot {
  readonly summary: RoomSummary;
  readonly status: RoomStatus;
  readonly members: readonly Member[];
  readonly items: readonly ShownItem[];
}

const REFRESH = 5000;
const KEPT = 5000;

/** Keeps a room's snapshot up to date and tells the screen when there is a new one. */
export class ChatView {
  private items: ShownItem[] = [];
  private current: ChatSnapshot;
  private readonly listeners = new Set<() => void>();
  private stopWatching: () => void = () => undefined;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly room: RoomSession) {
    this.current = this.take();
  }

  /** Loads the history and begins to follow the room. */
  async start(history: number): Promise<void> {
    this.stopWatching = this.room.watch((event) => {
      this.happened(event);
    });
    const earlier = await this.room.timeline(history);
    const live = this.items;
    this.items = [];
    for (const item of [...earlier, ...live]) this.put(item);
    this.refresh();
    // The clock moves too: "confirmed 40 s ago".
    this.timer = setInterval(() => {
      this.refresh();
    }, REFRESH);
  }

  stop(): void {
    this.stopWatching();
    if (this.timer !== null) clearInterval(this.timer);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ChatSnapshot => this.current;

  /** Shows something to the person here only. */
  say(text: string, isFailure = false): void {
    this.put({ kind: "notice", time: Date.now(), text, isFailure });
    this.refresh();
  }

  sayFailure(error: unknown): void {
    if (!(error instanceof CliError)) throw error;
    this.say(error.hint === null ? error.message : `${error.message}\n${error.hint}`, true);
  }

  private happened(event: RoomEvent): void {
    if (event.kind === "amended") this.amend({ kind: "message", message: event.message });
    else if (event.kind !== "changed") this.put(event);
    this.refresh();
  }

  // A message that is too far back to be here is read with what was done to it.
  private amend(item: ShownItem): void {
    if (this.items.some((other) => keyOf(other) === keyOf(item))) this.put(item);
  }

  // A message that is here already changes in its place: pending becomes sent.
  private put(item: ShownItem): void {
    const key = keyOf(item);
    const at = key === null ? -1 : this.items.findLastIndex((other) => keyOf(other) === key);
    if (at >= 0) this.items[at] = item;
    else this.items.push(item);
    if (this.items.length > KEPT) this.items.splice(0, this.items.length - KEPT);
  }

  private refresh(): void {
    this.current = this.take();
    for (const listener of this.listeners) listener();
  }

  private take(): ChatSnapshot {
    const { room } = this;
    return { summary: room.summary(), status: room.status(), members: room.members(), items: [...this.items] };
  }
}

/** What tells whether two items are the same one; null for what nothing is compared with. */
export function keyOf(item: ShownItem): string | null {
  if (item.kind === "message") return `m${item.message.id}`;
  if (item.kind === "decision") return `d${item.decision.seq}`;
  if (item.kind === "proposal") return `p${item.proposal.id} ${item.proposal.time}`;
  if (item.kind === "unreadable") return `u${item.n}`;
  return item.kind === "alarm" ? `a${item.alarm.order}` : null;
}
