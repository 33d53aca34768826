import { equalBytes, toHex, done, failed, type Result } from "@conclave/codec";
import { type DoorOpening, type JoinRequest, memberOf, type Room } from "@conclave/protocol";
import type { JoinRequestItem } from "@conclave/wire";
import type { OpenedRequest } from "../timeline/requestView.js";
import type { Answer } from "../relay/answer.js";
import type { Problem } from "../api/problem.js";
import type { CancelTimer } from "../ports/clock.js";
import type { Sync } from "./sync.js";
import { type Job, type RoomWork, Worker } from "./worker.js";
import type { WriteProof } from "./writeProof.js";

/** How many requests are shown, and looked at in all: a relay keeps 64 for each of 256 slots. */
const MOST = 256;
const MOST_LISTED = 64 * 256;
/** How many are tried with all keys at a time, as each try takes a while. */
const MOST_TRIED = 64;
const NEXT_TRY_MS = 10_000;
/** How long one that nobody can open is left alone: it may be of an epoch that is on its way to us. */
const JUNK_AFTER_MS = 60_000;

/** The requests to join that wait at the relay. */
export class JoinRequests extends Worker {
  private opened: OpenedRequest[] = [];
  private listedPleas: readonly JoinRequestItem[] = [];
  private listedOn = 0;
  private isStale = true;
  /** Something that was to be taken away from the relay is still there, as nothing could be sent. */
  private isOwed = false;
  /** Requests that this device has found to be of no use, by their number, and since when. */
  private readonly useless = new Map<number, { readonly since: number; readonly isJunk: boolean }>();
  /** Requests that name an entry which this device does not have, by their number, since when (ms). */
  private readonly ahead = new Map<number, number>();

  /** Ends the wait until it looks again. */
  private later: CancelTimer | null = null;

  constructor(
    work: RoomWork,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
  ) {
    super(work);
  }

  /** Those that still wait. A member no longer does: when somebody else admits a person, the relay does not say so. */
  get known(): readonly OpenedRequest[] {
    const { room } = this.state;
    return room ? this.opened.filter(({ ask }) => this.waits(room, ask)) : [];
  }

  /**
   * Whether somebody still waits: who is in the room does not, but for one who was let in and asks again as they never got in.
   *
   * RULE: client.admitted-never-here: an admission that got lost is no dead end: whoever never came can ask again (attack A118).
   */
  private waits(room: Room, ask: JoinRequest): boolean {
    const { person, leaf } = ask;
    if (room.requests.ageOf(ask) !== "fresh") return false;
    if (memberOf(room.roster, person) === null) return true;
    return this.state.unheard.has(person) && !room.roster.leaves.has(toHex(leaf));
  }

  /** Whether they were asked for since the last sign that there may be new ones, and the answer is here. */
  get isListed(): boolean {
    return !this.isBusy && !this.isStale && this.listedOn === this.connection.number;
  }

  override offline(): void {
    super.offline();
    this.later?.();
    this.later = null;
  }

  /** What devices that cannot follow have left, sealed; see `PleaAnswers`. */
  get pleas(): readonly JoinRequestItem[] {
    return this.listedPleas;
  }

  /** One of those that still wait. */
  find(id: number): OpenedRequest | null {
    return this.known.find(({ item }) => item.request === id) ?? null;
  }

  /** The request that brings this leaf, if it still waits. */
  findLeaf(leafCert: Uint8Array): OpenedRequest | null {
    return this.known.find(({ ask }) => equalBytes(ask.leafCert, leafCert)) ?? null;
  }

  /** There may be new ones. */
  changed(): void {
    this.isStale = true;
    this.advance();
  }

