import type { Problem } from "../api/problem.js";
import type { RoomId } from "@conclave/protocol";
import { toHex, done, failed, type Result } from "@conclave/codec";
import type { ClientPorts } from "../api/client.js";
import type { LiveSession } from "../room/liveSession.js";
import { RoomKeys, ROOMS_PREFIX, roomMetaKey } from "../store/homeKey.js";
import { decodeRoomMeta, type RoomMeta } from "../store/roomMeta.js";
import { loadSession, type OwnHome } from "./loadSession.js";
import type { Relays } from "./relays.js";

/** The sessions of a home's rooms: one for each room. */
export class RoomSessions {
  private readonly sessions = new Map<string, LiveSession>();
  /** By room, the end of what is bringing it or taking it away. */
  private readonly turns = new Map<string, Promise<void>>();
  private isConnected = false;
  private closed = false;
  private isClockTrusted = false;

  constructor(
    private readonly ports: ClientPorts,
    private readonly relays: Relays,
    private readonly own: OwnHome,
    /** A room came or went. */
    private readonly changed: () => void,
  ) {}

  get all(): readonly LiveSession[] {
    return [...this.sessions.values()];
  }

  /** Whether the home is closed: no room comes to it any more. */
  get isClosed(): boolean {
    return this.closed;
  }

  find(roomId: RoomId): LiveSession | null {
    return this.sessions.get(toHex(roomId)) ?? null;
  }

  /** Reads the rooms that are stored. */
  async load(): Promise<void> {
    for (const record of await this.ports.storage.range({ prefix: ROOMS_PREFIX })) {
      const meta = decodeRoomMeta(record.value);
      this.sessions.set(toHex(meta.roomId), await this.make(meta));
    }
  }

  /** A session that is not among them yet, from what is stored; `made`: what is in memory and not stored yet. */
  make(meta: RoomMeta, made: Parameters<typeof loadSession>[4] = {}): Promise<LiveSession> {
    return loadSession(this.ports, this.relays, this.own, meta, made);
  }

  /** Takes in a session for a join, in place of one that is over. `keep` stores it first. */
  join(
    meta: RoomMeta,
    keep: (session: LiveSession) => Promise<Result<void, Problem>>,
  ): Promise<Result<LiveSession, Problem>> {
    return this.bring(meta.roomId, async (before) => {
      if (before) await this.clearForJoin(before);
      const session = await this.make(meta);
      const kept = await keep(session);
      return kept.ok ? done(session) : kept;
    });
  }

  /**
   * Takes in the session that `make` gives, in place of one that is over; `make` stores it first, and gives null where there is none.
   *
   * RULE: client.one-join: two that bring one room at once would write to the same records, and mix the keys of one with the roster
   * of the other: the second one waits, and is told that the room is here already (found by the simulator).
   */
  bring<S extends LiveSession | null>(
    roomId: RoomId,
    make: (before: LiveSession | null) => Promise<Result<S, Problem>>,
  ): Promise<Result<S, Problem>> {
    return this.inTurn(roomId, async () => {
      if (this.closed) return failed({ kind: "closed" });
      const before = this.find(roomId);
      if (before && !isOver(before)) return failed({ kind: "already_here" });
      const made = await make(before);
      if (!made.ok || made.value === null) return made;
      before?.engine.stop();
      this.add(made.value);
      return made;
    });
  }

  /** Runs what brings a room, or takes it away, when what does so already has ended. */
  private async inTurn<T>(roomId: RoomId, run: () => Promise<T>): Promise<T> {
    const key = toHex(roomId);
    const running = (this.turns.get(key) ?? Promise.resolve()).then(run);
    const end = running.then(nothing, nothing);
    this.turns.set(key, end);
    try {
      return await running;
    } finally {
      if (this.turns.get(key) === end) this.turns.delete(key);
    }
  }

  /** What was said stays; keys, and what waited to be sent by them, go. */
  private async clearForJoin({ engine }: LiveSession): Promise<void> {
    engine.stop();
    await engine.state.idle();
    const { state, outbox, decisions, invites, slots, leaving } = engine.state.keys;
    await this.ports.storage.commit([
      ...[state, outbox, decisions, invites].map((clear) => ({ clear })),
      { delete: slots },
      { delete: leaving },
    ]);
  }

  /** Takes in a session whose room is stored, in place of an earlier one, and lets it run. */
  add(session: LiveSession): void {
    this.sessions.set(toHex(session.id), session);
    session.engine.state.clock.isTrusted = this.isClockTrusted;
    if (this.isConnected) startSession(session);
    this.changed();
  }

  /** Removes a room and all that is stored of it. */
  forget(roomId: RoomId): Promise<void> {
    return this.inTurn(roomId, async () => {
      const session = this.find(roomId);
      if (!session) return;
      session.engine.stop();
      this.sessions.delete(toHex(roomId));
      await session.engine.state.idle();
      await this.ports.storage.commit([{ clear: new RoomKeys(roomId).prefix }, { delete: roomMetaKey(roomId) }]);
      this.changed();
    });
  }

  connect(): void {
    if (this.closed) return;
    this.isConnected = true;
    for (const session of this.all) startSession(session);
  }

  trustClock(): void {
    this.isClockTrusted = true;
    for (const { engine } of this.all) engine.state.clock.isTrusted = true;
  }

  /** Something that all rooms show or work by is different: each shows it, and looks for work. */
  look(): void {
    for (const { engine } of this.all) {
      engine.state.tell({ type: "changed" });
      engine.plan();
    }
  }

  /** Stops them for good. Resolves when nothing more will be written. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { engine } of this.all) engine.stop();
    await Promise.all(this.all.map(({ engine }) => engine.state.idle()));
  }
}

/** Whether a session only tells of a room, so that a new join may take its place. */
export function isOver({ engine }: LiveSession): boolean {
  const { is } = engine.state.phase;
  return is === "out" || is === "restored";
}

/** Rooms that we are out of need no connection. */
function startSession({ engine }: LiveSession): void {
  if (engine.state.phase.is !== "out") engine.start();
}

function nothing(): void {
  // The next in turn only waits until it has ended.
}
