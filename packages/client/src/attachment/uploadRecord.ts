import { encode } from "@conclave/codec";
import { stored } from "../store/stored.js";

/**
 * How an upload stands. `open`: on its way, or to be resumed. `sent`: its message is in the outbox; the secret is kept, to
 * delete the blob with the message. `dropped`: it was given up or taken back, and the relay does not know yet.
 */
export type UploadState = "open" | "sent" | "dropped";

/** What is kept of an upload. The file itself is not: its source is offered again. */
export interface UploadRecord {
  readonly blobId: Uint8Array;
  /** What the blob's name is made from: lets us delete it. */
  readonly secret: Uint8Array;
  /** The file's key. */
  readonly key: Uint8Array;
  readonly name: string;
  readonly size: number;
  readonly started: number;
  readonly state: UploadState;
  /** Of an open one: hashes of the chunks that were sealed, from the first on. They tell whether an offered file is the same. */
  readonly hashes: readonly Uint8Array[];
}

// Numbers are stored: never change one.
const STATES: readonly UploadState[] = ["open", "sent", "dropped"];
const VERSION = 1;

export function encodeUpload(record: UploadRecord): Uint8Array {
  return encode(record, (w, u) => {
    w.u8(VERSION).fixed(u.blobId).fixed(u.secret).fixed(u.key).text(u.name).u53(u.size).u53(u.started);
    w.u8(STATES.indexOf(u.state)).vector(u.hashes, (each, hash) => each.fixed(hash));
  });
}

/** @throws Error when the stored bytes are damaged. */
export function decodeUpload(bytes: Uint8Array): UploadRecord {
  return stored(bytes, "upload", (r) => {
    if (r.u8() !== VERSION) throw new Error("this home was written by a newer version");
    return {
      blobId: r.fixed(32),
      secret: r.fixed(32),
      key: r.fixed(32),
      name: r.text(),
      size: r.u53(),
      started: r.u53(),
      state: STATES[r.u8()]!,
      hashes: r.vector((each) => each.fixed(32)),
    };
  });
}
