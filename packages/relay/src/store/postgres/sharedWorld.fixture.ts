import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type ClientFrame, RoomTag } from "@conclave/wire";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { CoreOutput } from "../../core/output.js";
import { RelayCore } from "../../core/relayCore.js";
import { type Key, newKey, ScriptedClient } from "../../core/scriptedClient.js";
import { PostgresServer } from "./postgresServer.js";
import { PostgresStore } from "./postgresStore.js";

/** One PostgreSQL for all tests of a `describe`. What is opened on it is closed after each of them. */
export class TestServer {
  private started: PostgresServer | null = null;
  private readonly others: PostgresServer[] = [];
  private readonly stores: PostgresStore[] = [];

  constructor() {
    beforeAll(async () => {
      this.started = await PostgresServer.start();
    });
    afterEach(async () => {
      for (const store of this.stores.splice(0)) await store.close();
    });
    afterAll(async () => {
      for (const server of [...this.others, this.postgres]) await server.stop();
    });
  }

  /** There from the first test on. */
  get postgres(): PostgresServer {
    return this.started!;
  }

  newDatabase(): string {
    return this.postgres.newDatabase();
  }

  query(address: string, sql: string): string {
    return this.postgres.query(address, sql);
  }

  /** A standby of it, until the last test. */
  async standby(): Promise<PostgresServer> {
    const standby = await this.postgres.standby();
    this.others.push(standby);
    return standby;
  }

  /** A relay on a database. */
  async relay(address: string, relaySeed: Uint8Array, keepBytes?: number): Promise<SharedRelay> {
    const relay = await SharedRelay.open(address, relaySeed, keepBytes);
    this.stores.push(relay.store);
    return relay;
  }

  /** Only the store of one. */
  async store(address: string, relayKey: Uint8Array = new Uint8Array(32)): Promise<PostgresStore> {
    const retention = { keepBytes: Infinity, step: { items: 1, bytes: 1 } };
    const store = await PostgresStore.open({ address, relayKey, retention });
    this.stores.push(store);
    return store;
  }
}

/** One relay core of several on one database, and scripted clients at it. What has come while a group is under way is the next one. */
export class SharedRelay {
  readonly closed = new Set<number>();
  private readonly clients = new Map<number, ScriptedClient>();
  private waiting: { connection: number; message: Uint8Array }[] = [];
  private isBusy = false;
  private lastConnection = 0;

  private constructor(
    readonly core: RelayCore,
    readonly store: PostgresStore,
    readonly address: string,
  ) {}

  /** `keepBytes`: of messages, in each room. */
  static async open(address: string, relaySeed: Uint8Array, keepBytes = 2 ** 30): Promise<SharedRelay> {
    const plenty = { burst: 1e9, perSecond: 1e9 };
    const lasting = { lastingOfRoom: plenty, lastingOfAddress: plenty };
    const rates = { connection: plenty, address: plenty, room: plenty, commits: plenty, create: plenty, ...lasting };
    const core = new RelayCore({
      store: null,
      crypto: nodeCrypto,
      random: systemRandom,
      relaySeed,
      settings: { rates, retention: { messageBytesPerRoom: keepBytes } },
    });
    const retention = { keepBytes, step: { items: 1, bytes: 1 } };
    return new SharedRelay(core, await PostgresStore.open({ address, relayKey: core.relayKey, retention }), address);
  }

  async connect(): Promise<ScriptedClient> {
    const connection = ++this.lastConnection;
    const client = new ScriptedClient((message) => {
      this.waiting.push({ connection, message });
      void this.work();
    });
    this.clients.set(connection, client);
    this.core.open(connection, "address", performance.now());
    await client.hello();
    return client;
  }

  private async work(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    // Others that are asked at the same time come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) await this.group();
    this.isBusy = false;
  }

  private async group(): Promise<void> {
    const { core, store } = this;
    const now = performance.now();
    const frames: { connection: number; frame: ClientFrame }[] = [];
    for (const { connection, message } of this.waiting.splice(0)) {
      for (const frame of core.read(connection, message, now)) {
        if (!core.admit(connection, frame, now)) continue;
        if (frame.type === "hello") core.carryOut(connection, frame, now);
        else frames.push({ connection, frame });
      }
    }
    this.release(core.commit());
    if (frames.length === 0) return;
    const unit = await store.load(core.reads(frames.map(({ frame }) => frame)));
    const outputs = core.run(unit, () => {
      for (const { connection, frame } of frames) core.carryOut(connection, frame, now);
    });
    await store.commit(unit);
    core.keep();
    this.release(outputs);
  }

  private release(outputs: readonly CoreOutput[]): void {
    for (const output of outputs) {
      if (output.kind === "send") this.clients.get(output.connection)?.receive(output.bytes);
      else if (output.kind === "close") this.closed.add(output.connection);
      else if (output.kind === "push") {
        for (const connection of output.connections) this.clients.get(connection)?.receive(output.bytes);
      }
    }
  }
}

/** A new room, made at one of the relays. */
export async function newRoom(client: ScriptedClient): Promise<{ roomTag: RoomTag; key: Key }> {
  const [roomTag, key] = [RoomTag.of(systemRandom(32)), newKey()];
  const [attachment, permit] = [Uint8Array.of(1, 2, 3), new Uint8Array()];
  await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment, permit });
  return { roomTag, key };
}
