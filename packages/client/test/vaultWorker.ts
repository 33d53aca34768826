// The worker of vault.test.ts: everything here runs where the real client's worker runs, and is called by name.
import { deleteDB, openDB } from "idb";
import { type Client, openClient, orderedKey, type Storage, type Write } from "@conclave/client";
import {
  eraseBrowserHome,
  type HomeIntent,
  IndexedDbStorage,
  inspectBrowserHome,
  openBrowserHome,
  SealedStorage,
  type Secret,
  StorageError,
  systemClock,
  systemRandom,
  type Vault,
  WebLock,
  WebSocketTransport,
} from "@conclave/client/browser";
import { storageConformance } from "@conclave/client/conformance";
import { webCrypto } from "@conclave/crypto/web";
import { preset } from "@conclave/protocol";
import { stretch } from "@conclave/crypto/argon2";

let client: Client | null = null;
let vault: Vault | null = null;

const sealingKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const sealed = async (name: string, key: CryptoKey) => new SealedStorage(await IndexedDbStorage.open(name), key);

const reasonOf = (error: unknown) => (error instanceof StorageError ? `StorageError ${error.reason}` : String(error));

const calls = {
  inspect: (name: string) => inspectBrowserHome(name),
  async open(name: string, intent: HomeIntent) {
    const opened = await openBrowserHome(name, intent);
    if (!opened.ok) return opened.error;
    ({ client, vault } = opened.value);
    return { words: client.recoveryPhrase(), rooms: client.rooms().map(({ title }) => title) };
  },
  close: async () => client?.close(),
  erase: eraseBrowserHome,
  slots: () => vault!.slots().map(({ id }) => id),
  add: (by: Secret, secret: Secret, options?: { keepDevice: boolean }) => vault!.add(by, secret, options),
  changePassphrase: (old: string, passphrase: string) => vault!.changePassphrase(old, passphrase),
  remove: (by: Secret, id: string) => vault!.remove(by, id),

  /** Founds a room and says something in it. */
  async say(relay: string, title: string, text: string) {
    const created = await client!.createRoom({ title, name: "Ada", policy: preset("owner"), relay });
    if (!created.ok) throw new Error(JSON.stringify(created.error));
    const sent = await created.value.send(text);
    if (!sent.ok) throw new Error(JSON.stringify(sent.error));
    await created.value.flushed(20_000);
  },

  /** A home as it would be without the vault: what the dump must find. */
  async openPlain(name: string) {
    const opened = await openClient({
      storage: await IndexedDbStorage.open(name),
      transport: new WebSocketTransport(),
      clock: systemClock,
      random: systemRandom,
      crypto: webCrypto,
      lock: new WebLock(name),
    });
    if (!opened.ok) throw new Error(opened.error);
    client = opened.value;
    return client.recoveryPhrase();
  },

  /** Takes something away behind the client's back. */
  async lose(home: string, what: "device key" | "vault" | "records" | "identity") {
    const names = (await indexedDB.databases()).flatMap(({ name }) => name ?? []);
    for (const name of names.filter((each) => each.startsWith(`conclave/${home}/`))) {
      const isVault = name.endsWith("/vault");
      if (what === (isVault ? "vault" : "records")) await deleteDB(name);
      if (what !== (isVault ? "device key" : "identity")) continue;
      const database = await openDB(name);
      const store = database.transaction(isVault ? "entries" : "records", "readwrite").store;
      for (const key of await store.getAllKeys())
        if (typeof key === "string" && /^(device\/|identity)/.test(key)) await store.delete(key);
      database.close();
    }
  },

  /** Puts the slots of one home's volume on that of another. */
  async moveSlots(from: string, to: string) {
    const [source, target] = [await openDB(`conclave/${from}/vault`), await openDB(`conclave/${to}/vault`)];
    const slots: unknown = await source.get("entries", `slots/${String(await source.get("entries", "current"))}`);
    await target.put("entries", slots, `slots/${String(await target.get("entries", "current"))}`);
    source.close();
    target.close();
  },

  /** Flips one bit of the record that says who the person is. */
  async spoil(home: string) {
    const { name } = (await indexedDB.databases()).find(
      (each) => /[/][0-9a-f]{32}$/.test(each.name!) && each.name!.startsWith(`conclave/${home}/`),
    )!;
    const database = await openDB(name!);
    const identity = (await database.get("records", "identity")) as Uint8Array;
    identity[30]! ^= 1;
    await database.put("records", identity, "identity");
    database.close();
  },

  /**
   * Ends this worker's storage in the middle of a transaction, at its `n`-th write from now on, as the end of a browser
   * does: the transaction is undone, and nothing that comes later reaches the disk.
   */
  haltAt(n: number) {
    let left = n;
    const stop = () => {
      throw new Error("halted");
    };
    const stores = IDBObjectStore.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const method of ["put", "delete"]) {
      const original = stores[method]!;
      stores[method] = function (this: IDBObjectStore, ...args: unknown[]) {
        const written = original.apply(this, args);
        if (--left > 0) return written;
        postMessage([-1, "halted", null]);
        this.transaction.abort();
        Object.assign(IDBFactory.prototype, { open: stop, deleteDatabase: stop });
        Object.assign(IDBDatabase.prototype, { transaction: stop });
        return written;
      };
    }
  },

  async conformance() {
    const outcomes: { title: string; error: string | null }[] = [];
    for (const [at, { title, run }] of storageConformance.entries()) {
      const key = await sealingKey();
      const error = await run({ open: () => sealed(`sealed-${String(at)}`, key) }).then(
        () => null,
        (reason: unknown) => String(reason),
      );
      outcomes.push({ title, error });
    }
    return outcomes;
  },

  /** What reading gives after the stored bytes of one of two records were changed in one way. */
  async spoiled(how: "swap" | "flip" | "cut" | "version" | "not") {
    const key = await sealingKey();
    const storage = await sealed(`spoiled-${how}`, key);
    const value = new TextEncoder().encode("a value");
    await storage.commit([
      { put: "a/1", value },
      { put: "a/2", value },
    ]);
    await storage.close();
    const plain = await IndexedDbStorage.open(`spoiled-${how}`);
    const [first, second] = (await plain.range({ prefix: "a/" })).map((record) => record.value);
    if (how === "flip") first![20]! ^= 1;
    if (how === "version") first![0] = 9;
    const put = how === "swap" ? second! : how === "cut" ? first!.subarray(0, 20) : first!;
    await plain.commit([{ put: "a/1", value: put }]);
    await plain.close();
    const again = await sealed(`spoiled-${how}`, key);
    const reading = [again.get("a/1"), again.get("a/2"), again.range({ prefix: "a/" })];
    const outcomes = await Promise.all(reading.map((read) => read.then(() => "read", reasonOf)));
    await again.close();
    return outcomes;
  },

  /** How a commit ends whose third write cannot even be asked for, and how much of it is there. */
  async interrupted() {
    const storage = await sealed("interrupted", await sealingKey());
    const stores = IDBObjectStore.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
    const original = stores["put"]!;
    let left = 3;
    stores["put"] = function (...args: unknown[]) {
      if (--left === 0) throw new RangeError("out of memory");
      return original.apply(this, args);
    };
    const writes = ["b/1", "b/2", "b/3", "b/4"].map((put) => ({ put, value: new Uint8Array(1) }));
    const outcome = await storage.commit(writes).then(() => "kept", reasonOf);
    stores["put"] = original;
    const kept = await storage.range({ prefix: "b/" });
    await storage.close();
    return { outcome, left: kept.length };
  },

  /** How a commit ends that is larger than what the browser gives, and whether any of it is there. */
  async overflow() {
    const storage = await sealed("overflow", await sealingKey());
    await storage.commit([{ put: "a", value: new Uint8Array(1) }]);
    const large = [0, 1, 2, 3].map((n) => ({ put: `b/${String(n)}`, value: new Uint8Array(2 ** 20) }));
    const outcome = await storage.commit(large).then(() => "kept", reasonOf);
    const left = await storage.range({ prefix: "b/" });
    await storage.close();
    return { outcome, left: left.length };
  },

  async stretched() {
    const costs = { memory: 64 * 1024, passes: 3, lanes: 1 };
    const from = performance.now();
    await stretch(new Uint8Array(8), new Uint8Array(16), costs);
    return performance.now() - from;
  },

  /** Milliseconds to write, and to read, so many records of 300 bytes. */
  async measure(count: number, isSealed: boolean) {
    const name = `measure-${String(count)}-${String(isSealed)}`;
    const storage: Storage = isSealed ? await sealed(name, await sealingKey()) : await IndexedDbStorage.open(name);
    const writes: Write[] = Array.from({ length: count }, (_, n) => ({
      put: `room/00/history/${orderedKey(n)}`,
      value: crypto.getRandomValues(new Uint8Array(300)),
    }));
    const begun = performance.now();
    for (let at = 0; at < count; at += 50) await storage.commit(writes.slice(at, at + 50));
    const written = performance.now();
    await storage.range({ prefix: "room/00/history/" });
    const read = performance.now();
    for (let at = 0; at < 50; at++) await storage.range({ prefix: "room/00/history/", reverse: true, limit: 50 });
    const paged = performance.now();
    await storage.close();
    return { write: written - begun, read: read - written, page: (paged - read) / 50 };
  },
};

export type Calls = typeof calls;

const byName: Record<string, (...args: never[]) => unknown> = calls;

globalThis.onmessage = async ({ data: [id, name, args] }: MessageEvent<[number, string, never[]]>) => {
  try {
    postMessage([id, await byName[name]!(...args), null]);
  } catch (error) {
    postMessage([id, null, reasonOf(error)]);
  }
};
