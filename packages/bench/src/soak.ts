import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { BLOB_CHUNK_BYTES, blobIdOf, type RelayFrame } from "@conclave/wire";
import { readdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RelayChild } from "./relayChild.js";
import { envelope, RelayClient, type BenchRoom } from "./relayClient.js";
import type { SoakSample } from "./soakReport.js";

/** How many visitors of each kind come and go at once. */
const VISITORS_EACH = 6;
const ROOMS = 24;
/** So long people come and go, then all are gone and the relay is looked at. */
const BUSY_MS = 20_000;
/** After so long nothing of a connection should be left. */
const SETTLE_MS = 2000;

/** A relay that people use as they do: they write, read, send files, vanish in the middle of a frame, or say nothing. */
interface Scene {
  readonly relay: RelayChild;
  readonly rooms: readonly BenchRoom[];
  appends: number;
}

type Visit = (scene: Scene, at: number) => Promise<void>;

/**
 * Lets people come and go at a relay in a process of its own, and looks after each `busyMs` at what the process still holds
 * when all are gone. Needs Linux (`/proc`). `onSample` is told of each.
 */
export async function soak(
  minutes: number,
  onSample: (sample: SoakSample) => void,
  busyMs = BUSY_MS,
): Promise<SoakSample[]> {
  const relay = await RelayChild.start();
  try {
    const founder = await RelayClient.connect(relay.socketUrl);
    const rooms: BenchRoom[] = [];
    while (rooms.length < ROOMS) rooms.push(await founder.createRoom());
    founder.socket.close();
    const scene: Scene = { relay, rooms, appends: 0 };
    const samples: SoakSample[] = [];
    const start = performance.now();
    while (performance.now() - start < minutes * 60_000) {
      await busy(scene, busyMs);
      await sleep(SETTLE_MS);
      const sample = await sampleOf(scene, Math.round((performance.now() - start) / 1000));
      samples.push(sample);
      onSample(sample);
    }
    return samples;
  } finally {
    await relay.stop();
  }
}

async function busy(scene: Scene, ms: number): Promise<void> {
  const until = performance.now() + ms;
  const come = async (visit: Visit, at: number): Promise<void> => {
    while (performance.now() < until) await visit(scene, at);
  };
  await Promise.all(VISITS.flatMap((visit) => Array.from({ length: VISITORS_EACH }, (_, at) => come(visit, at))));
}

async function asWriter({ relay, rooms }: Scene, at: number): Promise<{ client: RelayClient; room: BenchRoom }> {
  const client = await RelayClient.connect(relay.socketUrl);
  const room = rooms[at % rooms.length]!;
  await client.prove(room);
  return { client, room };
}

const writes: Visit = async (scene, at) => {
  const { client, room } = await asWriter(scene, at);
  for (let n = 2; n < 34; n++) {
    expectType(await client.ask(envelope(room, n)), "appended");
    scene.appends++;
  }
  client.socket.close();
};

const reads: Visit = async ({ relay, rooms }, at) => {
  const client = await RelayClient.connect(relay.socketUrl);
  await client.subscribe(rooms[at % rooms.length]!, 1);
  await sleep(200 + at * 100);
  client.socket.close();
};

const sendsFiles: Visit = async (scene, at) => {
  const { client, room } = await asWriter(scene, VISITORS_EACH + at);
  const { roomTag } = room;
  const secret = systemRandom(32);
  const blobId = blobIdOf((data) => nodeCrypto.hash("sha256", data), secret);
  expectType(await client.ask({ type: "beginBlob", id: 2, roomTag, blobId, size: 2 * BLOB_CHUNK_BYTES }), "blobState");
  // Every other visitor gives up in the middle, and comes back for nothing.
  for (const index of at % 2 === 0 ? [0, 1] : [0]) {
    const chunk = systemRandom(BLOB_CHUNK_BYTES);
    expectType(await client.ask({ type: "writeBlob", id: 3, roomTag, blobId, index, chunk }), "blobState");
  }
  expectType(await client.ask({ type: "dropBlob", id: 4, roomTag, secret }), "done");
  client.socket.close();
};

const vanishes: Visit = async (scene, at) => {
  const { client } = await asWriter(scene, at);
  client.socket.sendPart(100_000);
  await sleep(50);
  client.socket.close();
};

const saysNothing: Visit = async ({ relay }) => {
  const { hostname, port } = new URL(relay.socketUrl);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on("error", () => undefined);
  await sleep(1000);
  socket.destroy();
};

const VISITS: readonly Visit[] = [writes, reads, sendsFiles, vanishes, saysNothing];

async function sampleOf({ relay, appends }: Scene, second: number): Promise<SoakSample> {
  const memory = await relay.memory();
  const names = readdirSync(relay.dataDir);
  const sizeOf = (name: string): number => (names.includes(name) ? statSync(join(relay.dataDir, name)).size : 0);
  const countOf = (folder: string): number => readdirSync(`/proc/${String(relay.pid)}/${folder}`).length;
  return {
    ...{ second, memory, handles: countOf("fd"), threads: countOf("task"), files: names.length },
    ...{ journal: sizeOf("relay.db-wal"), database: sizeOf("relay.db"), appends },
  };
}

function expectType(frame: RelayFrame, type: RelayFrame["type"]): void {
  if (frame.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(frame)}`);
}
