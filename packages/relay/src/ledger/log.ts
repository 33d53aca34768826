import { done, equalBytes, failed, type Failure, type Result } from "@conclave/codec";
import {
  commitReceiptBytes,
  headReceiptBytes,
  itemHash,
  nextLogHead,
  recordHash,
  type AppendedResponse,
  type AppendRequest,
  type CommitReceipt,
  type HeadReceipt,
  type LogItem,
  type LogRecord,
  type RoomPosition,
  type Sha256,
  type Signed,
} from "@conclave/wire";
import type { RelaySettings } from "../settings.js";
import { TokenBuckets } from "../core/tokenBucket.js";
import { RowDamaged } from "../store/sqlite/rowDamage.js";
import type { PageSize } from "../store/recordPage.js";
import type { RecordRow } from "../store/recordTable.js";
import type { WriteKey } from "../store/roomTable.js";
import { appendOnProbation } from "./probation.js";
import type { ProbationCounts } from "./probationCounts.js";
import { refuse, type Refusal } from "./refusal.js";
import type { RelayTime } from "./relayTime.js";
import { copyKeyOf } from "./copyKey.js";
import { HeadChain } from "./headChain.js";
import type { HostedRoom } from "./hostedRoom.js";
import { membersKey } from "./keysBrought.js";
import type { Recovery } from "./recovery.js";
import type { RosterLog } from "./rosterLog.js";
import type { Rooms } from "./rooms.js";
import type { Slots } from "./slots.js";
import type { KeyHolder, Standings } from "./standing.js";
import type { WallClock } from "./wallClock.js";
import { type Ground, keysAfterCommit, lineageOf, parentOf, provedKey } from "./writeKeys.js";

/** Signs with the relay's key. */
export type Sign = (bytes: Uint8Array) => Uint8Array;

/** The connection that an append comes from. */
export interface AppendSender extends KeyHolder {
  readonly address: string;
  /** A slot's token is proved, and no external commit has used this proof. */
  hasProof(kind: "slot", ...parts: readonly Uint8Array[]): boolean;
}

/** How an append stands to the room: on which ground, of which lineage its record is, and what it follows. */
interface Footing {
  readonly ground: Ground;
  readonly lineage: number;
  /** It is of the room's own lineage. */
  readonly isOwn: boolean;
}

/** What the log works with. */
export interface LogParts {
  readonly rooms: Rooms;
  readonly slots: Slots;
  readonly roster: RosterLog;
  readonly standings: Standings;
  readonly recovery: Recovery;
  readonly sha256: Sha256;
  readonly sign: Sign;
  readonly settings: Pick<RelaySettings, "quotas" | "rates">;
  readonly time: RelayTime;
  readonly clock: WallClock;
  readonly counts: ProbationCounts;
}

/** An append that is in the log now, or was already: then `record` is null. */
export interface Appended {
  readonly response: AppendedResponse;
  readonly record: LogRecord | null;
}

type WaitForBytes = (isOwn: boolean, more: number) => number;

/** The rooms' logs: appending, reading (docs/protocol.md §6). */
export class Log {
  private readonly recoveries: TokenBuckets;

  constructor(private readonly parts: LogParts) {
    this.recoveries = new TokenBuckets(parts.settings.rates.recovery);
  }

  sweep(now: number): void {
    this.recoveries.sweep(now);
  }

  /**
   * Appends a record. `waitForBytes`: ms until there is room for the part of it that is never pruned, and for `more` bytes; 0 if
   * there is now, and then they count.
   */
  append(
    request: AppendRequest,
    room: HostedRoom,
    sender: AppendSender,
    waitForBytes: WaitForBytes,
    now: number,
  ): Result<Appended, Refusal> {
    // RULE: log.append-once: a repeated append gives the first one's result, whoever repeats it and however late. A member's message
    // is not looked for before it is added: adding it finds an earlier one, and most are none.
    const earlier = request.kind === "commit" ? this.earlier(request, room) : null;
    if (earlier !== null) return this.repeat(request, room, earlier);
    const appended = this.appendNew(request, room, sender, waitForBytes, now);
    if (appended !== "repeated" && (appended.ok || request.kind === "commit")) return appended;
    const n = this.earlier(request, room);
    if (n !== null) return this.repeat(request, room, n);
    if (appended === "repeated") throw new Error("an append is there already, and cannot be found");
    return appended;
  }

  private earlier({ appendId }: AppendRequest, { row: { no } }: HostedRoom): number | null {
    return this.parts.rooms.store.records.appended(no, appendId);
  }

