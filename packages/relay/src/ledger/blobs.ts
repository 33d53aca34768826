import { done, equalBytes } from "@conclave/codec";
import {
  blobChunkLength,
  blobChunks,
  BLOB_CHUNK_BYTES,
  blobIdOf,
  type ReadBlobRequest,
  type Sha256,
} from "@conclave/wire";
import { carriedOut, type MemberCall, type MemberRequestCalls, type RelayAnswer } from "../core/call.js";
import type { LastingBudget } from "../core/lastingBudget.js";
import type { RelaySettings } from "../settings.js";
import type { BlobRow } from "../store/blobTable.js";
import type { SweepReads } from "../store/readSet.js";
import { refuse } from "./refusal.js";
import type { HostedRoom } from "./hostedRoom.js";
import type { Rooms } from "./rooms.js";
import type { WallClock } from "./wallClock.js";

/** What a blob adds to its room's quota besides its bytes: many small ones are not free. */
const ROW_BYTES = 4096;
const EXPIRED_AT_ONCE = 64;
/** The share of a room's files that people have who act for its members. */
const SHARE_OF_ACTING = 1 / 4;
/** Chunks deleted in one step: a big blob goes bit by bit, so that nobody has to wait for it. */
export const PURGED_AT_ONCE = 128;

/** A room's encrypted files, in chunks. The relay cannot read them; it enforces the room's quota and their age. */
export class Blobs {
  readonly memberCalls: MemberRequestCalls<"beginBlob" | "writeBlob" | "readBlob" | "dropBlob"> = {
    beginBlob: (call) => this.begin(call),
    writeBlob: (call) => this.write(call),
    readBlob: ({ request, room }) => this.read(request, room),
    dropBlob: ({ request, room }) => {
      const blob = this.rooms.store.blobs.get(room.row.no, blobIdOf(this.sha256, request.secret));
      // RULE: blob.own-only: a blob's name is a hash of what only its uploader knows, so no other member deletes it.
      if (blob !== null) this.drop(room, blob);
      return carriedOut(request.id);
    },
  };

  constructor(
    private readonly rooms: Rooms,
    private readonly sha256: Sha256,
    private readonly settings: Pick<RelaySettings, "quotas" | "retention">,
    private readonly clock: WallClock,
    private readonly lasting: Pick<LastingBudget, "waitForFile">,
  ) {}

  /** Removes what is too old, and uploads that nobody finished. Returns whether there is more to do at once. */
  sweep(now: number): boolean {
    const { store } = this.rooms;
    // RULE: blob.expires: what nobody finishes does not hold a room's space for ever (attack A83).
    const { limit, ...before } = this.due(now);
    const expired = store.blobs.expired(before, limit);
    for (const { roomTag, blob } of expired) {
      const room = this.rooms.unlessDamaged(() => this.rooms.get(roomTag, now));
      if (room === null) store.blobs.drop(blob.no);
      else this.drop(room, blob);
    }
    return store.blobs.purge(PURGED_AT_ONCE) || expired.length === limit;
  }

  /** What {@link sweep} looks for. */
  due(now: number): SweepReads["blobs"] {
    const { maxAge, uploadAge } = this.settings.retention;
    const time = this.clock.at(now);
    return { complete: maxAge === null ? 0 : time - maxAge, unfinished: time - uploadAge, limit: EXPIRED_AT_ONCE };
  }

  private begin({ request, room, session, standing, now }: MemberCall<"beginBlob">): RelayAnswer {
    const { id, blobId, size } = request;
    const { store } = this.rooms;
    const known = store.blobs.get(room.row.no, blobId);
    if (known !== null) return known.size === size ? stateOf(id, known.chunks) : refuse("blob_conflict");
    if (!this.hasSpace(room, standing, size + ROW_BYTES)) return refuse("quota_exceeded");
    const wait = this.lasting.waitForFile(session.address, now);
    if (wait > 0) return refuse("rate_limited", wait);
    store.blobs.add(room.row.no, { blobId, size, chunks: blobChunks(size), time: this.clock.at(now) });
    room.change({ blobBytes: room.row.blobBytes + ROW_BYTES });
    return stateOf(id, 0);
  }

  private write({ request, room, standing, now }: MemberCall<"writeBlob">): RelayAnswer {
    const { id, blobId, index, chunk } = request;
    const { store } = this.rooms;
    const blob = store.blobs.get(room.row.no, blobId);
    if (blob === null) return refuse("blob_unknown");
    const { no, size, chunks } = blob;
    // RULE: blob.in-order: each chunk has its place and length, and is written once: what was acknowledged stays as it is.
    if (index > chunks || chunk.length === 0 || chunk.length !== blobChunkLength(size, index)) {
      return refuse("blob_conflict");
    }
    if (index < chunks) {
      const stored = store.blobs.chunk(no, index);
      return stored !== null && equalBytes(stored, chunk) ? stateOf(id, chunks) : refuse("blob_conflict");
    }
    if (!this.hasSpace(room, standing, chunk.length)) return refuse("quota_exceeded");
    room.change({ blobBytes: room.row.blobBytes + chunk.length });
    store.blobs.addChunk(no, index, chunk, this.clock.at(now));
    return stateOf(id, chunks + 1);
  }

  // RULE: blob.bounded: a room's members cannot fill the relay's disk with files, nor keep each other from sending some by
  // announcing what never comes: bytes are taken from the room's quota as they come (attack A83).
  private hasSpace(room: HostedRoom, standing: MemberCall<"beginBlob">["standing"], bytes: number): boolean {
    const share = standing === "own" ? 1 : SHARE_OF_ACTING;
    return room.row.blobBytes + bytes <= this.settings.quotas.blobBytesPerRoom * share;
  }

  private read({ id, blobId, index }: ReadBlobRequest, room: HostedRoom) {
    const blob = this.rooms.store.blobs.get(room.row.no, blobId);
    if (blob === null || blob.chunks < blobChunks(blob.size)) return refuse("blob_unknown");
    const chunk = this.rooms.store.blobs.chunk(blob.no, index);
    return chunk === null ? refuse("blob_unknown") : done({ type: "blob" as const, id, chunk });
  }

  private drop(room: HostedRoom, blob: BlobRow): void {
    this.rooms.store.blobs.drop(blob.no);
    const bytes = Math.min(blob.size, blob.chunks * BLOB_CHUNK_BYTES) + ROW_BYTES;
    room.change({ blobBytes: Math.max(0, room.row.blobBytes - bytes) });
  }
}

function stateOf(id: number, chunks: number) {
  return done({ type: "blobState" as const, id, chunks });
}
