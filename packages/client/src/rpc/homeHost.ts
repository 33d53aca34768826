import { fromHex, toHex, done, failed, type Result } from "@conclave/codec";
import { RoomId } from "@conclave/protocol";
import type { Clock } from "../ports/clock.js";
import { systemClock } from "../ports/system.js";
import type { Client, RoomOptions } from "../api/client.js";
import type { Decision } from "../api/decision.js";
import type { InvitePreview, JoinOptions } from "../api/invitePreview.js";
import type { Problem } from "../api/problem.js";
import type { RoomSession } from "../api/roomSession.js";
import { CLIENT_CALLS, type HomeCalls, ROOM_CALLS } from "./homeCalls.js";
import type { DoorView, HomeEvent, InvitedView, RoomDetail, RoomSummary, SelfView } from "./homeView.js";
import type { RoomKey } from "./roomKey.js";
import { RoomFeed } from "./roomFeed.js";
import { Transfers } from "./transfers.js";

const MOST_TICKETS = 20;

type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/**
 * An open home that is used from other threads: carries out calls ({@link HomeCalls}), and tells everything that happens
 * (`HomeEvent`). One for each open client; it does not close it.
 */
export class HomeHost {
  private readonly feeds = new Map<RoomKey, RoomFeed>();
  private readonly tickets = new Map<number, InvitePreview>();
  private lastTicket = 0;
  private readonly transfers: Transfers;
  private readonly stopWatching: () => void;

  /**
   * @param tell Called with each event, after what it tells of was stored.
   * @param clock The one that the client has.
   */
  constructor(
    private readonly client: Client,
    private readonly tell: (event: HomeEvent) => void,
    private readonly clock: Clock = systemClock,
  ) {
    this.transfers = new Transfers((key) => this.session(key), tell);
    this.stopWatching = client.watch(() => void this.follow());
    void this.follow();
  }

  /** The calls of this home, for `answerCalls`. */
  calls(): HomeCalls {
    const methods = this.client as unknown as Methods;
    const names = CLIENT_CALLS.map((name) => [name, (...args: readonly unknown[]) => methods[name]!(...args)] as const);
    const client = Object.fromEntries(names) as unknown as Pick<Client, (typeof CLIENT_CALLS)[number]>;
    return {
      ...client,
      ...this.transfers.calls(),
      forget: (key) => this.client.forget(RoomId.of(fromHex(key))),
      self: () => this.self(),
      mark: (person, how) => (how === null ? this.client.marks.unmark(person) : this.client.marks.mark(person, how)),
      rooms: () => this.rooms(),
      detail: (key) => this.detail(key),
      decisions: (key) => this.decisions(key),
      createRoom: (options) => this.createRoom(options),
      comeBack: (key) => this.comeBack(key),
      lookAt: (link) => this.lookAt(link),
      lookAsked: (key) => this.lookAsked(key),
      accept: (ticket, name, note, options) => this.accept(ticket, name, note, options),
      prepareKey: async (ticket) => (await this.tickets.get(ticket)?.prepareKey()) ?? failed({ kind: "unknown" }),
      room: (key, method, args) => this.callRoom(key, method, args),
    };
  }

  /** Stops telling. */
  stop(): void {
    this.stopWatching();
    for (const feed of this.feeds.values()) feed.stop();
    this.feeds.clear();
  }

  private self(): SelfView {
    const { person, wantsReturn } = this.client;
    return { person, fingerprint: this.client.fingerprint(), wantsReturn };
  }

  // One room that is slow to read must not make the others old: all are summed up at once, when all have been read.
  private async rooms(): Promise<readonly RoomSummary[]> {
    await Promise.all([...this.feeds.values()].map((feed) => feed.read()));
    return [...this.feeds.values()].map((feed) => feed.summary());
  }

  private session(key: RoomKey): RoomSession | null {
    return this.feeds.get(key)?.session ?? null;
  }

  private detail(key: RoomKey): RoomDetail | null {
    const room = this.session(key);
    if (!room) return null;
    return {
      key,
      members: room.members(),
      policy: room.policy(),
      powers: room.powers(),
      isSealed: room.isSealed(),
      mirrors: room.mirrors().map(({ address }) => address),
      version: room.version(),
      proposals: room.proposals(),
      invitations: room.invites(),
      sshKeys: room.sshKeys(),
      returning: room.returning(),
      roomCode: room.roomCode(),
      peopleCode: room.peopleCode(),
    };
  }

  private decisions(key: RoomKey): readonly Decision[] {
    return this.session(key)?.decisions() ?? [];
  }

  private async createRoom(options: RoomOptions): Promise<Result<RoomKey, Problem>> {
    const created = await this.client.createRoom(options);
    return created.ok ? done(toHex(created.value.id)) : created;
  }

  private async comeBack(key: RoomKey): Promise<Result<RoomKey, Problem>> {
    const back = await this.client.comeBack(RoomId.of(fromHex(key)));
    return back.ok ? done(key) : back;
  }

  private async lookAt(link: string): Promise<Result<InvitedView, Problem>> {
    const looked = await this.client.previewInvite(link);
    if (!looked.ok) return looked;
    const ticket = ++this.lastTicket;
    this.tickets.set(ticket, looked.value);
    // Pages forget tickets without saying so.
    for (const old of this.tickets.keys()) if (old <= ticket - MOST_TICKETS) this.tickets.delete(old);
    return done({ ...doorView(looked.value), ticket });
  }

  private async lookAsked(key: RoomKey): Promise<Result<DoorView, Problem>> {
    const looked = await this.client.previewAsked(RoomId.of(fromHex(key)));
    return looked.ok ? done(doorView(looked.value)) : looked;
  }

  private async accept(
    ticket: number,
    name: string,
    note?: string,
    options?: JoinOptions,
  ): Promise<Result<RoomKey, Problem>> {
    const invited = this.tickets.get(ticket);
    if (!invited) return failed({ kind: "unknown" });
    const joined = await invited.accept(name, note, { ...options, staying: true });
    if (!joined.ok) return joined;
    this.tickets.delete(ticket);
    return done(toHex(joined.value.id));
  }

  private callRoom(key: RoomKey, method: string, args: readonly unknown[]): Promise<unknown> {
    const room = this.session(key);
    if (!room) return Promise.resolve(failed({ kind: "unknown" }));
    // RULE: remote.closed-list: a page calls what is meant for pages, never a method that happens to be there (P1: one door).
    if (!ROOM_CALLS.some((each) => each === method)) throw new Error(`a room has no call ${method}`);
    return Promise.resolve((room as unknown as Methods)[method]!(...args));
  }

  /** Follows the rooms that are there now. A room that was joined again is another session. */
  private async follow(): Promise<void> {
    const rooms = new Map(this.client.rooms().map((room) => [toHex(room.id), room]));
    for (const [key, feed] of this.feeds) {
      if (rooms.get(key) === feed.session) continue;
      feed.stop();
      this.feeds.delete(key);
    }
    for (const [key, room] of rooms) {
      if (!this.feeds.has(key)) this.feeds.set(key, new RoomFeed(key, room, this.tell, this.clock));
    }
    this.tell({ type: "rooms", rooms: await this.rooms() });
  }
}

/** Without what cannot be sent to a page. */
function doorView({ accept: _, prepareKey: __, ...view }: InvitePreview): DoorView {
  return view;
}
