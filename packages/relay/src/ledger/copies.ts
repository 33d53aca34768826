import { done, equalBytes, failed, type Result } from "@conclave/codec";
import {
  APPEND_ID_BYTES,
  copyEnd,
  copyHeadAt,
  copyHeads,
  copyProofBytes,
  copyTag,
  decodeCopyPart,
  encodeCopyPart,
  firstLogHead,
  headReceiptBytes,
  nextLogHead,
  recordHash,
  rivalTag,
  type BringCopyRequest,
  type BroughtResponse,
  type CopyPart,
  type LogRecord,
  type RoomTag,
  type Sha256,
} from "@conclave/wire";
import type { RelayCrypto } from "../core/relayCrypto.js";
import type { RecordRow } from "../store/recordTable.js";
import type { WriteKey } from "../store/roomTable.js";
import { copyKeyOf } from "./copyKey.js";
import type { HostedRoom } from "./hostedRoom.js";
import { appendCost, positionOf } from "./log.js";
import { refuse, type Refusal } from "./refusal.js";
import type { Recovery } from "./recovery.js";
import type { RelayTime } from "./relayTime.js";
import type { Rooms } from "./rooms.js";
import type { WallClock } from "./wallClock.js";

/** What copies work with. */
export interface CopiesParts {
  readonly rooms: Rooms;
  readonly recovery: Recovery;
  readonly crypto: RelayCrypto;
  readonly sha256: Sha256;
  readonly time: RelayTime;
  readonly clock: WallClock;
}

/** What came of a part: the record that is new in the copy, or null where nothing is. */
export interface BroughtCopy {
  readonly response: BroughtResponse;
  readonly room: HostedRoom | null;
  readonly record: LogRecord | null;
}

/**
 * RULE: copy.whole: a record comes with its bytes, and a message without them only where the relay has signed that it may be deleted:
 * who reads the copy takes it in by the same rule (attack A110).
 */
function isWhole({ items, receipt }: CopyPart): boolean {
  return items.every(({ pruned, kind, n }) => !pruned || (kind === "message" && n < receipt.receipt.availableFrom));
}

/** Parts that contradict a copy: one is a proof, and more tell who came later. */
const MOST_RIVALS = 8;
/** How long a copy's next part is missed before it is taken that nobody has it. */
const STUCK_MS = 24 * 60 * 60 * 1000;
/** Of how many copies it is known since when the next part is missed. */
const MOST_MISSED = 10_000;

/**
 * Copies of rooms that are at other relays (docs/protocol.md §6, Mirrors). A copy is a log like any other, under a tag of its own, so
 * it is kept, counted, pruned, saved and deleted like any other; each of its records is a part of the room's log with a receipt of the
 * room's relay. Nobody has a key to append to it: {@link bring} is the only way in.
 */
export class Copies {
  /** By the copy's key: behind which record the next part is missed, and since when. In memory: after a restart the day begins again. */
  private readonly missed = new Map<string, { readonly after: number; readonly since: number }>();

  constructor(private readonly parts: CopiesParts) {}