  /** Appends a record, or says why not: then it may be there already. `repeated`: a message is, and nothing was changed or paid. */
  private appendNew(
    request: AppendRequest,
    room: HostedRoom,
    sender: AppendSender,
    waitForBytes: WaitForBytes,
    now: number,
  ): Result<Appended, Refusal> | "repeated" {
    const isCommit = request.kind === "commit";
    const isMember = () => this.parts.standings.isMembers(room, sender, now);
    const recovering = this.parts.recovery.wait(room, now, isMember);
    if (recovering > 0) return failed({ ...refuse("room_recovering", recovering).error, position: positionOf(room) });
    // RULE: log.compare-and-append: nobody appends without having seen every commit, so one of two racing commits loses,
    // with all its deliveries (docs/protocol.md §6, attack A97).
    if (request.lastCommit !== room.row.lastCommit) {
      if (isCommit && this.parts.standings.wasMember(room, sender, request.epoch, now))
        room.queue.lost(sender.address, now);
      return failed({ ...refuse("stale_epoch").error, position: positionOf(room) });
    }
    if (copyKeyOf(room.row) !== null) return refuse("write_denied");
    const grounded = this.ground(request, room, sender, now);
    if (!grounded.ok) return grounded;
    const footing = this.footing(room, grounded.value, isCommit, now);
    // What is on probation pays for more than can be given back.
    if (!isCommit && !footing.isOwn && this.earlier(request, room) !== null) return "repeated";
    if (room.isDamaged) return refuse("room_damaged");
    const denied = this.deny(request, room, footing, now);
    if (denied !== null) return denied;
    const wait =
      this.waitFor(request, room, footing, sender, now) ||
      this.waitForSpace(request, room, footing, sender, waitForBytes, now);
    if (wait > 0) return refuse("rate_limited", wait);
    const followed = this.followed(request, room, footing);
    if (footing.isOwn && footing.lineage !== room.row.lineage) room.change({ lineage: footing.lineage });
    const row = this.write(request, room, footing, now);
    if (row === null) {
      room.appends.giveBack(appendCost(request), footing.isOwn, now);
      return "repeated";
    }
    if (isCommit) this.writeCommit(request, room, footing, followed, now);
    if (isCommit && footing.isOwn) room.queue.done(sender.address, now);
    const { kind, epoch, payload, attachment } = row;
    const record = { n: row.n, kind, epoch, time: row.time, pruned: false as const, payload, attachment };
    return done({ response: this.appendedResponse(request, room, row), record });
  }

  /** A part of the log, as large as a page may be. */
  items(room: HostedRoom, fromN: number, size: PageSize): LogItem[] {
    return this.records(room, fromN, size).map(itemOf);
  }

  /**
   * Records from `fromN` on that lead from the head before them to their own.
   *
   * RULE: relay.damage-unserved: a record that is not what was appended would lead members to another head than was signed, and they
   * would take a broken disk for a lie. So none is sent that does not lead to its head (attack A21). @throws RowDamaged
   */
  private records({ row }: HostedRoom, fromN: number, size: PageSize): RecordRow[] {
    const { rooms, sha256 } = this.parts;
    const { records } = rooms.store;
    const page = records.page(row.no, fromN, size);
    if (page.length === 0) return page;
    const before = Math.max(row.begin + 1, fromN) - 1;
    try {
      const head = before === row.begin ? null : records.head(row.no, before);
      if (before !== row.begin && head === null) throw new RowDamaged(`record ${before} is missing`);
      const chain = new HeadChain(sha256, row.tag, before, head);
      for (const record of page) chain.add(record);
    } catch (error) {
      if (error instanceof RowDamaged) throw new RowDamaged(`table record, room ${row.no}: ${error.message}`);
      throw error;
    }
    return page;
  }

  headReceipt(room: HostedRoom, now: number): Signed<HeadReceipt> {
    const { tag: roomTag, n, head, availableFrom } = room.row;
    // RULE: receipt.signs-pruning: what the relay says it has deleted it says to everybody, with its signature (attack A110).
    // RULE: receipt.names-key: what the relay will need after it was restored from a copy, it signs, so that nobody who was removed
    // names the key of those who write (attack A162).
    const { key: writeKey, epoch: keyEpoch } = membersKey(room.row.writeKeys, room.row.lineage);
    const receipt = { roomTag, n, head, time: this.parts.time.at(now), availableFrom, keyEpoch, writeKey };
    return { receipt, signature: this.parts.sign(headReceiptBytes(receipt)) };
  }

