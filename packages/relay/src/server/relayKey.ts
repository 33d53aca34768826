import { equalBytes, fromHex, toHex } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../backup/durableFile.js";
import { databaseKey } from "../store/postgres/postgresSchema.js";
import { reasonOf } from "./relayLog.js";
import type { RelayOptions } from "./relayOptions.js";

const LOST =
  "the rooms are there, and relay.key is gone; put it back from a backup. Without it members cannot go on at this relay, and have to " +
  "move their rooms to another one, at another address";
const ELSEWHERE =
  "the database holds the rooms of a relay whose key is not in this folder: put that relay's key there, or name its file " +
  "(CONCLAVE_RELAY_KEY_FILE). No other key was made";
const SEED = /^[0-9a-f]{64}\n?$/;

/** The seed that a relay is to be started with. @throws Error if there is none, and none can be made */
export async function relaySeedOf({ dataDir, keyFile, database }: RelayOptions, random: Random): Promise<Uint8Array> {
  if (keyFile !== undefined) {
    if (!existsSync(keyFile)) throw new Error(`there is no file ${keyFile}`);
    return readRelaySeed(keyFile);
  }
  // RULE: relay.key-not-beside: a key that no room knows would lie where an operator looks for the one that all rooms know.
  if (database !== undefined && !existsSync(join(dataDir, "relay.key"))) {
    const known = await databaseKey(database).catch((cause: unknown) => {
      throw new Error(`its database cannot be opened: ${reasonOf(cause)}`, { cause });
    });
    if (known !== null) throw new Error(ELSEWHERE);
  }
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return loadRelaySeed(dataDir, random);
}

/**
 * The seed of the relay's key: read from `relay.key` in the data folder, or made at the first start. Rooms pin the key in their
 * charters, so the file is as important as the database, and is never replaced.
 * @throws Error if the file contains anything but a seed, or is gone from a folder that has a database.
 */
export function loadRelaySeed(dataDir: string, random: Random): Uint8Array {
  const path = join(dataDir, "relay.key");
  if (!existsSync(path)) {
    // RULE: relay.key-lost: where rooms are, no new key is made: members would take its receipts for a forgery, and an accident is
    // no attack.
    if (existsSync(join(dataDir, "relay.db"))) throw new Error(LOST);
    writeRelaySeed(path, random(32));
  }
  // RULE: relay.key-private: only the relay's own user reads the key (mode 0600).
  chmodSync(path, 0o600);
  return readRelaySeed(path);
}

/** The seed in a relay's key file. @throws Error if there is no such file, or it contains anything but a seed. */
export function readRelaySeed(path: string): Uint8Array {
  const text = readFileSync(path, "utf8");
  if (!SEED.test(text)) throw new Error("the relay's key file does not contain a key; restore it from a backup");
  return fromHex(text.trim());
}

/** Whether a relay's key file holds this seed. */
export function hasRelaySeed(path: string, seed: Uint8Array): boolean {
  const text = readFileSync(path, "utf8");
  return SEED.test(text) && equalBytes(fromHex(text.trim()), seed);
}

/** Writes a relay's key file (mode 0600): whole on the disk under another name first, so that a crash leaves no half of a key. */
export function writeRelaySeed(path: string, seed: Uint8Array): void {
  writeDurably(path, `${toHex(seed)}\n`);
}
