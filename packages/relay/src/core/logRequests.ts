import { done, equalBytes, failed } from "@conclave/codec";
import { writeProofBytes, type Sha256 } from "@conclave/wire";
import type { Copies } from "../ledger/copies.js";
import { type Log, positionOf } from "../ledger/log.js";
import type { NewRooms } from "../ledger/newRooms.js";
import type { Pruner } from "../ledger/pruner.js";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import { refuse } from "../ledger/refusal.js";
import type { Recovery } from "../ledger/recovery.js";
import type { Rooms } from "../ledger/rooms.js";
import type { RosterLog } from "../ledger/rosterLog.js";
import type { Standings } from "../ledger/standing.js";
import type { RelaySettings } from "../settings.js";
import type { PageSize } from "../store/recordPage.js";
import type { Ledger } from "../store/ledger.js";
import { UNKNOWN_KEY } from "../store/recordTable.js";
import {
  type RelayAnswer,
  type Call,
  type RequestCalls,
  type RequestOf,
  carriedOut,
  type MemberCall,
  type MemberRequestCalls,
  type RoomCall,
  type RoomRequestCalls,
} from "./call.js";
import type { Inboxes } from "./inboxes.js";
import type { LastingBudget } from "./lastingBudget.js";
import type { RelayCrypto } from "./relayCrypto.js";
import type { SendQueue } from "./sendQueue.js";
import type { Session } from "./session.js";

/** What the requests about a room's log work with. */
export interface LogRequestParts {
  readonly store: Ledger;
  readonly crypto: RelayCrypto;
  readonly sha256: Sha256;
  readonly rooms: Rooms;
  readonly log: Log;
  readonly newRooms: NewRooms;
  readonly copies: Copies;
  readonly roster: RosterLog;
  readonly standings: Standings;
  readonly recovery: Recovery;
  readonly canWrite: () => boolean;
  readonly pruner: Pruner;
  readonly inboxes: Inboxes;
  readonly lasting: LastingBudget;
  readonly outbox: SendQueue;
  readonly page: PageSize;
  readonly settings: Pick<RelaySettings, "createPermit" | "limits">;
}

const RETRY_BUSY_MS = 1000;

/** Makes rooms, and carries out what is asked of their logs. */
export class LogRequests {
  readonly calls: RequestCalls<"createRoom" | "offerRoom" | "adoptRoom" | "bringCopy"> = {
    createRoom: (call) => this.create(call),
    offerRoom: (call) => this.offer(call),
    adoptRoom: (call) => this.adopt(call),
    bringCopy: (call) => this.bringCopy(call),
  };
  readonly memberCalls: MemberRequestCalls<"bringRoster"> = { bringRoster: (call) => this.bringRoster(call) };
  /** Appending has checks of its own; to read, the tag is enough. */
  readonly roomCalls: RoomRequestCalls<
    "append" | "bring" | "prove" | "read" | "readRoster" | "subscribe" | "unsubscribe"
  > = {
    append: (call) => this.append(call),
    bring: (call) => this.bring(call),
    prove: (call) => this.prove(call),
    read: (call) => this.read(call),
    readRoster: (call) => this.readRoster(call),
    subscribe: (call) => this.subscribe(call),
    unsubscribe: ({ request, room, session }) => {
      this.unsubscribe(session, room.key);
      return carriedOut(request.id);
    },
  };

  constructor(private readonly parts: LogRequestParts) {}

  unsubscribe(session: Session, roomKey: string): void {
    this.parts.outbox.unsubscribe(session.connection, roomKey);
    session.unsubscribed(roomKey);
  }

  private create({ request, session, now }: Call<"createRoom">): RelayAnswer {
    const refusal = this.refuseRoom(request, session.address, now);
    return refusal ?? this.parts.newRooms.create(request, now);
  }

  private offer({ request, now }: Call<"offerRoom">): RelayAnswer {
    if (!this.isPermitted(request)) return refuse("create_denied");
    const { rooms } = this.parts;
    if (rooms.get(request.roomTag, now) !== null) return refuse("room_exists");
    return rooms.absence(request.roomTag) === "room_deleted" ? refuse("room_deleted") : carriedOut(request.id);
  }

