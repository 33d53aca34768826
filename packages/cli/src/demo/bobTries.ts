import { join } from "node:path";
import { SqliteStorage } from "@conclave/client/node";
import { fromHex, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { openEnvelope, RoomId, roomTagOf } from "@conclave/protocol";
import { SqliteStore } from "@conclave/relay";
import { openDatabase } from "@conclave/sqlite";
import { HOME_FILE } from "../session/openHome.js";

/**
 * What a removed member can do who kept a copy of everything that his device had stored, and got the relay's whole database:
 * tries every run of 32 bytes in the copy as the key of every record. Arguments: the copied home, the relay's database,
 * the room's id, the last record that he may read. Prints how many records opened, before and after.
 */
const [home = "", database = "", roomId = "", lastAllowed = ""] = process.argv.slice(2);
const roomTag = roomTagOf(nodeCrypto, RoomId.of(fromHex(roomId)));
const keys = await candidates(join(home, HOME_FILE));
const store = new SqliteStore(openDatabase(database));
const row = store.rooms.get(roomTag);
if (row === null) throw new Error("the relay does not have this room");
const records = store.records.page(row.no, 1, { items: 10_000, bytes: 64 * 1024 * 1024 });
const opens = ({ epoch, payload }: (typeof records)[number]) =>
  keys.some((key) => openEnvelope(nodeCrypto, key, { roomTag, epoch }, payload) !== null);
const before = records.filter(({ n }) => n <= Number(lastAllowed)).slice(-3);
const after = records.filter(({ n }) => n > Number(lastAllowed));
const result = {
  keys: keys.length,
  before: { tried: before.length, opened: before.filter(opens).length },
  after: { tried: after.length, opened: after.filter(opens).length },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
store.close();

/** Every 32 bytes that are anywhere in a home, each once. */
async function candidates(path: string): Promise<Uint8Array[]> {
  const storage = new SqliteStorage(path);
  const found = new Map<string, Uint8Array>();
  for (const { value } of await storage.range({ prefix: "" })) {
    for (let at = 0; at + 32 <= value.length; at++) {
      const key = value.slice(at, at + 32);
      found.set(toHex(key), key);
    }
  }
  await storage.close();
  return [...found.values()];
}