  /** Looks once for each connection, and whenever the relay says that there are new ones, or something is left to do. */
  protected next(): Job | null {
    if (this.isOwed && this.sync.canSend) this.isStale = true;
    if (!this.sync.canAsk || (this.listedOn === this.connection.number && !this.isStale)) return null;
    return async () => {
      const { number } = this.connection;
      // A sign of new ones that comes meanwhile still counts.
      this.isStale = false;
      const listed = await this.list();
      if (listed.ok) {
        this.listedOn = number;
        this.retry.reset();
        return;
      }
      this.isStale = true;
      // On a new connection it is tried at once.
      const least = listed.error.kind === "relay" ? listed.error.retryAfter : 0;
      if (this.isOn(number)) this.retry.later(least);
    };
  }

  private isOn(number: number): boolean {
    return this.connection.welcome !== null && this.connection.number === number;
  }

  /** Asks the relay for all of them, and opens those that this device can open. */
  async list(): Promise<Result<readonly OpenedRequest[], Problem>> {
    const items: JoinRequestItem[] = [];
    for (let after = 0, more = true; more && items.length < MOST_LISTED; after = items.at(-1)?.request ?? after) {
      const { room } = this.state;
      if (!room || !this.connection.welcome) return failed({ kind: "unreachable" });
      this.proof.give();
      const answer = await this.connection.request<"listRequests">({ type: "listRequests", roomTag: room.tag, after });
      if (answer.type === "lost") return failed({ kind: "unreachable" });
      if (answer.type === "error") {
        return failed({ kind: "relay", error: answer.error, retryAfter: answer.retryAfter });
      }
      items.push(...answer.requests.slice(0, MOST_LISTED - items.length));
      more = answer.more && answer.requests.length > 0;
    }
    this.isOwed = false;
    this.listedPleas = items.filter(({ slotId }) => slotId === null);
    this.open(items);
    return done(this.known);
  }

  /** Takes a request away from the relay. */
  async remove(id: number): Promise<Result<void, Problem>> {
    const { room } = this.state;
    if (!room) return failed({ kind: "not_member" });
    // RULE: client.pause-holds: no request is answered or taken away where an alarm pauses the room.
    if (!this.sync.canSend) {
      this.isOwed = true;
      return failed(this.whyNot());
    }
    this.proof.give();
    const body = { type: "deleteRequest", roomTag: room.tag, request: id } as const;
    return this.settle(id, await this.connection.request<"deleteRequest">(body));
  }

  private whyNot(): Problem {
    return this.sync.hindrance ?? { kind: "not_member" };
  }

  private settle(id: number, answer: Answer<"deleteRequest" | "answerRequest">): Result<void, Problem> {
    if (answer.type === "lost") return failed({ kind: "unreachable" });
    if (answer.type === "error") return failed({ kind: "relay", error: answer.error, retryAfter: answer.retryAfter });
    this.opened = this.opened.filter(({ item }) => item.request !== id);
    this.listedPleas = this.listedPleas.filter(({ request }) => request !== id);
    this.state.tell({ type: "changed" });
    return done(undefined);
  }

  /** Declines a request: it goes from the relay, and the person is told, signed by us (docs/protocol.md §7, ask). */
  async deny(id: number): Promise<Result<void, Problem>> {
    if (!this.sync.canSend) return failed(this.whyNot());
    const { room } = this.state;
    const opened = this.find(id);
    const answer = opened ? room?.requests.deny(opened.ask, this.state.now()) : null;
    if (!room || !answer) return this.remove(id);
    this.proof.give();
    const body = { type: "answerRequest", roomTag: room.tag, request: id, ...answer } as const;
    return this.settle(id, await this.connection.request<"answerRequest">(body));
  }

  /** Leaves an answer to a plea in an inbox, and takes the plea away from the relay. */
  async answerPlea(
    request: number,
    { inboxId, blob }: Pick<DoorOpening, "inboxId" | "blob">,
  ): Promise<Result<void, Problem>> {
    const { room } = this.state;
    if (!room) return failed({ kind: "not_member" });
    this.proof.give();
    const body = { type: "answerRequest", roomTag: room.tag, request, inboxId, blob } as const;
    return this.settle(request, await this.connection.request<"answerRequest">(body));
  }

