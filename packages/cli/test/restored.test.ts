import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { people, runHere } from "./inProcess.js";
import { startRelay, type Running } from "./processes.js";

const PATIENCE_MS = 150_000;

let folder = "";
let relay: Running | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-restored-"));
});
afterEach(async () => {
  await relay?.stop();
  rmSync(folder, { recursive: true });
});

/** A room of two whose relay runs on `data`, with one message. */
async function scene() {
  const data = join(folder, "data");
  const started = await startRelay(data);
  relay = started.relay;
  const port = Number(new URL(started.address).port);
  const conclave = people(folder);
  const carried = async (who: string, ...args: string[]) => {
    const done = await conclave(who, ...args);
    if (done.code !== 0) throw new Error(`${args.join(" ")}: ${JSON.stringify(done)}`);
    return done;
  };
  const { link } = await carried("alice", "room", "new", "Garden", "--name", "Alice", "--relay", started.address);
  await carried("bob", "join", link, "--name", "Bob");
  await carried("alice", "sync");
  await carried("alice", "send", "one");
  return { data, port, conclave, carried };
}

async function threeMore({ carried }: Awaited<ReturnType<typeof scene>>): Promise<void> {
  await carried("alice", "send", "two");
  await carried("bob", "send", "three");
  await carried("alice", "send", "four");
  await carried("bob", "sync");
}

/** Both come back and go on: all is in everybody's history, and nobody was alarmed. */
async function goesOn(
  { conclave, carried }: Awaited<ReturnType<typeof scene>>,
  more: readonly string[] = [],
): Promise<string[]> {
  const said: string[] = [];
  for (const who of ["alice", "bob"]) {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const done = await conclave(who, "sync");
      said.push(String(done.error?.code ?? "done"));
      if (done.code === 0) break;
      if (Date.now() > until) throw new Error(JSON.stringify(done));
    }
  }
  await carried("bob", "send", "five");
  await carried("alice", "sync");
  for (const who of ["alice", "bob"]) {
    const { items } = await carried(who, "history");
    const texts = items.flatMap(({ message }: { message?: { text: string } }) => (message ? [message.text] : []));
    expect(texts).toEqual(["one", "two", "three", "four", ...more, "five"]);
    const { status } = await carried(who, "status");
    expect(status.alarms).toEqual([]);
  }
  return said;
}

describe("a relay whose data is older than it was", () => {
  it("was restored from a backup that was made while it ran", async () => {
    const all = await scene();
    const file = join(folder, "relay.backup");
    expect((await runHere(["backup", file, "--data", all.data])).code).toBe(0);
    await threeMore(all);
    await relay!.stop();
    const restored = join(folder, "restored");
    expect((await runHere(["restore", file, "--data", restored])).code).toBe(0);
    ({ relay } = await startRelay(restored, all.port));
    // The first to write waits, and is told why; the message is in the room once the command ends.
    const first = await runHere(["send", "first", "--home", join(folder, "alice")]);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stderr).toContain("restored from a backup");
    const said = await goesOn(all, ["first"]);
    // What a command is told meanwhile is what it is.
    expect(said.filter((code) => code !== "done" && code !== "RELAY_ROOM_RECOVERING")).toEqual([]);
  }, 300_000);

  it("was copied back by hand, as it was when it was stopped", async () => {
    const all = await scene();
    await relay!.stop();
    cpSync(all.data, join(folder, "copy"), { recursive: true, preserveTimestamps: true });
    ({ relay } = await startRelay(all.data, all.port));
    await threeMore(all);
    await relay.stop();
    renameSync(all.data, join(folder, "lost"));
    cpSync(join(folder, "copy"), all.data, { recursive: true, preserveTimestamps: true });
    ({ relay } = await startRelay(all.data, all.port));
    await goesOn(all);
  }, 300_000);

  it("lost the end of its journal, on a disk that had not kept what it said", async () => {
    const all = await scene();
    await relay!.stop();
    ({ relay } = await startRelay(all.data, all.port));
    await threeMore(all);
    await relay.stop("SIGKILL");
    const journal = join(all.data, "relay.db-wal");
    expect(existsSync(journal)).toBe(true);
    truncateSync(journal, Math.floor(statSync(journal).size / 3));
    ({ relay } = await startRelay(all.data, all.port));
    await goesOn(all);
  }, 300_000);
});
