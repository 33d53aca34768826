import type { Problem } from "../api/problem.js";
import { shownOf } from "../room/leaving.js";
import { failed, type Result, done } from "@conclave/codec";
import { type Fingerprint, personFingerprint, recoveryPhrase, type PersonId, type RoomId } from "@conclave/protocol";
import { readGivenLink } from "../link/givenLink.js";
import type { HeldLock } from "../ports/lock.js";
import { HomeRecords } from "../store/homeRecords.js";
import type { Client, ClientPorts, OpenOptions, OpenProblem, RoomOptions } from "../api/client.js";
import type { InvitePreview } from "../api/invitePreview.js";
import type { RoomSession } from "../api/roomSession.js";
import type { FoundMessage, SearchOptions } from "../api/search.js";
import { foundedRoom } from "./foundedRoom.js";
import { type HomeIdentity, loadIdentity } from "./identity.js";
import { InvitedRooms } from "./invitedRooms.js";
import { HomeMarks } from "./marks.js";
import { HomeReturnPlan } from "../store/returnPlan.js";
import { Relays } from "./relays.js";
import { RoomSessions } from "./roomSessions.js";

/**
 * Opens a home: takes its lock, reads (or makes) the person and this device, loads the rooms and connects them.
 * Rejects when the storage is broken or was written by a newer version.
 */
export async function openClient(ports: ClientPorts, options: OpenOptions = {}): Promise<Result<Client, OpenProblem>> {
  // RULE: client.one-writer: nothing is read before the home is ours alone: two writers would use a key twice (attack A65).
  const lock = await ports.lock.take();
  if (!lock) return failed("in_use");
  try {
    const identity = await loadIdentity(ports, options.recoveryPhrase ?? null);
    if (typeof identity === "string") {
      await lock.release();
      return failed(identity);
    }
    const client = new HomeClient(ports, options, lock, identity);
    await client.load();
    if (options.connect !== false) client.connect();
    return done(client);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** An open home. */
export class HomeClient implements Client {
  readonly marks: HomeMarks;
  readonly records: HomeRecords;
  private readonly returnPlan: HomeReturnPlan;
  private readonly relays: Relays;
  private readonly sessions: RoomSessions;
  private readonly invited: InvitedRooms;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly ports: ClientPorts,
    private readonly options: OpenOptions,
    private readonly lock: HeldLock,
    private readonly self: HomeIdentity,
  ) {
    this.relays = new Relays(ports);
    this.records = new HomeRecords(ports.storage);
    const changed = () => {
      this.sessions.look();
      this.tell();
    };
    this.marks = new HomeMarks(ports, changed);
    this.returnPlan = new HomeReturnPlan(ports.storage, changed);
    const onlyReads = options.onlyReads === true;
    const own = { ...self, marks: this.marks, returnPlan: this.returnPlan, onlyReads };
    this.sessions = new RoomSessions(ports, this.relays, own, () => {
      this.tell();
    });
    this.invited = new InvitedRooms(ports, this.relays, own, this.sessions);
  }

  get wantsReturn(): boolean {
    return this.returnPlan.isWanted;
  }

  wantReturn(): Promise<void> {
    return this.returnPlan.want();
  }

  get person(): PersonId {
    return this.self.identity.person;
  }

  async search(query: string, { limit = 50, before }: SearchOptions = {}): Promise<readonly FoundMessage[]> {
    const found = await Promise.all(
      this.sessions.all.map(async (session) =>
        (await session.searching.matches(query)).map((match) => ({ session, match })),
      ),
    );
    const newest = found
      .flat()
      .filter(({ match }) => before === undefined || match.time < before)
      .sort((a, b) => b.match.time - a.match.time)
      .slice(0, limit);
    const shown = newest.map(async ({ session, match }) =>
      shownOf(session.engine, await session.searching.show([match])).map((message) => ({
        roomId: session.id,
        message,
      })),
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
    return this.sessions.all;
  }

  room(roomId: RoomId): RoomSession | null {
    return this.sessions.find(roomId);
  }

  watch(listener: () => void): () => void {
    const own = () => {
      listener();
    };
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  createRoom(options: RoomOptions): Promise<Result<RoomSession, Problem>> {
    const { ports, relays, sessions, self } = this;
    return foundedRoom(ports, { relays, sessions }, self, options, this.options.suite);
  }

  async previewInvite(text: string): Promise<Result<InvitePreview, Problem>> {
    const given = readGivenLink(text);
    if (!given.ok) return failed({ kind: "link", fault: given.error });
    return this.invited.preview(given.value.link);
  }

  previewAsked(roomId: RoomId): Promise<Result<InvitePreview, Problem>> {
    return this.invited.previewAsked(roomId);
  }

  comeBack(roomId: RoomId): Promise<Result<RoomSession, Problem>> {
    return this.invited.comeBack(roomId);
  }

  forget(roomId: RoomId): Promise<void> {
    return this.sessions.forget(roomId);
  }

  connect(): void {
    this.sessions.connect();
  }

  nudge(): void {
    this.relays.nudge();
  }

  trustClock(): void {
    this.sessions.trustClock();
  }

  async close(): Promise<void> {
    if (this.sessions.isClosed) return;
    await this.sessions.close();
    await this.ports.storage.close();
    await this.lock.release();
  }

  /** Reads what this home keeps. Once, before anything else. */
  async load(): Promise<void> {
    await this.marks.load();
    await this.returnPlan.load();
    await this.sessions.load();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
