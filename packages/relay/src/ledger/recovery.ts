import { done, equalBytes, type Result } from "@conclave/codec";
import type { Crypto, Random } from "@conclave/crypto";
import {
  APPEND_ID_BYTES,
  firstLogHead,
  headReceiptBytes,
  itemHash,
  nextLogHead,
  recordDigest,
  type BringRequest,
  type BroughtResponse,
  type HeadReceipt,
  type LogItem,
  type LogRecord,
  type RoomTag,
  type Sha256,
} from "@conclave/wire";
import { keyOf } from "../key.js";
import type { RelaySettings } from "../settings.js";
import { UNKNOWN_KEY, type RecordRow } from "../store/recordTable.js";
import { GivingUp } from "./givingUp.js";
import type { HostedRoom } from "./hostedRoom.js";
import { keysBrought } from "./keysBrought.js";
import type { Pruner } from "./pruner.js";
import { refuse, type Refusal } from "./refusal.js";
import type { RelayTime } from "./relayTime.js";
import type { Rooms } from "./rooms.js";
import type { RosterLog } from "./rosterLog.js";
import type { WallClock } from "./wallClock.js";

/** What recovering works with. */
export interface RecoveryParts {
  readonly rooms: Rooms;
  readonly roster: RosterLog;
  readonly pruner: Pruner;
  readonly crypto: Pick<Crypto, "ed25519Verify">;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly relayKey: Uint8Array;
  readonly time: RelayTime;
  readonly clock: WallClock;
  readonly settings: Pick<RelaySettings, "limits" | "recovery">;
}

/** What was brought: the answer, and the records that are new in the log. */
export interface Brought {
  readonly response: BroughtResponse;
  readonly records: readonly LogRecord[];
}

/** How often a room waits because a member says that messages are missing which nothing was signed for. */
const CLAIM_EVERY_MS = 10 * 60 * 1000;
const RETRY_MS = 2000;
/** So long it is waited for who shows what was deleted to come again, where all of it takes several tries. Then it is only signed. */
const PRUNING_MS = 10 * 60 * 1000;
/** Of how many rooms that are not here it is known what was signed in them. */
const MOST_SHOWN = 10_000;

/**
 * Rooms of a relay that was restored from a copy (docs/protocol.md §6, Recovery). What the relay signed before stands: nothing is
 * appended before the log is again what it was at the newest head that anybody can show. Heads are recomputable by anybody, so whoever
 * brings the records needs no trust.
 */
export class Recovery {
  /** Until when a room waits for more, by the room's key. */
  private readonly waiting = new Map<string, number>();
  private readonly claims = new Map<string, number>();
  /** Heads that this relay has signed in rooms that it does not have, as somebody has shown. */
  private readonly shown = new Map<string, HeadReceipt>();
  private readonly givingUp: GivingUp;
  /** Rooms in which messages are deleted once more, by the room's key: those before `upTo`; and when a part of it was done last. */
  private readonly pruning = new Map<string, { readonly upTo: number; readonly at: number }>();

  constructor(private readonly parts: RecoveryParts) {
    this.givingUp = new GivingUp(parts.settings.recovery);
  }

  /**
   * Ms until a room can go on; 0 where it can now. `isMember`: who asks is one ({@link Standings.isMembers}).
   *
   * RULE: recovery.nothing-before: nothing is appended, and no head signed, while a head that this relay signed is above its log: two
   * logs under one signature would be what everybody must take for a fork (attack A22).
   */
  wait(room: HostedRoom, now: number, isMember = (): boolean => false): number {
    const { n, owed, restored } = room.row;
    if (this.isPruning(room, now)) return RETRY_MS;
    if (n < owed) {
      if (!this.givingUp.isDue(room.key, isMember(), now)) return RETRY_MS;
      room.change({ owed: 0 });
    }
    const until = this.waiting.get(room.key);
    if (until !== undefined) {
      if (now < until) return Math.ceil(until - now);
      this.waiting.delete(room.key);
      this.settled(room);
      return 0;
    }
    if (restored === this.parts.rooms.store.restorations()) return 0;
    // RULE: recovery.asks-first: a relay that knows that it was restored gives everybody time to show what it signed after the copy.
    this.waiting.set(room.key, now + this.parts.settings.recovery.settle);
    return this.parts.settings.recovery.settle;
  }

