import { choice, encode, fixed, list, stored, struct, text, u53, u8, versioned } from "@conclave/codec";
import { BlobId } from "@conclave/wire";

/**
 * How an upload stands. `open`: on its way, or to be resumed. `sent`: its message is in the outbox; the secret is kept, to
 * delete the blob with the message. `dropped`: it was given up or deleted, and the relay does not know yet.
 */
export type UploadState = "open" | "sent" | "dropped";

/** What is kept of an upload. The file itself is not: its source is offered again. */
export interface UploadRecord {
  readonly blobId: BlobId;
  /** What the blob's name is made from: lets us delete it. */
  readonly secret: Uint8Array;
  /** The file's key. */
  readonly key: Uint8Array;
  readonly name: string;
  readonly size: number;
  readonly started: number;
  readonly state: UploadState;
  /** For an open one, the hashes of the chunks that were sealed, from the first on. They tell whether an offered file is the same. */
  readonly hashes: readonly Uint8Array[];
}

const id32 = fixed(32);
const layout = versioned(
  1,
  struct<UploadRecord>({
    blobId: BlobId,
    secret: id32,
    key: id32,
    name: text(),
    size: u53,
    started: u53,
    // Numbers are stored: never change one.
    state: choice<UploadState>({ open: 0, sent: 1, dropped: 2 }),
    hashes: list(id32),
  }),
  u8,
);

export function encodeUpload(record: UploadRecord): Uint8Array {
  return encode(record, layout.write);
}

/** @throws TypeError when the stored bytes are damaged, or of a newer version. */
export function decodeUpload(bytes: Uint8Array): UploadRecord {
  return stored("upload", bytes, layout);
}
