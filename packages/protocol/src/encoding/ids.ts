import { idBytes, type IdBytes } from "@conclave/codec";

/** A person's Ed25519 public key: who they are, in every room. */
export type PersonId = IdBytes<"PersonId">;
export const PersonId = idBytes<"PersonId">(32);

/** A device's Ed25519 public key, which its person certified. */
export type DeviceKey = IdBytes<"DeviceKey">;
export const DeviceKey = idBytes<"DeviceKey">(32);

/** A leaf's signature key (Ed25519): a device in one room, from one join on. */
export type LeafKey = IdBytes<"LeafKey">;
export const LeafKey = idBytes<"LeafKey">(32);

/** The hash of a room's charter. Only its members know it; the relay knows the room by its `RoomTag`. */
export type RoomId = IdBytes<"RoomId">;
export const RoomId = idBytes<"RoomId">(32);

/** Bytes of an invite's id. */
export const INVITE_ID_BYTES = 16;
/** What the roster calls an invite. */
export type InviteId = IdBytes<"InviteId">;
export const InviteId = idBytes<"InviteId">(INVITE_ID_BYTES);

/** Bytes of a message's id, and of the nonce that it follows from. */
export const MESSAGE_ID_BYTES = 16;
/** What a sender tells its messages apart by: random, and the same each time that one is sent. */
export type MessageNonce = IdBytes<"MessageNonce">;
export const MessageNonce = idBytes<"MessageNonce">(MESSAGE_ID_BYTES);
/** What a message is called: by its author and their nonce, see `messageIdOf`, so that two people never have one id. */
export type MessageId = IdBytes<"MessageId">;
export const MessageId = idBytes<"MessageId">(MESSAGE_ID_BYTES);

/** The hash of an action: what people propose, approve and decline is named by it. */
export type ActionHash = IdBytes<"ActionHash">;
export const ActionHash = idBytes<"ActionHash">(32);
