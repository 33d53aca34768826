import { idBytes, type IdBytes } from "@conclave/codec";

/** Bytes of a room tag, a hash, an Ed25519 public key, a slot id, an inbox id or a challenge. */
export const ID_BYTES = 32;

/** What the relay calls a room. It tells nothing of the room's id. */
export type RoomTag = IdBytes<"RoomTag">;
export const RoomTag = idBytes<"RoomTag">(ID_BYTES);

/** Where an invite's slot is at the relay. */
export type SlotId = IdBytes<"SlotId">;
export const SlotId = idBytes<"SlotId">(ID_BYTES);

/** Where deliveries for one person wait at the relay: `inboxIdOf` makes it of the inbox's key. */
export type InboxId = IdBytes<"InboxId">;
export const InboxId = idBytes<"InboxId">(ID_BYTES);

/** What the relay calls a blob: `blobIdOf` makes it of a secret. */
export type BlobId = IdBytes<"BlobId">;
export const BlobId = idBytes<"BlobId">(ID_BYTES);
