import { fromHex } from "@conclave/codec";
import { SocketClient } from "@conclave/relay/testing";
import { openDatabase } from "@conclave/sqlite";
import { RoomTag } from "@conclave/wire";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { FindingDocument } from "../src/documents/doctorDocument.js";
import { people, runHere } from "./inProcess.js";
import { run, Running, startRelay } from "./processes.js";

vi.setConfig({ testTimeout: 120_000 });

let folder = "";
/** A folder with two rooms of two messages, and a backup; nobody runs on it. */
let data = "";
let tags: string[] = [];
const open = new Set<Running | Server>();
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-doctor-"));
  data = join(folder, "data");
  const { relay, address } = await startRelay(data);
  const conclave = people(folder);
  for (const who of ["alice", "bob"]) {
    await conclave(who, "room", "new", "Garden", "--name", who, "--relay", address);
    for (const text of ["one", "two"]) await conclave(who, "send", text);
  }
  await run(["backup", join(folder, "relay.backup"), "--data", data]);
  const { stdout } = await runHere(["relay", "rooms", "--data", data, "--json"]);
  tags = JSON.parse(stdout).rooms.map(({ tag }: { tag: string }) => tag);
  await relay.stop();
}, 120_000);
afterEach(async () => {
  for (const each of open) {
    if (each instanceof Running) await each.stop();
    else {
      each.closeAllConnections();
      each.close();
    }
  }
  open.clear();
  for (const name of Object.keys(process.env))
    if (name.startsWith("CONCLAVE_")) Reflect.deleteProperty(process.env, name);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let copies = 0;
/** The folder, to be spoilt. */
function copy(): string {
  const into = join(folder, `copy${++copies}`);
  cpSync(data, into, { recursive: true, preserveTimestamps: true });
  return into;
}

/** Its files, each with the hash of what is in it. */
function filesOf(of: string): [name: string, hash: string][] {
  const names = readdirSync(of).filter((name) => !name.endsWith(".sock"));
  return names.map((name) => [
    name,
    createHash("sha256")
      .update(readFileSync(join(of, name)))
      .digest("hex"),
  ]);
}

function change(of: string, sql: string): void {
  const database = openDatabase(join(of, "relay.db"));
  database.exec(sql);
  database.close();
}

async function examine(of: string) {
  const { code, stdout } = await runHere(["doctor", "--data", of, "--json"]);
  const document = JSON.parse(stdout) as {
    isWell: boolean;
    findings: FindingDocument[];
    damaged: { tag: string | null; record: number; why: string }[];
  };
  expect([document.isWell, code]).toEqual([code === 0, document.isWell ? 0 : 9]);
  const bad = document.findings.filter(({ state }) => state === "bad");
  for (const { todo } of bad) expect(todo).toMatch(/\w/u);
  return { ...document, code, bad: bad.map(({ check, text }) => `${check}: ${text}`) };
}

/** What is wrong, where one thing is. */
async function onlyFault(of: string): Promise<string> {
  const { bad, code } = await examine(of);
  expect([bad.length, code, ...bad]).toEqual([1, 9, bad[0]]);
  return bad[0]!;
}

async function serve(of: string, env: NodeJS.ProcessEnv = {}): Promise<{ relay: Running; port: number }> {
  const relay = new Running(["serve", "--port", env["CONCLAVE_PORT"] ?? "0", "--data", of, "--json"], env);
  open.add(relay);
  const ready = JSON.parse(await relay.line((line) => line.includes('"ready"'))) as { listening: string };
  return { relay, port: Number(new URL(ready.listening).port) };
}

/** A proxy that passes everything on to `port()`, and says for whom as `forwarded` says. */
async function proxy(port: () => number, forwarded: string | null): Promise<number> {
  const server = createServer((from, to) => {
    const headers = { ...from.headers, ...(forwarded !== null && { "x-forwarded-for": forwarded }) };
    const { method, url } = from;
    const asked = request({ host: "127.0.0.1", port: port(), method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(to);
    });
    asked.on("error", () => to.destroy());
    from.pipe(asked);
  });
  open.add(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("conclave doctor: a data folder", () => {
  it("is well, while the relay runs and when it does not, and is not touched", async () => {
    const stopped = copy();
    expect(existsSync(join(stopped, "relay.db-wal"))).toBe(false);
    const before = filesOf(stopped);
    const still = await examine(stopped);
    expect(still.bad).toEqual([]);
    expect(filesOf(stopped)).toEqual(before);
    expect(still.findings.map(({ check, state }) => `${check} ${state}`)).toEqual([
      "relay unseen",
      ...["file good", "rooms good", "clock good", "backup good", "disk good", "key good", "secrets good"],
    ]);
    expect(still.findings.find(({ check }) => check === "rooms")?.text).toMatch(/^2 rooms with \d+ records/u);
    const running = copy();
    const { relay, port } = await serve(running);
    const { bad, findings } = await examine(running);
    expect(bad).toEqual([]);
    expect(findings[0]).toMatchObject({ state: "good", text: `It answers at http://127.0.0.1:${port}: ready.` });
    // What was not written down by the relay's checkpoint yet is read, too.
    expect(findings.find(({ check }) => check === "rooms")?.state).toBe("good");
    // One that was killed leaves its journal.
    await relay.stop("SIGKILL");
    open.delete(relay);
    const left = filesOf(running).filter(([name]) => name !== "relay.db-shm");
    expect(left.map(([name]) => name)).toContain("relay.db-wal");
    expect((await examine(running)).bad).toEqual([]);
    expect(filesOf(running).filter(([name]) => name !== "relay.db-shm")).toEqual(left);
    const { stdout } = await runHere(["doctor", "--data", stopped]);
    expect(stdout).toContain("✔ rooms");
    expect(stdout.trimEnd()).toMatch(/All is well\.$/u);
  });

  it("with one changed byte: names the room, and the relay serves the others, not that one", async () => {
    const spoilt = copy();
    const other = "CASE substr(payload, 1, 1) WHEN x'00' THEN x'01' ELSE x'00' END";
    change(
      spoilt,
      `UPDATE record SET payload = CAST(${other} || substr(payload, 2) AS BLOB) WHERE id = 4294967296 + 3`,
    );
    for (const _ of ["stopped", "running"]) {
      const { bad, damaged } = await examine(spoilt);
      expect(bad).toEqual([expect.stringMatching(/^rooms: 1 of 2 rooms damaged.*record 3 does not lead to its head/u)]);
      expect(damaged).toEqual([{ tag: tags[0], record: 2, why: "record 3 does not lead to its head" }]);
      if (open.size > 0) continue;
      const { port } = await serve(spoilt);
      const client = await SocketClient.connect(`ws://127.0.0.1:${port}/relay`);
      const read = (tag: string) => client.ask({ type: "read", roomTag: RoomTag.of(fromHex(tag)), fromN: 1, limit: 9 });
      expect(await read(tags[0]!)).toMatchObject({ type: "error", error: "room_damaged" });
      expect(await read(tags[1]!)).toMatchObject({ type: "page", items: [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }] });
      client.socket.close();
    }
    const { stdout } = await runHere(["doctor", "--data", spoilt]);
    expect(stdout).toContain(tags[0]!.slice(0, 16));
    expect(stdout).toContain("restore FILE");
  });

  it.each([
    ["a record is missing", "DELETE FROM record WHERE id = 4294967296 + 2", /^rooms: 1 of 2 .*record 2 is missing/u],
    [
      "its end is missing",
      "DELETE FROM record WHERE id = 4294967296 * 2 + 4",
      /^rooms: 1 of 2 .*has 3 records instead/u,
    ],
    [
      "a room's head is another",
      "UPDATE room SET head = zeroblob(32) WHERE no = 1",
      /^rooms: 1 of 2 .*the room's head/u,
    ],
    ["a room's tag is none", "UPDATE room SET tag = x'00' WHERE no = 2", /^rooms: 1 of 2 .*number 2 .*column tag/u],
    ["it is of a newer version", "PRAGMA user_version = 999", /^file: .*made by a newer version/u],
    ["the clock is behind", "UPDATE relay_time SET signed_until = signed_until + 7200000", /^clock: .* behind/u],
  ])("where %s", async (_what, sql, fault) => {
    const spoilt = copy();
    change(spoilt, sql);
    expect(await onlyFault(spoilt)).toMatch(fault);
  });

  it("whose file is cut off, or is no database", async () => {
    const spoilt = copy();
    const path = join(spoilt, "relay.db");
    truncateSync(path, 40_960);
    expect((await examine(spoilt)).bad[0]).toMatch(/^file: relay.db cannot be used/u);
    writeFileSync(path, "Dear diary".repeat(1000));
    expect(await onlyFault(spoilt)).toMatch(/^file: relay.db cannot be used/u);
    renameSync(path, `${path}.migrating`);
    expect(await onlyFault(spoilt)).toMatch(/^file: Moving rooms/u);
    rmSync(`${path}.migrating`);
    expect((await runHere(["doctor", "--data", spoilt])).code).toBe(2);
  });

  it("whose key is anybody's, another user's, none, or gone", async () => {
    const spoilt = copy();
    const key = join(spoilt, "relay.key");
    chmodSync(key, 0o640);
    expect(await onlyFault(spoilt)).toMatch(/^key: Others .*mode 640/u);
    chmodSync(key, 0o600);
    if (process.getuid?.() === 0) {
      chownSync(key, 1234, 1234);
      expect(await onlyFault(spoilt)).toMatch(/^key: .* another user/u);
      chownSync(key, 0, 0);
    }
    writeFileSync(key, "Dear diary");
    expect(await onlyFault(spoilt)).toMatch(/^key: .*something else/u);
    rmSync(key);
    expect(await onlyFault(spoilt)).toMatch(/^key: There is no key/u);
  });

  it("whose secrets others on the machine can read, where they get to them", async () => {
    const spoilt = copy();
    const kept = join(folder, "kept");
    mkdirSync(kept, { mode: 0o755 });
    const [permit, database] = [join(kept, "permit"), join(spoilt, "relay.db")];
    writeFileSync(permit, "swordfish\n", { mode: 0o644 });
    process.env["CONCLAVE_CREATE_PERMIT_FILE"] = permit;
    chmodSync(database, 0o644);
    // A folder above both lets nobody in.
    expect((await examine(spoilt)).bad).toEqual([]);
    chmodSync(folder, 0o755);
    try {
      expect(await onlyFault(spoilt)).toBe(`secrets: Others on this machine can read or change ${permit}.`);
      chmodSync(spoilt, 0o755);
      expect(await onlyFault(spoilt)).toBe(
        `secrets: Others on this machine can read or change ${database}, ${permit}.`,
      );
      chmodSync(database, 0o600);
      // Its group is meant to read it.
      chmodSync(permit, 0o640);
      expect((await examine(spoilt)).bad).toEqual([]);
      chmodSync(permit, 0o660);
      expect(await onlyFault(spoilt)).toContain(permit);
    } finally {
      chmodSync(folder, 0o700);
    }
  });

  it("without a new backup, or without space", async () => {
    const spoilt = copy();
    const note = join(spoilt, "last-backup.json");
    writeFileSync(note, JSON.stringify({ time: Date.now() - 3 * 86_400_000, file: "/mnt/relay.backup" }));
    expect(await onlyFault(spoilt)).toMatch(/^backup: .*\/mnt\/relay.backup. That is 3 days ago/u);
    rmSync(note);
    expect(await onlyFault(spoilt)).toMatch(/^backup: No backup/u);
    await runHere(["backup", join(folder, "other.backup"), "--data", spoilt]);
    process.env["CONCLAVE_KEEP_FREE"] = "100000000";
    expect(await onlyFault(spoilt)).toMatch(/^disk: .*nothing new is taken/u);
  });
});

describe("conclave doctor: a relay that runs", () => {
  it("and takes nothing new, or cannot be asked", async () => {
    const of = copy();
    const { relay } = await serve(of, { CONCLAVE_KEEP_FREE: "100000000" });
    await expect.poll(async () => (await examine(of)).bad).toHaveLength(1);
    expect(await onlyFault(of)).toMatch(/^relay: .*not ready: the disk is nearly full/u);
    await relay.stop();
    open.delete(relay);
    await serve(of);
    rmSync(join(of, "relay.sock"));
    expect(await onlyFault(of)).toMatch(/^relay: .*cannot be asked/u);
  });

  it.each([
    ["trusted, and says for whom it asks", "1", "192.0.2.7", null],
    ["named, and says for whom it asks", "127.0.0.0/8", "192.0.2.7", null],
    ["not trusted", "0", "192.0.2.7", /^proxy: .*--trusted-proxies is not set/u],
    ["another than the trusted one", "10.0.0.0/8", "192.0.2.7", /^proxy: .*does not name/u],
    ["trusted, and says nothing", "1", null, /^proxy: .*without X-Forwarded-For/u],
    ["one, where two are trusted", "2", "192.0.2.7", /^proxy: --trusted-proxies is 2/u],
    ["second of two", "2", "192.0.2.7, 10.0.0.1", null],
  ])("behind a proxy that is %s", async (_what, trusted, forwarded, fault) => {
    const of = copy();
    let own = 0;
    const port = await proxy(() => own, forwarded);
    const publicUrl = `http://localhost:${port}`;
    ({ port: own } = await serve(of, { CONCLAVE_PUBLIC_URL: publicUrl, CONCLAVE_TRUSTED_PROXIES: trusted }));
    const { bad, findings } = await examine(of);
    expect(findings.find(({ check }) => check === "address")).toMatchObject({
      state: "good",
      text: `${publicUrl} leads to this relay.`,
    });
    expect(bad).toEqual(fault === null ? [] : [expect.stringMatching(fault)]);
  });

  it("whose public address leads elsewhere, or nowhere", async () => {
    const other = await serve(copy(), {});
    const of = copy();
    const { relay } = await serve(of, { CONCLAVE_PUBLIC_URL: `http://localhost:${other.port}` });
    expect(await onlyFault(of)).toMatch(/^address: .*does not lead to this relay/u);
    await relay.stop();
    open.delete(relay);
    const closed = createServer((_from, to) => to.writeHead(502).end());
    open.add(closed);
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    const behind = await serve(of, { CONCLAVE_PUBLIC_URL: `http://localhost:${port}` });
    expect(await onlyFault(of)).toMatch(/^address: .*the proxy answers by itself .502/u);
    await behind.relay.stop();
    open.delete(behind.relay);
    await serve(of, { CONCLAVE_PUBLIC_URL: "http://localhost:9" });
    expect(await onlyFault(of)).toMatch(/^address: .*cannot be reached .*ECONNREFUSED/u);
  });

  it("with a certificate: of another name, of another key, near its end, not loaded, or not trusted", async () => {
    const of = copy();
    const make = (name: string, days: number, into = folder) => {
      const [cert, key] = [join(into, "cert.pem"), join(into, "key.pem")];
      const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
      const named = ["-days", String(days), "-subj", "/CN=relay", "-addext", `subjectAltName=DNS:${name}`];
      execFileSync("openssl", [...made, ...named, "-keyout", key, "-out", cert], { stdio: "ignore" });
      return { CONCLAVE_TLS_CERT: cert, CONCLAVE_TLS_KEY: key };
    };
    Object.assign(process.env, make("chat.example.org", 90));
    expect((await examine(of)).bad).toEqual([]);
    process.env["CONCLAVE_PUBLIC_URL"] = "https://other.example.org";
    expect(await onlyFault(of)).toMatch(/^certificate: .*not for other.example.org/u);
    Reflect.deleteProperty(process.env, "CONCLAVE_PUBLIC_URL");
    // One that was made for a day is well on that day, until too little of it is left.
    make("chat.example.org", 1);
    expect((await examine(of)).bad).toEqual([]);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 19 * 3_600_000 });
    try {
      expect(await onlyFault(of)).toMatch(/^certificate: .*is valid until .*:/u);
    } finally {
      vi.useRealTimers();
    }
    const env = make("localhost", 90);
    const elsewhere = join(folder, "elsewhere");
    execFileSync("mkdir", ["-p", elsewhere]);
    process.env["CONCLAVE_TLS_KEY"] = make("localhost", 90, elsewhere).CONCLAVE_TLS_KEY;
    expect(await onlyFault(of)).toMatch(/^certificate: .*is not the key of/u);
    process.env["CONCLAVE_TLS_KEY"] = env.CONCLAVE_TLS_KEY;
    const { relay, port } = await serve(of, env);
    expect((await examine(of)).bad).toEqual([]);
    make("localhost", 90);
    expect(await onlyFault(of)).toMatch(/^certificate: The relay shows another certificate/u);
    await relay.stop();
    open.delete(relay);
    await serve(of, { ...env, CONCLAVE_PORT: String(port), CONCLAVE_PUBLIC_URL: `https://localhost:${port}` });
    expect(await onlyFault(of)).toMatch(/^certificate: Browsers refuse .*SELF_SIGNED/u);
  });
});

describe("conclave relay recovered", () => {
  it("RULE recovered.told: marks a folder in which no relay runs", async () => {
    const of = copy();
    const { relay } = await serve(of);
    const count = () => {
      const database = openDatabase(join(of, "relay.db"));
      const found = database.prepare("SELECT count FROM restoration").get()?.["count"];
      database.close();
      return Number(found);
    };
    const say = async () => JSON.parse((await runHere(["relay", "recovered", "--data", of, "--json"])).stdout);
    expect(await say()).toMatchObject({ error: { code: "DATA_IN_USE" } });
    await relay.stop();
    open.delete(relay);
    const before = count();
    expect(await say()).toMatchObject({ kind: "relay recovered", done: true, inDatabase: false });
    expect(count()).toBe(before + 1);
    expect(JSON.parse((await runHere(["relay", "recovered", "--data", folder, "--json"])).stdout)).toMatchObject({
      error: { code: "NO_RELAY_DATA" },
    });
  });
});