  /** Takes in what somebody shows and brings. `isOwn`: the connection has proved the members' write key. */
  bring(request: BringRequest, room: HostedRoom, isOwn: boolean, now: number): Result<Brought, Refusal> {
    const { receipt, signature } = request.receipt;
    const { crypto, relayKey, time } = this.parts;
    const at = (n: number): Result<Brought, Refusal> =>
      done({ response: { type: "brought", id: request.id, n }, records: [] });
    if (!equalBytes(receipt.roomTag, room.row.tag)) return refuse("unlinked");
    const isTail = room.row.n >= receipt.n;
    if (isTail && request.items.length === 0) {
      if (isOwn && request.fromN > room.row.n + 1) this.claimed(room, now);
      if (receipt.availableFrom <= room.row.availableFrom && !this.isPruning(room, now)) return at(room.row.n);
    }
    // RULE: recovery.own-signature: only what this relay has signed obliges it (attack A162).
    if (!crypto.ed25519Verify(relayKey, headReceiptBytes(receipt), signature)) return refuse("proof_invalid");
    time.atLeast(receipt.time);
    const isNews = receipt.n > Math.max(room.row.n, room.row.owed);
    if (isNews && !this.hasGoneOn(room, receipt.time) && !this.givingUp.isLately(room.key, now))
      room.change({ owed: receipt.n });
    const isOfRoom = receipt.n > room.row.n ? !this.hasGoneOn(room, receipt.time) : this.isAt(room, receipt);
    if (!this.hasPruned(room, isOfRoom ? receipt.availableFrom : 0, now)) return at(room.row.n);
    // Somebody else was faster, or is needed first.
    if (request.fromN !== room.row.n + 1 || request.items.length + request.hashes.length === 0) return at(room.row.n);
    if (!this.isForm(request)) return refuse("unlinked");
    if (isTail) {
      // RULE: recovery.tail-by-members: what nothing was signed for is as if it were written now: only members bring it, only while
      // they are waited for, and it is messages, so no change to the room can be slipped in or left out (attack A162).
      if (!isOwn || this.wait(room, now, () => isOwn) === 0) return refuse("write_denied");
      if (request.hashes.length > 0 || request.items.some(({ kind, pruned }) => kind === "commit" || pruned))
        return refuse("unlinked");
    }
    const hashes = request.items.map((item) => itemHash(this.parts.sha256, room.row.tag, item));
    if (!this.leadsTo(request, hashes, room, isTail)) return refuse("unlinked");
    // Its records are this log's, whatever their times say.
    if (!this.hasPruned(room, receipt.availableFrom, now)) return at(room.row.n);
    const latest = isTail ? this.parts.time.at(now) : receipt.time;
    const records = request.items.map((item, index) =>
      this.write(this.asSigned(item, receipt), hashes[index]!, room, receipt.keyEpoch, latest),
    );
    this.givingUp.brought(room.key);
    if (room.row.n === receipt.n) {
      const { writeKeys, lineage, lastCommit } = room.row;
      const since = this.parts.clock.at(now);
      const { keyEpoch, writeKey } = receipt;
      room.change({
        writeKeys: keysBrought(writeKeys, { key: writeKey, epoch: keyEpoch, n: lastCommit, since }, lineage),
      });
    }
    this.waitForMore(room, now);
    return done({
      response: { type: "brought", id: request.id, n: room.row.n },
      records: records.filter((record) => record !== null),
    });
  }

  /**
   * Somebody shows what this relay has signed in a room that it does not have: it came after the copy. Who makes the room again is then
   * asked for the rest before anything is signed.
   *
   * RULE: recovery.made-again: a room that came here after the copy comes back as what it was: this relay let it in once, so nobody is
   * asked for a permit again, and nothing less is signed than before (attack A162).
   */
  noteShown({ receipt: { receipt, signature } }: BringRequest): void {
    const { crypto, relayKey, time } = this.parts;
    const key = keyOf(receipt.roomTag);
    const known = this.shown.get(key);
    if (known !== undefined && known.n >= receipt.n) return;
    if (!crypto.ed25519Verify(relayKey, headReceiptBytes(receipt), signature)) return;
    time.atLeast(receipt.time);
    this.shown.delete(key);
    this.shown.set(key, receipt);
    if (this.shown.size > MOST_SHOWN) this.shown.delete(this.shown.keys().next().value!);
  }

  /** The newest head that this relay has signed in a room that it does not have, as far as somebody has shown; null for none. */
  shownOf(tag: RoomTag): HeadReceipt | null {
    return this.shown.get(keyOf(tag)) ?? null;
  }

