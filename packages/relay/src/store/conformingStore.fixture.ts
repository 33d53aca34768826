import { nodeCrypto } from "@conclave/crypto/node";
import { BlobId, DEFAULT_LIMITS, InboxId, RoomTag, SlotId } from "@conclave/wire";
import { PostgresStore, type PostgresUnit } from "./postgres/postgresStore.js";
import { ReadSet } from "./readSet.js";
import type { Ledger } from "./ledger.js";
import type { Store } from "./store.js";

/** The tables of a store, for a suite that every store passes. */
export type ConformingStore = Ledger & {
  /** Makes durable what was written, and begins again. */
  turn(): Promise<void>;
  /** Makes durable what was written, and closes the store. */
  close(): Promise<void>;
};

/** A store that is synchronous. */
export function conforming(store: Store): ConformingStore {
  store.begin();
  const turn = (): Promise<void> => {
    store.commit();
    store.begin();
    return Promise.resolve();
  };
  const close = async (): Promise<void> => {
    await turn();
    store.close();
  };
  const { rooms, records, roster, slots, requests, inboxes, blobs } = store;
  const tables = { rooms, records, roster, slots, requests, inboxes, blobs };
  const saveSignedUntil = (time: number): void => {
    store.saveSignedUntil(time);
  };
  const restorations = (): number => store.restorations();
  return { ...tables, signedUntil: () => store.signedUntil(), saveSignedUntil, restorations, turn, close };
}

/** A store in PostgreSQL. `isTurning`: each turn is a transaction; otherwise everything until it is closed is one. */
export async function conformingPostgres(address: string, isTurning: boolean): Promise<ConformingStore> {
  const retention = { keepBytes: Infinity, step: { items: 1, bytes: 1 } };
  const store = await PostgresStore.open({ address, relayKey: new Uint8Array(32), retention });
  return new ConformingPostgres(store, await store.load(everything()), isTurning);
}

class ConformingPostgres implements ConformingStore {
  constructor(
    private readonly store: PostgresStore,
    private unit: PostgresUnit,
    private readonly isTurning: boolean,
  ) {}

  get rooms() {
    return this.unit.ledger.rooms;
  }
  get records() {
    return this.unit.ledger.records;
  }
  get roster() {
    return this.unit.ledger.roster;
  }
  get slots() {
    return this.unit.ledger.slots;
  }
  get requests() {
    return this.unit.ledger.requests;
  }
  get inboxes() {
    return this.unit.ledger.inboxes;
  }
  get blobs() {
    return this.unit.ledger.blobs;
  }
  signedUntil(): number {
    return this.unit.ledger.signedUntil();
  }
  saveSignedUntil(time: number): void {
    this.unit.ledger.saveSignedUntil(time);
  }

  restorations(): number {
    return this.unit.ledger.restorations();
  }

  async turn(): Promise<void> {
    if (!this.isTurning) return;
    await this.store.commit(this.unit);
    this.unit = await this.store.load(everything());
  }

  async close(): Promise<void> {
    await this.store.commit(this.unit);
    await this.store.close();
  }
}

/** Whatever the suite asks for. */
function everything(): ReadSet {
  const id = (fill: number) => new Uint8Array(32).fill(fill);
  const all = { items: 10_000, bytes: 100_000_000 };
  const reads = new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits: DEFAULT_LIMITS });
  const tags = [10, 11, 12].map((fill) => RoomTag.of(id(fill)));
  for (const tag of tags) {
    const room = reads.written(tag);
    room.isMade = true;
    room.hasKeysCommits = true;
    room.hasOpenSlots = true;
    room.hasPleas = true;
    room.pages.push({ fromN: 1, size: all });
    room.requestPages.push({ after: 0, size: all });
    for (const n of [1, 2, 3, 2500, 5000, 5001]) room.appendIds.push(new Uint8Array(16).fill(n % 256).with(15, n >> 8));
    for (const key of [null, id(70), id(71)]) {
      room.onProbation.push({ epoch: 3, nextKey: key }, { epoch: 4, nextKey: key });
    }
    for (let fill = 1; fill <= 3; fill++) {
      room.roster.push({ hash: id(fill), size: all });
      const slot = room.slot(SlotId.of(id(fill)));
      [slot.hasContent, slot.hasRequests] = [true, true];
      for (let chunk = 0; chunk < 3; chunk++) room.blobs.push({ blobId: BlobId.of(id(fill)), chunk });
    }
  }
  for (let fill = 1; fill <= 3; fill++) {
    const inbox = reads.inbox(InboxId.of(id(fill)));
    inbox.isCleared = true;
    inbox.pages.push({ after: 0, size: all });
    inbox.from.push(...tags);
  }
  reads.numbers = 40;
  const most = 1e15;
  reads.sweep = {
    old: { before: most, limit: 9, size: all },
    slots: { now: most, before: most, commits: -most, limit: 99 },
    blobs: { complete: most, unfinished: most, limit: 99 },
    purge: 99,
    pending: { before: Number.MAX_SAFE_INTEGER, limit: 999 },
  };
  return reads;
}
