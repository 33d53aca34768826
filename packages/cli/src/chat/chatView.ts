import { CliError } from "../cliError.js";
import type { RoomMember, RoomSession, RoomStatus, SessionEvent, TimelineMessage } from "@conclave/client";
import { equalBytes } from "@conclave/codec";
import { newest } from "../room/newest.js";
import type { ShownItem } from "./timelineRows.js";

/** What the chat knows, at one moment. */
export interface ChatSnapshot {
  readonly title: string;
  readonly status: RoomStatus;
  readonly members: readonly RoomMember[];
  readonly items: readonly ShownItem[];
}

const REFRESH_MS = 5000;
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
    const earlier = await newest(this.room, history);
    const live = this.items;
    this.items = [];
    for (const item of [...earlier, ...live]) this.put(item);
    this.refresh();
    // The clock moves too: "confirmed 40 s ago".
    this.timer = setInterval(() => {
      this.refresh();
    }, REFRESH_MS);
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

  private happened(event: SessionEvent): void {
    if (event.type === "amended") this.amend(event.message);
    else if (event.type === "item") this.put(event.item);
    this.refresh();
  }

  // A message that is too far back to be here is read with what was done to it.
  private amend(message: TimelineMessage): void {
    const isIt = (item: ShownItem) => item.kind === "message" && equalBytes(item.message.id, message.id);
    const item = this.items.findLast(isIt);
    if (item?.kind === "message") this.put({ ...item, message });
  }

  // A message that is here already changes in its place: pending becomes sent.
  private put(item: ShownItem): void {
    const isSame = (other: ShownItem) => "key" in other && "key" in item && other.key === item.key;
    const at = this.items.findLastIndex(isSame);
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
    return { title: room.title, status: room.status(), members: room.members(), items: [...this.items] };
  }
}
