import type { Request } from "@conclave/wire";
import type { RelaySettings } from "../settings.js";
import { Session } from "./session.js";

/** Requests that show what a connection is for. */
export const PURPOSES: ReadonlySet<Request["type"]> = new Set([
  "prove",
  "proveSlot",
  "proveInbox",
  "subscribe",
  "createRoom",
  "offerRoom",
  "adoptRoom",
  "bringCopy",
]);

/** The open connections of a core, and which of them have not shown yet what they are for. */
export class Sessions {
  private readonly all = new Map<number, Session>();
  /** Sessions that have not said hello, oldest first. */
  private readonly greeting = new Set<Session>();
  /** Sessions that have proved and subscribed to nothing, oldest first. */
  private readonly idle = new Set<Session>();

  constructor(private readonly settings: RelaySettings) {}

  open(connection: number, address: string, now: number): void {
    const session = new Session(connection, address, now, this.settings);
    this.all.set(connection, session);
    this.greeting.add(session);
  }

  get(connection: number): Session | null {
    return this.all.get(connection) ?? null;
  }

  /** It has said hello. */
  greeted(session: Session): void {
    this.greeting.delete(session);
    this.idle.add(session);
  }

  /** It has shown what it is for. */
  settled(session: Session): void {
    this.idle.delete(session);
  }

  close(session: Session): void {
    session.closed = true;
    this.greeting.delete(session);
    this.idle.delete(session);
    this.all.delete(session.connection);
  }

  /** Everybody's time begins again. */
  excuse(now: number): void {
    for (const session of [...this.greeting, ...this.idle]) session.openedAt = now;
  }

  /** Sessions that have taken too long to say hello, or to show what they are for. */
  overdue(now: number): Session[] {
    const { helloTimeout, proofTimeout } = this.settings;
    // RULE: relay.idle-end: a connection that never shows what it is for does not stay (attack A90).
    return [...openedBefore(this.greeting, now - helloTimeout), ...openedBefore(this.idle, now - proofTimeout)];
  }
}

function openedBefore(sessions: Iterable<Session>, time: number): Session[] {
  const found: Session[] = [];
  for (const session of sessions) {
    if (session.openedAt > time) break;
    found.push(session);
  }
  return found;
}
