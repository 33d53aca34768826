import { fromHex, toHex } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const SEED = /^[0-9a-f]{64}\n?$/;

/**
 * The seed of the relay's key: read from its file, or made at the first start. Rooms pin the key in their charters, so the
 * file is as important as the database, and is never replaced.
 * @throws Error if the file contains anything but a seed.
 */
export function loadRelaySeed(path: string, random: Random): Uint8Array {
  if (!existsSync(path)) writeSeed(path, random(32));
  // RULE: relay.key-private: only the relay's own user reads the key (mode 0600).
  chmodSync(path, 0o600);
  const text = readFileSync(path, "utf8");
  if (!SEED.test(text)) throw new Error("the relay's key file does not contain a key; restore it from a backup");
  return fromHex(text.trim());
}

// Whole on the disk under another name first, so that a crash leaves no half of a key.
function writeSeed(path: string, seed: Uint8Array): void {
  const draft = `${path}.new`;
  const file = openSync(draft, "w", 0o600);
  writeSync(file, `${toHex(seed)}\n`);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
