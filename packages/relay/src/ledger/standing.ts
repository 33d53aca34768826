import type { RoomTag } from "@conclave/wire";
import type { RecordTable } from "../store/recordTable.js";
import type { WriteKey } from "../store/roomTable.js";
import type { HostedRoom } from "./hostedRoom.js";
import type { Rooms } from "./rooms.js";
import type { WallClock } from "./wallClock.js";

/**
 * What a connection has shown to be in a room. `own`: it holds a live key of the room's own lineage. `acting`: a live key of
 * another one, while nobody else is there. `probation`: such a key, and others are there. `none`: no live key.
 */
export type KeyStanding = "own" | "acting" | "probation" | "none";

/** A connection that may have proved write keys. */
export interface KeyHolder {
  hasWriteProof(roomTag: RoomTag, key: WriteKey): boolean;
}

/** Connections that have proved a key of a room, of whatever lineage: which of them are members' can change. */
interface Presence {
  readonly tag: RoomTag;
  readonly here: Set<KeyHolder>;
  /** Those that have ended since it was last looked at. */
  gone: KeyHolder[];
  /** When one with a live key of the room's own was last seen to be there, ms; 0 for never. */
  lastOwn: number;
  /** When the room was last told. */
  keptAt: number;
}

/** How long nobody else is there before who is on probation acts for the room. */
const QUIET_MS = 10 * 60 * 1000;
/** How long the room's own lineage is silent before another one takes its place. */
const SUCCESSION_MS = 7 * 24 * 60 * 60 * 1000;
/** How long after it was retired a key still shows that somebody was a member when they began to make a commit. */
const MOMENT_MS = 60 * 1000;
/** How exactly it is kept when the room's own lineage was last there. */
const SEEN_MS = 60 * 60 * 1000;
/** The same where other relays have to know it, which do not see who is connected here. */
const SEEN_SHARED_MS = QUIET_MS / 3;

/**
 * Who is on probation in which room.
 *
 * The relay cannot tell a newcomer from somebody who only has a link, nor a member whom junk has cost their key from one who was
 * removed. So a key that came by an invite or by a retired key can talk and nothing else, until a connection that holds a live key
 * of the room's own lineage proves it too, which only somebody can who has followed its commit; or until nobody else is there.
 */
export class Standings {
  private readonly present = new Map<string, Presence>();
  private readonly roomsOf = new WeakMap<KeyHolder, Set<string>>();
  private readonly seenEvery: number;
  /** The rooms of the next sweep; null for all that are due then. */
  private planned: ReadonlySet<string> | null = null;
  private startedAt = 0;

  constructor(
    private readonly store: { readonly records: Pick<RecordTable, "commitAt"> },
    private readonly clock: WallClock,
    /** Whether other relays use the store too. */
    isShared = false,
  ) {
    // RULE: writeKey.seen-elsewhere: a member who is connected to one relay is there for the others: nobody with a link acts for a
    // room at another relay meanwhile (attack A109).
    this.seenEvery = isShared ? SEEN_SHARED_MS : SEEN_MS;
  }

  /** What a connection is in a room now. */
  of(room: HostedRoom, holder: KeyHolder, now: number): KeyStanding {
    const { tag, writeKeys, lineage } = room.row;
    const proved = writeKeys.filter((key) => key.live && holder.hasWriteProof(tag, key));
    if (proved.some((key) => key.lineage === lineage)) return "own";
    if (proved.length === 0) return "none";
    return proved.some((key) => this.waitUntilActing(room, key.lineage, now) === 0) ? "acting" : "probation";
  }

  /** Whether a connection that has proved this key shows with it that members follow the commit that the key came with. */
  vouches(room: HostedRoom, holder: KeyHolder, key: Pick<WriteKey, "live" | "lineage">): boolean {
    // RULE: writeKey.vouched: who holds the members' live key, and the one that an outsider's commit led to, has followed that
    // commit: it was no junk, and its key is the members' from then on (attack A109).
    return key.live && key.lineage !== room.row.lineage && this.isOwn(room, holder);
  }

  /** The key is one of the room's own from now on. */
  vouch(room: HostedRoom, key: WriteKey): void {
    const { writeKeys, lineage } = room.row;
    const others = writeKeys.filter((each) => each !== key);
    const vouched = { ...key, lineage, slot: null };
    room.change({ writeKeys: [...others, vouched].sort((a, b) => a.n - b.n) });
  }

  /** Whether a connection has proved a key of this epoch that is the members', or was a moment ago. */
  wasMember(room: HostedRoom, holder: KeyHolder, epoch: number, now: number): boolean {
    const { tag, writeKeys, lineage } = room.row;
    const since = this.clock.at(now) - MOMENT_MS;
    const isRecent = (key: WriteKey) => key.lineage === lineage && (key.live || key.until > since);
    return writeKeys.some((key) => key.epoch === epoch && isRecent(key) && holder.hasWriteProof(tag, key));
  }

