// The people of the pictures: real clients in Node, and a real server in a process of its own.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MemoryLock, MemoryStorage, openClient } from "@conclave/client";
import { systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";

const CLI = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

/** Starts `conclave serve`; gives its address without a slash at the end, and `stop()`. */
export async function serve(data, port = 0) {
  const child = spawn(process.execPath, [CLI, "serve", "--port", String(port), "--data", data]);
  const url = await new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`conclave serve ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^\s+(?:Open|Address)\s+(\S+)/u.exec(line)?.[1];
      if (found) resolve(found.replace(/\/$/u, ""));
    });
  });
  const stop = () =>
    new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, port: Number(new URL(url).port), stop };
}

const open = [];

/** Somebody with a home in memory. */
export async function person() {
  const ports = { storage: new MemoryStorage(), transport: new WsTransport(), lock: new MemoryLock() };
  const opened = await openClient({ ...ports, clock: systemClock, random: systemRandom, crypto: nodeCrypto });
  if (!opened.ok) throw new Error(opened.error);
  open.push(opened.value);
  return opened.value;
}

/** All of them close their apps. */
export async function everybodyGoes() {
  await Promise.all(open.splice(0).map((client) => client.close()));
}

/** Somebody who comes in by a link, and sees what is newest. */
export async function arrive(link, name, note) {
  const invited = await value((await person()).previewInvite(link));
  const session = await value(invited.accept(name, note));
  if (note === undefined) await value(session.synced(20_000));
  return session;
}

/** The value of a result that has to be one. */
export async function value(result) {
  const found = await result;
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}
