import { struct, u32, type Of } from "@conclave/codec";

/** What one relay accepts, told to the client in `Welcome`. All sizes are bytes; the relay may set them lower or higher. */
export type Limits = Of<typeof limits>;
export const limits = struct({
  /** One WebSocket message, in either direction. */
  messageBytes: u32,
  /** Frames in one WebSocket message. */
  frames: u32,
  /** Payload of a `message` record. */
  messagePayload: u32,
  /** Payload of a `commit` record: it carries one ciphertext for each member in the worst case. */
  commitPayload: u32,
  /** Roster record beside a commit. */
  attachment: u32,
  /** A slot's blob or a delivery's blob: it carries the tree. */
  slotBlob: u32,
  /** A join request's blob. */
  requestBlob: u32,
  /** One blob: an encrypted file. */
  blob: u32,
  /** Deliveries in one append. */
  deliveries: u32,
  /** Slots refreshed in one append. */
  slots: u32,
  /** Records, roster records, requests or inbox items in one page of an answer. */
  pageItems: u32,
  /** Bytes of one page; a page holds at least one item, even when that is larger. */
  pageBytes: u32,
  /** Rooms one connection may be subscribed to. */
  subscriptions: u32,
});

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits a relay has unless its operator says otherwise. Tests and clients may rely on nothing but `Welcome`. */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 8 * MIB,
  frames: 512,
  messagePayload: 256 * KIB,
  commitPayload: 2 * MIB,
  // An entry with many yeses, padded to 64 KiB, and what sealing adds to it.
  attachment: 65 * KIB,
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