  /**
   * Takes in a part. `waitForRoom`: ms until this sender can make a copy, where there is none; 0 if they can now, and then it counts.
   * `isPermitted`: whether they may.
   */
  bring(
    request: BringCopyRequest,
    challenge: Uint8Array,
    isPermitted: () => boolean,
    waitForRoom: () => number,
    now: number,
  ): Result<BroughtCopy, Refusal> {
    const { roomTag, source, after, part } = request;
    const { rooms, sha256, crypto, recovery } = this.parts;
    const isRival = equalBytes(roomTag, rivalTag(sha256, source));
    const own = copyTag(sha256, source);
    if (!isRival && !equalBytes(roomTag, own)) return refuse("unlinked");
    // RULE: copy.members-only: only who has the write key that the room's relay signed for last brings anything: who was removed
    // fills no mirror, and the proof is over this connection's challenge, and for a mirror alone (attacks A101, A140).
    const { writeKey } = part.receipt.receipt;
    if (!crypto.ed25519Verify(writeKey, copyProofBytes(challenge, roomTag, source), request.proof))
      return refuse("proof_invalid");
    const room = rooms.get(roomTag, now);
    const key = room && copyKeyOf(room.row);
    const payload = encodeCopyPart(part);
    const appendId = sha256(payload).slice(0, APPEND_ID_BYTES);
    const at = (n: number) => ({ response: { type: "brought", id: request.id, n } as const, room: null, record: null });
    // Somebody else has brought the very same.
    const known = room && rooms.store.records.appended(room.row.no, appendId);
    if (known !== null) return key !== null && known > key.n ? done(at(copyEnd(part))) : refuse("append_conflict");
    // RULE: copy.signed: nothing is kept but what the room's relay has signed: so nobody fills a mirror with junk, and nobody has to
    // trust who brought it (attack A140).
    const { receipt, signature } = part.receipt;
    const heads = copyHeads(sha256, source.roomTag, part);
    if (
      heads === null ||
      !isWhole(part) ||
      !crypto.ed25519Verify(source.relayKey, headReceiptBytes(receipt), signature)
    )
      return refuse("unlinked");
    const recovering = room === null ? 0 : recovery.wait(room, now, () => true);
    if (recovering > 0) return refuse("room_recovering", recovering);
    const misfit = isRival
      ? this.misfitOfRival(request, heads, room, rooms.get(own, now))
      : this.misfit(request, heads, room, now);
    if (misfit !== null) return misfit;
    // What contradicts a copy is brought by whoever sees it, and the operator has let the copy in.
    if (key === null && !isRival && !isPermitted()) return refuse("create_denied");
    if (room === null && rooms.absence(roomTag) === "room_deleted") return refuse("room_deleted");
    const wait = room === null || key === null ? waitForRoom() : room.appends.take(appendCost({ payload }), true, now);
    if (wait > 0) return refuse("rate_limited", wait);
    const copy = room ?? this.add(request, now);
    if (copy === null) return refuse("quota_exceeded");
    // RULE: copy.own-place: a tag that is the hash of a source is the copy's: a room that somebody made there before is theirs no longer.
    // Its log goes on, as this relay has signed for it, and the copy begins behind what is there (attack A140).
    if (room !== null && key === null)
      room.change({ writeKeys: [this.copyKey(room.row.tag, room.row.n, now)], lineage: 0 });
    const record = this.write(copy, payload, appendId, now);
    return done({ ...at(isRival ? after : copyEnd(part)), room: copy, record });
  }

  /**
   * Why a part does not follow the copy, or null.
   *
   * RULE: copy.linked: each part begins where the one before ended, under the same head: a copy is one log, and no member makes a gap
   * in it while another goes on with it (attack A140).
   */
  private misfit(
    { after, part }: BringCopyRequest,
    heads: readonly Uint8Array[],
    room: HostedRoom | null,
    now: number,
  ) {
    if (part.items.length === 0) return refuse("unlinked");
    if (room === null) return after === 0 ? null : refuse("room_unknown");
    if (room.row.n !== after) return failed({ ...refuse("stale_epoch").error, position: positionOf(room) });
    const last = this.partAt(room, after);
    // What is deleted nobody can follow any more: the copy starts again.
    if (last === null) return null;
    const lastHeads = copyHeads(this.parts.sha256, part.receipt.receipt.roomTag, last)!;
    const isNext =
      part.fromN === copyEnd(last) + 1 && equalBytes(copyHeadAt(last, lastHeads, copyEnd(last))!, heads[0]!);
    if (isNext) return null;
    // RULE: copy.starts-again: a part that is so old that nobody has what comes after it holds the copy back for a day and not for good:
    // then it goes on with what was signed later. The day begins when the next part is missed: a room that was quiet for longer has
    // members who can bring it (attack A140).
    const { receipt } = part.receipt;
    const isLater = part.fromN > copyEnd(last) + 1 && receipt.time > last.receipt.receipt.time;
    return isLater && now - this.missedSince(room, now) >= STUCK_MS ? null : refuse("unlinked");
  }

