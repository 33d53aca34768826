import { type Effort, mosquittoBench, type MosquittoFigures } from "./mosquittoBench.js";
import { pumpAppends } from "./appendPump.js";
import { envelope, RelayClient, type BenchRoom } from "./relayClient.js";
import { RelayChild } from "./relayChild.js";
import { latencyText } from "./latencyText.js";
import { printStores } from "./storesBench.js";

/** One measured line: what, how much, what others reach with the same driver on a machine like this, and the goal. */
export interface RelayMeasure {
  readonly measure: string;
  readonly value: string;
  readonly reach: string;
  readonly peers: string;
  /** What mosquitto's figure of it is called; left out where there is none. */
  readonly mosquitto?: keyof typeof MOSQUITTO;
}

/** How mosquitto's figures, of the same run, are said. */
const MOSQUITTO = {
  rate: ({ rate }: MosquittoFigures) => count(rate),
  latency: ({ latencies }: MosquittoFigures) => latencyText(latencies),
  last: ({ lastOfThousand: times }: MosquittoFigures) => `${times[times.length >> 1]!.toFixed(1)} ms`,
  deliveries: ({ deliveriesPerSecond }: MosquittoFigures) => count(deliveriesPerSecond),
};

/** How much to measure. */
export interface RelayBenchOptions {
  /** A fifth of the time: to see that it works, not for numbers. */
  readonly quick: boolean;
}

const FULL: Effort = { seconds: 5, rounds: 40, idleConnections: 9000 };
const QUICK: Effort = { seconds: 1, rounds: 8, idleConnections: 1000 };

/** Measures a relay in a process of its own on this machine: appends, fan-out, reading, memory (about a minute). */
export async function relayBench({ quick }: RelayBenchOptions): Promise<RelayMeasure[]> {
  const measures: RelayMeasure[] = [];
  for (const measure of [appends, roomOfThousand, deliveries, newcomer, idle]) {
    const relay = await RelayChild.start();
    try {
      measures.push(...(await measure(relay, quick ? QUICK : FULL)));
    } finally {
      await relay.stop();
    }
  }
  return measures;
}

