import { Mosquitto } from "./mosquitto.js";
import { MqttClient } from "./mqttClient.js";

/** How long and how often each measurement of a server goes on. */
export interface Effort {
  readonly seconds: number;
  readonly rounds: number;
  readonly idleConnections: number;
}

/** What mosquitto does of what a relay is measured by. */
export interface MosquittoFigures {
  /** Messages that it took a second, at least once (QoS 1), with their times in ms, rising. */
  readonly rate: number;
  readonly latencies: readonly number[];
  /** How long until the last of 1,000 had a message, in ms, rising: one for each round. */
  readonly lastOfThousand: readonly number[];
  readonly deliveriesPerSecond: number;
}

const PAYLOAD = new Uint8Array(300).fill(7);
const MOST_NUMBERS = 60_000;

/** Measures Debian's mosquitto with the relay bench's loads; null where it is not installed. */
export async function mosquittoBench(effort: Effort): Promise<MosquittoFigures | null> {
  const server = await Mosquitto.start();
  if (server === null) return null;
  try {
    return { ...(await publishes(server, effort)), ...(await fanOut(server, effort)) };
  } finally {
    server.stop();
  }
}

/** Publishes as the relay bench appends. */
export async function publishes(
  { port }: Mosquitto,
  { seconds }: Effort,
): Promise<Pick<MosquittoFigures, "rate" | "latencies">> {
  const clients = await Promise.all(Array.from({ length: 8 }, () => MqttClient.connect(port)));
  const latencies: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(clients.map((client, at) => pump(client, `room ${String(at)}`, 32, end, latencies)));
  const rate = (latencies.length / (performance.now() - start)) * 1000;
  for (const client of clients) client.close();
  return { rate, latencies: latencies.sort((a, b) => a - b) };
}

// Keeps `inFlight` messages on their way, as the relay's clients do: what one answer frees goes out together.
function pump(client: MqttClient, topic: string, inFlight: number, end: number, latencies: number[]): Promise<void> {
  return new Promise((resolve) => {
    const sentAt = new Map<number, number>();
    let [lastId, freed, isPlanned] = [0, inFlight, false];
    const fill = (): void => {
      isPlanned = false;
      const now = performance.now();
      if (now >= end) {
        if (sentAt.size === 0) resolve();
        return;
      }
      const ids = Array.from({ length: freed }, () => (lastId = (lastId % MOST_NUMBERS) + 1));
      for (const id of ids) sentAt.set(id, now);
      freed = 0;
      if (ids.length > 0) client.publish(topic, PAYLOAD, ids);
    };
    client.onTaken = (id) => {
      latencies.push(performance.now() - sentAt.get(id)!);
      sentAt.delete(id);
      freed++;
      if (isPlanned) return;
      isPlanned = true;
      setImmediate(fill);
    };
    fill();
  });
}

async function fanOut(
  { port }: Mosquitto,
  { rounds, seconds }: Effort,
): Promise<Pick<MosquittoFigures, "lastOfThousand" | "deliveriesPerSecond">> {
  const size = 1000;
  const topic = "everybody";
  const sender = await MqttClient.connect(port);
  const readers: MqttClient[] = [];
  while (readers.length < size) {
    const reader = await MqttClient.connect(port);
    await reader.subscribe(topic);
    readers.push(reader);
  }
  const lastOfThousand: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let left = size;
    const all = new Promise<void>((resolve) => {
      for (const reader of readers) reader.onMessage = () => (--left === 0 ? resolve() : undefined);
    });
    const start = performance.now();
    sender.publish(topic, PAYLOAD, null);
    await all;
    lastOfThousand.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let delivered = 0;
  for (const reader of readers) reader.onMessage = () => delivered++;
  const taken: number[] = [];
  const start = performance.now();
  await pump(sender, topic, 64, start + seconds * 1000, taken);
  while (delivered < taken.length * size) await new Promise((resolve) => setTimeout(resolve, 5));
  const deliveriesPerSecond = (delivered / (performance.now() - start)) * 1000;
  for (const client of [sender, ...readers]) client.close();
  return { lastOfThousand: lastOfThousand.sort((a, b) => a - b), deliveriesPerSecond };
}