  /** Why a part is no evidence against the copy's record at `after`, or null. */
  private misfitOfRival(
    { after, part }: BringCopyRequest,
    heads: readonly Uint8Array[],
    room: HostedRoom | null,
    copy: HostedRoom | null,
  ) {
    if (part.items.length > 0 || copy === null) return refuse("unlinked");
    const rivals = room === null ? 0 : room.row.n - (copyKeyOf(room.row)?.n ?? room.row.n);
    if (rivals >= MOST_RIVALS) return refuse("quota_exceeded");
    const other = after > 0 && after <= copy.row.n ? this.partAt(copy, after) : null;
    const otherHeads = other && copyHeads(this.parts.sha256, part.receipt.receipt.roomTag, other);
    if (other === null || otherHeads === null) return refuse("unlinked");
    // RULE: copy.rivals: a part that is kept as evidence shows that one key signed two heads for one place (attack A21).
    for (let n = Math.max(other.fromN, part.fromN) - 1; n <= part.receipt.receipt.n; n++) {
      const head = copyHeadAt(other, otherHeads, n);
      if (head === null) break;
      if (!equalBytes(head, copyHeadAt(part, heads, n)!)) return null;
    }
    return refuse("unlinked");
  }

  private missedSince({ key, row: { n: after } }: HostedRoom, now: number): number {
    const known = this.missed.get(key);
    // It may have gone on at another relay of the same store.
    const since = known?.after === after ? known.since : now;
    this.missed.set(key, { after, since });
    if (this.missed.size > MOST_MISSED) this.missed.delete(this.missed.keys().next().value!);
    return since;
  }

  /** The part that a record of a copy is; null where it is deleted, or was there before the copy. */
  private partAt({ row }: HostedRoom, n: number): CopyPart | null {
    if (n <= (copyKeyOf(row)?.n ?? n)) return null;
    const [record] = this.parts.rooms.store.records.page(row.no, n, { items: 1, bytes: 0 });
    if (record === undefined || record.pruned) return null;
    const decoded = decodeCopyPart(record.payload);
    return decoded.ok ? decoded.value : null;
  }

  // RULE: copy.no-key: the log's write key is one that nobody can have: nothing comes into a copy but by what is checked here.
  private copyKey(tag: RoomTag, n: number, now: number): WriteKey {
    return { key: tag, epoch: 0, n, lineage: 0, slot: null, live: true, since: this.parts.clock.at(now), until: 0 };
  }

  private add(request: BringCopyRequest, now: number): HostedRoom | null {
    const { rooms, sha256, clock } = this.parts;
    const { roomTag: tag } = request;
    return rooms.add(
      {
        ...{ tag, creation: sha256(tag), begin: 0, epoch: 0, n: 0, lastCommit: 0 },
        ...{
          head: firstLogHead(sha256, tag),
          writeKeys: [this.copyKey(tag, 0, now)],
          lineage: 0,
          seenAt: clock.at(now),
          commits: 0,
        },
        ...{ availableFrom: 1, messageBytes: 0, probationBytes: 0, blobBytes: 0, oldest: null },
        ...{ owed: 0, restored: rooms.store.restorations() },
      },
      now,
    );
  }

  private write(copy: HostedRoom, payload: Uint8Array, appendId: Uint8Array, now: number): LogRecord {
    const { rooms, sha256, time: relayTime, clock } = this.parts;
    const { row } = copy;
    const content = { kind: "message", epoch: 0, payload, attachment: new Uint8Array(0) } as const;
    const [n, time] = [row.n + 1, relayTime.at(now)];
    const head = nextLogHead(sha256, row.head, recordHash(sha256, row.tag, content));
    const record: RecordRow = { ...content, n, time, appendId, head, isOnProbation: false, parent: 0, pruned: false };
    rooms.store.records.add(row.no, record);
    const messageBytes = row.messageBytes + payload.length;
    copy.change({ n, head, messageBytes, oldest: row.oldest ?? time, seenAt: clock.at(now) });
    return { n, time, pruned: false, ...content };
  }
}
