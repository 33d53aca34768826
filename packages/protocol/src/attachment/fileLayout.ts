/** What sealing adds to a chunk: its nonce (24), the commitment to its key (32) and the tag (16). */
export const CHUNK_OVERHEAD_BYTES = 24 + 32 + 16;
/** Bytes of every sealed chunk but the last. */
export const SEALED_CHUNK_BYTES = 65_536;
/** Bytes of a file in one chunk. */
export const OPEN_CHUNK_BYTES = SEALED_CHUNK_BYTES - CHUNK_OVERHEAD_BYTES;
/** Bytes of a chunk's hash in the list of them. */
const HASH_BYTES = 32;
const SMALLEST = 4096;

/**
 * How a file of a size lies at the relay: sealed chunks, then the list of their hashes. It follows from the size alone, so
 * that a reader knows before the first byte how much there is (docs/protocol.md §13).
 */
export interface FileLayout {
  /** Sealed chunks. */
  readonly chunks: number;
  /** Bytes of the file with its padding. */
  readonly paddedSize: number;
  /** Bytes of the sealed chunks, and where the list of hashes begins. */
  readonly sealedSize: number;
  /** Bytes of the blob: sealed chunks and list of hashes. */
  readonly blobSize: number;
}

/**
 * A file's size as it shows at the relay: one of eight sizes between each power of two and the next, and at least 4 KiB.
 * So sizes tell files apart only roughly, and padding costs at most an eighth.
 */
export function paddedFileSize(size: number): number {
  if (size <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(size - 1)) - 3);
  return Math.ceil(size / step) * step;
}

/** The layout of a file. @throws RangeError when the size is no size of a file (a bug in the caller). */
export function fileLayout(size: number): FileLayout {
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_FILE_BYTES) throw new RangeError("no size of a file");
  const paddedSize = paddedFileSize(size);
  const chunks = Math.ceil(paddedSize / OPEN_CHUNK_BYTES);
  const sealedSize = paddedSize + chunks * CHUNK_OVERHEAD_BYTES;
  return { chunks, paddedSize, sealedSize, blobSize: sealedSize + chunks * HASH_BYTES };
}

/** The size of the largest file whose blob has at most so many bytes; 0 where none has. */
export function largestFile(blobBytes: number): number {
  let [fits, tooLarge] = [-1, MAX_FILE_BYTES + 1];
  while (tooLarge - fits > 1) {
    const size = Math.floor((fits + tooLarge) / 2);
    if (fileLayout(size).blobSize <= blobBytes) fits = size;
    else tooLarge = size;
  }
  return Math.max(0, fits);
}

/** How many bytes of the file, padding included, are in the chunk at `index`. */
export function openChunkLength({ paddedSize }: FileLayout, index: number): number {
  return Math.max(0, Math.min(OPEN_CHUNK_BYTES, paddedSize - index * OPEN_CHUNK_BYTES));
}

/** The largest file that a card may speak of. Relays and screens set lower limits. */
export const MAX_FILE_BYTES = 2 ** 32;