  /**
   * Makes a room again that was made after the copy, and whose records somebody brings from the first one on; null where that is not
   * what they do, or there is no space. `mayMake`: whether they can make a room now; it is asked once the records are known to be right.
   *
   * RULE: recovery.room-by-its-log: nobody makes a room so but with the very log, and the members' key, that this relay has signed
   * (attack A162).
   */
  makeAgain(request: BringRequest, mayMake: () => boolean, now: number): HostedRoom | null {
    const { rooms, sha256, clock } = this.parts;
    const { receipt } = request.receipt;
    const { roomTag: tag } = receipt;
    const shown = this.shownOf(tag);
    if (shown === null || shown.n !== receipt.n || !equalBytes(shown.head, receipt.head)) return null;
    // What was shown is signed; of the request nothing is known yet but its records.
    const { n, writeKey, keyEpoch } = shown;
    if (request.fromN !== 1 || request.items.length === 0 || !this.isForm(request)) return null;
    const hashes = [...request.items.map((item) => itemHash(sha256, tag, item)), ...request.hashes];
    const head = hashes.reduce((before, hash) => nextLogHead(sha256, before, hash), firstLogHead(sha256, tag));
    if (hashes.length !== n || !equalBytes(head, receipt.head) || !mayMake()) return null;
    const since = clock.at(now);
    const key = { key: writeKey, epoch: keyEpoch, n: 0, lineage: 0, slot: null, live: true, since, until: 0 };
    return rooms.add(
      {
        ...{ tag, creation: head, begin: 0, epoch: 0, n: 0, lastCommit: 0, head: firstLogHead(sha256, tag) },
        ...{ writeKeys: [key], lineage: 0, seenAt: since, commits: 0, availableFrom: 1, messageBytes: 0 },
        ...{ probationBytes: 0, blobBytes: 0, oldest: null, owed: n, restored: rooms.store.restorations() },
      },
      now,
    );
  }

  /** Forgets what no longer counts. */
  sweep(now: number): void {
    for (const [key, since] of this.claims) if (now - since >= CLAIM_EVERY_MS) this.claims.delete(key);
    this.givingUp.sweep(now);
  }

  /**
   * Whether the room has gone on without what was signed at `time`.
   *
   * RULE: recovery.gone-on: a record that was written after a head was signed is none of those under it. So where the newest record is
   * newer than a head above it, there are two logs already, and nobody can complete this one: whoever comes with such a head, which
   * everybody has who once read the room, stops nothing (attacks A83, A162).
   */
  private hasGoneOn(room: HostedRoom, time: number): boolean {
    return this.timeOfNewest(room) > time;
  }

  /** When the newest record was written; 0 where there is none. */
  private timeOfNewest(room: HostedRoom): number {
    return room.row.n === room.row.begin ? 0 : this.recordAt(room, room.row.n)!.time;
  }

  /**
   * A member's log is longer than ours, by messages that nothing was signed for.
   *
   * RULE: recovery.claims-seldom: they are waited for a moment, and not again soon: no member silences a room by saying so (attack A83).
   */
  private claimed(room: HostedRoom, now: number): void {
    if (now - (this.claims.get(room.key) ?? -Infinity) < CLAIM_EVERY_MS) return;
    this.claims.set(room.key, now);
    this.waitForMore(room, now);
  }

  private waitForMore(room: HostedRoom, now: number): void {
    const until = this.waiting.get(room.key) ?? 0;
    const { settle, tail } = this.parts.settings.recovery;
    const isSettled = room.row.restored === this.parts.rooms.store.restorations();
    this.waiting.set(room.key, Math.max(until, now + (isSettled || until > 0 ? tail : settle)));
  }

  private settled(room: HostedRoom): void {
    room.change({ restored: this.parts.rooms.store.restorations() });
  }

  private isForm({ items, fromN, receipt }: BringRequest): boolean {
    const { commitPayload, messagePayload, attachment } = this.parts.settings.limits;
    return items.every((item, at) => {
      if (item.n !== fromN + at) return false;
      // RULE: recovery.commits-whole: a commit comes with its bytes, and a message without them only where the relay had signed that
      // it may have been deleted (attack A110).
      if (item.pruned) return item.kind === "message" && item.n < receipt.receipt.availableFrom;
      const most = item.kind === "commit" ? commitPayload : messagePayload;
      return item.payload.length <= most && item.attachment.length <= (item.kind === "commit" ? attachment : 0);
    });
  }

