import { done, encode, equalBytes, failed, type Result } from "@conclave/codec";
import {
  commitReceiptBytes,
  firstLogHead,
  headReceiptBytes,
  itemHash,
  nextLogHead,
  recordHash,
  type AppendedResponse,
  type AppendRequest,
  type CommitReceipt,
  type CreatedResponse,
  type CreateRoomRequest,
  type HeadReceipt,
  type LogItem,
  type LogRecord,
  type RoomPosition,
  type Sha256,
  type Signed,
  type SlotId,
} from "@conclave/wire";
import type { Quotas } from "../settings.js";
import { RowDamaged } from "../store/rowDamage.js";
import type { PageSize, RecordRow, WriteKey } from "../store/store.js";
import { refuse, type Refusal } from "./refusal.js";
import type { RelayTime } from "./relayTime.js";
import type { HostedRoom } from "./hostedRoom.js";
import type { Rooms } from "./rooms.js";
import type { Slots } from "./slots.js";
import type { WallClock } from "./wallClock.js";
import { isByInvite, keysAfterCommit, provedKey, type CommitGround } from "./writeKeys.js";

/** Signs with the relay's key. */
export type Sign = (bytes: Uint8Array) => Uint8Array;

/** What the connection of an append has proved. */
export interface Proved {
  isWriter(room: HostedRoom, key: WriteKey): boolean;
  /** The slot's token is proved, and no external commit has used this proof. */
  isSlotHolder(room: HostedRoom, slotId: SlotId): boolean;
  /** Ms until there is room for the part of this append that is never pruned; 0 if there is now, and then it counts. */
  waitForBytes(isByInvite: boolean): number;
}

/** An append that is in the log now, or was already: then `record` is null. */
export interface Appended {
  readonly response: AppendedResponse;
  readonly record: LogRecord | null;
}

/** The rooms' logs: creating, appending, reading (docs/protocol.md §6). */
export class Log {
  constructor(
    private readonly rooms: Rooms,
    private readonly slots: Slots,
    private readonly sha256: Sha256,
    private readonly sign: Sign,
    private readonly quotas: Quotas,
    private readonly time: RelayTime,
    private readonly clock: WallClock,
  ) {}

  create(request: CreateRoomRequest, now: number): Result<CreatedResponse, Refusal> {
    const { roomTag, writeKey, attachment } = request;
    const creation = this.sha256(encode(request, (w) => w.opaque(roomTag).opaque(writeKey).opaque(attachment)));
    const existing = this.rooms.get(roomTag, now);
    if (existing !== null && !equalBytes(existing.row.creation, creation)) return refuse("room_exists");
    const room = existing ?? this.addRoom(request, creation, now);
    if (room === null) return refuse("quota_exceeded");
    return done({ type: "created", id: request.id, receipt: this.headReceipt(room, now) });
  }

  append(request: AppendRequest, room: HostedRoom, proved: Proved, now: number): Result<Appended, Refusal> {
    const { store } = this.rooms;
    // RULE: log.append-once: a repeated append gives the first one's result, whoever repeats it and however late.
    const earlier = room.appended(store, request.appendId);
    if (earlier !== null) return this.repeat(request, room, earlier);
    // RULE: log.compare-and-append: nobody appends without having seen every commit, so one of two racing commits loses,
    // with all its deliveries (docs/protocol.md §6, attack A97).
    if (request.lastCommit !== room.row.lastCommit) {
      return failed({ ...refuse("stale_epoch").error, position: positionOf(room) });
    }
    const grounded = this.ground(request, room, proved);
    if (!grounded.ok) return grounded;
    const ground = grounded.value;
    if (room.isDamaged) return refuse("room_damaged");
    if (request.kind === "commit") {
      const slots = this.slots.check(room, request.slots);
      if (slots !== null) return slots;
    }
    const wait = this.waitFor(request, room, ground, now) || proved.waitForBytes(isByInvite(ground));
    if (wait > 0) return refuse("rate_limited", wait);
    const row = this.write(request, room, now);
    if (request.kind === "commit") this.writeCommit(request, room, ground, now);
    const { kind, epoch, payload, attachment } = row;
    const record = { n: row.n, kind, epoch, time: row.time, pruned: false as const, payload, attachment };
    return done({ response: this.appendedResponse(request, room, row), record });
  }

  /** A part of the log, as large as a page may be. */
  items(room: HostedRoom, fromN: number, size: PageSize): LogItem[] {
    if (fromN > room.row.n || size.items === 0) return [];
    const records = this.rooms.store.records(room.row.no, fromN, size);
    records.forEach(({ n }, at) => {
      if (n !== Math.max(1, fromN) + at)
        throw new RowDamaged(`table record, room ${room.row.no}: record ${n - 1} is missing`);
    });
    return records.map(itemOf);
  }

  headReceipt(room: HostedRoom, now: number): Signed<HeadReceipt> {
    const { tag: roomTag, n, head, availableFrom } = room.row;
    // RULE: receipt.signs-pruning: what the relay says it has deleted it says to everybody, with its signature (attack A110).
    const receipt = { roomTag, n, head, time: this.time.at(now), availableFrom };
    return { receipt, signature: this.sign(headReceiptBytes(receipt)) };
  }

