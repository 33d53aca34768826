import type { Result } from "@conclave/codec";
import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  decodeFileCard,
  openClient,
  type Client,
  type OutgoingFile,
  type RoomSession,
  type Problem,
} from "@conclave/client";
import { HomeLock, SqliteStorage, systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
import { preset } from "@conclave/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const MIB = 1024 * 1024;
let folder = "";
let relay: { readonly child: ChildProcess; readonly address: string };
const clients: Client[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-files-"));
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  relay.child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function startRelay(settings: object, port = 0): Promise<void> {
  const script = join(import.meta.dirname, "relayProcess.mjs");
  const child = fork(script, [join(folder, "relay"), String(port), JSON.stringify(settings)], { execArgv: [] });
  const [{ address }] = (await once(child, "message")) as [{ address: string }];
  relay = { child, address };
}

/** As a crash of the machine: no goodbye, no last write. */
async function crashRelay(settings: object): Promise<void> {
  const port = Number(new URL(relay.address).port);
  relay.child.kill("SIGKILL");
  await once(relay.child, "exit");
  await startRelay(settings, port);
}

async function openHome(name: string): Promise<Client> {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const opened = await openClient({
    storage: new SqliteStorage(join(home, "home.db")),
    transport: new WsTransport(),
    clock: systemClock,
    random: systemRandom,
    crypto: nodeCrypto,
    lock: new HomeLock(join(home, "lock")),
  });
  if (!opened.ok) throw new Error(opened.error);
  clients.push(opened.value);
  return opened.value;
}

async function get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
  const result = await promise;
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function twoIn(): Promise<[RoomSession, RoomSession]> {
  const [alice, bob] = [await openHome("alice"), await openHome("bob")];
  const policy = preset("owner");
  const room = await get(alice.createRoom({ title: "Garden", name: "Alice", policy, relay: relay.address }));
  const { invitation } = await get(
    room.createInvite({ label: "link", for: { class: "multi", limit: 10 }, notAfter: null, mode: "direct" }),
  );
  const invited = await get(bob.previewInvite(room.inviteLink(invitation!.inviteId, relay.address)!));
  return [room, await get(invited.accept("Bob"))];
}

async function cardIn(room: RoomSession, name: string) {
  for (const start = Date.now(); Date.now() - start < 20_000;) {
    for (const item of await room.timeline({ limit: 1000 })) {
      const card = item.kind === "message" && item.message.kind === "file" ? decodeFileCard(item.message.body) : null;
      if (card?.name === name) return card;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("the file's message did not come");
}

function fileOf(name: string, content: Uint8Array): OutgoingFile {
  const read = (offset: number, length: number) => Promise.resolve(content.subarray(offset, offset + length));
  return { name, size: content.length, read };
}

describe("files at a relay's real socket", () => {
  it("A74: the relay is killed (kill -9) under an upload and under a download, and what arrives is the file", async () => {
    const plenty = { rates: { blobBytes: { burst: 1e9, perSecond: 1e9 } } };
    await startRelay(plenty);
    const [alice, bob] = await twoIn();
    const content = randomBytes(24 * MIB + 12_345);
    const crashes: Promise<void>[] = [];
    const crashAt = (at: number) => (progress: { readonly done: number; readonly total: number }) => {
      if (crashes.length === 0 && progress.done > progress.total * at) crashes.push(crashRelay(plenty));
    };
    await get(alice.attach(fileOf("big.bin", content), { onProgress: crashAt(0.4) }));
    expect(crashes).toHaveLength(1);
    await Promise.all(crashes.splice(0));
    const card = await cardIn(bob, "big.bin");
    const pieces: Uint8Array[] = [];
    const write = (piece: Uint8Array): void => void pieces.push(piece);
    await get(bob.fetchFile(card, { write, onProgress: crashAt(0.6) }));
    await Promise.all(crashes);
    expect(Buffer.compare(Buffer.concat(pieces), content)).toBe(0);
  }, 90_000);

  it("A83: a room that is full says so; who was removed reads and writes nothing, though others do", async () => {
    await startRelay({ quotas: { blobBytesPerRoom: 3 * MIB } });
    const [alice, bob] = await twoIn();
    await get(bob.attach(fileOf("bob.bin", randomBytes(MIB))));
    await cardIn(alice, "bob.bin");
    expect(await alice.attach(fileOf("much.bin", randomBytes(2 * MIB)))).toMatchObject({
      ok: false,
      error: { kind: "relay", error: "quota_exceeded" },
    });
    const person = alice.members().find(({ name }) => name === "Bob")!.person;
    await get(alice.decide({ type: "remove", person, ban: false }));
    const content = randomBytes(MIB / 2);
    await get(alice.attach(fileOf("later.bin", content)));
    const card = await cardIn(alice, "later.bin");
    for (const attempt of [bob.fetchFile(card), bob.attach(fileOf("no.bin", content))]) {
      expect(await attempt).toMatchObject({ ok: false, error: { kind: "not_member" } });
    }
    expect(Buffer.compare((await get(alice.fetchFile(card)))!, content)).toBe(0);
  });
});
