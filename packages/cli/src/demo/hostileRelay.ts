import { join } from "node:path";
import { SqliteStorage, systemRandom } from "@conclave/client/node";
import { fromHex, toHex } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { generateKeyPackage, type Engine, type Group } from "@conclave/mls";
import {
  certifyLeaf,
  LeafKey,
  loadRoom,
  newDevice,
  newIdentity,
  type Room,
  RoomId,
  sealEnvelope,
} from "@conclave/protocol";
import { SqliteStore, startRelay } from "@conclave/relay";
import { openDatabase } from "@conclave/sqlite";
import { nextLogHead, recordHash, type RoomTag } from "@conclave/wire";
import { HOME_FILE } from "../session/openHome.js";

/**
 * A relay whose operator, Mallory, is also a plain member of the room. With all of her keys she makes a change of keys that
 * takes a device of hers in which nobody has admitted; and her relay appends it without asking anybody, signs the log with
 * it, and serves it. Arguments: the relay's data folder, Mallory's home, the room's id, the port.
 */
interface Inside {
  readonly parts: {
    readonly group: Group;
    readonly engine: Engine;
    readonly roomTag: RoomTag;
    readonly keys: { readonly envelopes: readonly { readonly epoch: number; readonly key: Uint8Array }[] };
  };
}

const [dataDir = "", home = "", roomId = "", port = ""] = process.argv.slice(2);
const primitives = { crypto: nodeCrypto, random: systemRandom };
const { parts } = (await roomOf(home, fromHex(roomId))) as unknown as Inside;
const { roomTag, keys } = parts;
const { epoch, key } = keys.envelopes.at(-1)!;
const commit = commitWithGhost();
// First as a relay that has no key of the room, and takes one of its own; then with the keys of a member.
const payloads = [systemRandom(32), key].map((each) => sealEnvelope(nodeCrypto, each, { roomTag, epoch }, commit));
for (const payload of payloads) append(payload);
const relay = await startRelay({ dataDir, port: Number(port) });
process.stdout.write(`${JSON.stringify({ event: "ready", address: relay.address, injected: payloads.length })}\n`);
process.once("SIGTERM", () => void relay.close());

/** A commit by Mallory's own engine: her rights were never asked. */
function commitWithGhost(): Uint8Array {
  const { group, engine } = parts;
  const leafSeed = systemRandom(32);
  const leaf = LeafKey.of(nodeCrypto.ed25519PublicKey(leafSeed));
  const device = newDevice(primitives, newIdentity(primitives), 1);
  const identity = certifyLeaf(nodeCrypto, device, { roomId: RoomId.of(fromHex(roomId)), leaf, name: "Ghost" });
  const { capabilities } = group.view.leaf(group.ownLeafIndex)!;
  const { keyPackage } = generateKeyPackage(engine, {
    credential: { type: "basic", identity },
    signaturePrivateKey: leafSeed,
    capabilities,
    extensions: [],
    suite: group.suite,
    lifetime: { notBefore: 0n, notAfter: BigInt(Number.MAX_SAFE_INTEGER) },
  });
  const made = group.commit({ proposals: [{ type: "add", keyPackage }], authenticatedData: new Uint8Array(0) });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.message;
}

/** Writes a commit into the relay's own database, with the log head that follows from it. */
function append(payload: Uint8Array): void {
  const store = new SqliteStore(openDatabase(join(dataDir, "relay.db")));
  store.begin();
  const row = store.rooms.get(roomTag)!;
  const sha256 = (bytes: Uint8Array) => nodeCrypto.hash("sha256", bytes);
  const content = { kind: "commit", epoch, payload, attachment: new Uint8Array(0) } as const;
  const n = row.n + 1;
  const head = nextLogHead(sha256, row.head, recordHash(sha256, roomTag, content));
  const place = { n, head, time: Date.now(), appendId: systemRandom(16), isOnProbation: false, parent: 0 };
  store.records.add(row.no, { ...content, ...place, pruned: false });
  store.rooms.save({ ...row, n, head, lastCommit: n }, row);
  store.commit();
  store.close();
}

async function roomOf(folder: string, id: Uint8Array): Promise<Room> {
  const storage = new SqliteStorage(join(folder, HOME_FILE));
  const prefix = `room/${toHex(id)}/state/`;
  const records = await storage.range({ prefix });
  await storage.close();
  return loadRoom(
    primitives,
    records.map(({ key: name, value }) => [name.slice(prefix.length), value] as const),
  );
}
