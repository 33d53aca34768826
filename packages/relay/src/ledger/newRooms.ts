import { done, encode, equalBytes, type Result } from "@conclave/codec";
import {
  APPEND_ID_BYTES,
  firstLogHead,
  nextLogHead,
  recordHash,
  type AdoptRoomRequest,
  type CreatedResponse,
  type CreateRoomRequest,
} from "@conclave/wire";
import type { HostedRoom } from "./hostedRoom.js";
import type { Log, LogParts } from "./log.js";
import { refuse, type Refusal } from "./refusal.js";

/** The lineage that a room is created with. */
const OWN = { lineage: 0, slot: null };

/** What new rooms are made with. */
export interface NewRoomParts extends Pick<LogParts, "rooms" | "roster" | "sha256" | "recovery" | "time" | "clock"> {
  readonly log: Log;
}

/** Rooms that begin here, with their first record or with the commit that moved them (docs/protocol.md §6). */
export class NewRooms {
  constructor(private readonly parts: NewRoomParts) {}

  create(request: CreateRoomRequest, now: number): Result<CreatedResponse, Refusal> {
    const { roomTag, writeKey, attachment } = request;
    const creation = this.parts.sha256(encode(request, (w) => w.opaque(roomTag).opaque(writeKey).opaque(attachment)));
    const existing = this.parts.rooms.get(roomTag, now);
    if (existing !== null && !equalBytes(existing.row.creation, creation)) return refuse("room_exists");
    const recovering = existing === null ? 0 : this.parts.recovery.wait(existing, now);
    if (recovering > 0) return refuse("room_recovering", recovering);
    const room = existing ?? this.addRoom(request, creation, now);
    if (room === null) return refuse("quota_exceeded");
    return done({ type: "created", id: request.id, receipt: this.parts.log.headReceipt(room, now) });
  }

  /** Takes in a room that moves here, with the commit that moved it. */
  adopt(request: AdoptRoomRequest, now: number): Result<CreatedResponse, Refusal> {
    const { roomTag, n, head, epoch, payload, attachment, nextWriteKey } = request;
    // RULE: room.adopted-once: all who bring one room say the same, so the first to come brings it, and a repeat changes nothing.
    const creation = this.parts.sha256(
      encode(request, (w) =>
        w.opaque(roomTag).u53(n).opaque(head).u53(epoch).opaque(payload).opaque(attachment).opaque(nextWriteKey),
      ),
    );
    const existing = this.parts.rooms.get(roomTag, now);
    if (existing !== null && !equalBytes(existing.row.creation, creation)) return refuse("room_exists");
    const room = existing ?? this.addAdopted(request, creation, now);
    if (room === "contradicts") return refuse("room_exists");
    if (room === null) return refuse("quota_exceeded");
    const recovering = this.parts.recovery.wait(room, now);
    if (recovering > 0) return refuse("room_recovering", recovering);
    return done({ type: "created", id: request.id, receipt: this.parts.log.headReceipt(room, now) });
  }

  private addRoom(request: CreateRoomRequest, creation: Uint8Array, now: number): HostedRoom | null {
    const room = this.parts.rooms.add(
      {
        tag: request.roomTag,
        creation,
        begin: 0,
        epoch: 0,
        n: 0,
        lastCommit: 0,
        head: firstLogHead(this.parts.sha256, request.roomTag),
        writeKeys: [
          { key: request.writeKey, epoch: 0, n: 0, ...OWN, live: true, since: this.parts.clock.at(now), until: 0 },
        ],
        lineage: 0,
        seenAt: this.parts.clock.at(now),
        commits: 0,
        availableFrom: 1,
        messageBytes: 0,
        probationBytes: 0,
        blobBytes: 0,
        oldest: null,
        owed: 0,
        restored: this.parts.rooms.store.restorations(),
      },
      now,
    );
    if (room !== null) this.parts.roster.add(room, request.attachment);
    return room;
  }

  /** Null without space for it; `contradicts` when it leads to another head than this relay has signed for the same record. */
  private addAdopted(request: AdoptRoomRequest, creation: Uint8Array, now: number): HostedRoom | "contradicts" | null {
    const { rooms, roster, sha256, clock, recovery } = this.parts;
    const { roomTag: tag, epoch, payload, attachment, nextWriteKey } = request;
    const content = { kind: "commit", epoch, payload, attachment } as const;
    const n = request.n + 1;
    const head = nextLogHead(sha256, request.head, recordHash(sha256, tag, content));
    // It was here before, and what came after it is brought back: it is no newer than that.
    const shown = recovery.shownOf(tag);
    // RULE: recovery.one-head: the first to adopt a room that this relay has lost names no second head for a record whose
    // head it has signed: an honest relay would convict itself (attack A162).
    if (shown?.n === n && !equalBytes(shown.head, head)) return "contradicts";
    const time = Math.min(this.parts.time.at(now), shown?.time ?? Infinity);
    const own = { key: nextWriteKey, epoch: epoch + 1, n, ...OWN, live: true, since: clock.at(now), until: 0 };
    const room = rooms.add(
      {
        ...{ tag, creation, begin: request.n, epoch: epoch + 1, n, lastCommit: n, head, writeKeys: [own], lineage: 0 },
        ...{ seenAt: clock.at(now), commits: 1, availableFrom: n, messageBytes: 0, probationBytes: 0, blobBytes: 0 },
        oldest: time,
        ...{ owed: shown?.n ?? 0, restored: rooms.store.restorations() },
      },
      now,
    );
    if (room === null) return null;
    const appendId = creation.slice(0, APPEND_ID_BYTES);
    const place = { n, time, appendId, head, isOnProbation: false, parent: 0, pruned: false };
    rooms.store.records.add(room.row.no, { ...content, ...place });
    roster.add(room, attachment);
    return room;
  }
}
