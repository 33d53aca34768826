import type { Result } from "@conclave/codec";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openClient, type Client, type RoomSession, type Problem } from "@conclave/client";
import { HomeLock, SqliteStorage, systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { startRelay, type Relay } from "@conclave/relay";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder = "";
let relay: Relay;
let alice: Client;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-process-"));
  relay = await startRelay({ dataDir: join(folder, "relay") });
  alice = await openHome("alice");
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await alice.close();
  await relay.close();
  rmSync(folder, { recursive: true, force: true });
});

function homeOf(name: string): string {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  return home;
}

async function openHome(name: string): Promise<Client> {
  const home = homeOf(name);
  const opened = await openClient({
    storage: new SqliteStorage(join(home, "home.db")),
    transport: new WsTransport(),
    clock: systemClock,
    random: systemRandom,
    crypto: nodeCrypto,
    lock: new HomeLock(join(home, "lock")),
  });
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

async function get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function foundWithLink(): Promise<{ room: RoomSession; link: string }> {
  const room = await get(
    alice.createRoom({ title: "Garden", name: "Alice", policy: preset("owner"), relay: relay.address }),
  );
  const { invitation } = await get(
    room.createInvite({ label: "link", for: { class: "multi", limit: 10 }, notAfter: null, mode: "direct" }),
  );
  return { room, link: room.inviteLink(invitation!.inviteId, relay.address)! };
}

async function until(isSo: () => boolean | Promise<boolean>, timeout = 20_000): Promise<void> {
  for (const start = Date.now(); !(await isSo());) {
    if (Date.now() - start > timeout) throw new Error("it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function textsOf(room: RoomSession): Promise<string[]> {
  const items = await room.timeline({ limit: 100_000 });
  return items.flatMap((item) => (item.kind === "message" ? [new TextDecoder().decode(item.message.body)] : []));
}

/** Runs the sending client until it has printed `lines` lines, then kills it. Gives the last number that was durable. */
async function runAndKill(home: string, link: string, lines: number): Promise<number> {
  const script = join(import.meta.dirname, "clientProcess.mjs");
  const child = spawn(process.execPath, [script, home, link], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let last = -1;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== "ready") last = Number(line);
    if (++seen === lines) child.kill("SIGKILL");
  }
  if (seen < lines) throw new Error("the client ended by itself");
  return last;
}

describe("clients on SQLite, over a relay's socket", () => {
  it("found, invite, join, talk, leave; a home that is opened again goes on where it was", async () => {
    const { room, link } = await foundWithLink();
    let bob = await openHome("bob");
    const invited = await get(bob.previewInvite(link));
    expect(invited).toMatchObject({ title: "Garden", owners: [{ name: "Alice" }], mode: "direct" });
    expect(bob.rooms()).toEqual([]);
    await get((await get(invited.accept("Bob"))).send("hello"));
    await get(bob.rooms()[0]!.flushed(10_000));
    await bob.close();
    await until(async () => (await textsOf(room)).includes("hello"));
    await get(room.send("hello Bob"));
    bob = await openHome("bob");
    const [again] = bob.rooms();
    await until(async () => (await textsOf(again!)).includes("hello Bob"));
    expect(await textsOf(again!)).toEqual(["hello", "hello Bob"]);
    expect(again!.roomCode()).toBe(room.roomCode());
    await get(again!.leave());
    await until(() => again!.status().standing === "left" && room.members().length === 1);
    await bob.close();
  });

  it("RULE client.one-writer: a home that is open cannot be opened a second time", async () => {
    const home = homeOf("alice");
    const again = await openClient({
      storage: new SqliteStorage(join(home, "other.db")),
      transport: new WsTransport(),
      clock: systemClock,
      random: systemRandom,
      crypto: nodeCrypto,
      lock: new HomeLock(join(home, "lock")),
    });
    expect(again).toEqual({ ok: false, error: "in_use" });
  });

  it("RULE client.store-first: kill -9 while texts fly: every text that was durable arrives, once, in order", async () => {
    const { room, link } = await foundWithLink();
    const home = homeOf("bob");
    let last = -1;
    for (const lines of [1, 40, 17, 83, 5]) {
      last = Math.max(last, await runAndKill(home, link, lines));
      // While Bob is dead the room moves on: what he had encrypted is stale when he comes back.
      await get(room.decide({ type: "rekey" }));
    }
    const bob = await openHome("bob");
    const [his] = bob.rooms();
    await get(his!.synced(20_000));
    await get(his!.flushed(20_000));
    await until(() => room.status().n === his!.status().n);
    const texts = (await textsOf(room)).map(Number);
    expect(texts).toEqual(texts.map((_, number) => number));
    expect(texts.length).toBeGreaterThan(last);
    expect(await textsOf(his!)).toEqual(texts.map(String));
    expect([...room.status().alarms, ...his!.status().alarms]).toEqual([]);
    expect(his!.roomCode()).toBe(room.roomCode());
    await bob.close();
  }, 120_000);
});