  private repeat(request: AppendRequest, room: HostedRoom, n: number): Result<Appended, Refusal> {
    const row = this.records(room, n, { items: 1, bytes: 0 })[0]!;
    const hash = itemHash(this.parts.sha256, room.row.tag, itemOf(row));
    if (!equalBytes(hash, recordHash(this.parts.sha256, room.row.tag, request))) return refuse("append_conflict");
    return done({ response: this.appendedResponse(request, room, row), record: null });
  }

  private ground(request: AppendRequest, room: HostedRoom, sender: AppendSender, now: number): Result<Ground, Refusal> {
    const { tag, writeKeys, lineage } = room.row;
    if (request.ground.by === "slot") {
      const { slotId } = request.ground;
      const token = this.parts.slots.token(room, slotId, now);
      // RULE: slot.closed-admits-nobody: a proof from before the slot was closed is worth nothing (attack A40).
      if (!token.ok) return token;
      // RULE: slot.known-epoch: whoever comes in by themselves comes into an epoch that some commit led to: nobody makes the
      // members believe that others are far ahead of them (attack A107).
      if (writeKeys.every(({ epoch }) => epoch < request.epoch)) return refuse("write_denied");
      // RULE: slot.one-commit-for-one-proof: spam control for holders of an invite; whether they join is the members' rule.
      return sender.hasProof("slot", tag, slotId) ? done({ by: "slot", slotId }) : refuse("token_denied");
    }
    // RULE: log.write-proof: only a connection that proved a write key of the record's epoch appends (protocol.md §6).
    const isProved = (key: WriteKey): boolean => sender.hasWriteProof(tag, key);
    const key = provedKey(writeKeys, request.epoch, isProved);
    if (key === null || (request.kind === "message" && !key.live)) return refuse("write_denied");
    const isOwn = writeKeys.some((other) => other.live && other.lineage === lineage && isProved(other));
    return done({ by: "member", key, isOwn });
  }

  /** How an append stands: a commit that makes its lineage the room's own stands so already, and changes nothing yet. */
  private footing(room: HostedRoom, ground: Ground, isCommit: boolean, now: number): Footing {
    const { standings } = this.parts;
    const { n } = room.row;
    const { lineage } = lineageOf(room.row.lineage, ground, n + 1);
    const isOther = lineage !== room.row.lineage;
    if (isCommit && isOther && ground.by === "member" && ground.key.live) {
      if (standings.succeeds(room, lineage, now)) return { ground: { ...ground, isOwn: true }, lineage, isOwn: true };
    }
    return { ground, lineage, isOwn: !isOther };
  }

  /** Why an append is not taken, however long its sender waits; or null. */
  private deny(
    request: AppendRequest,
    room: HostedRoom,
    { lineage, isOwn }: Footing,
    now: number,
  ): Failure<Refusal> | null {
    const { slots, standings } = this.parts;
    // A lineage that only this commit begins acts for nobody yet.
    const isActing = (): boolean => standings.waitUntilActing(room, lineage, now) === 0;
    const standing = isOwn ? "own" : isActing() ? "acting" : "probation";
    const denied = standing === "probation" ? appendOnProbation(request) : null;
    if (denied !== null) return denied;
    return slots.check(room, request.slots, standing);
  }

  private waitFor(
    request: AppendRequest,
    room: HostedRoom,
    { ground, lineage, isOwn }: Footing,
    { address }: AppendSender,
    now: number,
  ): number {
    const isCommit = request.kind === "commit";
    let wait = isCommit && !isOwn ? room.queue.waitOfOthers(now) : 0;
    if (wait > 0) return wait;
    if (ground.by === "slot") wait = this.parts.slots.waitFor(room, ground.slotId, address, now);
    else if (isOwn) wait = isCommit ? room.queue.wait(address, now) || room.waitForCommit(address, now) : 0;
    else if (ground.key.live) wait = room.waitOnProbation(lineage, isCommit, now);
    // RULE: writeKey.recovery-is-slow: a retired key appends a commit only now and then, so a removed member cannot keep a
    // room busy, nor keep others from going on with theirs.
    else wait = this.recoveries.take(room.key + address, 1, now) || room.recoveries.take(1, now);
    return wait || room.appends.take(appendCost(request), isOwn, now);
  }

  private waitForSpace(
    { kind, payload: { length: bytes } }: AppendRequest,
    room: HostedRoom,
    { lineage, isOwn }: Footing,
    { address }: AppendSender,
    waitForBytes: WaitForBytes,
    now: number,
  ): number {
    if (isOwn || kind === "commit") return waitForBytes(isOwn, 0);
    const { probationBytes } = this.parts.settings.quotas;
    return room.waitForSpace({ lineage, address, bytes }, probationBytes, (more) => waitForBytes(false, more), now);
  }

