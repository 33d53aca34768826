import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pumpAppends } from "./appendPump.js";
import { Mosquitto } from "./mosquitto.js";
import { type Effort, publishes } from "./mosquittoBench.js";
import { MqttClient } from "./mqttClient.js";
import { paced } from "./pace.js";
import { processorTime } from "./processorTime.js";
import { RelayChild } from "./relayChild.js";
import { type BenchRoom, envelope, RelayClient } from "./relayClient.js";
import { latencyText } from "./latencyText.js";

const CONNECTIONS = 8;
const IN_FLIGHT = 256;
const WARM_SECONDS = 2;
/** The rate of the pushes in the table of the stores, messages a second. */
const PUSHES_PER_SECOND = 500;

/** What a server does with the same loads: appends, and pushes at a given rate. Times in ms, rising. */
interface StoreFigures {
  readonly rate: number;
  readonly latencies: readonly number[];
  /** µs of processor time for an append, of the server, and of its database. */
  readonly cpu: readonly number[];
  /** From sending to a subscriber's having it. */
  readonly pushes: readonly number[];
}

/** Measures a relay on SQLite and on PostgreSQL, two relays on one PostgreSQL, and mosquitto, and prints a table (Markdown). */
export async function printStores(effort: Effort): Promise<void> {
  const before = loadavg()[0]!;
  const measure: Measure<StoreFigures> = (relays, pids) => relayFigures(relays, pids, effort);
  const rows: string[][] = [await row("SQLite", onSqlite(measure))];
  if (hasPostgres) {
    rows.push(await row("PostgreSQL, one relay", onPostgres(1, measure)));
    rows.push(await row("PostgreSQL, two relays, subscribers at the other one", onPostgres(2, measure)));
  }
  const mosquitto = await Mosquitto.start();
  if (mosquitto !== null) rows.push(await row("mosquitto (not durable)", mqtt(mosquitto, effort)));
  const head = [
    "",
    "appends/s",
    "median, p99",
    "CPU of an append: server + database",
    `push at ${PUSHES_PER_SECOND}/s: median, p99`,
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const table = [head, head.map(() => "---"), ...rows].map(line).join("");
  process.stdout.write(`\n${table}\n${loadSince(before)}`);
}

/**
 * Measures how long a record takes from its writer to a subscriber at a steady rate (messages a second), with each store, and
 * prints a line for each.
 */
export async function pushBench({ seconds }: Pick<Effort, "seconds">, perSecond: number): Promise<void> {
  const before = loadavg()[0]!;
  const print = (name: string, { pushes, cpu, rate }: PushFigures): void => {
    const cpuText = cpu.map((each) => each.toFixed(0)).join(" + ");
    console.log(
      `${name}: ${Math.round(rate)} of ${perSecond} pushes/s, ${latencyText(pushes)}, ${cpuText} µs of an append`,
    );
  };
  const measure = (relays: readonly RelayChild[], pids: () => readonly number[]): Promise<PushFigures> =>
    pushFigures(relays, pids, seconds, perSecond);
  print("SQLite", await onSqlite(measure));
  if (hasPostgres) {
    print("PostgreSQL, one relay", await onPostgres(1, measure));
    print("PostgreSQL, two relays, subscriber at the other one", await onPostgres(2, measure));
  }
  process.stdout.write(loadSince(before));
}

function loadSince(before: number): string {
  const load = [before, loadavg()[0]!].map((each) => each.toFixed(1)).join(" before, ");
  return `Load of the machine: ${load} after.\n`;
}

async function row(name: string, measured: Promise<StoreFigures>): Promise<string[]> {
  const { rate, latencies, cpu, pushes } = await measured;
  const cpuText = cpu.map((each) => each.toFixed(0)).join(" + ");
  return [name, Math.round(rate).toLocaleString("en-US"), latencyText(latencies), `${cpuText} µs`, latencyText(pushes)];
}

type Measure<T> = (relays: readonly RelayChild[], databasePids: () => readonly number[]) => Promise<T>;

async function onSqlite<T>(measure: Measure<T>): Promise<T> {
  const relay = await RelayChild.start();
  try {
    return await measure([relay], () => []);
  } finally {
    await relay.stop();
  }
}

async function onPostgres<T>(count: number, measure: Measure<T>): Promise<T> {
  const server = await PostgresServer.start(["fsync=on"]);
  const dataDir = mkdtempSync(join(tmpdir(), "conclave-stores-"));
  const database = server.newDatabase();
  const relays: RelayChild[] = [];
  try {
    while (relays.length < count) relays.push(await RelayChild.start({ database, dataDir }));
    return await measure(relays, () => server.processes());
  } finally {
    for (const relay of relays) await relay.stop();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function relayFigures(
  relays: readonly RelayChild[],
  databasePids: () => readonly number[],
  { seconds }: Effort,
): Promise<StoreFigures> {
  const urlOf = (at: number): string => relays[at % relays.length]!.socketUrl;
  const clients: RelayClient[] = [];
  while (clients.length < CONNECTIONS) clients.push(await RelayClient.connect(urlOf(clients.length)));
  const rooms: BenchRoom[] = [];
  for (const client of clients) rooms.push(await client.createRoom());
  const spent = spending(relays, databasePids);
  const latencies: number[] = [];
  const start = performance.now();
  const pumps = clients.map((client, at) =>
    pumpAppends(client, rooms[at]!, IN_FLIGHT / CONNECTIONS, start + seconds * 1000, (ms) => latencies.push(ms)),
  );
  await Promise.all(pumps);
  const rate = (latencies.length / (performance.now() - start)) * 1000;
  const cpu = spent(latencies.length);
  const reader = await RelayClient.connect(urlOf(1));
  const pushes = await relayPushes(clients[0]!, rooms[0]!, reader, seconds, PUSHES_PER_SECOND);
  reader.socket.close();
  for (const client of clients) client.socket.close();
  return { rate, latencies: rising(latencies), cpu, pushes };
}

/** The pushes alone, and what they cost; `rate`: how many came a second. */
type PushFigures = Pick<StoreFigures, "rate" | "cpu" | "pushes">;

async function pushFigures(
  relays: readonly RelayChild[],
  databasePids: () => readonly number[],
  seconds: number,
  perSecond: number,
): Promise<PushFigures> {
  const [writer, reader] = [
    await RelayClient.connect(relays[0]!.socketUrl),
    await RelayClient.connect(relays.at(-1)!.socketUrl),
  ];
  const room = await writer.createRoom();
  // What is compiled on the way is no push's cost.
  await relayPushes(writer, room, reader, Math.min(seconds, WARM_SECONDS), perSecond);
  const spent = spending(relays, databasePids);
  const start = performance.now();
  const pushes = await relayPushes(writer, room, reader, seconds, perSecond);
  const rate = (pushes.length / (performance.now() - start)) * 1000;
  const cpu = spent(pushes.length);
  for (const { socket } of [writer, reader]) socket.close();
  return { rate, cpu, pushes };
}

/** From now on: µs of processor time for each of so many appends, of the relays, and of their database. */
function spending(relays: readonly RelayChild[], databasePids: () => readonly number[]): (appends: number) => number[] {
  const groups = [relays.map(({ pid }) => pid), databasePids()].filter((pids) => pids.length > 0);
  const before = groups.map(processorTime);
  return (appends) => groups.map((pids, at) => ((processorTime(pids) - before[at]!) * 1000) / appends);
}

async function relayPushes(
  writer: RelayClient,
  room: BenchRoom,
  reader: RelayClient,
  seconds: number,
  perSecond: number,
): Promise<number[]> {
  const answer = await reader.subscribe(room, 2 ** 40);
  const first = answer.type === "subscribed" ? answer.position.n + 1 : 1;
  const times: number[] = [];
  const sentAt: number[] = [];
  writer.onFrame = () => undefined;
  reader.onFrame = (frame) => {
    if (frame.type !== "records") return;
    // One writer: its records are in the order of its appends.
    for (const { n } of frame.items) times.push(performance.now() - sentAt[n - first]!);
  };
  await paced(seconds, perSecond, (burst) => {
    for (let n = 0; n < burst; n++) sentAt.push(performance.now());
    writer.send(Array.from({ length: burst }, (_, n) => envelope(room, sentAt.length + n + 1)));
  });
  while (times.length < sentAt.length) await wait(5);
  return rising(times);
}

async function mqtt(server: Mosquitto, effort: Effort): Promise<StoreFigures> {
  try {
    const before = processorTime([server.pid]);
    const { rate, latencies } = await publishes(server, effort);
    const cpu = [((processorTime([server.pid]) - before) * 1000) / latencies.length];
    const [sender, reader] = [await MqttClient.connect(server.port), await MqttClient.connect(server.port)];
    await reader.subscribe("pushes");
    const times: number[] = [];
    const sentAt: number[] = [];
    reader.onMessage = () => times.push(performance.now() - sentAt[times.length]!);
    await paced(effort.seconds, PUSHES_PER_SECOND, (burst) => {
      for (let n = 0; n < burst; n++) sentAt.push(performance.now());
      for (let n = 0; n < burst; n++) sender.publish("pushes", new Uint8Array(300).fill(7), null);
    });
    while (times.length < sentAt.length) await wait(5);
    for (const client of [sender, reader]) client.close();
    return { rate, latencies, cpu, pushes: rising(times) };
  } finally {
    server.stop();
  }
}

function rising(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b);
}
