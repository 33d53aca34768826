import type { Reader, Writer } from "@conclave/codec";

/** What one relay accepts, told to the client in `Welcome`. All sizes are bytes; the relay may set them lower or higher. */
export interface Limits {
  /** One WebSocket message, in either direction. */
  readonly messageBytes: number;
  /** Frames in one WebSocket message. */
  readonly frames: number;
  /** Payload of a `message` record. */
  readonly messagePayload: number;
  /** Payload of a `commit` record: it carries one ciphertext for each member in the worst case. */
  readonly commitPayload: number;
  /** Roster record beside a commit. */
  readonly attachment: number;
  /** A slot's blob or a delivery's blob: it carries the tree. */
  readonly slotBlob: number;
  /** A join request's blob. */
  readonly requestBlob: number;
  /** One blob: an encrypted file. */
  readonly blob: number;
  /** Deliveries in one append. */
  readonly deliveries: number;
  /** Slots refreshed in one append. */
  readonly slots: number;
  /** Records, roster records, requests or inbox items in one page of an answer. */
  readonly pageItems: number;
  /** Bytes of one page; a page holds at least one item, even when that is larger. */
  readonly pageBytes: number;
  /** Rooms one connection may be subscribed to. */
  readonly subscriptions: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits a relay has unless its operator says otherwise. Tests and clients may rely on nothing but `Welcome`. */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 8 * MIB,
  frames: 512,
  messagePayload: 256 * KIB,
  commitPayload: 2 * MIB,
  attachment: 64 * KIB,
  slotBlob: 4 * MIB,
  requestBlob: 64 * KIB,
  // A file of 64 MiB, and what encrypting adds to it.
  blob: 65 * MIB,
  deliveries: 64,
  slots: 16,
  pageItems: 2048,
  pageBytes: MIB,
  subscriptions: 1024,
};

const FIELDS = [
  "messageBytes",
  "frames",
  "messagePayload",
  "commitPayload",
  "attachment",
  "slotBlob",
  "requestBlob",
  "blob",
  "deliveries",
  "slots",
  "pageItems",
  "pageBytes",
  "subscriptions",
] as const satisfies readonly (keyof Limits)[];

export function writeLimits(writer: Writer, limits: Limits): void {
  for (const field of FIELDS) writer.u32(limits[field]);
}

export function readLimits(reader: Reader): Limits {
  const limits: Record<keyof Limits, number> = { ...DEFAULT_LIMITS };
  for (const field of FIELDS) limits[field] = reader.u32(field);
  return limits;
}
