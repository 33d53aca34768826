import { systemRandom } from "@conclave/crypto/node";
import { hasPostgres, messageAppend, newKey, PostgresServer, SocketClient } from "@conclave/relay/testing";
import { RoomTag } from "@conclave/wire";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RelayChild } from "./relayChild.js";

/** A line of text as a client sends it: sealed, and padded so that its length tells nothing. */
const ENVELOPE_BYTES = 1096;

/** What a database takes, in bytes. */
export interface SizesMeasure {
  readonly store: string;
  /** Of a room in which nothing was written. */
  readonly room: number;
  /** Of a record with a line of text. */
  readonly record: number;
}

/** How much is written. */
interface Effort {
  readonly rooms: number;
  readonly recordsOfRoom: number;
}

const FULL: Effort = { rooms: 2000, recordsOfRoom: 50 };
const QUICK: Effort = { rooms: 100, recordsOfRoom: 5 };

/** Makes rooms, writes into each, and looks at the database after each step; in PostgreSQL too where it is installed. */
export async function measureSizes(effort: Effort): Promise<SizesMeasure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "conclave-sizes-"));
  // Relays on PostgreSQL find their key in the same folder.
  const file = join(dataDir, "relay.db");
  const measured = [await measure("SQLite", effort, { dataDir }, () => statSync(file).size)];
  if (hasPostgres) {
    const server = await PostgresServer.start();
    const database = server.newDatabase();
    const size = () => {
      server.query(database, "CHECKPOINT");
      return Number(server.query(database, "SELECT pg_database_size(current_database())"));
    };
    measured.push(await measure("PostgreSQL", effort, { dataDir, database }, size));
    await server.stop();
  }
  rmSync(dataDir, { recursive: true, force: true });
  return measured;
}

async function measure(
  store: string,
  { rooms, recordsOfRoom }: Effort,
  place: { readonly dataDir: string; readonly database?: string },
  size: () => number,
): Promise<SizesMeasure> {
  const tags = Array.from({ length: rooms }, () => RoomTag.of(systemRandom(32)));
  const [key, empty] = [newKey(), new Uint8Array()];
  // A relay that ends leaves everything in the database and nothing in its journal.
  const after = async (work: (client: SocketClient) => Promise<void>): Promise<number> => {
    const relay = await RelayChild.start(place);
    const client = await SocketClient.connect(relay.socketUrl);
    await work(client);
    client.socket.terminate();
    await relay.stop();
    return size();
  };
  const begun = await after(() => Promise.resolve());
  const made = await after(async (client) => {
    for (const roomTag of tags)
      await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
  });
  const written = await after(async (client) => {
    for (const roomTag of tags) {
      await client.prove(roomTag, 0, key);
      const appends = Array.from({ length: recordsOfRoom }, () =>
        messageAppend(roomTag, { payload: systemRandom(ENVELOPE_BYTES) }),
      );
      await Promise.all(client.askAll(appends));
    }
  });
  return { store, room: (made - begun) / rooms, record: (written - made) / (rooms * recordsOfRoom) };
}

/** Prints what rooms and records take in a relay's database, as a table (Markdown). */
export async function sizesBench(quick: boolean): Promise<void> {
  const effort = quick ? QUICK : FULL;
  const lines = (await measureSizes(effort)).map(
    ({ store, room, record }) => `| ${store} | ${Math.round(room)} | ${Math.round(record)} |\n`,
  );
  process.stdout.write(
    `\n${effort.rooms} rooms, ${effort.recordsOfRoom} records of ${ENVELOPE_BYTES} bytes in each\n\n` +
      `| bytes in the database | a room, empty | a record |\n| --- | --- | --- |\n${lines.join("")}`,
  );
}
