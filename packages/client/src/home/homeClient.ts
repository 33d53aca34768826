import { equalBytes, toHex } from "@conclave/codec";
import {
  type Fingerprint,
  foundRoom,
  inviteLink,
  type InviteLink,
  isLabel,
  memberOf,
  parseLink,
  personFingerprint,
  type PersonId,
  recoveryPhrase,
  type RoomId,
} from "@conclave/protocol";
import { readGivenLink } from "../link/givenLink.js";
import { invitedRoom } from "./invitedRoom.js";
import { problemOf, previewSlot } from "../joining/readInvite.js";
import { readReturn } from "../joining/readReturn.js";
import type { HeldLock } from "../ports/lock.js";
import { whyLate } from "../work/hindrance.js";
import { HomeRecords } from "../store/homeRecords.js";
import { RoomKeys, ROOMS_PREFIX, roomMetaKey } from "../store/homeKey.js";
import type { LiveSession } from "../room/liveSession.js";
import { endingOf } from "../store/phase.js";
import { readRoomMeta } from "../store/readRoomMeta.js";
import type { RoomMeta } from "../store/roomMeta.js";
import type { Client, ClientPorts, Opened, OpenOptions, RoomOptions } from "../api/client.js";
import type { InvitePreview } from "../api/invitePreview.js";
import { done, failed, type Problem, type Result } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import type { FoundMessage, SearchOptions } from "../api/search.js";
import { type HomeIdentity, loadIdentity } from "./identity.js";
import { loadSession, storedRoom } from "./loadSession.js";
import { HomeMarks } from "./marks.js";
import { HomeReturnPlan } from "../store/returnPlan.js";
import { Relays } from "./relays.js";

const UNTIL_REACHED_MS = 20_000;
const NO_SECRET = new Uint8Array(32);

/**
 * Opens a home: takes its lock, reads (or makes) the person and this device, loads the rooms and connects them.
 * Rejects when the storage is broken or was written by a newer version.
 */