  private addRoom(request: CreateRoomRequest, creation: Uint8Array, now: number): HostedRoom | null {
    const room = this.rooms.add(
      {
        tag: request.roomTag,
        creation,
        epoch: 0,
        n: 0,
        lastCommit: 0,
        head: firstLogHead(this.sha256, request.roomTag),
        rosterN: 0,
        writeKeys: [
          { key: request.writeKey, epoch: 0, n: 0, byToken: false, live: true, since: this.clock.at(now), until: 0 },
        ],
        availableFrom: 1,
        messageBytes: 0,
        blobBytes: 0,
        oldest: null,
      },
      now,
    );
    if (room !== null) this.rooms.store.addRoster(room.row.no, { n: 0, attachment: request.attachment });
    return room;
  }

  private repeat(request: AppendRequest, room: HostedRoom, n: number): Result<Appended, Refusal> {
    const row = this.rooms.store.records(room.row.no, n, { items: 1, bytes: 0 })[0]!;
    const hash = itemHash(this.sha256, room.row.tag, itemOf(row));
    if (!equalBytes(hash, recordHash(this.sha256, room.row.tag, request))) return refuse("append_conflict");
    return done({ response: this.appendedResponse(request, room, row), record: null });
  }

  private ground(request: AppendRequest, room: HostedRoom, proved: Proved): Result<CommitGround, Refusal> {
    if (request.ground.by === "slot") {
      const slot = this.rooms.store.slot(room.row.no, request.ground.slotId);
      if (slot === null) return refuse("slot_unknown");
      // RULE: slot.closed-admits-nobody: a proof from before the slot was closed is worth nothing (attack A40).
      if (slot.closed) return refuse("slot_closed");
      // RULE: slot.one-commit-for-one-proof: spam control for holders of an invite; whether they join is the members' rule.
      if (!proved.isSlotHolder(room, request.ground.slotId)) return refuse("token_denied");
      return done({ by: "slot" });
    }
    // RULE: log.write-proof: only a connection that proved a write key of the record's epoch appends (protocol.md §6).
    const isProved = (key: WriteKey): boolean => proved.isWriter(room, key);
    const key = provedKey(room.row.writeKeys, request.epoch, isProved);
    if (key === null || (request.kind === "message" && !key.live)) return refuse("write_denied");
    const trusted = room.row.writeKeys.some((other) => other.live && !other.byToken && isProved(other));
    return done({ by: "member", key, trusted });
  }

  private waitFor(request: AppendRequest, room: HostedRoom, ground: CommitGround, now: number): number {
    if (ground.by === "slot" && request.ground.by === "slot") {
      const wait = this.slots.waitFor(room, request.ground.slotId, now);
      if (wait > 0) return wait;
    }
    if (ground.by === "member" && !ground.key.live) {
      // RULE: writeKey.recovery-is-slow: a retired key appends a commit only now and then, so a removed member cannot
      // keep a room busy.
      const wait = room.recoveries.take(1, now);
      if (wait > 0) return wait;
    }
    return room.appends.take(1 + request.payload.length / 65_536, isByInvite(ground), now);
  }

  private write(request: AppendRequest, room: HostedRoom, now: number): RecordRow {
    const { row } = room;
    const { kind, epoch, payload, attachment, appendId } = request;
    const n = row.n + 1;
    const head = nextLogHead(this.sha256, row.head, recordHash(this.sha256, row.tag, request));
    const time = this.time.at(now);
    const record = { n, kind, epoch, time, appendId, head, pruned: false, payload, attachment };
    this.rooms.store.addRecord(row.no, record);
    room.remember(this.rooms.store, appendId, n);
    const messageBytes = row.messageBytes + (kind === "message" ? payload.length : 0);
    room.change({ n, head, messageBytes, oldest: row.oldest ?? time });
    return record;
  }

  private writeCommit(request: AppendRequest, room: HostedRoom, ground: CommitGround, now: number): void {
    const { store } = this.rooms;
    const { no, tag, n, writeKeys } = room.row;
    const epoch = request.epoch + 1;
    if (request.attachment.length > 0) {
      store.addRoster(no, { n, attachment: request.attachment });
      room.change({ rosterN: n });
    }
    const added = { key: request.nextWriteKey!, epoch, n, since: this.clock.at(now) };
    room.change({ epoch, lastCommit: n, writeKeys: keysAfterCommit(writeKeys, added, ground) });
    for (const { inboxId, blob } of request.deliveries) {
      store.addInboxItem(inboxId, { roomTag: tag, n, blob }, this.clock.at(now), this.quotas.deliveriesPerRoom);
    }
    this.slots.put(room, request.slots, now);
  }

  private appendedResponse(request: AppendRequest, room: HostedRoom, row: RecordRow): AppendedResponse {
    const receipt = row.kind === "commit" ? this.commitReceipt(room, row) : null;
    return { type: "appended", id: request.id, n: row.n, head: row.head, receipt };
  }

  // Deterministic (RFC 8032), so a repeat gives the same bytes.
  private commitReceipt(room: HostedRoom, { epoch, n, head, time, ...content }: RecordRow): Signed<CommitReceipt> {
    const hash = recordHash(this.sha256, room.row.tag, { ...content, epoch });
    const receipt = { roomTag: room.row.tag, epoch, recordHash: hash, n, head, time };
    return { receipt, signature: this.sign(commitReceiptBytes(receipt)) };
  }
}

export function positionOf(room: HostedRoom): RoomPosition {
  return { epoch: room.row.epoch, n: room.row.n, lastCommit: room.row.lastCommit };
}

function itemOf({ n, kind, epoch, time, pruned, payload, attachment }: RecordRow): LogItem {
  if (pruned) return { n, kind, epoch, time, pruned, payloadHash: payload, attachmentHash: attachment };
  return { n, kind, epoch, time, pruned, payload, attachment };
}
