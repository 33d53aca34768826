import { systemRandom } from "@conclave/crypto/node";
import { RoomTag } from "@conclave/wire";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { newKey, type Key } from "../src/core/scriptedClient.js";
import type { SocketClient } from "../src/server/socketClient.js";

const file = fileURLToPath(new URL("./relayProcess.mjs", import.meta.url));
const children: ChildProcess[] = [];

/** A relay in a process of its own. */
export interface RelayProcess {
  readonly child: ChildProcess;
  readonly socketUrl: string;
  readonly relayKey: string;
  readonly address: string;
}

/** Starts the built relay on a database in PostgreSQL, with its key in `dataDir`. */
export async function startProcess(dataDir: string, database: string): Promise<RelayProcess> {
  const child = fork(file, [dataDir, database], { execArgv: [] });
  children.push(child);
  const [told] = (await once(child, "message")) as [Omit<RelayProcess, "child">];
  return { child, ...told };
}

/** Ends all that were started: after each test. */
export function killProcesses(): void {
  for (const child of children.splice(0)) child.kill("SIGKILL");
}

/** A new room, with its first member's key. */
export async function makeRoom(client: SocketClient): Promise<{ roomTag: RoomTag; key: Key }> {
  const [roomTag, key, empty] = [RoomTag.of(systemRandom(32)), newKey(), new Uint8Array()];
  await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment: empty, permit: empty });
  return { roomTag, key };
}
