import type { SlotId, SlotListItem } from "@conclave/wire";

/** A slot without its versions. */
export interface SlotRow {
  readonly tokenPub: Uint8Array;
  readonly closed: boolean;
  /** When it ends by itself, ms; 0 for one that does not. */
  readonly end: number;
  /** How many there are of members, and of people on probation. */
  readonly versions: number;
  readonly onProbation: number;
}

/** When a slot was put, and how many commits the room had then. */
export interface SlotTime {
  readonly time: number;
  readonly commits: number;
  readonly end: number;
}

/** One version of a slot. */
export interface SlotVersion {
  readonly blob: Uint8Array;
  readonly n: number;
  readonly time: number;
}

/** Port: the slots of a store; see `Store`. */
export interface SlotTable {
  get(room: number, slotId: SlotId): SlotRow | null;
  openCount(room: number): number;
  /** Open slots with an id above `after`, in order of their ids. */
  listOpen(room: number, after: SlotId | null, count: number): SlotListItem[];
  /** Opens a slot, or opens it again. */
  open(room: number, slotId: SlotId, tokenPub: Uint8Array, time: SlotTime): void;
  /** Closes the slot and forgets its versions and requests. */
  close(room: number, slotId: SlotId): void;
  /** Forgets the slot, its versions and requests. */
  drop(room: number, slotId: SlotId): void;
  /** At most so many slots that have ended by themselves, or were put before `time` and so many commits ago. */
  ended(now: number, before: SlotTime["time"], commits: number, limit: number): { room: number; slotId: SlotId }[];
  /** Adds a version, and keeps the newest `keep` of its kind. */
  addVersion(room: number, slotId: SlotId, version: SlotVersion, isOnProbation: boolean, keep: number): void;
  /** The version `back` before the newest, those of members first; or null. */
  version(room: number, slotId: SlotId, back: number): SlotVersion | null;
}
