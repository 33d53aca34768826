import type { JoinRequestItem, SlotId } from "@conclave/wire";
import type { PageSize } from "./recordPage.js";

/** What tells requests apart: the hash of their content, and a name of the address that they came from. */
export interface RequestOrigin {
  readonly digest: Uint8Array;
  readonly address: Uint8Array;
}

/** A request, and how many there are from its address. */
export interface CrowdedRequest {
  readonly request: number;
  readonly count: number;
}

/** Port: the requests of a store; see `Store`. */
export interface RequestTable {
  /** How many came through this slot; null: how many are pleas. */
  count(room: number, slotId: SlotId | null): number;
  /** The number of a request with this content, or null. */
  find(room: number, slotId: SlotId | null, digest: Uint8Array): number | null;
  /** The new request's number: greater than every earlier one of the store. */
  add(room: number, request: Omit<JoinRequestItem, "request">, from: RequestOrigin): number;
  /** The oldest of those from the address with the most, or from the one given; null where there are none. */
  oldest(room: number, slotId: SlotId | null, address: Uint8Array | null): CrowdedRequest | null;
  /** `isPlea`: of pleas only. */
  page(room: number, after: number, size: PageSize, isPlea?: boolean): JoinRequestItem[];
  /** Whether there is any after this number, or may be. */
  hasAfter(room: number, after: number, isPlea?: boolean): boolean;
  delete(room: number, request: number): void;
  deleteBefore(time: number): void;
}
