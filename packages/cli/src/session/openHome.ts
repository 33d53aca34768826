import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Client,
  type Lock,
  MemoryDisk,
  MemoryStorage,
  openClient,
  type Storage,
  type StoredRecord,
} from "@conclave/client";
import {
  HomeLock,
  readSqliteRecords,
  SqliteStorage,
  systemClock,
  systemRandom,
  WsTransport,
} from "@conclave/client/node";
import { quickNodeCrypto } from "@conclave/crypto/node";
import { CliError } from "../cliError.js";
import { writeFault } from "../terminal/fileFault.js";
import { noRooms } from "./home.js";

/**
 * `write` takes the home's lock and connects. `read` does the same if the home is free; if another process has it, that one
 * keeps it up to date, and `read` shows what it has stored. `offline` takes the lock and connects to nothing. `stored` only reads
 * what is there. `read` and `stored` also work in a read-only home. `begin` is `write` for commands that may create a home: with
 * any other command, a typing error in its name would create a new person. `look` is `write` for who only wants to know: what is new is
 * read, and nothing is sent.
 */
export type Access = "stored" | "read" | "offline" | "write" | "begin" | "look";

/** A home, and whether it is connected to its relays. */
export interface OpenHome {
  readonly client: Client;
  readonly isConnected: boolean;
  /** Why only what is stored is shown, where more was asked for. */
  readonly onlyStored: "in_use" | "read_only" | null;
}

/** The file of a home that holds its identity and its rooms. */
export const HOME_FILE = "home.sqlite";

/** What every client of this program takes from outside, besides its storage and its lock. */
export const PORTS = {
  clock: systemClock,
  random: systemRandom,
  crypto: quickNodeCrypto,
  transport: new WsTransport(),
} as const;

/** Opens the home in a folder. @throws CliError HOME_IN_USE, NO_ROOMS (nothing there to read), HOME_UNREADABLE. */
export async function openHome(folder: string, access: Access): Promise<OpenHome> {
  const file = join(folder, HOME_FILE);
  const mustWrite = access === "write" || access === "begin" || access === "offline" || access === "look";
  if (access !== "begin" && !isThere(file, folder)) throw noRooms();
  if (!mustWrite && !isWritable(file, folder)) {
    const stored = await open(inMemory(recordsOf(file, folder)), ALWAYS, false);
    return { client: stored!, isConnected: false, onlyStored: access === "stored" ? null : "read_only" };
  }
  const storage = openStorage(file, folder);
  const lock = new HomeLock(join(folder, "lock"));
  const client = access === "stored" ? null : await open(storage, lock, access !== "offline", access === "look");
  if (client) return { client, isConnected: access !== "offline", onlyStored: null };
  if (mustWrite) {
    await storage.close();
    throw new CliError(
      "HOME_IN_USE",
      `Another Conclave process is using ${folder}.`,
      "Quit the chat there first, or type the command in that chat (see /help). To be another person:  --home OTHER",
    );
  }
  const stored = await open(await copyOf(storage), ALWAYS, false);
  return { client: stored!, isConnected: false, onlyStored: access === "stored" ? null : "in_use" };
}

/** Whether there is a home. A folder that cannot be read does not count as empty: else people would start over beside their rooms. */
function isThere(file: string, folder: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw unreadable(folder, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}

function unreadable(folder: string, reason: string): CliError {
  return new CliError(
    "HOME_UNREADABLE",
    `The home ${folder} cannot be opened: ${reason}.`,
    "Check that it is yours and that the disk is not full.",
  );
}

/** A lock for storage that nobody else can reach. */
export const ALWAYS: Lock = { take: () => Promise.resolve({ release: () => Promise.resolve() }) };

async function open(storage: Storage, lock: Lock, connect: boolean, onlyReads = false): Promise<Client | null> {
  const opened = await openClient({ ...PORTS, storage, lock }, { connect, onlyReads });
  if (opened.ok) return opened.value;
  if (opened.error !== "old_form") return null;
  await storage.close();
  throw oldForm();
}

/** The home was made by a build whose rooms had another form. */
export function oldForm(): CliError {
  return new CliError(
    "HOME_OLD",
    "This home was made by an earlier build of Conclave, and this one can't read it. Nothing in it was changed.",
    "Open it with the build that made it, or start in another one:  --home OTHER",
  );
}

/**
 * Everything that is stored, as it is at one moment, in memory.
 *
 * RULE: cli.read-is-a-copy: a reader without the lock never writes into a home that another process is using.
 */
async function copyOf(storage: Storage): Promise<Storage> {
  const records = await storage.range({ prefix: "" });
  await storage.close();
  return inMemory(records);
}

function inMemory(records: readonly StoredRecord[]): Storage {
  const disk = new MemoryDisk();
  for (const { key, value } of records) disk.records.set(key, value);
  return new MemoryStorage(disk);
}

/** Whether the home's file and folder can be written. A home on a read-only disk can still be read. */
function isWritable(file: string, folder: string): boolean {
  try {
    for (const path of [file, folder]) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function recordsOf(file: string, folder: string): StoredRecord[] {
  try {
    return readSqliteRecords(file);
  } catch (error) {
    throw unreadable(folder, error instanceof Error ? error.message : String(error));
  }
}

/** The storage of a home's file, made when it is missing. @throws CliError HOME_UNREADABLE. */
export function openStorage(file: string, folder: string): Storage {
  try {
    return new SqliteStorage(file);
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw unreadable(folder, writeFault(error));
    throw unreadable(folder, error instanceof Error ? error.message : String(error));
  }
}
