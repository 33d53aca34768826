import { done, equalBytes, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  inboxIdOf,
  inboxProofBytes,
  slotProofBytes,
  writeProofBytes,
  type AppendRequest,
  type CreateRoomRequest,
  type PostRequestRequest,
  type ProveInboxRequest,
  type ProveRequest,
  type ProveSlotRequest,
  type Request,
  type Response,
  type Sha256,
  type SubscribeRequest,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import { Blobs, type BlobRequest } from "../ledger/blobs.js";
import { Log, positionOf, type Sign } from "../ledger/log.js";
import { Pruner } from "../ledger/pruner.js";
import { refuse, type Refusal } from "../ledger/refusal.js";
import { RelayTime } from "../ledger/relayTime.js";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import { Rooms } from "../ledger/rooms.js";
import { Slots } from "../ledger/slots.js";
import type { WallClock } from "../ledger/wallClock.js";
import type { RelaySettings } from "../settings.js";
import { RowDamaged } from "../store/rowDamage.js";
import type { PageSize, Store } from "../store/store.js";
import type { SendQueue } from "./sendQueue.js";
import { lastingBytesOf } from "./requestSize.js";
import type { Session } from "./session.js";
import { TokenBuckets } from "./tokenBucket.js";

type MemberRequest =
  | BlobRequest
  | Extract<Request, { type: "putSlot" | "closeSlot" | "listRequests" | "deleteRequest" | "answerRequest" }>;
type Answer = Result<Response, Refusal>;

/** The primitives the relay uses. */
export type RelayCrypto = Pick<Crypto, "hash" | "ed25519Sign" | "ed25519Verify" | "ed25519PublicKey">;

/** Carries out one request of one connection: what it may do, and what it changes. */
export class RequestHandler {
  readonly rooms: Rooms;
  readonly pruner: Pruner;
  readonly blobs: Blobs;
  private readonly time: RelayTime;
  private readonly log: Log;
  private readonly slots: Slots;
  private readonly creations: TokenBuckets;
  private readonly lasting: TokenBuckets;
  private readonly inboxWatchers = new Map<string, Set<number>>();
  private readonly page: PageSize;
  private readonly sha256: Sha256;

  constructor(
    private readonly store: Store,
    private readonly crypto: RelayCrypto,
    sign: Sign,
    private readonly settings: RelaySettings,
    private readonly outbox: SendQueue,
    canWrite: () => boolean,
    private readonly clock: WallClock,
    private readonly onDamage: (damage: RowDamaged) => void,
  ) {
    const { limits, rates, quotas, retention } = settings;
    this.sha256 = (data) => crypto.hash("sha256", data);
    this.rooms = new Rooms(store, rates, onDamage);
    this.slots = new Slots(store, this.sha256, quotas, rates, clock);
    this.time = new RelayTime(store, clock, canWrite);
    this.log = new Log(this.rooms, this.slots, this.sha256, sign, quotas, this.time, clock);
    this.pruner = new Pruner(this.rooms, this.sha256, retention, clock);
    this.blobs = new Blobs(this.rooms, this.sha256, settings, clock);
    this.creations = new TokenBuckets(rates.create);
    this.lasting = new TokenBuckets(rates.lastingOfAddress);
    this.page = { items: limits.pageItems, bytes: limits.pageBytes };
  }

  /** Carries out a request that is within the limits. `challenge` is the connection's. */
  handle(request: Request, session: Session, challenge: Uint8Array, now: number): Answer {
    try {
      return this.carryOut(request, session, challenge, now);
    } catch (error) {
      if (!(error instanceof RowDamaged)) throw error;
      // Every request reads what it needs before it writes anything: nothing of this one is there to be undone.
      this.onDamage(error);
      if (request.type === "subscribe") this.unsubscribe(session, keyOf(request.roomTag));
      return refuse("room_damaged");
    }
  }

  private carryOut(request: Request, session: Session, challenge: Uint8Array, now: number): Answer {
    if (request.type === "createRoom") return this.createRoom(request, session, now);
    if (request.type === "proveInbox") return this.proveInbox(request, session, challenge);
    if (request.type === "fetchInbox" || request.type === "clearInbox") return this.inbox(request, session);
    const room = this.rooms.get(request.roomTag, now);
    if (room === null) return refuse("room_unknown");
    switch (request.type) {
      case "append":
        return this.append(request, room, session, now);
      case "prove":
        return this.prove(request, room, session, challenge);
      case "read": {
        const size = { ...this.page, items: Math.min(this.page.items, request.limit) };
        const items = this.log.items(room, request.fromN, size);
        const { n, availableFrom } = room.row;
        return done({ type: "page", id: request.id, items, n, availableFrom });
      }
      case "readRoster": {
        const records = this.store.roster(room.row.no, request.fromIndex, this.page);
        return done({ type: "roster", id: request.id, records, total: room.row.rosterLength });
      }
      case "subscribe":
        return this.subscribe(request, room, session, now);
      case "unsubscribe":
        this.unsubscribe(session, room.key);
        return doneFrame(request.id);
      case "getSlot":
        return this.slots.get(room, request.slotId, request.back, request.id);
      case "proveSlot":
        return this.proveSlot(request, room, session, challenge);
      case "postRequest":
        return this.postRequest(request, room, session, now);
      case "beginBlob":
      case "writeBlob":
      case "readBlob":
      case "dropBlob":
      case "putSlot":
      case "closeSlot":
      case "listRequests":
      case "deleteRequest":
      case "answerRequest":
        // RULE: relay.members-only: these take a write proof of this connection; the tag alone is known to former members.
        if (!this.isMember(room, session)) return refuse("write_denied");
        return this.memberRequest(request, room, session, now);
    }
  }

  /** Forgets what was changed since the store's last commit: it is not stored. */
  undo(): void {
    this.rooms.undo();
    this.time.undo();
  }

  /** Gives back the proof that a request used up which was not carried out. */
  giveBack(request: Request, session: Session): void {
    if (request.type !== "append" || request.ground.by !== "slot") return;
    session.addProof("slot", request.roomTag, request.ground.slotId);
  }

  /** Forgets a connection. */
  forget(session: Session): void {
    for (const roomKey of session.rooms) this.outbox.unsubscribe(session.connection, roomKey);
    for (const key of session.watchedInboxes) {
      const watchers = this.inboxWatchers.get(key);
      watchers?.delete(session.connection);
      if (watchers?.size === 0) this.inboxWatchers.delete(key);
    }
  }

  unsubscribe(session: Session, roomKey: string): void {
    this.outbox.unsubscribe(session.connection, roomKey);
    session.unsubscribed(roomKey);
  }

  sweep(now: number): void {
    this.creations.sweep(now);
    this.lasting.sweep(now);
    this.slots.sweep(now);
  }

  // RULE: relay.lasting-bytes: what is never pruned comes only so fast to one room and from one address, so that nobody fills
  // the disk with commits and slots of rooms of their own. Only what is carried out counts: who may not write in a room uses
  // nothing up of what it may write (attack A83).
  private waitForBytes(
    request: Request,
    room: { readonly lastingBytes: HostedRoom["lastingBytes"]; readonly isByInvite: boolean } | null,
    session: Session,
    now: number,
  ): number {
    const bytes = lastingBytesOf(request);
    if (bytes === 0) return 0;
    const wait = room?.lastingBytes.wait(bytes, room.isByInvite, now) ?? 0;
    if (wait > 0) return wait;
    const addressWait = this.lasting.take(session.address, bytes, now);
    if (addressWait === 0) room?.lastingBytes.take(bytes, room.isByInvite, now);
    return addressWait;
  }

  private memberRequest(request: MemberRequest, room: HostedRoom, session: Session, now: number): Answer {
    switch (request.type) {
      case "putSlot": {
        const { lastingBytes } = room;
        const wait = this.waitForBytes(
          request,
          { lastingBytes, isByInvite: !this.isMember(room, session, true) },
          session,
          now,
        );
        if (wait > 0) return refuse("rate_limited", wait);
        return orDone(this.slots.putOne(room, request.slot, now), request.id);
      }
      case "closeSlot":
        return orDone(this.slots.close(room, request.slotId), request.id);
      case "listRequests": {
        const requests = this.store.requests(room.row.no, request.after, this.page);
        const last = requests.at(-1)?.request ?? request.after;
        const more = this.store.requests(room.row.no, last, { items: 1, bytes: 0 }).length > 0;
        return done({ type: "requests", id: request.id, requests, more });
      }
      case "deleteRequest":
        this.store.deleteRequest(room.row.no, request.request);
        return doneFrame(request.id);
      case "answerRequest":
        return this.answerRequest(request, room, now);
      default:
        return this.blobs.handle(request, room, now);
    }
  }

  private answerRequest(request: Extract<Request, { type: "answerRequest" }>, room: HostedRoom, now: number): Answer {
    const { id, inboxId, blob } = request;
    const { no, n, tag } = room.row;
    const [asked] = this.store.requests(no, request.request - 1, { items: 1, bytes: 0 });
    // RULE: relay.answer-once: one answer for one request that is there, so members cannot fill anybody's inbox (attack A83).
    if (asked?.request !== request.request) return doneFrame(id);
    this.store.deleteRequest(no, request.request);
    this.store.addInboxItem(
      inboxId,
      { roomTag: tag, n, blob },
      this.clock.at(now),
      this.settings.quotas.deliveriesPerRoom,
    );
    this.outbox.notify([...(this.inboxWatchers.get(keyOf(inboxId)) ?? [])], { type: "inboxChanged", inboxId });
    return doneFrame(id);
  }

  private createRoom(request: CreateRoomRequest, session: Session, now: number): Answer {
    const { createPermit } = this.settings;
    // RULE: relay.create-permit: where the operator gave out a permit, nobody else makes rooms. Compared as hashes, so
    // that the time it takes says nothing about the permit.
    if (createPermit !== null && !equalBytes(this.sha256(createPermit), this.sha256(request.permit))) {
      return refuse("create_denied");
    }
    const isNew = this.rooms.get(request.roomTag, now) === null;
    // RULE: relay.create-rate: rooms cost the relay for ever, so one address makes only so many (attack A83).
    const wait = isNew
      ? this.creations.take(session.address, 1, now) || this.waitForBytes(request, null, session, now)
      : 0;
    return wait > 0 ? refuse("rate_limited", wait) : this.log.create(request, now);
  }

  private append(request: AppendRequest, room: HostedRoom, session: Session, now: number): Answer {
    const appended = this.log.append(
      request,
      room,
      {
        isWriter: (of, key) => session.hasWriteProof(of.row.tag, key),
        isSlotHolder: (of, slotId) => session.hasProof("slot", of.row.tag, slotId),
        waitForBytes: (isByInvite) =>
          this.waitForBytes(request, { lastingBytes: room.lastingBytes, isByInvite }, session, now),
      },
      now,
    );
    if (!appended.ok) return appended;
    const { response, record } = appended.value;
    if (record === null) return done(response);
    if (request.ground.by === "slot") session.useUp("slot", room.row.tag, request.ground.slotId);
    this.outbox.record(room.row.tag, record);
    for (const { inboxId } of request.deliveries) {
      this.outbox.notify([...(this.inboxWatchers.get(keyOf(inboxId)) ?? [])], { type: "inboxChanged", inboxId });
    }
    this.pruner.afterAppend(room);
    return done(response);
  }

  private prove(request: ProveRequest, room: HostedRoom, session: Session, challenge: Uint8Array): Answer {
    const { roomTag, epoch, writeKey, signature } = request;
    // Whether the room knows the key is cheap to see; a signature is verified only then.
    if (!room.row.writeKeys.some((key) => key.epoch === epoch && equalBytes(key.key, writeKey))) {
      return refuse("write_denied");
    }
    // RULE: proof.challenge: a proof is over this connection's own challenge, so it cannot be replayed (attack A101).
    if (!this.crypto.ed25519Verify(writeKey, writeProofBytes(challenge, roomTag, epoch), signature)) {
      return refuse("proof_invalid");
    }
    session.addWriteProof(roomTag, writeKey, epoch);
    return doneFrame(request.id);
  }

  private proveSlot(request: ProveSlotRequest, room: HostedRoom, session: Session, challenge: Uint8Array): Answer {
    const { roomTag, slotId, tokenPub, signature } = request;
    const token = this.slots.token(room, slotId);
    if (!token.ok) return token;
    // RULE: slot.token: only who holds the invite's secret may append an external commit or leave a request.
    if (!equalBytes(token.value, tokenPub)) return refuse("proof_invalid");
    if (!this.crypto.ed25519Verify(tokenPub, slotProofBytes(challenge, roomTag, slotId), signature)) {
      return refuse("proof_invalid");
    }
    session.addProof("slot", roomTag, slotId);
    return doneFrame(request.id);
  }

  private proveInbox(request: ProveInboxRequest, session: Session, challenge: Uint8Array): Answer {
    const inboxId = inboxIdOf(this.sha256, request.inboxPub);
    // RULE: inbox.proof: an inbox opens to the holder of its key only; its id is public to the room that delivers.
    if (!this.crypto.ed25519Verify(request.inboxPub, inboxProofBytes(challenge, inboxId), request.signature)) {
      return refuse("proof_invalid");
    }
    const key = keyOf(inboxId);
    if (!session.watch(key)) return refuse("quota_exceeded");
    session.addProof("inbox", inboxId);
    const watchers = this.inboxWatchers.get(key) ?? new Set();
    this.inboxWatchers.set(key, watchers.add(session.connection));
    return doneFrame(request.id);
  }

  private inbox(request: Extract<Request, { type: "fetchInbox" | "clearInbox" }>, session: Session): Answer {
    const { id, inboxId } = request;
    if (!session.hasProof("inbox", inboxId)) return refuse("inbox_denied");
    if (request.type === "clearInbox") {
      this.store.clearInbox(inboxId, request.upTo);
      return doneFrame(id);
    }
    const items = this.store.inbox(inboxId, request.after, this.page);
    const last = items.at(-1)?.item ?? request.after;
    const more = this.store.inbox(inboxId, last, { items: 1, bytes: 0 }).length > 0;
    return done({ type: "inbox", id, items, more });
  }

  private subscribe(request: SubscribeRequest, room: HostedRoom, session: Session, now: number): Answer {
    if (session.rooms.size >= this.settings.limits.subscriptions && !session.rooms.has(room.key)) {
      return refuse("quota_exceeded");
    }
    this.outbox.subscribe(session.connection, room.row.tag);
    session.subscribed(room.key);
    const receipt = this.log.headReceipt(room, now);
    const items = this.log.items(room, request.fromN, this.page);
    const { availableFrom } = room.row;
    const position = positionOf(room);
    return done({ type: "subscribed", id: request.id, receipt, position, availableFrom, items });
  }

  private postRequest(request: PostRequestRequest, room: HostedRoom, session: Session, now: number): Answer {
    const { roomTag, slotId, blob, id } = request;
    const token = this.slots.token(room, slotId);
    if (!token.ok) return token;
    if (!session.hasProof("slot", roomTag, slotId)) return refuse("token_denied");
    const posted = this.slots.post(room, slotId, blob, id, now);
    if (!posted.ok) return posted;
    if (posted.value.added) this.outbox.notifyRoom(roomTag, { type: "requestsChanged", roomTag });
    return done(posted.value.response);
  }

  /** Whether the connection has proved a live key; `isTrusted`: one that did not come by an invite. */
  private isMember(room: HostedRoom, session: Session, isTrusted = false): boolean {
    const { tag, writeKeys } = room.row;
    return writeKeys.some((key) => key.live && !(isTrusted && key.byToken) && session.hasWriteProof(tag, key));
  }
}

function doneFrame(id: number): Answer {
  return done({ type: "done", id });
}

function orDone(outcome: Result<undefined, Refusal>, id: number): Answer {
  return outcome.ok ? doneFrame(id) : outcome;
}