  private adopt({ request, session, now }: Call<"adoptRoom">): RelayAnswer {
    const refusal = this.refuseRoom(request, session.address, now);
    return refusal ?? this.parts.newRooms.adopt(request, now);
  }

  private bringCopy({ request, session, challenge, now }: Call<"bringCopy">): RelayAnswer {
    const { copies, lasting, outbox, pruner } = this.parts;
    const brought = copies.bring(
      request,
      challenge,
      () => this.isPermitted(request),
      () => lasting.waitForRoom(request, session.address, now),
      now,
    );
    if (!brought.ok) return brought;
    const { response, room, record } = brought.value;
    if (room !== null && record !== null) {
      outbox.record(room.row.tag, record);
      pruner.afterAppend(room);
    }
    return done(response);
  }

  private refuseRoom(request: RequestOf<"createRoom" | "adoptRoom">, address: string, now: number): RelayAnswer | null {
    const { rooms, lasting, recovery } = this.parts;
    const shown = recovery.shownOf(request.roomTag);
    const isAgain = request.type === "adoptRoom" && shown !== null && request.n < shown.n;
    if (!isAgain && !this.isPermitted(request)) return refuse("create_denied");
    const isNew = rooms.get(request.roomTag, now) === null;
    // RULE: relay.deleted-for-good: nobody makes a room in the place of one that the operator deleted: its members would find
    // another log where theirs was, and take an honest relay for one that lies.
    if (isNew && rooms.absence(request.roomTag) === "room_deleted") return refuse("room_deleted");
    // What this relay has signed of it would be a longer log, and it would convict itself.
    if (isNew && request.type === "createRoom" && (shown?.n ?? 0) > 0) return refuse("room_exists");
    const wait = isNew ? lasting.waitForRoom(request, address, now) : 0;
    return wait > 0 ? refuse("rate_limited", wait) : null;
  }

  private isPermitted({ permit }: { readonly permit: Uint8Array }): boolean {
    const { settings, sha256 } = this.parts;
    const { createPermit } = settings;
    // RULE: relay.create-permit: where the operator gave out a permit, nobody else makes rooms. Compared as hashes, so
    // that the time it takes says nothing about the permit.
    return createPermit === null || equalBytes(sha256(createPermit), sha256(permit));
  }

  private bringRoster({ request, room, session, standing, now }: MemberCall<"bringRoster">): RelayAnswer {
    const { lasting, roster } = this.parts;
    const budget = { lastingBytes: room.lastingBytes, isOwn: standing === "own" };
    // RULE: roster.paid-once: a history that is longer than what a room can take at once is brought in several tries, maybe by several
    // members: what is there already costs nothing more, so each try gets further (attack A83).
    const records = request.records.filter((record) => !roster.has(room, record));
    const wait = lasting.wait({ ...request, records }, budget, session.address, now);
    if (wait > 0) return refuse("rate_limited", wait);
    return roster.bring(room, request.after, request.records) ? carriedOut(request.id) : refuse("unlinked");
  }

  private append({ request, room, session, now }: RoomCall<"append">): RelayAnswer {
    const { log, lasting, outbox, inboxes, pruner } = this.parts;
    const { tag } = room.row;
    const appended = log.append(
      request,
      room,
      session,
      (isOwn, more) => lasting.wait(request, { lastingBytes: room.lastingBytes, isOwn }, session.address, now, more),
      now,
    );
    if (!appended.ok) return appended;
    const { response, record } = appended.value;
    if (record === null) return done(response);
    if (request.ground.by === "slot") session.useUp("slot", tag, request.ground.slotId);
    // RULE: push.commits-signed: everybody who is told of a commit has the relay's word on it, also if its author never comes back.
    outbox.record(tag, record, record.kind === "commit" ? log.headReceipt(room, now) : null);
    for (const { inboxId } of request.deliveries) inboxes.notify(inboxId);
    pruner.afterAppend(room);
    return done(response);
  }