  /** Null for a message that is there already. */
  private write(request: AppendRequest, room: HostedRoom, { ground, isOwn }: Footing, now: number): RecordRow | null {
    const { rooms, sha256 } = this.parts;
    const { row } = room;
    const { kind, epoch, payload, attachment, appendId } = request;
    const n = row.n + 1;
    const head = nextLogHead(sha256, row.head, recordHash(sha256, row.tag, request));
    const time = this.parts.time.at(now);
    const isWaiting = kind === "commit" && !isOwn;
    const parent = kind === "commit" ? this.parentOf(room, ground, epoch) : 0;
    // Field by field: to spread a part of it took longer than to hash it.
    const isOnProbation = !isOwn;
    const record = { n, kind, epoch, time, appendId, head, isOnProbation, parent, pruned: false, payload, attachment };
    const { records } = rooms.store;
    if (kind === "commit") records.add(row.no, record, isWaiting ? request.nextWriteKey! : undefined);
    else if (!records.addOnce(row.no, record)) return null;
    const bytes = kind === "message" ? payload.length : 0;
    const messageBytes = row.messageBytes + bytes;
    room.change({ n, head, messageBytes, oldest: row.oldest ?? time });
    if (isOwn) room.change({ seenAt: this.parts.clock.at(now) });
    else room.change({ probationBytes: row.probationBytes + bytes });
    if (!isOwn) this.parts.counts.record(payload.length + attachment.length);
    return record;
  }

  private parentOf({ row }: HostedRoom, ground: Ground, epoch: number): number {
    const known = parentOf(row.writeKeys, row.lineage, ground, epoch);
    return known ?? this.parts.rooms.store.records.commitOnProbation(row.no, epoch - 1, null) ?? 0;
  }

  /** The commits on probation that a commit of the room's own follows. */
  private followed({ kind }: AppendRequest, room: HostedRoom, { ground, isOwn }: Footing): number[] {
    const isMembers = kind === "commit" && isOwn && ground.by === "member";
    return isMembers ? this.parts.roster.followed(room, ground.key.n) : [];
  }

  private writeCommit(
    request: AppendRequest,
    room: HostedRoom,
    { ground, isOwn }: Footing,
    followed: readonly number[],
    now: number,
  ): void {
    const { rooms, slots, roster, clock, settings } = this.parts;
    const { tag, n, lineage, writeKeys, commits } = room.row;
    const epoch = request.epoch + 1;
    roster.confirm(room, followed);
    if (request.attachment.length > 0) roster.add(room, request.attachment);
    const added = { key: request.nextWriteKey!, epoch, n, since: clock.at(now) };
    // RULE: slot.members-commits: junk ends no slot before its time (attack A109).
    room.change({ epoch, lastCommit: n, commits: isOwn ? commits + 1 : commits });
    room.change({ writeKeys: keysAfterCommit(writeKeys, added, lineage, ground) });
    for (const { inboxId, blob } of request.deliveries) {
      rooms.store.inboxes.add(inboxId, { roomTag: tag, n, blob }, clock.at(now), settings.quotas.deliveriesPerRoom);
    }
    slots.put(room, request.slots, !isOwn, now);
  }

  private appendedResponse(request: AppendRequest, room: HostedRoom, row: RecordRow): AppendedResponse {
    const receipt = row.kind === "commit" ? this.commitReceipt(room, row) : null;
    return { type: "appended", id: request.id, n: row.n, head: row.head, receipt };
  }

  // Deterministic (RFC 8032), so a repeat gives the same bytes.
  private commitReceipt(room: HostedRoom, { epoch, n, head, time, ...content }: RecordRow): Signed<CommitReceipt> {
    const hash = recordHash(this.parts.sha256, room.row.tag, { ...content, epoch });
    const receipt = { roomTag: room.row.tag, epoch, recordHash: hash, n, head, time };
    return { receipt, signature: this.parts.sign(commitReceiptBytes(receipt)) };
  }
}

/** What an append costs of a room's rate. */
export function appendCost({ payload }: Pick<AppendRequest, "payload">): number {
  return 1 + payload.length / 65_536;
}

export function positionOf(room: HostedRoom): RoomPosition {
  return { epoch: room.row.epoch, n: room.row.n, lastCommit: room.row.lastCommit };
}

function itemOf({ n, kind, epoch, time, pruned, payload, attachment }: RecordRow): LogItem {
  if (pruned) return { n, kind, epoch, time, pruned, payloadHash: payload, attachmentHash: attachment };
  return { n, kind, epoch, time, pruned, payload, attachment };
}
