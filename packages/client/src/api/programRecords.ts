import type { StoredRecord } from "../ports/storage.js";

/** One change of a program's own records: sets one, or deletes it where `value` is null. */
export interface RecordChange {
  /** 1 to 400 printable ASCII characters. */
  readonly key: string;
  readonly value: Uint8Array | null;
}

/**
 * What a program on top of the client (a gateway, a bot) keeps in the home, beside the client's own records: how far it
 * is, whom it knows. With `Post.records` such a change is durable together with the message that it belongs to, or
 * neither is.
 */
export interface ProgramRecords {
  /** All records whose key begins with `prefix`, in the order of their keys. */
  list(prefix: string): Promise<readonly StoredRecord[]>;
  /** Resolves when all changes are durable: all of them, or none. @throws RangeError for a key that is not valid */
  commit(changes: readonly RecordChange[]): Promise<void>;
}
