import { list, opaque, u32, u53, type Of } from "@conclave/codec";
import { id32, inRoom, signature } from "./field.js";
import { frame } from "./frameCodec.js";
import { signedHeadReceipt } from "./receipt.js";
import { logItem } from "./record.js";

/** Creates a room at epoch 0 with an empty log. Idempotent for identical content. Answer: `created`. */
export type CreateRoomRequest = Of<typeof createRoom>;
export const createRoom = frame("createRoom", 2, {
  ...inRoom,
  /** Proves membership in epoch 0 (Ed25519 public key). */
  writeKey: id32,
  /** The charter's sealed record: index 0 of the roster log. */
  attachment: opaque(),
  /** What the operator gave to people who may create rooms; empty where anybody may. At most 256 bytes. */
  permit: opaque(256),
});

/**
 * Asks whether the relay would take a room that moves to it, before anybody is asked to follow. Nothing is kept. Answer: `done`, or
 * `create_denied` / `room_exists`.
 */
export type OfferRoomRequest = Of<typeof offerRoom>;
export const offerRoom = frame("offerRoom", 52, {
  ...inRoom,
  /** As in `createRoom`. */
  permit: opaque(256),
});

/**
 * Brings a room from another relay: its log begins after `n`, where its head was `head`, with the commit that moved it. So the head at
 * `n + 1` is the same at both. Every member of the commit's epoch can ask for it; identical content is the same room. Answer: `created`.
 */
export type AdoptRoomRequest = Of<typeof adoptRoom>;
export const adoptRoom = frame("adoptRoom", 53, {
  ...inRoom,
  /** How long the log was before the commit. */
  n: u53,
  /** The log's head there. */
  head: id32,
  /** Of the commit, as in `append`. */
  epoch: u53,
  payload: opaque(),
  attachment: opaque(),
  nextWriteKey: id32,
  /** As in `createRoom`. */
  permit: opaque(256),
});

/**
 * Brings records of the roster log that the relay does not have, the newest first: the first one is that which the record `after`,
 * which is there, follows, and so on (`recordBefore`). A live write key must be proved. Answer: `done`, or `unlinked`.
 */
export type BringRosterRequest = Of<typeof bringRoster>;
export const bringRoster = frame("bringRoster", 57, {
  ...inRoom,
  /** SHA-256 of a record that the relay has. */
  after: id32,
  records: list(opaque()),
});

/** Proves a write key on this connection, once for each epoch. Answer: `done`, or `proof_invalid` / `write_denied`. */
export type ProveRequest = Of<typeof prove>;
export const prove = frame("prove", 4, {
  ...inRoom,
  epoch: u53,
  /** The write key's public half. */
  writeKey: id32,
  /** Over `writeProofBytes(challenge, roomTag, epoch)`. */
  signature,
});

/** Reads a page of the log from `fromN` on. Answer: `page`. */
export type ReadRequest = Of<typeof read>;
export const read = frame("read", 5, {
  ...inRoom,
  /** At least 1. */
  fromN: u53,
  /** At most so many records; the relay's own limits may make the page shorter. */
  limit: u32,
});

/**
 * Reads a page of the roster log: one record, and those that it follows. What leads to no record that somebody knows is not read, so
 * junk is in nobody's way. Answer: `roster`.
 */
export type ReadRosterRequest = Of<typeof readRoster>;
export const readRoster = frame("readRoster", 6, {
  ...inRoom,
  /** SHA-256 of the record. */
  record: id32,
});

/**
 * Subscribes to a room and reads the first page from `fromN` on. Answer: `subscribed`; then every record after its
 * receipt's `n` is pushed. Records between the page and that `n` are read with `read`. Subscribing again is allowed.
 */
export type SubscribeRequest = Of<typeof subscribe>;
export const subscribe = frame("subscribe", 7, {
  ...inRoom,
  /** At least 1. */
  fromN: u53,
});

/** The most record hashes in one `bring`. */
export const MOST_BROUGHT_HASHES = 16_384;

/**
 * Shows the relay what it signed, and brings it records that it lost: a relay that was restored from a copy goes on from the newest
 * head that it signed, as soon as it has the records that lead there (docs/protocol.md §6, Recovery). Without items and hashes it
 * only shows the receipt. Answer: `brought`; `unlinked` where they lead to another head, and then nothing is taken.
 */
export type BringRequest = Of<typeof bring>;
export const bring = frame("bring", 9, {
  ...inRoom,
  /** The newest head receipt of this relay that the client has. */
  receipt: signedHeadReceipt,
  /** The first record that is brought; at least 1. Where the relay has it already, it only says where it is. */
  fromN: u53,
  items: list(logItem),
  /** The hashes of the records after the items, up to that of the receipt; they are brought next. */
  hashes: list(id32),
  /** The head that items and hashes lead to. */
  head: id32,
});

/** Ends a subscription. Answer: `done`. */
export type UnsubscribeRequest = Of<typeof unsubscribe>;
export const unsubscribe = frame("unsubscribe", 8, inRoom);
