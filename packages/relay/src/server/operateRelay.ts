import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { openDatabase, takeFileLock } from "@conclave/sqlite";
import { RoomTag } from "@conclave/wire";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { RelayCore } from "../core/relayCore.js";
import { copyBeside } from "../store/copyFirst.js";
import { SqliteStore } from "../store/sqlite/sqliteStore.js";
import { BlockedAddresses } from "./blockedAddresses.js";
import { askLine } from "./lineSocket.js";
import { carryOutRequest, type OperatorAnswer, type OperatorRequest } from "./operatorRequest.js";
import { dataStep, RelayStartError } from "./startError.js";

/** Where a running relay hears its operator: in the data folder, which nobody else can open. */
export function operatorSocketPath(dataDir: string): string {
  return join(dataDir, "relay.sock");
}

/**
 * Asks the relay that runs on a data folder. If none runs, does it in the folder itself, under the folder's lock.
 * Rejects with a {@link RelayStartError}: `data_unusable` when the folder has no database or it cannot be opened, `data_in_use` when
 * a relay runs there but cannot be asked.
 */
export async function operateRelay(dataDir: string, request: OperatorRequest): Promise<OperatorAnswer> {
  const answer = await askLine(operatorSocketPath(dataDir), request);
  if (answer !== undefined) return answer as OperatorAnswer;
  const database = join(dataDir, "relay.db");
  if (!existsSync(database)) throw new RelayStartError("data_unusable", "there is no relay's database in this folder");
  const lock = dataStep(() => takeFileLock(join(dataDir, "relay.lock")));
  if (lock === null) throw new RelayStartError("data_in_use", "a relay that cannot be asked runs on this data folder");
  try {
    return await inFolder(dataDir, database, request);
  } finally {
    lock.release();
  }
}

async function inFolder(dataDir: string, path: string, request: OperatorRequest): Promise<OperatorAnswer> {
  const blocked = dataStep(() => new BlockedAddresses(join(dataDir, "blocked")));
  const store = dataStep(() => {
    const copyFirst = (version: number): void => {
      copyBeside(path, version);
    };
    return new SqliteStore(openDatabase(path), copyFirst);
  });
  try {
    // Nothing is signed here, so the relay's own key is neither needed nor made.
    const relaySeed = systemRandom(32);
    const wallClock = (): number => Date.now();
    const core = new RelayCore({ store, crypto: nodeCrypto, random: systemRandom, relaySeed, wallClock });
    return await carryOutRequest(request, {
      operate: (command) =>
        Promise.resolve(
          command.do === "list"
            ? core.listRooms(command.after, command.limit)
            : core.deleteRoom(RoomTag.of(command.roomTag), 0),
        ),
      blocked,
      connections: () => new Map(),
      refused: () => new Map(),
      disconnectBlocked: () => undefined,
      running: null,
    });
  } finally {
    store.close();
  }
}
