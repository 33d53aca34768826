// The page of vault.test.ts: starts workers and hands calls on, and does what only a page can do.
import { openDB } from "idb";
import { askPasskey, askPersist, createPasskey } from "@conclave/client/browser";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (url: string) => string },
  ): {
    createScriptURL(url: string): string;
  };
}

// The page's policy demands Trusted Types: only this one script may become a worker.
const policy = (globalThis as unknown as { trustedTypes: TrustedTypes }).trustedTypes.createPolicy("conclave", {
  createScriptURL: () => "/vaultWorker.js",
});
const workers = new Map<string, Worker>();
let calls = 0;

/** Calls a function in one of the workers, which begins with its first call. */
function call(worker: string, name: string, ...args: unknown[]): Promise<unknown> {
  let found = workers.get(worker);
  if (!found) {
    found = new Worker(policy.createScriptURL(""), { type: "module" });
    workers.set(worker, found);
  }
  const running = found;
  const id = calls++;
  return new Promise((resolve, reject) => {
    running.onerror = (event) => {
      reject(new Error(event.message));
    };
    running.addEventListener("message", function heard({ data }: MessageEvent<[number, unknown, string | null]>) {
      const [answered, value, error] = data;
      // -1: the worker stopped for good in the middle of what it was doing.
      if (answered !== id && answered !== -1) return;
      running.removeEventListener("message", heard);
      if (error === null) resolve(value);
      else reject(new Error(error));
    });
    running.postMessage([id, name, args]);
  });
}

/** Ends a worker at once, as a browser does that is closed; resolves when the browser has freed its locks. */
async function kill(worker: string): Promise<void> {
  workers.get(worker)?.terminate();
  workers.delete(worker);
  const { held = [] } = await navigator.locks.query();
  for (const { name } of held) await navigator.locks.request(name!, () => undefined);
}

/** Everything that IndexedDB holds, as one text of Latin-1 characters. */
async function dump(): Promise<string> {
  let all = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await openDB(name!);
    for (const store of database.objectStoreNames) {
      for (const key of await database.getAllKeys(store)) all += latin1(key) + latin1(await database.get(store, key));
    }
    database.close();
  }
  return all;
}

function latin1(value: unknown): string {
  if (!(value instanceof Uint8Array)) return `${String(value)}\n`;
  let text = "";
  for (let at = 0; at < value.length; at += 4096) text += String.fromCharCode(...value.subarray(at, at + 4096));
  return `${text}\n`;
}

/** A secret of a passkey for the worker, by `make` or by asking those with these ids. */
async function passkey(ids: Uint8Array[] | "make"): Promise<unknown> {
  const asked = await (ids === "make" ? createPasskey("Conclave here") : askPasskey(ids));
  return asked.ok ? asked.value : asked.error;
}

Object.assign(globalThis, { passkey, dump, call, kill, askPersist });
