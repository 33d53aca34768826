import { BLOB_CHUNK_BYTES, type Limits, MOST_BROUGHT_HASHES, MOST_COPY_HASHES, type Request } from "@conclave/wire";

/** Whether every part of a request is within the relay's limits. */
export function isWithinLimits(request: Request, limits: Limits): boolean {
  switch (request.type) {
    case "append": {
      const payload = request.kind === "commit" ? limits.commitPayload : limits.messagePayload;
      return (
        request.payload.length <= payload &&
        request.attachment.length <= limits.attachment &&
        request.deliveries.length <= limits.deliveries &&
        request.deliveries.every(({ blob }) => blob.length <= limits.slotBlob) &&
        request.slots.length <= limits.slots &&
        request.slots.every(({ blob }) => blob.length <= limits.slotBlob)
      );
    }
    case "bring":
      return request.items.length <= limits.pageItems && request.hashes.length <= MOST_BROUGHT_HASHES;
    case "bringCopy": {
      const { items, hashes } = request.part;
      const most = limits.commitPayload + limits.attachment;
      const bytes = items.reduce(
        (sum, item) => sum + (item.pruned ? 0 : item.payload.length + item.attachment.length),
        0,
      );
      return items.length <= limits.pageItems && hashes.length <= MOST_COPY_HASHES && bytes <= most;
    }
    case "createRoom":
      return request.attachment.length <= limits.attachment;
    case "adoptRoom":
      return (
        request.n <= MOST_BEFORE &&
        request.epoch <= MOST_BEFORE &&
        request.payload.length <= limits.commitPayload &&
        request.attachment.length <= limits.attachment
      );
    case "bringRoster":
      return request.records.every((record) => record.length <= limits.attachment);
    case "beginBlob":
      return request.size <= limits.blob;
    case "putSlot":
      return request.slot.blob.length <= limits.slotBlob;
    case "postRequest":
    case "postPlea":
    case "answerRequest":
      return request.blob.length <= limits.requestBlob;
    default:
      return true;
  }
}

/** What a request costs of a connection's rate, before its bytes are counted. */
export function costOf(request: Request): number {
  switch (request.type) {
    case "bring":
    case "bringCopy":
    case "prove":
    case "proveSlot":
    case "proveInbox":
    case "createRoom":
    case "adoptRoom":
      return 8;
    default:
      return 1;
  }
}

/**
 * What a request adds that is never pruned, in bytes, or that stays for 30 days in an inbox, of which anybody has as many as they
 * like: a row's keys count too.
 */
export function lastingBytesOf(request: Request): number {
  const size = (blobs: readonly { readonly blob: Uint8Array }[]) =>
    blobs.reduce((sum, { blob }) => sum + blob.length + ROW_BYTES, 0);
  switch (request.type) {
    case "createRoom":
      return request.attachment.length + ROW_BYTES;
    case "bringCopy":
      return ROW_BYTES;
    case "adoptRoom":
      return request.payload.length + 2 * request.attachment.length + 2 * ROW_BYTES;
    case "bringRoster":
      return request.records.reduce((sum, { length }) => sum + length + ROW_BYTES, 0);
    case "append":
      if (request.kind === "message") return 0;
      return (
        ROW_BYTES +
        request.payload.length +
        2 * request.attachment.length +
        size(request.deliveries) +
        size(request.slots)
      );
    case "putSlot":
      return size([request.slot]);
    case "answerRequest":
      return size([request]);
    default:
      return 0;
  }
}

const ROW_BYTES = 512;
/** After how many records, and in which epoch, the log of a room that moves here can begin at most: as many can follow. */
const MOST_BEFORE = 2 ** 31;

/** What a request costs of a connection's rate of blob bytes. */
export function blobBytesOf(request: Request): number {
  if (request.type === "writeBlob") return request.chunk.length;
  return request.type === "readBlob" ? BLOB_CHUNK_BYTES : 0;
}