  /**
   * RULE: recovery.chain-to-signed-head: records come back only if they, and the hashes of those after them, lead to the very head
   * that was signed: so nothing at or below it comes back different, whoever brings it (attacks A22, A162).
   */
  private leadsTo(request: BringRequest, hashes: readonly Uint8Array[], room: HostedRoom, isTail: boolean): boolean {
    const { sha256 } = this.parts;
    const { receipt } = request.receipt;
    let head = room.row.head;
    for (const hash of [...hashes, ...request.hashes]) head = nextLogHead(sha256, head, hash);
    if (!equalBytes(head, request.head)) return false;
    if (!isTail)
      return room.row.n + hashes.length + request.hashes.length === receipt.n && equalBytes(head, receipt.head);
    return this.isAt(room, receipt);
  }

  /** Whether a head is one of this log. */
  private isAt(room: HostedRoom, { n, head }: HeadReceipt): boolean {
    const signed = n === 0 ? firstLogHead(this.parts.sha256, room.row.tag) : this.recordAt(room, n)?.head;
    return signed !== undefined && equalBytes(signed, head);
  }

  private recordAt(room: HostedRoom, n: number): RecordRow | undefined {
    return this.parts.rooms.store.records.page(room.row.no, n, { items: 1, bytes: 0 })[0];
  }

  /**
   * Deletes once more what this relay had said it deletes, the messages before `signed`, a part at a time; whether all of it is done.
   *
   * RULE: recovery.pruning-stands: a copy has messages that were deleted after it was made, and the operator may keep them for longer by
   * now. But a receipt that says less is deleted than an earlier one convicts its signer: so none is signed before they are gone again
   * (attacks A110, A162).
   */
  private hasPruned(room: HostedRoom, signed: number, now: number): boolean {
    const upTo = Math.max(signed, this.pruning.get(room.key)?.upTo ?? 0);
    if (upTo <= room.row.availableFrom) return true;
    this.pruning.set(room.key, { upTo, at: now });
    if (!this.parts.pruner.pruneTo(room, Math.min(upTo - 1, room.row.n))) return false;
    this.pruned(room, upTo);
    return true;
  }

  private isPruning(room: HostedRoom, now: number): boolean {
    const going = this.pruning.get(room.key);
    if (going === undefined) return false;
    if (going.upTo > room.row.availableFrom && now - going.at < PRUNING_MS) return true;
    this.pruned(room, going.upTo);
    return false;
  }

  private pruned(room: HostedRoom, upTo: number): void {
    this.pruning.delete(room.key);
    // What is signed never falls (attack A110).
    if (upTo > room.row.availableFrom) room.change({ availableFrom: upTo });
  }

  /** A message that may be deleted by what was signed comes back deleted, also from who still has it: nothing would ever delete it. */
  private asSigned(item: LogItem, { availableFrom }: HeadReceipt): LogItem {
    if (item.pruned || item.kind === "commit" || item.n >= availableFrom) return item;
    const { n, time } = item;
    return { ...recordDigest(this.parts.sha256, item), n, time, pruned: true };
  }

  private write(item: LogItem, hash: Uint8Array, room: HostedRoom, keyEpoch: number, latest: number): LogRecord | null {
    const { rooms, roster, sha256 } = this.parts;
    const { row } = room;
    const { n, kind, epoch, pruned } = item;
    // RULE: recovery.times-in-order: no head covers a record's time, and anybody brings records: so it is never before that of the record
    // before it, else retention would delete at once what has just come back (attack A162).
    const at = Math.max(this.timeOfNewest(room), Math.min(item.time, latest));
    // Commits from the epoch of the members' key on are of people whom no member had vouched for.
    const isOnProbation = kind === "commit" && epoch >= keyEpoch;
    const [payload, attachment] = pruned ? [item.payloadHash, item.attachmentHash] : [item.payload, item.attachment];
    const head = nextLogHead(sha256, row.head, hash);
    // RULE: recovery.own-ids: nobody can have given it to another record, as they could one that follows from the log (attack A83).
    const appendId = this.parts.random(APPEND_ID_BYTES);
    const parent = kind === "commit" ? row.lastCommit : 0;
    const record = { n, kind, epoch, time: at, appendId, head, isOnProbation, parent, pruned, payload, attachment };
    rooms.store.records.add(row.no, record, isOnProbation ? UNKNOWN_KEY : undefined);
    room.change({ n, head, oldest: row.oldest ?? at });
    if (kind === "message" && !pruned) room.change({ messageBytes: row.messageBytes + payload.length });
    if (kind === "commit") {
      if (attachment.length > 0) roster.add(room, attachment);
      room.change({ epoch: epoch + 1, lastCommit: n, commits: row.commits + (isOnProbation ? 0 : 1) });
    }
    return item.pruned ? null : { ...item, time: at };
  }
}