export async function openClient(ports: ClientPorts, options: OpenOptions = {}): Promise<Opened> {
  // RULE: client.one-writer: nothing is read before the home is ours alone: two writers would use a key twice (attack A65).
  const lock = await ports.lock.take();
  if (!lock) return { ok: false, problem: "in_use" };
  try {
    const identity = await loadIdentity(ports, options.recoveryPhrase ?? null);
    if (typeof identity === "string") {
      await lock.release();
      return { ok: false, problem: identity };
    }
    const client = new HomeClient(ports, options, lock, identity);
    await client.load();
    if (options.connect !== false) client.connect();
    return { ok: true, client };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** An open home. */
export class HomeClient implements Client {
  readonly marks: HomeMarks;
  readonly records: HomeRecords;
  private readonly wishes: HomeReturnPlan;
  private readonly sessions = new Map<string, LiveSession>();
  private readonly relays: Relays;
  private readonly listeners = new Set<() => void>();
  private isConnected = false;
  private isClosed = false;
  private isClockTrusted = false;

  constructor(
    private readonly ports: ClientPorts,
    private readonly options: OpenOptions,
    private readonly lock: HeldLock,
    private readonly self: HomeIdentity,
  ) {
    this.relays = new Relays(ports);
    this.records = new HomeRecords(ports.storage);
    this.marks = new HomeMarks(ports, () => {
      for (const { engine } of this.sessions.values()) engine.state.tell({ type: "changed" });
      this.tell();
    });
    this.wishes = new HomeReturnPlan(ports.storage, () => {
      for (const { engine } of this.sessions.values()) {
        engine.state.tell({ type: "changed" });
        engine.plan();
      }
      this.tell();
    });
  }

  get wantsReturn(): boolean {
    return this.wishes.isWished;
  }

  wantReturn(): Promise<void> {
    return this.wishes.wish();
  }

  get person(): PersonId {
    return this.self.identity.person;
  }

  async search(query: string, { limit = 50, before }: SearchOptions = {}): Promise<readonly FoundMessage[]> {
    const sessions = [...this.sessions.values()];
    const found = await Promise.all(
      sessions.map(async (session) => (await session.searching.matches(query)).map((match) => ({ session, match }))),
    );
    const newest = found
      .flat()
      .filter(({ match }) => before === undefined || match.time < before)
      .sort((a, b) => b.match.time - a.match.time)
      .slice(0, limit);
    const shown = newest.map(async ({ session, match }) =>
      (await session.searching.show([match])).map((message) => ({ roomId: session.id, message })),
    );
    return (await Promise.all(shown)).flat();
  }

  fingerprint(): Fingerprint {
    return personFingerprint(this.ports.crypto, this.person);
  }

  recoveryPhrase(): string {
    return recoveryPhrase(this.self.identity.seed);
  }

  rooms(): readonly RoomSession[] {
    return [...this.sessions.values()];
  }

  room(roomId: RoomId): RoomSession | null {
    return this.sessions.get(toHex(roomId)) ?? null;
  }

  watch(listener: () => void): () => void {
    const own = () => {
      listener();
    };
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  async createRoom(options: RoomOptions): Promise<Result<RoomSession>> {
    const { title, name, policy, relay, permit = new Uint8Array(0) } = options;
    if (this.isClosed) return failed({ kind: "closed" });
    if (!isLabel(title)) return failed({ kind: "malformed", what: "title" });
    if (!isLabel(name)) return failed({ kind: "malformed", what: "name" });
    const connection = this.relays.get(relay);
    if (!connection) return failed({ kind: "malformed", what: "relay" });
    const founded = await connection.use(UNTIL_REACHED_MS, ({ relayKey }) => {
      const { suite } = this.options;
      const now = this.ports.clock.now();
      // The key that the relay shows now is written into the charter: from here on nobody else speaks for it.
      const address = connection.url;
      const { device } = this.self;
      const founding = { device, name, title, policy, relay: { publicKey: relayKey, address }, now };
      return Promise.resolve(foundRoom(this.ports, suite === undefined ? founding : { ...founding, suite }));
    });
    if (!founded) return failed({ kind: "unreachable" });
    if (!founded.ok) return failed({ kind: "refused", rejection: founded.rejection });
    const { room, delta, creation, decision } = founded.value;
    const meta: RoomMeta = {
      ...{ roomId: room.id, roomTag: room.tag, relay: connection.url, title },
      phase: { is: "founding", creation: { ...creation, permit } },
    };
    const session = await this.session(meta, { room });
    const { state } = session.engine;
    const kept = await state.transact((tx) => {
      state.enter(tx);
      state.apply(tx, delta);
      state.decisionLog.add(tx, decision, 0);
    });
    if (!kept.ok) return kept;
    this.add(session);
    const opened = await session.engine.waiting.until(
      () => session.engine.problem ?? state.phase.is === "member",
      UNTIL_REACHED_MS,
      () => whyLate(session.engine),
    );
    if (opened.ok) return done(session);
    // What the relay refuses is no room; what it does not answer goes on by itself.
    if (opened.problem.kind === "relay") await this.forget(room.id);
    return opened;
  }

  async previewInvite(text: string): Promise<Result<InvitePreview>> {
    const given = readGivenLink(text);
    if (!given.ok) return failed({ kind: "link", fault: given.fault });
    return this.lookInto(given.link);
  }

  private async lookInto(link: InviteLink): Promise<Result<InvitePreview>> {
    const known = this.sessions.get(toHex(link.roomId));
    if (known && !isOver(known)) return failed({ kind: "already_here" });
    const connection = this.relays.get(link.relay);
    if (!connection) return failed({ kind: "link", fault: "changed" });
    const asked = known ? await this.askedAfterAll(known, link) : null;
    if (asked) return failed(asked);
    const read = await connection.use(UNTIL_REACHED_MS, async () => {
      const found = await previewSlot(this.ports, connection, link);
      // Whoever is a member and holds nothing of the room has lost a device: their words may bring them back.
      const wantsReturn = found.ok ? memberOf(found.value.roster, this.person) !== null : isAnswered(found.problem);
      return (wantsReturn ? await readReturn(this.ports, connection, link, this.self.identity.seed) : null) ?? found;
    });
    if (!read) return failed(problemOf({ type: "lost" }));
    if (!read.ok) return read;
    const still = known ? await this.joinedAfterAll(known) : null;
    if (still) return failed(still);
    const { mode, createdBy } = read.value.invite;
    // RULE: client.own-return: a link made of somebody else's way back shows nobody that they come back to a room (attack A37).
    if (mode === "return" && !equalBytes(createdBy, this.person))
      return failed({ kind: "refused", rejection: { code: "invite_not_for_you" } });
    return done(
      invitedRoom(this.ports, this.self.device, this.person, read.value, {
        text: inviteLink("", read.value.link),
        relay: connection.url,
        marks: this.marks,
        begin: (meta) => this.begin(meta),
        add: (session) => {
          this.add(session);
        },
      }),
    );
  }

  /**
   * Reads the log once more for a join that was given up. Null where it is not in it; else what to tell who would join again.
   *
   * RULE: client.join-kept: what a relay says of a join ends it for its person, and throws no keys away: where the relay brought
   * it into the log all the same, they are in the room with a device that works (attack A103).
   */
  private async joinedAfterAll(before: LiveSession): Promise<Problem | null> {
    const { meta, keys } = before.engine.state;
    const ending = endingOf(meta.phase);
    const room = ending && ending.problem.kind !== "early_form" ? await storedRoom(this.ports, keys) : null;
    if (room?.status !== "joining") return null;
    // With nothing to append: it is in the log by now, or nowhere.
    return this.goOn(before, await this.session({ ...meta, phase: { is: "joining", join: null } }, { room }));
  }

  /** Waits on for the answer to a request that was given up, where somebody opens the same link again. As `joinedAfterAll`. */
  private async askedAfterAll(before: LiveSession, link: InviteLink): Promise<Problem | null> {
    const { meta, phase } = before.engine.state;
    const request = phase.is === "out" && phase.why === "lost" ? phase.request : null;
    const asked = request && parseLink(request.link);
    if (!asked || !equalBytes(asked.secret, link.secret)) return null;
    return this.goOn(before, await this.session({ ...meta, phase: { is: "asking", request } }));
  }

  /** Puts a session that comes in, or asks, in the place of one that gave up. Null where it gives up, too. */
  private async goOn(before: LiveSession, session: LiveSession): Promise<Problem | null> {
    const { engine } = session;
    const { is } = engine.state.phase;
    const kept = await engine.state.transact((tx) => {
      engine.state.enter(tx);
    });
    if (!kept.ok) return kept.problem;
    before.engine.stop();
    this.add(session);
    const settled = await engine.waiting.until(
      () => engine.state.phase.is !== is || engine.isAsking,
      UNTIL_REACHED_MS,
      () => whyLate(engine),
    );
    if (!settled.ok) return settled.problem;
    return engine.state.phase.is === "out" ? null : { kind: "already_here" };
  }

  async comeBack(roomId: RoomId): Promise<Result<RoomSession>> {
    const session = this.sessions.get(toHex(roomId));
    const { room, phase } = session?.engine.state ?? { room: null, phase: null };
    if (!room || phase.is !== "restored") return failed({ kind: "unknown" });
    const looked = await this.lookInto(room.linkOf(NO_SECRET));
    if (looked.ok) return looked.value.mode === "return" ? looked.value.accept("") : failed({ kind: "unknown" });
    const { problem } = looked;
    // The link itself opens nothing: where no way back answers for it, there is none.
    const isNone = problem.kind === "relay" && (problem.error === "slot_unknown" || problem.error === "slot_closed");
    return isNone ? failed({ kind: "unknown" }) : looked;
  }

  async forget(roomId: RoomId): Promise<void> {
    const session = this.sessions.get(toHex(roomId));
    if (!session) return;
    session.engine.stop();
    this.sessions.delete(toHex(roomId));
    await session.engine.state.idle();
    await this.ports.storage.commit([{ clear: new RoomKeys(roomId).prefix }, { delete: roomMetaKey(roomId) }]);
    this.tell();
  }

  connect(): void {
    if (this.isClosed) return;
    this.isConnected = true;
    for (const session of this.sessions.values()) startSession(session);
  }

  nudge(): void {
    this.relays.nudge();
  }

  trustClock(): void {
    this.isClockTrusted = true;
    for (const { engine } of this.sessions.values()) engine.state.clock.isTrusted = true;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    const sessions = [...this.sessions.values()];
    for (const { engine } of sessions) engine.stop();
    await Promise.all(sessions.map(({ engine }) => engine.state.idle()));
    await this.ports.storage.close();
    await this.lock.release();
  }

  /** Reads the rooms of this home. */
  async load(): Promise<void> {
    await this.marks.load();
    await this.wishes.load();
    for (const record of await this.ports.storage.range({ prefix: ROOMS_PREFIX })) {
      const meta = await readRoomMeta(this.ports.storage, record);
      this.sessions.set(toHex(meta.roomId), await this.session(meta));
    }
  }

  /** A session for a join, in place of one that is over. */
  private async begin(meta: RoomMeta): Promise<Result<LiveSession>> {
    if (this.isClosed) return failed({ kind: "closed" });
    const before = [...this.sessions.values()].find((session) => equalBytes(session.id, meta.roomId));
    if (before && !isOver(before)) return failed({ kind: "already_here" });
    if (before) await this.clearForJoin(before);
    return done(await this.session(meta));
  }

  /** What was said stays; keys, and what waited to be sent by them, go. */
  private async clearForJoin(session: LiveSession): Promise<void> {
    session.engine.stop();
    await session.engine.state.idle();
    const { state, outbox, decisions, invites, slots, leaving } = session.engine.state.keys;
    await this.ports.storage.commit([
      ...[state, outbox, decisions, invites].map((clear) => ({ clear })),
      { delete: slots },
      { delete: leaving },
    ]);
  }

  private session(meta: RoomMeta, made: Parameters<typeof loadSession>[4] = {}): Promise<LiveSession> {
    return loadSession(this.ports, this.relays, { ...this.self, marks: this.marks, wish: this.wishes }, meta, made);
  }

  private add(session: LiveSession): void {
    this.sessions.set(toHex(session.id), session);
    session.engine.state.clock.isTrusted = this.isClockTrusted;
    if (this.isConnected || this.options.connect !== false) startSession(session);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

/** The relay has answered, and the link leads nowhere. */
function isAnswered({ kind }: Problem): boolean {
  return kind === "relay" || kind === "refused";
}

/** Rooms that we are out of need no connection. */
function startSession({ engine }: LiveSession): void {
  if (engine.state.phase.is !== "out") engine.start();
}

function isOver({ engine }: LiveSession): boolean {
  const { is } = engine.state.phase;
  return is === "out" || is === "restored";
}
