import { toHex } from "@conclave/codec";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type Key, newKey, type SocketClient } from "@conclave/relay/testing";
import {
  type AppendRequest,
  firstLogHead,
  type HeadReceipt,
  headReceiptBytes,
  itemHash,
  type LogItem,
  nextLogHead,
  recordHash,
  RoomTag,
  type Signed,
} from "@conclave/wire";

const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);

/** A room that is written to while relays are killed, and what was said of it. */
export class KillRoom {
  /** The hashes of records that were acknowledged, with the place that was told. */
  readonly told = new Map<string, number>();
  /** How many appends were sent; a repeat counts once. */
  sent = 0;
  readonly receipts: HeadReceipt[] = [];
  /** What is not as it must be, at most some of it. */
  readonly faults: string[] = [];
  /** The head of the whole log after {@link check}, hexadecimal. */
  head = "";

  private constructor(
    readonly roomTag: RoomTag,
    readonly key: Key,
    private readonly relayKey: Uint8Array,
  ) {}

  static async make(client: SocketClient): Promise<KillRoom> {
    const [roomTag, key, empty] = [RoomTag.of(systemRandom(32)), newKey(), new Uint8Array()];
    const make = { type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty } as const;
    const { type } = await client.ask(make);
    if (type !== "created") throw new Error(`a room was not made: ${type}`);
    return new KillRoom(roomTag, key, client.welcome!.relayKey);
  }

  fault(what: string): void {
    if (this.faults.length < 20) this.faults.push(what);
  }

  /** The head of a log without records. */
  get firstHead(): Uint8Array {
    return firstLogHead(sha256, this.roomTag);
  }

  /** The head after one more record. */
  headAfter(head: Uint8Array, item: LogItem): Uint8Array {
    return nextLogHead(sha256, head, itemHash(sha256, this.roomTag, item));
  }

  /** An append was acknowledged: once, or again with the same place. */
  acknowledged(append: Omit<AppendRequest, "id">, n: number): void {
    const hash = toHex(recordHash(sha256, this.roomTag, append));
    const before = this.told.get(hash);
    if (before !== undefined && before !== n) this.fault(`an append is told as record ${before} and ${n}`);
    this.told.set(hash, n);
  }

  signed({ receipt, signature }: Signed<HeadReceipt>): void {
    if (!nodeCrypto.ed25519Verify(this.relayKey, headReceiptBytes(receipt), signature)) this.fault("a false signature");
    this.receipts.push(receipt);
  }

  /** Compares the log with all that was said. Call it when nothing is under way any more. */
  check(log: readonly LogItem[]): void {
    const heads = [toHex(this.firstHead)];
    const hashes = new Set<string>();
    let [head, last] = [this.firstHead, 0];
    for (const item of log) {
      const hash = itemHash(sha256, this.roomTag, item);
      if (item.n !== heads.length) this.fault(`record ${item.n} is in the place of ${heads.length}`);
      if (item.time < last) this.fault(`record ${item.n} is from before the one before it`);
      if (this.told.get(toHex(hash)) !== item.n) this.fault(`record ${item.n} was never acknowledged at that place`);
      head = this.headAfter(head, item);
      last = item.time;
      heads.push(toHex(head));
      hashes.add(toHex(hash));
    }
    this.head = heads.at(-1)!;
    if (hashes.size !== log.length) this.fault("an append is in the log twice");
    // Every append is acknowledged in the end, so every one is there.
    if (log.length !== this.sent) this.fault(`${this.sent} appends, ${log.length} records`);
    for (const { n, head: signed } of this.receipts)
      if (heads[n] !== toHex(signed)) this.fault(`a receipt for another log of ${n} records`);
    const byTime = this.receipts.toSorted((a, b) => a.time - b.time || a.n - b.n);
    byTime.forEach(({ n, time }, at) => {
      const before = byTime[at - 1];
      if (before !== undefined && before.n > n) this.fault(`a later time, ${time}, for a shorter log, ${n}`);
    });
  }
}

/** The whole log of a room. */
export async function wholeLog(client: SocketClient, roomTag: RoomTag): Promise<LogItem[]> {
  const log: LogItem[] = [];
  for (;;) {
    const page = await client.ask({ type: "read", roomTag, fromN: log.length + 1, limit: 1000 });
    if (page.type !== "page") throw new Error(`the log cannot be read: ${page.type}`);
    if (page.items.length === 0) return log;
    for (const item of page.items) log.push(item);
  }
}
