import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, InboxId, RoomTag } from "@conclave/wire";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ReadSet, type SweepReads } from "../readSet.js";
import { hasPostgres } from "./postgresServer.js";
import type { PostgresStore } from "./postgresStore.js";
import { newRoom, TestServer } from "./sharedWorld.fixture.js";

const limits = { ...DEFAULT_LIMITS, pageItems: 3 };
const nothing = () => new ReadSet({ sha256: (data) => nodeCrypto.hash("sha256", data), limits });
const sweep: SweepReads = {
  old: null,
  slots: { now: 0, before: 0, commits: 0, limit: 9 },
  blobs: { complete: 0, unfinished: 0, limit: 9 },
  pending: { before: Number.MAX_SAFE_INTEGER, limit: 9 },
  purge: 9,
};

describe.skipIf(!hasPostgres)("a sweep, and pages, of several relays (skipped without PostgreSQL)", () => {
  const server = new TestServer();

  /** A room with a plea, at a relay; and another store on its database. */
  async function scene() {
    const [address, seed] = [server.newDatabase(), systemRandom(32)];
    const relay = await server.relay(address, seed);
    const store = await server.store(address, relay.core.relayKey);
    const client = await relay.connect();
    const { roomTag, key } = await newRoom(client);
    expect((await client.prove(roomTag, 0, key)).type).toBe("done");
    expect((await client.ask({ type: "postPlea", roomTag, blob: systemRandom(7), stays: false })).type).toBe("posted");
    return { address, relay, store, client, roomTag };
  }

  /** Deletes all that is pending. */
  async function sweepAll(store: PostgresStore): Promise<void> {
    const reads = nothing();
    reads.sweep = sweep;
    const unit = await store.load(reads);
    unit.ledger.requests.deleteBefore(sweep.pending.before);
    unit.ledger.inboxes.deleteBefore(sweep.pending.before);
    await store.commit(unit);
  }

  it("A83: RULE shared.one-sweeper: waits for whoever changes a room before it deletes anything of it", async () => {
    const { address, relay, store, roomTag } = await scene();
    const reads = nothing();
    reads.written(roomTag);
    const writing = await relay.store.load(reads);
    let isSwept = false;
    const sweeping = sweepAll(store).then(() => (isSwept = true));
    await wait(500);
    expect([isSwept, server.query(address, "SELECT count(*) FROM request")]).toEqual([false, "1"]);
    await relay.store.commit(writing);
    await sweeping;
    expect(server.query(address, "SELECT count(*) FROM request")).toBe("0");
  });

  it("A83: RULE shared.one-sweeper: waits for whoever changes an inbox, too", async () => {
    const { address, relay, store, roomTag } = await scene();
    const inboxId = InboxId.of(systemRandom(32));
    const reads = nothing();
    reads.inbox(inboxId).from.push(roomTag);
    reads.numbers = 1;
    const first = await relay.store.load(reads);
    first.ledger.inboxes.add(inboxId, { roomTag, n: 1, blob: systemRandom(3) }, 1, 9);
    await relay.store.commit(first);
    const clearing = await relay.store.load(reads);
    let isSwept = false;
    const sweeping = sweepAll(store).then(() => (isSwept = true));
    await wait(500);
    expect([isSwept, server.query(address, "SELECT count(*) FROM inbox")]).toEqual([false, "1"]);
    await relay.store.abandon(clearing);
    await sweeping;
    expect(server.query(address, "SELECT count(*) FROM inbox")).toBe("0");
  });

  it("A83: RULE shared.one-sweeper: is one at a time: another one waits for nobody, and deletes nothing", async () => {
    const { address, relay, store } = await scene();
    const reads = nothing();
    reads.sweep = sweep;
    const first = await relay.store.load(reads);
    await sweepAll(store);
    expect(server.query(address, "SELECT count(*) FROM request")).toBe("1");
    await relay.store.abandon(first);
    await sweepAll(store);
    expect(server.query(address, "SELECT count(*) FROM request")).toBe("0");
  });

  it("a page of an inbox that is cleared in the same group begins behind that, and says whether there is more", async () => {
    const { store } = await scene();
    const [inboxId, roomTag] = [InboxId.of(systemRandom(32)), RoomTag.of(systemRandom(32))];
    const filling = nothing();
    filling.inbox(inboxId).from.push(roomTag);
    filling.numbers = 12;
    const full = await store.load(filling);
    for (let n = 1; n <= 12; n++) full.ledger.inboxes.add(inboxId, { roomTag, n, blob: systemRandom(3) }, 1, 99);
    await store.commit(full);
    const first = nothing();
    first.add({ type: "fetchInbox", id: 1, inboxId, after: 0 });
    const begun = await store.load(first);
    const numbers = begun.ledger.inboxes.page(inboxId, 0, { items: 3, bytes: 1000 }).map(({ item }) => item);
    await store.commit(begun);
    const found: [number[], boolean][] = [];
    // Within what is read by the first page, and beyond it.
    for (const upTo of [numbers[1]!, numbers[0]! + 7]) {
      const reads = nothing();
      reads.add({ type: "clearInbox", id: 1, inboxId, upTo });
      reads.add({ type: "fetchInbox", id: 2, inboxId, after: 0 });
      const { ledger, ...rest } = await store.load(reads);
      ledger.inboxes.clear(inboxId, upTo);
      const items = ledger.inboxes.page(inboxId, 0, { items: 3, bytes: 1000 });
      found.push([items.map(({ n }) => n), ledger.inboxes.hasAfter(inboxId, items.at(-1)!.item)]);
      await store.commit({ ledger, ...rest });
    }
    expect(found).toEqual([
      [[3, 4, 5], true],
      [[9, 10, 11], true],
    ]);
  });

  it("a page of requests of which some go in the same group is as long, and says whether there is more", async () => {
    const { roomTag, relay } = await scene();
    const filling = nothing();
    filling.written(roomTag).hasPleas = true;
    filling.numbers = 6;
    const full = await relay.store.load(filling);
    const all = [1, 2, 3, 4, 5, 6].map((fill) => {
      const from = { digest: new Uint8Array(32).fill(fill), address: new Uint8Array(8) };
      const request = { slotId: null, blob: systemRandom(3), time: 1 };
      return full.ledger.requests.add(full.ledger.rooms.get(roomTag)!.no, request, from);
    });
    await relay.store.commit(full);
    const reads = nothing();
    const gone = [all[1]!, all[2]!];
    for (const request of gone) reads.add({ type: "deleteRequest", id: 1, roomTag, request });
    reads.add({ type: "listRequests", id: 2, roomTag, after: all[0]! - 1 });
    const unit = await relay.store.load(reads);
    const no = unit.ledger.rooms.get(roomTag)!.no;
    for (const request of gone) unit.ledger.requests.delete(no, request);
    const page = unit.ledger.requests.page(no, all[0]! - 1, { items: 3, bytes: 1000 });
    expect(page.map(({ request }) => request)).toEqual([all[0], all[3], all[4]]);
    // Of what is after the last one nothing was read: there may be more.
    expect(unit.ledger.requests.hasAfter(no, all[5]!)).toBe(true);
    await relay.store.abandon(unit);
  });
});