/** Prints {@link relayBench} as a table (Markdown). */
export async function printRelayBench(options: RelayBenchOptions): Promise<void> {
  const measures = await relayBench(options);
  const figures = await mosquittoBench(options.quick ? QUICK : FULL);
  const rows = measures.map(({ measure, value, reach, peers, mosquitto }) => {
    const beside = figures === null || mosquitto === undefined ? "" : MOSQUITTO[mosquitto](figures);
    return [measure, value, beside, reach, peers];
  });
  const second = figures === null ? "mosquitto (not installed)" : "mosquitto, same run";
  const table = [["relay: 300-byte envelopes, SQLite, loopback", "here", second, "to reach", "others"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  const [head, ...body] = table;
  process.stdout.write(line(head!) + line(widths.map((width) => "-".repeat(width))) + body.map(line).join(""));
  await printStores(options.quick ? QUICK : FULL);
}

async function appends(relay: RelayChild, effort: Effort): Promise<RelayMeasure[]> {
  const connections = 8;
  const inFlight = 256;
  const clients = await Promise.all(Array.from({ length: connections }, () => RelayClient.connect(relay.socketUrl)));
  const rooms: BenchRoom[] = [];
  for (const client of clients) rooms.push(await client.createRoom());
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + effort.seconds * 1000;
  let done = 0;
  await Promise.all(
    clients.map((client, at) =>
      pumpAppends(client, rooms[at]!, inFlight / connections, end, (latency) => {
        done++;
        latencies.push(latency);
      }),
    ),
  );
  const rate = (done / (performance.now() - start)) * 1000;
  latencies.sort((a, b) => a - b);
  for (const client of clients) client.socket.close();
  return [
    {
      measure: `durable appends/s, ${inFlight} in flight`,
      value: count(rate),
      reach: ">= 25,000",
      peers: "SQLite FULL 2,600 one by one, 38,000 batched; PostgreSQL 33,000",
      mosquitto: "rate",
    },
    {
      ...{
        measure: "  their latency, median and p99",
        value: latencyText(latencies),
        reach: "p99 <= 60 ms",
        peers: "",
      },
      mosquitto: "latency",
    },
  ];
}

async function audience(
  relay: RelayChild,
  size: number,
): Promise<{ sender: RelayClient; room: BenchRoom; readers: RelayClient[] }> {
  const sender = await RelayClient.connect(relay.socketUrl);
  const room = await sender.createRoom();
  const readers: RelayClient[] = [];
  for (let n = 0; n < size; n++) {
    const reader = await RelayClient.connect(relay.socketUrl);
    await reader.subscribe(room, 1);
    readers.push(reader);
  }
  return { sender, room, readers };
}

async function roomOfThousand(relay: RelayChild, effort: Effort): Promise<RelayMeasure[]> {
  const size = 1000;
  const { sender, room, readers } = await audience(relay, size);
  const times: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    let left = size;
    const all = new Promise<void>((resolve) => {
      for (const { socket } of readers) socket.onMessage = () => (--left === 0 ? resolve() : undefined);
    });
    const start = performance.now();
    sender.send([envelope(room, round + 1)]);
    await all;
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  times.sort((a, b) => a - b);
  const value = `${times[times.length >> 1]!.toFixed(1)} ms (best ${times[0]!.toFixed(1)}, worst ${times.at(-1)!.toFixed(1)})`;
  return [
    {
      measure: "room of 1,000 sockets, one message: last receiver, median",
      value,
      reach: "<= 35 ms",
      peers: "ejabberd 71, prosody 274, mosquitto 20 (not durable)",
      mosquitto: "last",
    },
  ];
}

async function deliveries(relay: RelayChild, effort: Effort): Promise<RelayMeasure[]> {
  const size = 1000;
  const { sender, room, readers } = await audience(relay, size);
  let delivered = 0;
  let messages = 0;
  for (const { socket } of readers) {
    socket.onMessage = (message) => {
      messages++;
      delivered += countRecords(message);
    };
  }
  let appended = 0;
  const start = performance.now();
  await pumpAppends(sender, room, 64, start + effort.seconds * 1000, () => appended++);
  while (delivered < appended * size) await new Promise((resolve) => setTimeout(resolve, 5));
  const seconds = (performance.now() - start) / 1000;
  const joined = (delivered / messages).toFixed(1);
  return [
    {
      measure: "sustained deliveries/s, 1,000 sockets",
      value: count(delivered / seconds),
      reach: ">= 500,000",
      peers: "ejabberd 29,000; prosody 6,900; mosquitto 93,000",
      mosquitto: "deliveries",
    },
    { measure: "  records in one WebSocket message", value: joined, reach: "", peers: "" },
  ];
}

// Counts the records of the `records` frames in a message without decoding them.
function countRecords(message: Buffer): number {
  let count = 0;
  let at = 0;
  const varint = (): number => {
    const first = message[at]!;
    const size = 1 << (first >> 6);
    let value = first & 0x3f;
    for (let n = 1; n < size; n++) value = value * 256 + message[at + n]!;
    at += size;
    return value;
  };
  const skip = (): void => {
    const length = varint();
    at += length;
  };
  while (at < message.length) {
    const end = varint() + at;
    if (message[at] === 192) {
      at += 33;
      const last = varint() + at;
      for (; at < last; count++) {
        at += 26;
        skip();
        skip();
      }
    }
    at = end;
  }
  return count;
}

async function newcomer(relay: RelayChild, effort: Effort): Promise<RelayMeasure[]> {
  const sender = await RelayClient.connect(relay.socketUrl);
  const room = await sender.createRoom();
  let left = 1000;
  const filled = new Promise<void>((resolve) => {
    sender.onFrame = () => (--left === 0 ? resolve() : undefined);
  });
  sender.send(Array.from({ length: 500 }, (_, at) => envelope(room, at + 1)));
  sender.send(Array.from({ length: 500 }, (_, at) => envelope(room, at + 501)));
  await filled;
  const times: number[] = [];
  for (let round = 0; round < effort.rounds; round++) {
    const start = performance.now();
    const client = await RelayClient.connect(relay.socketUrl);
    const page = await client.subscribe(room, 1);
    times.push(performance.now() - start);
    if (page.type !== "subscribed" || page.items.length !== 1000) throw new Error("not all messages came");
    client.socket.close();
  }
  times.sort((a, b) => a - b);
  const value = `${times[times.length >> 1]!.toFixed(1)} ms`;
  return [
    {
      measure: "newcomer connects and reads 1,000 messages, median",
      value,
      reach: "<= 20 ms",
      peers: "ejabberd 146, prosody 378",
    },
  ];
}

async function idle(relay: RelayChild, effort: Effort): Promise<RelayMeasure[]> {
  const warm = await Promise.all(Array.from({ length: 200 }, () => RelayClient.connect(relay.socketUrl)));
  const before = await relay.memory();
  for (let n = 0; n < effort.idleConnections; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => RelayClient.connect(relay.socketUrl)));
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  const each = ((await relay.memory()) - before) / effort.idleConnections / 1000;
  return [
    {
      measure: `memory for an idle connection, of ${effort.idleConnections + warm.length}`,
      value: `${each.toFixed(1)} kB`,
      reach: "<= 10 kB",
      peers: "ws 7.7, uWebSockets 0.8",
    },
  ];
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
