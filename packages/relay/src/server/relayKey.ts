import { equalBytes, fromHex, toHex } from "@conclave/codec";
import type { Random } from "@conclave/crypto";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { writeDurably } from "../backup/durableFile.js";

const SEED = /^[0-9a-f]{64}\n?$/;

/**
 * The seed of the relay's key: read from its file, or made at the first start. Rooms pin the key in their charters, so the
 * file is as important as the database, and is never replaced.
 * @throws Error if the file contains anything but a seed.
 */
export function loadRelaySeed(path: string, random: Random): Uint8Array {
  if (!existsSync(path)) writeRelaySeed(path, random(32));
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
