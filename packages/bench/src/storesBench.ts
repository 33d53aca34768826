import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pumpAppends } from "./appendPump.js";
import { Mosquitto } from "./mosquitto.js";
import { type Effort, publishes } from "./mosquittoBench.js";
import { MqttClient } from "./mqttClient.js";
import { processorTime } from "./processorTime.js";
import { RelayChild } from "./relayChild.js";
import { type BenchRoom, envelope, RelayClient } from "./relayClient.js";
import { latencyText } from "./latencyText.js";

const CONNECTIONS = 8;
const IN_FLIGHT = 256;
/** Pushes are measured at this rate: messages every 10 ms. */
const BURST = 5;
const BURST_MS = 10;

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
  const rows: string[][] = [await row("SQLite", sqlite(effort))];
  if (hasPostgres) {
    rows.push(await row("PostgreSQL, one relay", postgres(1, effort)));
    rows.push(await row("PostgreSQL, two relays, subscribers at the other one", postgres(2, effort)));
  }
  const mosquitto = await Mosquitto.start();
  if (mosquitto !== null) rows.push(await row("mosquitto (not durable)", mqtt(mosquitto, effort)));
  const perSecond = (BURST * 1000) / BURST_MS;
  const head = [
    "",
    "appends/s",
    "median, p99",
    "CPU of an append: server + database",
    `push at ${perSecond}/s: median, p99`,
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  const table = [head, head.map(() => "---"), ...rows].map(line).join("");
  const load = [before, loadavg()[0]!].map((each) => each.toFixed(1)).join(" before, ");
  process.stdout.write(`\n${table}\nLoad of the machine: ${load} after.\n`);
}

async function row(name: string, measured: Promise<StoreFigures>): Promise<string[]> {
  const { rate, latencies, cpu, pushes } = await measured;
  const cpuText = cpu.map((each) => each.toFixed(0)).join(" + ");
  return [name, Math.round(rate).toLocaleString("en-US"), latencyText(latencies), `${cpuText} µs`, latencyText(pushes)];
}

async function sqlite(effort: Effort): Promise<StoreFigures> {
  const relay = await RelayChild.start();
  try {
    return await relayFigures([relay], () => [], effort);
  } finally {
    await relay.stop();
  }
}

async function postgres(count: number, effort: Effort): Promise<StoreFigures> {
  const server = await PostgresServer.start(["fsync=on"]);
  const dataDir = mkdtempSync(join(tmpdir(), "conclave-stores-"));
  const database = server.newDatabase();
  const relays: RelayChild[] = [];
  try {
    while (relays.length < count) relays.push(await RelayChild.start({ database, dataDir }));
    return await relayFigures(relays, () => server.processes(), effort);
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
  const groups = [relays.map(({ pid }) => pid), databasePids()].filter((pids) => pids.length > 0);
  const cpuBefore = groups.map(processorTime);
  const latencies: number[] = [];
  const start = performance.now();
  const pumps = clients.map((client, at) =>
    pumpAppends(client, rooms[at]!, IN_FLIGHT / CONNECTIONS, start + seconds * 1000, (ms) => latencies.push(ms)),
  );
  await Promise.all(pumps);
  const rate = (latencies.length / (performance.now() - start)) * 1000;
  const cpu = groups.map((pids, at) => ((processorTime(pids) - cpuBefore[at]!) * 1000) / latencies.length);
  const pushes = await relayPushes(clients[0]!, rooms[0]!, await RelayClient.connect(urlOf(1)), seconds);
  for (const client of clients) client.socket.close();
  return { rate, latencies: rising(latencies), cpu, pushes };
}

async function relayPushes(
  writer: RelayClient,
  room: BenchRoom,
  reader: RelayClient,
  seconds: number,
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
  await paced(seconds, () => {
    for (let n = 0; n < BURST; n++) sentAt.push(performance.now());
    writer.send(Array.from({ length: BURST }, (_, n) => envelope(room, sentAt.length + n + 1)));
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
    await paced(effort.seconds, () => {
      for (let n = 0; n < BURST; n++) sentAt.push(performance.now());
      for (let n = 0; n < BURST; n++) sender.publish("pushes", new Uint8Array(300).fill(7), null);
    });
    while (times.length < sentAt.length) await wait(5);
    for (const client of [sender, reader]) client.close();
    return { rate, latencies, cpu, pushes: rising(times) };
  } finally {
    server.stop();
  }
}

async function paced(seconds: number, work: () => void): Promise<void> {
  const start = performance.now();
  for (let at = 0; at < (seconds * 1000) / BURST_MS; at++) {
    await wait(Math.max(0, start + at * BURST_MS - performance.now()));
    work();
  }
}

function rising(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b);
}
