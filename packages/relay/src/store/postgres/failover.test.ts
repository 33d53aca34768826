import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { DEFAULT_LIMITS, type RoomTag } from "@conclave/wire";
import { describe, expect, it } from "vitest";
import { messageAppend } from "../../core/scriptedClient.js";
import { ReadSet } from "../readSet.js";
import { StoreAway } from "../sharedStore.js";
import { hasPostgres, type PostgresServer } from "./postgresServer.js";
import type { PostgresStore } from "./postgresStore.js";
import { newRoom, TestServer } from "./sharedWorld.fixture.js";

const seed = systemRandom(32);

describe.skipIf(!hasPostgres)("PostgreSQL on another server than before (skipped without PostgreSQL)", () => {
  const server = new TestServer();

  const restorations = (at: PostgresServer, address: string): string =>
    at.query(address, "SELECT restorations FROM relay");

  /** A relay, and a member's connection to it. */
  async function relayAt(address: string) {
    const relay = await server.relay(address, seed);
    return { relay, client: await relay.connect() };
  }

  const openStore = (address: string): Promise<PostgresStore> =>
    server.store(address, nodeCrypto.ed25519PublicKey(seed));

  /** What a group that reads nothing is told of how often the data was put back. */
  async function countOf(store: PostgresStore): Promise<number> {
    const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
    const unit = await store.load(new ReadSet({ sha256, limits: DEFAULT_LIMITS }));
    await store.abandon(unit);
    return unit.ledger.restorations();
  }

  /** A room in which two messages were acknowledged. */
  async function scene(): Promise<{
    address: string;
    roomTag: RoomTag;
    key: Awaited<ReturnType<typeof newRoom>>["key"];
  }> {
    const address = server.newDatabase();
    const { client } = await relayAt(address);
    const { roomTag, key } = await newRoom(client);
    await client.prove(roomTag, 0, key);
    for (let n = 1; n < 3; n++) expect(await client.ask(messageAppend(roomTag))).toMatchObject({ n });
    return { address, roomTag, key };
  }

  it("RULE recovered.failover-noticed: a standby that took over is counted once by all relays, and each room asks first", async () => {
    const { address, roomTag, key } = await scene();
    const standby = await server.standby();
    const there = standby.addressOf(address);
    standby.query(address, "SELECT pg_promote()");
    const [one, other] = [await openStore(there), await openStore(there)];
    expect(await Promise.all([countOf(one), countOf(other)])).toEqual([1, 1]);
    const { client } = await relayAt(there);
    await client.prove(roomTag, 0, key);
    expect(await client.ask(messageAppend(roomTag))).toMatchObject({ error: "room_recovering" });
    standby.kill();
    await standby.restart();
    expect(await countOf(await openStore(there))).toBe(1);
    expect(restorations(server.postgres, address)).toBe("0");
  }, 60_000);

  it("RULE recovered.failover-noticed: so is one that was a standby when the relay came to it", async () => {
    const { address } = await scene();
    const standby = await server.standby();
    const store = await openStore(address);
    expect(await countOf(store)).toBe(0);
    // As a name that leads to another server from now on.
    Object.assign(store, { options: { ...store["options"], address: standby.addressOf(address) } });
    server.query(address, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'conclave'");
    const isReadOnly = async () =>
      (await countOf(store).catch((error: unknown) => error)) instanceof StoreAway && store.isReadOnly;
    await expect.poll(isReadOnly, { timeout: 10_000 }).toBe(true);
    standby.query(address, "SELECT pg_promote()");
    await expect.poll(() => countOf(store).catch(() => null), { timeout: 10_000 }).toBe(1);
  }, 60_000);

  it("RULE recovered.failover-noticed: so is a dump that was put back; a server that was only restarted is not", async () => {
    const { address } = await scene();
    server.postgres.kill();
    await server.postgres.restart();
    expect(await countOf(await openStore(address))).toBe(0);
    const again = server.newDatabase();
    server.postgres.copyDump(address, again);
    expect(await countOf(await openStore(again))).toBe(1);
    expect(await countOf(await openStore(again))).toBe(1);
  }, 60_000);

  it("goes on where PostgreSQL does not tell, to who may not ask", async () => {
    const { address } = await scene();
    server.query(address, "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; CREATE ROLE humble LOGIN");
    server.query(address, "GRANT ALL ON ALL TABLES IN SCHEMA public TO humble; GRANT ALL ON SEQUENCE number TO humble");
    const store = await openStore(address);
    Object.assign(store, { options: { ...store["options"], address: address.replace("conclave@", "humble@") } });
    expect(await countOf(store)).toBe(0);
  }, 60_000);
});
