import { hasPostgres, PostgresServer, SocketClient } from "@conclave/relay/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { KillLooker } from "./killLooker.js";
import { KillReader } from "./killReader.js";
import { KillRoom, wholeLog } from "./killRooms.js";
import { KillWriter } from "./killWriter.js";
import { RelayChild } from "./relayChild.js";

const RELAYS = 3;
const ROOMS = 4;
/** After each kill everybody has to go on within this. */
const LONGEST_MS = 120_000;

/** What a run of kills found. */
export interface KillReport {
  readonly kills: { readonly relay: number; readonly postgres: number };
  /** Appends that were acknowledged. */
  readonly appends: number;
  readonly receipts: number;
  /** How long appends were held up whose connection ended, or whose PostgreSQL was gone, in ms, rising. */
  readonly heldUp: readonly number[];
  /** From a kill until every writer was acknowledged something again, in ms, rising. */
  readonly back: { readonly relay: readonly number[]; readonly postgres: readonly number[] };
  /** What was lost, twice, in another order or contradicts itself: empty when nothing was. */
  readonly faults: readonly string[];
}

/** Whether {@link kill} can be run here. */
export { hasPostgres as canKill };

/**
 * Kills relays that share one PostgreSQL, and PostgreSQL itself, while others write, subscribe and have heads signed; starts each
 * again. `random`: from 0 to 1, for who and when. `told` is called after each kill. Throws where PostgreSQL is not installed.
 */
export async function kill(
  kills: number,
  random: () => number,
  told: (kill: number, ms: number) => void = () => undefined,
): Promise<KillReport> {
  const run = new KillRun(await PostgresServer.start(), random);
  try {
    return await run.all(kills, told);
  } finally {
    await run.stop();
  }
}

class KillRun {
  private readonly dataDir = mkdtempSync(join(tmpdir(), "conclave-kill-"));
  private readonly database: string;
  private relays: RelayChild[] = [];
  private readonly killed = { relay: 0, postgres: 0 };
  private readonly back = { relay: [] as number[], postgres: [] as number[] };
  private readonly faults: string[] = [];

  constructor(
    private readonly server: PostgresServer,
    private readonly random: () => number,
  ) {
    this.database = server.newDatabase();
  }

  async all(kills: number, told: (kill: number, ms: number) => void): Promise<KillReport> {
    for (let at = 0; at < RELAYS; at++) this.relays.push(await this.start());
    const urls = (): string[] => this.relays.map(({ socketUrl }) => socketUrl);
    const maker = await SocketClient.connect(urls()[0]!);
    const rooms: KillRoom[] = [];
    while (rooms.length < ROOMS) rooms.push(await KillRoom.make(maker));
    maker.socket.terminate();
    const writers = this.relays.map((_relay, at) => new KillWriter(rooms, urls, at));
    // Each room has a subscriber at every relay: what two of them get is written at another one.
    const readers = rooms.map((room) => this.relays.map((_relay, at) => new KillReader(room, urls, at)));
    const looker = new KillLooker(rooms, urls);
    const running = [...writers, ...readers.flat(), looker].map((each) => each.run());
    const failed = Promise.all(running).then(() => undefined);
    failed.catch(() => undefined);
    for (let n = 1; n <= kills && this.faults.length === 0; n++) {
      await Promise.race([this.one(writers).then((ms) => told(n, ms)), failed]);
    }
    for (const writer of writers) writer.end();
    looker.end();
    await Promise.all([...running.slice(0, writers.length), running.at(-1)]);
    for (const [at, room] of rooms.entries()) await this.check(room, readers[at]!);
    await Promise.all(running);
    return {
      kills: this.killed,
      appends: rooms.reduce((sum, { told: acknowledged }) => sum + acknowledged.size, 0),
      receipts: rooms.reduce((sum, { receipts }) => sum + receipts.length, 0),
      heldUp: writers.flatMap(({ heldUp }) => heldUp).sort((a, b) => a - b),
      back: { relay: rising(this.back.relay), postgres: rising(this.back.postgres) },
      faults: [...this.faults, ...rooms.flatMap(({ faults }) => faults)],
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.kill().catch(() => undefined)));
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** One kill, and everybody goes on: how long that took, in ms. Now and then, two at once. */
  private async one(writers: readonly KillWriter[]): Promise<number> {
    await wait(this.random() * 400);
    const before = writers.map(({ done }) => done);
    const begun = performance.now();
    const isPostgres = this.random() < 0.25;
    const first = Math.floor(this.random() * RELAYS);
    const victims = isPostgres ? [] : [first];
    if (this.random() < 0.2) victims.push((first + 1) % RELAYS);
    await Promise.all([isPostgres ? this.killPostgres() : null, ...victims.map((at) => this.killRelay(at))]);
    // What was under way at the kill, and one more.
    const isBack = (): boolean => writers.every(({ done }, at) => done >= before[at]! + 2);
    while (!isBack() && performance.now() - begun < LONGEST_MS) await wait(10);
    const ms = performance.now() - begun;
    if (!isBack()) this.faults.push(`not everybody could go on within ${LONGEST_MS / 1000} s`);
    this.back[isPostgres ? "postgres" : "relay"].push(ms);
    return ms;
  }

  private async killRelay(at: number): Promise<void> {
    this.killed.relay++;
    await this.relays[at]!.kill();
    for (;;) {
      const relay = await this.start().catch(() => null);
      if (relay !== null) {
        this.relays = this.relays.map((each, place) => (place === at ? relay : each));
        return;
      }
      // PostgreSQL is gone, too: whatever starts relays tries it again.
      await wait(200);
    }
  }

  private async killPostgres(): Promise<void> {
    this.killed.postgres++;
    this.server.kill();
    await wait(this.random() * 500);
    await this.server.restart();
  }

  private start(): Promise<RelayChild> {
    return RelayChild.start({ database: this.database, dataDir: this.dataDir });
  }

  /** What every relay says of the log in the end, and what subscribers got of it. */
  private async check(room: KillRoom, readers: readonly KillReader[]): Promise<void> {
    const lengths: number[] = [];
    for (const { socketUrl } of this.relays) {
      const client = await SocketClient.connect(socketUrl);
      const log = await wholeLog(client, room.roomTag);
      if (lengths.length === 0) room.check(log);
      lengths.push(log.length);
      client.socket.terminate();
    }
    const [n] = lengths;
    if (lengths.some((length) => length !== n)) room.fault(`logs of ${lengths.join(", ")} records`);
    const until = performance.now() + LONGEST_MS;
    for (const reader of readers) {
      while (reader.n < n! && performance.now() < until) await wait(20);
      reader.end();
      if (reader.n !== n || reader.head !== room.head) room.fault(`a subscriber got ${reader.n} of ${n} records`);
    }
  }
}

function rising(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b);
}