  private bring({ request, room, session, now }: RoomCall<"bring">): RelayAnswer {
    const { recovery, standings, outbox } = this.parts;
    const brought = recovery.bring(request, room, standings.of(room, session, now) === "own", now);
    if (!brought.ok) return brought;
    for (const record of brought.value.records) outbox.record(room.row.tag, record);
    return done(brought.value.response);
  }

  private prove({ request, room, session, challenge, now }: RoomCall<"prove">): RelayAnswer {
    const { roomTag, epoch, writeKey, signature } = request;
    const { standings, roster, canWrite } = this.parts;
    // Whether the room knows the key is cheap to see; a signature is verified only then.
    const key =
      room.row.writeKeys.find((each) => each.epoch === epoch && equalBytes(each.key, writeKey)) ??
      this.forgotten(request, room, session);
    if (key === null) return refuse("write_denied");
    // RULE: proof.challenge: a proof is over this connection's own challenge, so it cannot be replayed (attack A101).
    if (!this.parts.crypto.ed25519Verify(writeKey, writeProofBytes(challenge, roomTag, epoch), signature)) {
      return refuse("proof_invalid");
    }
    session.addWriteProof(roomTag, writeKey, epoch);
    if (standings.vouches(room, session, key)) {
      // Else the client would take it that the relay knows, and would one day give up the key that vouched.
      if (!canWrite()) return refuse("storage_busy", RETRY_BUSY_MS);
      const followed = roster.followed(room, key.n);
      standings.vouch(room, key);
      roster.confirm(room, followed);
    }
    standings.seen(room, session, now);
    return carriedOut(request.id);
  }

  /** A key of somebody who came in by themselves, that junk has crowded out since: a member may still vouch for it. */
  private forgotten({ epoch, writeKey }: RequestOf<"prove">, room: HostedRoom, session: Session) {
    const { standings, store } = this.parts;
    if (!standings.vouches(room, session, { live: true, lineage: -1 })) return null;
    // Nobody signed the key of a commit that came back, and no member had vouched for it: one who
    // follows it names its key, as they could vouch for it.
    const n =
      store.records.commitOnProbation(room.row.no, epoch - 1, writeKey) ??
      store.records.commitOnProbation(room.row.no, epoch - 1, UNKNOWN_KEY);
    if (n === null) return null;
    return { key: writeKey, epoch, n, lineage: n, slot: null, live: true, since: 0, until: 1 };
  }

  private read({ request: { id, fromN, limit }, room, now }: RoomCall<"read">): RelayAnswer {
    const { log, page, recovery } = this.parts;
    const items = log.items(room, fromN, { ...page, items: Math.min(page.items, limit) });
    const recovering = items.some(({ pruned }) => pruned) ? recovery.wait(room, now) : 0;
    if (recovering > 0) return refuse("room_recovering", recovering);
    const receipt = items.some(({ pruned }) => pruned) ? log.headReceipt(room, now) : null;
    return done({ type: "page", id, items, n: room.row.n, receipt });
  }

  private readRoster({ request: { id, record }, room }: RoomCall<"readRoster">): RelayAnswer {
    return done({ type: "roster", id, records: this.parts.roster.read(room, record, this.parts.page) });
  }

  private subscribe({ request: { id, fromN }, room, session, now }: RoomCall<"subscribe">): RelayAnswer {
    const { settings, outbox, log, page, recovery, standings } = this.parts;
    if (session.rooms.size >= settings.limits.subscriptions && !session.rooms.has(room.key)) {
      return refuse("quota_exceeded");
    }
    const recovering = recovery.wait(room, now, () => standings.isMembers(room, session, now));
    if (recovering > 0) return failed({ ...refuse("room_recovering", recovering).error, position: positionOf(room) });
    outbox.subscribe(session.connection, room.row.tag, room.row.n);
    session.subscribed(room.key);
    const receipt = log.headReceipt(room, now);
    const items = log.items(room, fromN, page);
    return done({ type: "subscribed", id, receipt, position: positionOf(room), items });
  }
}
