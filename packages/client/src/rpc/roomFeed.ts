import { equalBytes } from "@conclave/codec";
import type { CancelTimer, Clock } from "../ports/clock.js";
import type { Decision } from "../api/decision.js";
import type { RoomSession } from "../api/roomSession.js";
import type { Freshness } from "../api/status.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { TimelineItem, TimelineMessage } from "../api/timeline.js";
import type { HomeEvent, RoomSummary } from "./homeView.js";
import type { RoomKey } from "./roomKey.js";

const LOOKED_BACK = 30;
/** A list shows one line of a draft: this many characters go to the page. */
const DRAFT_SHOWN = 640;
/** A clock that was put back asks again no sooner (ms). */
const SOON_MS = 500;
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Tells what happens in one room. Events of one turn of the event loop go together, and so does the summary: catching up
 * on a thousand messages is a few messages to the page, not thousands.
 */
export class RoomFeed {
  private readonly unwatch: () => void;
  private waiting: SessionEvent[] = [];
  private isPlanned = false;
  private latest: TimelineMessage | null = null;
  private lately: Decision | null = null;
  private since: number | null = null;
  private draft = "";
  private ready: Promise<void>;
  private isReading = false;
  /** How often something of what was being read was changed. */
  private changes = 0;
  private isOver = false;
  private ageing: CancelTimer | null = null;

  constructor(
    private readonly key: RoomKey,
    readonly session: RoomSession,
    private readonly tell: (event: HomeEvent) => void,
    private readonly clock: Clock,
  ) {
    this.unwatch = session.watch((event) => {
      this.take(event);
    });
    this.ready = this.lookBack();
  }

  /** Reads what {@link RoomFeed.summary} needs from the home's storage. */
  async read(): Promise<void> {
    await this.ready;
    this.draft = (await this.session.draft().catch(() => "")).slice(0, DRAFT_SHOWN);
  }

  /**
   * The room for a list of rooms, as it is now; call {@link RoomFeed.read} first. It waits for nothing: a summary that was
   * made before another must not be told after it, or a page shows what was so for ever.
   */
  summary(): RoomSummary {
    const { key, session, latest, lately, draft } = this;
    const status = session.status();
    this.watchAge(status.freshness);
    if (status.standing !== "member") this.since = null;
    else this.since ??= session.members().find(({ isYou }) => isYou)?.since ?? null;
    return { key, title: session.title, relay: session.relay, status, latest, lately, since: this.since, draft };
  }

  stop(): void {
    this.isOver = true;
    this.ageing?.();
    this.unwatch();
  }

  private take(event: SessionEvent): void {
    this.waiting.push(event);
    if (event.type === "item") this.see(event.item);
    // A message that was edited or deleted must not stay in a list of rooms as it was.
    if (event.type === "amended" || event.type === "forgotten") this.change(event);
    if (this.isPlanned) return;
    this.isPlanned = true;
    // A task, not a microtask: a turn of the engine emits its events one microtask after the other.
    setTimeout(() => void this.flush(), 0);
  }

  /**
   * RULE: remote.stale-told: a list of members grows old without any event; a relay that keeps everything back causes none,
   * so that pages are told by the clock (attack A19).
   */
  private watchAge({ until }: Freshness): void {
    this.ageing?.();
    if (until === null || this.isOver) return;
    const wait = Math.min(Math.max(until - this.clock.now() + 1, SOON_MS), MAX_TIMER_MS);
    this.ageing = this.clock.setTimer(wait, () => void this.flush());
  }

  private async flush(): Promise<void> {
    this.isPlanned = false;
    const events = this.waiting;
    this.waiting = [];
    await this.read();
    if (this.isOver) return;
    const told = events.filter(({ type }) => type !== "changed");
    if (told.length > 0) this.tell({ type: "events", key: this.key, events: told });
    this.tell({ type: "room", room: this.summary() });
  }

  private change(event: Extract<SessionEvent, { readonly type: "amended" | "forgotten" }>): void {
    const { latest } = this;
    // What is being read may have been read before.
    if (this.isReading) this.changes++;
    else if (latest === null) return;
    else if (event.type === "amended") this.latest = equalBytes(event.message.id, latest.id) ? event.message : latest;
    else if (event.messages.some(({ id }) => equalBytes(id, latest.id))) this.ready = this.lookBack();
  }

  private async lookBack(): Promise<void> {
    this.isReading = true;
    const found = await this.newest();
    this.isReading = false;
    // What came meanwhile is newer than what was read.
    const { latest, lately } = this;
    for (const item of found) this.see(item);
    if (latest !== null) [this.latest, this.lately] = [latest, lately];
    else this.lately = lately ?? this.lately;
  }

  private async newest(): Promise<readonly TimelineItem[]> {
    [this.latest, this.lately] = [null, null];
    const { changes } = this;
    // A home whose storage failed shows its rooms all the same.
    const found = await this.session.timeline({ limit: LOOKED_BACK }).catch(() => []);
    return changes === this.changes ? found : await this.newest();
  }

  private see(item: TimelineItem): void {
    if (item.kind === "message" && isWritten(item.message)) {
      this.latest = item.message;
      this.lately = null;
    } else if (item.kind === "decision" && item.decision.action.type !== "tick") this.lately = item.decision;
  }
}

function isWritten({ kind }: TimelineMessage): boolean {
  return kind === "text" || kind === "file";
}