  /** Whether a connection is a member's, also where the members are those who take the place of the room's own by now. */
  isMembers(room: HostedRoom, holder: KeyHolder, now: number): boolean {
    const { tag, writeKeys, lineage } = room.row;
    const proved = writeKeys.filter((key) => key.live && holder.hasWriteProof(tag, key));
    return proved.some((key) => key.lineage === lineage || this.succeeds(room, key.lineage, now));
  }

  /** Whether another lineage takes the place of the room's own with its next commit. */
  succeeds(room: HostedRoom, lineage: number, now: number): boolean {
    // RULE: writeKey.succession: where nobody with a key of the room's own was there for a week, the others go on for good; a night
    // or a holiday gives the room to nobody (attack A109).
    const since = Math.max(this.begun(room, lineage), room.row.seenAt);
    return this.waitUntilActing(room, lineage, now) === 0 && this.clock.at(now) - since >= SUCCESSION_MS;
  }

  /** Ms until keys of this lineage act for the room, if nobody else comes; 0 if they do now. */
  waitUntilActing(room: HostedRoom, lineage: number, now: number): number {
    const time = this.clock.at(now);
    this.startedAt ||= time;
    // RULE: writeKey.quiet: who is on probation acts for the room only after ten minutes in which no member was there. What others
    // on probation do is no reason to wait: somebody with a link could keep an owner who is alone waiting for ever (attack A109).
    const since = Math.max(this.startedAt, room.row.seenAt, this.lastOwn(room, time), this.begun(room, lineage));
    return Math.max(0, since + QUIET_MS - time);
  }

  /** When a lineage began. That is what the log says: its keys may be crowded out. */
  private begun({ row }: HostedRoom, lineage: number): number {
    return lineage === 0 ? 0 : (this.store.records.commitAt(row.no, lineage)?.time ?? Infinity);
  }

  /** A connection has proved a key: if it is one of the room's own, somebody is there. */
  seen(room: HostedRoom, holder: KeyHolder, now: number): void {
    const time = this.clock.at(now);
    const { tag } = room.row;
    const presence = this.present.get(room.key) ?? { tag, here: new Set(), gone: [], lastOwn: 0, keptAt: time };
    presence.here.add(holder);
    this.present.set(room.key, presence);
    const rooms = this.roomsOf.get(holder) ?? new Set();
    this.roomsOf.set(holder, rooms.add(room.key));
    if (this.isOwn(room, holder) && time - room.row.seenAt > this.seenEvery) room.change({ seenAt: time });
  }

  /** Forgets a connection. */
  forget(holder: KeyHolder): void {
    for (const key of this.roomsOf.get(holder) ?? []) {
      const presence = this.present.get(key);
      if (presence?.here.delete(holder) === true) presence.gone.push(holder);
    }
  }

  /** The rooms that the next {@link sweep} may change, and no others. */
  due(now: number): RoomTag[] {
    const time = this.clock.at(now);
    const due = [...this.present].filter(([, presence]) => this.isDue(presence, time));
    this.planned = new Set(due.map(([key]) => key));
    return due.map(([, { tag }]) => tag);
  }

  /** Notes in the rooms who is there, so that it is known after a restart: somebody may be connected for weeks and say nothing. */
  sweep(rooms: Rooms, now: number): void {
    const time = this.clock.at(now);
    this.startedAt ||= time;
    for (const [key, presence] of this.present) {
      const { tag, here, gone } = presence;
      if (here.size === 0 && gone.length === 0 && time - presence.lastOwn > QUIET_MS) this.present.delete(key);
      if (this.planned === null ? !this.isDue(presence, time) : !this.planned.has(key)) continue;
      presence.keptAt = time;
      rooms.unlessDamaged(() => {
        const room = rooms.get(tag, now);
        const seenAt = room === null ? 0 : this.lastOwn(room, time);
        if (room !== null && seenAt - room.row.seenAt > this.seenEvery) room.change({ seenAt });
      });
      presence.gone = [];
    }
    this.planned = null;
  }

  // RULE: writeKey.there-till-gone: the ten minutes and the week begin when the last connection with a key of the room's own ends,
  // not when it was made or last wrote: else a link gives the room to its holder whenever a quiet member changes networks (attack A109).
  private lastOwn(room: HostedRoom, time: number): number {
    const presence = this.present.get(room.key);
    if (presence === undefined) return 0;
    const isOwn = (holder: KeyHolder): boolean => this.isOwn(room, holder);
    if ([...presence.here].some(isOwn) || presence.gone.some(isOwn)) presence.lastOwn = time;
    presence.gone = [];
    return presence.lastOwn;
  }

  /** Whether it is time to note in the room who is there. */
  private isDue({ here, gone, keptAt }: Presence, time: number): boolean {
    return gone.length > 0 || (here.size > 0 && time - keptAt > this.seenEvery);
  }

  private isOwn(room: HostedRoom, holder: KeyHolder): boolean {
    const { tag, writeKeys, lineage } = room.row;
    return writeKeys.some((key) => key.live && key.lineage === lineage && holder.hasWriteProof(tag, key));
  }
}
