import type { Crypto } from "@conclave/crypto";
import { labelledHash } from "../encoding/digest.js";
import { type LeafKey, MESSAGE_ID_BYTES, MessageId, MessageNonce, type PersonId } from "../encoding/ids.js";
import type { Provider } from "../encoding/provider.js";

/** The kinds that the protocol itself reads. Any other text of at most 32 bytes is the client's own business. */
export const ProtocolKind = {
  text: "text",
  edit: "edit",
  delete: "delete",
  file: "file",
  via: "via",
  gateway: "gateway",
  proposal: "proposal",
  approval: "approval",
  decline: "decline",
  withdrawal: "withdrawal",
  farewell: "farewell",
  stay: "stay",
  /** Says nothing but that its sender is there: who was let in sends one, and who answers a probe. */
  beat: "beat",
  /** Asks those whose word about the list counts to say something. */
  probe: "probe",
} as const;

/** What a message says, before the room adds who, when and where. */
export interface MessageContent {
  /** 16 bytes, see {@link messageIdOf}. The same when it is encrypted again after `stale_epoch`: receivers show an id once. */
  readonly id: MessageId;
  /** At most 32 bytes: "text", "edit", "delete", "reaction", … */
  readonly kind: string;
  /** The message that this one answers, edits, deletes or reacts to. */
  readonly ref: MessageId | null;
  /** For "text" its UTF-8; else as the kind says. */
  readonly body: Uint8Array;
}

/** What is to be sent: its id follows from the nonce and from who sends it. */
export interface NewContent extends Omit<MessageContent, "id"> {
  readonly nonce: MessageNonce;
}

/** A nonce for a new message. */
export function newMessageNonce(random: Provider["random"]): MessageNonce {
  return MessageNonce.of(random(MESSAGE_ID_BYTES));
}

/**
 * The id of a message: the first 16 bytes of `H("conclave/message-id/v1", author, nonce)`.
 *
 * RULE: message.id-of-author: a message is named by who wrote it, too: nobody can say another's message first, or have what is
 * done to it, or said of it, fall on a message of their own (docs/protocol.md §9; attack A115).
 */
export function messageIdOf(crypto: Crypto, author: PersonId, nonce: MessageNonce): MessageId {
  return MessageId.of(labelledHash(crypto, "conclave/message-id/v1", author, nonce).slice(0, MESSAGE_ID_BYTES));
}

/** A message as it was sent, with its author as the tree of its epoch names them (docs/protocol.md §9). */
export interface Message extends MessageContent {
  readonly author: PersonId;
  readonly leaf: LeafKey;
  /** The author's name by the leaf's certificate, also when they are gone by now. */
  readonly name: string;
  /** The author's clock, ms. Informative. */
  readonly time: number;
  /** Place in the log; 0 for an own one that is not in it yet. */
  readonly n: number;
  readonly epoch: number;
  /** Sent before a change of the room that we knew when it arrived: never show it as new. */
  readonly late: boolean;
  /** The author is not in the room any more: sent before their removal. */
  readonly authorGone: boolean;
}