  private open(items: readonly JoinRequestItem[]): void {
    const { room } = this.state;
    if (!room) return;
    const before = this.opened.map(({ item }) => item.request).join(",");
    const there = new Set(items.map(({ request }) => request));
    for (const noted of [this.useless, this.ahead]) for (const id of noted.keys()) if (!there.has(id)) noted.delete(id);
    let tried = 0;
    this.opened = this.opened.filter(({ item }) => there.has(item.request));
    const known = new Set(this.opened.map(({ item }) => item.request));
    for (const item of items) {
      // RULE: client.requests-past-junk: what nobody can open neither fills the list nor stays at the relay (attack A118).
      if (this.useless.has(item.request) || known.has(item.request) || this.opened.length >= MOST) continue;
      // A plea, which needs no invite.
      if (item.slotId === null) continue;
      if (++tried > MOST_TRIED) break;
      const outcome = room.requests.open(item.blob, this.state.now());
      if (outcome.ok) this.opened.push({ item, ask: outcome.value });
      else {
        const isJunk = room.requests.isJunk(outcome.error);
        this.useless.set(item.request, { since: this.state.now(), isJunk });
      }
    }
    this.dropDoubles();
    if (tried > MOST_TRIED) this.again(NEXT_TRY_MS);
    else if ([...this.useless.values()].some(({ isJunk }) => isJunk)) this.again(JUNK_AFTER_MS);
    void this.guard(() => this.dropJunk());
    // People who have come in meanwhile need not ask any more; nor does a request count again that is from before its person left.
    for (const { item, ask } of [...this.opened]) {
      if (this.waits(room, ask) || this.isOnItsWay(room, ask, item.request)) continue;
      void this.guard(async () => {
        await this.remove(item.request);
      });
    }
    if (before !== this.opened.map(({ item }) => item.request).join(",")) this.state.tell({ type: "changed" });
  }

  /**
   * Whether what a request rests on may still reach us.
   *
   * RULE: client.ahead-junk: a request from an entry that we still do not have after a minute is junk, and goes. Otherwise requests from
   * entries that will never be stay where nobody sees them, and take up the place of others (attack A118).
   */
  private isOnItsWay(room: Room, ask: JoinRequest, request: number): boolean {
    if (room.requests.ageOf(ask) !== "ahead") return false;
    const since = this.ahead.get(request) ?? this.state.now();
    this.ahead.set(request, since);
    if (this.state.now() - since >= JUNK_AFTER_MS) return false;
    this.again(JUNK_AFTER_MS);
    return true;
  }

  /** Looks again, for what could not be seen to now. */
  private again(delay: number): void {
    this.later?.();
    this.later = this.state.ports.clock.setTimer(delay, () => {
      this.later = null;
      this.changed();
    });
  }

  /**
   * A request that was sealed again takes the place of the older one. One with another inbox does not: a member could send the answer
   * to somebody else's request elsewhere.
   */
  private dropDoubles(): void {
    for (const older of [...this.opened]) {
      const isNewer = ({ item, ask }: OpenedRequest) =>
        item.request > older.item.request &&
        equalBytes(ask.leaf, older.ask.leaf) &&
        equalBytes(ask.inboxPub, older.ask.inboxPub);
      if (!this.opened.some(isNewer)) continue;
      this.opened = this.opened.filter((each) => each !== older);
      this.useless.set(older.item.request, { since: Number.NEGATIVE_INFINITY, isJunk: true });
    }
  }

  /** Takes away from the relay what no member can open. */
  private async dropJunk(): Promise<void> {
    const { room } = this.state;
    for (const [request, { since, isJunk }] of [...this.useless]) {
      if (!isJunk || this.state.now() - since < JUNK_AFTER_MS) continue;
      if (!room || !this.sync.canSend) return;
      this.proof.give();
      const answer = await this.connection.request<"deleteRequest">({
        type: "deleteRequest",
        roomTag: room.tag,
        request,
      });
      if (answer.type !== "done") return;
    }
  }
}
