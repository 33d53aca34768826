import { equalBytes, stored, struct, u53 } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { firstLogHead, itemHash, nextLogHead, type LogItem, type RoomTag } from "@conclave/wire";
import { bytes32 } from "../encoding/signed.js";
import type { Delta } from "../encoding/provider.js";

/** A place in the relay's log: its length and head. */
export interface LogPlace {
  readonly n: number;
  readonly head: Uint8Array;
}

export const logPlaceLayout = struct<LogPlace>({ n: u53, head: bytes32 });

/** How many places of the log are remembered to compare others' views with. */
const REMEMBERED = 512;
const PREFIX = "h/";

/**
 * What this device has seen of the relay's log: the heads that it computed itself, for as far back as a member's message
 * may refer (docs/protocol.md §6).
 */
export class LogMemory {
  private constructor(
    private readonly roomTag: RoomTag,
    private readonly heads: Map<number, Uint8Array>,
    private last: LogPlace,
  ) {}

  /** The memory of an empty log. */
  static empty(crypto: Crypto, roomTag: RoomTag): LogMemory {
    return LogMemory.from(roomTag, { n: 0, head: firstLogHead((data) => crypto.hash("sha256", data), roomTag) });
  }

  /** A memory that begins at a place somebody else vouches for. */
  static from(roomTag: RoomTag, place: LogPlace): LogMemory {
    return new LogMemory(roomTag, new Map([[place.n, place.head]]), place);
  }

  static load(roomTag: RoomTag, records: Iterable<readonly [string, Uint8Array]>): LogMemory {
    const heads = new Map<number, Uint8Array>();
    let last = -1;
    for (const [key, value] of records) {
      if (!key.startsWith(PREFIX)) continue;
      const n = Number.parseInt(key.slice(PREFIX.length), 16);
      heads.set(n, value);
      last = Math.max(last, n);
    }
    const head = stored("log head", heads.get(last), bytes32);
    return new LogMemory(roomTag, heads, { n: last, head });
  }

  /** Whether a record of this key is one of a memory's. */
  static isRecord(key: string): boolean {
    return key.startsWith(PREFIX);
  }

  /** The newest place. */
  get place(): LogPlace {
    return this.last;
  }

  /** The earliest place that is remembered. All from there to the newest one are. */
  get oldest(): number {
    return Math.min(...this.heads.keys());
  }

  /** The head at a place, or null when that is not remembered or not yet seen. */
  headAt(n: number): Uint8Array | null {
    return this.heads.get(n) ?? null;
  }

  /** Whether somebody's view of the log is ours too; null when that cannot be told. */
  agrees(place: LogPlace): boolean | null {
    const head = this.headAt(place.n);
    return head === null ? null : equalBytes(head, place.head);
  }

  /** The hash of a record, as the relay's log has it. */
  hashOf(crypto: Crypto, item: LogItem): Uint8Array {
    return itemHash((data) => crypto.hash("sha256", data), this.roomTag, item);
  }

  /** The record after the newest one is used up. Gives what to store. */
  advance(crypto: Crypto, hash: Uint8Array): Delta {
    const n = this.last.n + 1;
    const head = nextLogHead((data) => crypto.hash("sha256", data), this.last.head, hash);
    this.last = { n, head };
    this.heads.set(n, head);
    const old = n - REMEMBERED;
    const forgotten = this.heads.delete(old) ? [recordKey(old)] : [];
    return { put: [[recordKey(n), head]], delete: forgotten };
  }

  /** All that is remembered, as records. */
  records(): Delta {
    return { put: [...this.heads].map(([n, head]) => [recordKey(n), head] as const), delete: [] };
  }
}

function recordKey(n: number): string {
  return `${PREFIX}${n.toString(16).padStart(14, "0")}`;
}
