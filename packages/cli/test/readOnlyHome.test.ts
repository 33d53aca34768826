import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, startRelay, type Running } from "./processes.js";

/** Who may do everything is nobody here: for root nothing is read-only. */
const NOBODY = 65_534;
const user = process.getuid?.() === 0 ? NOBODY : undefined;
const mayRun =
  (await run(["--version"], { ...(user !== undefined && { user }), cwd: "/" }).catch(() => null))?.code === 0;

let folder = "";
let home = "";
let relay: Running;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-read-only-"));
  home = join(folder, "alice");
  const started = await startRelay(join(folder, "relay"));
  relay = started.relay;
  const found = ["room", "new", "Garden", "--name", "Alice", "--relay", started.address];
  for (const args of [found, ["send", "hello"]]) {
    const { code, stderr } = await run([...args, "--home", home]);
    if (code !== 0) throw new Error(stderr);
  }
  chmodSync(folder, 0o755);
  for (const name of readdirSync(home)) own(join(home, name), 0o400);
  own(home, 0o500);
});
afterAll(async () => {
  chmodSync(home, 0o700);
  await relay.stop();
  rmSync(folder, { recursive: true });
});

function own(path: string, mode: number): void {
  if (user !== undefined) chownSync(path, user, user);
  chmodSync(path, mode);
}

function conclave(...args: string[]) {
  return run([...args, "--json", "--home", home], { cwd: "/", ...(user !== undefined && { user }) });
}

describe.skipIf(!mayRun)("a home that may only be read", () => {
  it("RULE sqlite.unwritable-whole: shows what is stored, and nothing is written; what has to write says why it cannot", async () => {
    const before = readdirSync(home).map((name) => [name, statSync(join(home, name)).mtimeMs]);
    const shown = async (...args: string[]) => {
      const { code, stdout, stderr } = await conclave(...args);
      expect({ args, code, told: code === 0 ? "" : stdout + stderr }).toEqual({ args, code: 0, told: "" });
      return JSON.parse(stdout);
    };
    const { items } = await shown("history");
    expect(items.map(({ message }: { message?: { text: string } }) => message?.text)).toContain("hello");
    expect(await shown("status")).toMatchObject({ room: { title: "Garden" }, isCurrent: false });
    expect((await shown("members")).members).toMatchObject([{ name: "Alice" }]);
    expect((await shown("log")).decisions.length).toBeGreaterThan(0);
    expect((await shown("rooms")).rooms).toHaveLength(1);
    const sent = await conclave("send", "no");
    expect(sent.code).toBe(1);
    expect(JSON.parse(sent.stdout)).toMatchObject({ error: { code: "HOME_UNREADABLE" } });
    expect(readdirSync(home).map((name) => [name, statSync(join(home, name)).mtimeMs])).toEqual(before);
    // A journal beside it belongs to it, and cannot be taken in.
    chmodSync(home, 0o700);
    writeFileSync(join(home, "home.sqlite-wal"), "not empty");
    own(join(home, "home.sqlite-wal"), 0o400);
    chmodSync(home, 0o500);
    const torn = await conclave("history");
    expect(JSON.parse(torn.stdout)).toMatchObject({ error: { code: "HOME_UNREADABLE" } });
    expect(torn.stdout).toContain("journal");
  }, 120_000);
});
