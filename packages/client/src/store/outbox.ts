import { encode, equalBytes, mapped, opaque, optional, stored, struct, text, u53, boxed } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import {
  decodeAppend,
  encodeAppend,
  type Message,
  type MessageContent,
  type OutgoingMessage,
  MessageId,
  messageIdOf,
  MessageNonce,
  type NewContent,
  type PersonId,
} from "@conclave/protocol";
import { isAmendment } from "./amendment.js";
import type { StoredRecord } from "../ports/storage.js";
import type { RoomKeys } from "./homeKey.js";
import { isSilent } from "./silentKind.js";
import { messageLayout } from "./storedMessage.js";
import type { Transaction } from "./transaction.js";

/** A message that is not in the log yet, as far as this device knows. */
export interface QueuedMessage {
  readonly order: number;
  readonly content: QueuedContent;
  /** When the person wrote it (ms). */
  readonly time: number;
  /** Null before the first encryption. */
  readonly sealed: SealedMessage | null;
}

/** What is said, with the nonce that its id follows from. */
export type QueuedContent = MessageContent & NewContent;

/** What a person says, with the id that it has as theirs. */
export function queuedContent(crypto: Crypto, author: PersonId, said: NewContent): QueuedContent {
  return { ...said, id: messageIdOf(crypto, author, said.nonce) };
}

/** A message as it was encrypted last, and what the relay is asked to append. */
export interface SealedMessage {
  readonly message: Message;
  readonly append: EncodedAppend;
}

/** An append, encoded once: it is stored and sent in these bytes. */
export interface EncodedAppend {
  readonly bytes: Uint8Array;
  /** The commit that it comes after. */
  readonly lastCommit: number;
}

/** A message that the room has encrypted. */
type Sealing = Pick<OutgoingMessage, "message" | "append">;

const encodedAppend = mapped(
  opaque(),
  (bytes): EncodedAppend => ({ bytes, lastCommit: decodeAppend(bytes).lastCommit }),
  ({ bytes }) => bytes,
);

const layout = struct<QueuedMessage>({
  order: u53,
  content: struct<QueuedContent>({
    id: boxed(MessageId),
    nonce: boxed(MessageNonce),
    kind: text(),
    ref: optional(boxed(MessageId)),
    body: opaque(),
  }),
  time: u53,
  sealed: optional(struct({ message: messageLayout, append: encodedAppend })),
});

/**
 * Messages on their way, in order. An entry goes in with its id before anything is encrypted, is stored again with each
 * ciphertext before that is sent, and goes out when the log shows it: so a crash loses none and doubles none.
 */
export class Outbox {
  private entries: QueuedMessage[] = [];
  private nextOrder = 1;
  private readonly unstored = new Set<number>();
  /** Those that are out, as the next commit to the disk will say. */
  private leaving: QueuedMessage[] = [];

  constructor(
    private readonly keys: RoomKeys,
    records: readonly StoredRecord[],
  ) {
    this.entries = records.map((record) => stored("outbox", record.value, layout));
    this.nextOrder = (this.entries.at(-1)?.order ?? 0) + 1;
  }

  get all(): readonly QueuedMessage[] {
    return this.entries;
  }

  /** Those that a person has sent, in whatever way. */
  get visible(): readonly QueuedMessage[] {
    return this.entries.filter(({ content }) => !isSilent(content.kind));
  }

  /** Those that a timeline shows as lines, until the disk has them elsewhere. */
  get lines(): readonly QueuedMessage[] {
    const all = [...this.leaving, ...this.entries].sort((a, b) => a.order - b.order);
    return all.filter(({ content: { kind } }) => !isSilent(kind) && !isAmendment(kind));
  }

  /** Those that do something to another message. */
  get acts(): readonly QueuedMessage[] {
    return this.entries.filter(({ content }) => isAmendment(content.kind));
  }

  /**
   * Whether the entry is stored as it is. RULE: client.store-first: one that is not is never sent: a crash would bring back
   * the key that it is encrypted with (docs/protocol.md §9, attack A64).
   */
  isStored(entry: QueuedMessage): boolean {
    return !this.unstored.has(entry.order);
  }

  get size(): number {
    return this.entries.length;
  }

  find(id: MessageId): QueuedMessage | undefined {
    return this.entries.find((entry) => equalBytes(entry.content.id, id));
  }

  add(tx: Transaction, content: QueuedContent, time: number, sealed: Sealing | null = null): QueuedMessage {
    const entry: QueuedMessage = { order: this.nextOrder++, content, time, sealed: sealed && encoded(sealed) };
    this.entries.push(entry);
    this.store(tx, entry);
    return entry;
  }

  /** The entry was encrypted, for the first time or again: stored in the transaction that stores the ratchet's step. */
  seal(tx: Transaction, entry: QueuedMessage, sealed: Sealing): QueuedMessage {
    const next: QueuedMessage = { ...entry, sealed: encoded(sealed) };
    this.entries[this.entries.indexOf(entry)] = next;
    this.store(tx, next);
    return next;
  }

  remove(tx: Transaction, entry: QueuedMessage): void {
    this.entries = this.entries.filter((other) => other !== entry);
    tx.delete(this.keys.outgoing(entry.order));
    this.leaving.push(entry);
    tx.after(() => (this.leaving = this.leaving.filter((other) => other !== entry)));
  }

  private store(tx: Transaction, entry: QueuedMessage): void {
    tx.put(this.keys.outgoing(entry.order), encode(entry, layout.write));
    this.unstored.add(entry.order);
    tx.after(() => this.unstored.delete(entry.order));
  }
}

function encoded({ message, append }: Sealing): SealedMessage {
  return { message, append: { bytes: encodeAppend(append), lastCommit: append.lastCommit } };
}
