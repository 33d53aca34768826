import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
// The Node that runs this runs npm too, and what it installs.
const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
const CLEAN = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:CONCLAVE_|npm_|VITEST|NODE_(?!EXTRA_CA_CERTS))/iu.test(name)),
);
const hasRegistry =
  spawnSync("npm", ["view", "ws", "version", "--prefer-offline"], { env: { ...CLEAN, PATH } }).status === 0;

let folder = "";
let env: NodeJS.ProcessEnv = {};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-installed-"));
  // What npm has fetched before is not fetched again; what npx keeps of its own is this test's alone.
  const setting = (name: string) =>
    execFileSync("npm", ["config", "get", name], { env: { ...CLEAN, PATH }, encoding: "utf8" }).trim();
  const cache = setting("cache");
  mkdirSync(join(folder, "cache"));
  mkdirSync(join(cache, "_cacache"), { recursive: true });
  symlinkSync(join(cache, "_cacache"), join(folder, "cache/_cacache"));
  env = {
    ...CLEAN,
    PATH,
    HOME: folder,
    NO_COLOR: "1",
    npm_config_userconfig: setting("userconfig"),
    npm_config_cache: join(folder, "cache"),
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
    // No library has to run anything to be installed.
    npm_config_ignore_scripts: "true",
  };
  execFileSync(process.execPath, [join(root, "scripts/pack.mjs"), join(folder, "files"), "--program"]);
}, 240_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** An empty folder of this name. */
function empty(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

/** Waits for a line of a process that goes on. */
async function lineOf(child: ChildProcess, fits: (line: string) => boolean, lines: string[]): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (fits(line)) return line;
  }
  throw new Error(`it ended; it printed:\n${lines.join("\n")}`);
}

describe.skipIf(!hasRegistry)("the packed program, in an empty folder (skipped without the registry)", () => {
  it("npx serves the chat and its pages, says how to go on, and stops", async () => {
    const cwd = empty("npx");
    const file = `../files/conclave-${version}.tgz`;
    const relay = spawn("npx", ["--yes", file, "serve", "--port", "0"], { cwd, env, detached: true });
    let errors = "";
    relay.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
    const ended = new Promise<number | null>((resolve) => relay.on("exit", resolve));
    const lines: string[] = [];
    await lineOf(relay, (line) => line.includes("Ctrl-C"), lines).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${errors}`);
    });
    const address = /http:\S+/u.exec(lines.join("\n"))![0];
    // As it was typed: no program of that name is on anybody's PATH.
    expect(lines).toContain(`  npx ${file} chat`);
    const page = await fetch(address);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<title>Conclave</title>")]);
    expect((await fetch(new URL("conclave-manifest.json", page.url))).status).toBe(200);
    expect(existsSync(join(cwd, "data/relay.db"))).toBe(true);
    // As Ctrl-C does: to npx, which ends at once, and to what it runs, which ends when everything is stored.
    process.kill(-relay.pid!, "SIGINT");
    await ended;
    await expect.poll(() => readdirSync(join(cwd, "data"))).not.toContain("relay.db-wal");
  }, 300_000);

  it("npm install -g: the version, the help, the manual; a room is founded, joined and talked in", async () => {
    const cwd = empty("global");
    const prefix = join(cwd, "prefix");
    const file = join(folder, `files/conclave-${version}.tgz`);
    execFileSync("npm", ["install", "--global", "--prefix", prefix, file], { cwd, env, stdio: "pipe" });
    const there = { ...env, PATH: [join(prefix, "bin"), PATH].join(delimiter) };
    const conclave = (...args: string[]) => spawnSync("conclave", args, { cwd, env: there, encoding: "utf8" });
    expect(conclave("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
    expect(conclave("version").stdout).toContain(process.versions.node);
    expect(conclave("help")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^Usage: conclave \[options\]/u),
    });
    expect(conclave("man")).toMatchObject({ status: 0, stdout: expect.stringContaining(".TH") });

    const relay = spawn("conclave", ["serve", "--port", "0", "--data", "relay", "--json"], { cwd, env: there });
    const ended = new Promise<number | null>((resolve) => relay.on("exit", resolve));
    const ready = await lineOf(relay, (line) => line.includes('"ready"'), []);
    const { address, web } = JSON.parse(ready) as { address: string; web: boolean };
    expect(web).toBe(true);
    const as = (who: string, ...args: string[]) => {
      const { stdout, stderr } = conclave(...args, "--json", "--home", who);
      if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
      return JSON.parse(stdout) as Record<string, never>;
    };
    as("alice", "room", "new", "Garden club", "--name", "Alice", "--relay", address);
    const { link } = as("alice", "invite", "--label", "Bob", "--uses", "1");
    expect(as("bob", "join", link!, "--name", "Bob")).toMatchObject({ room: { standing: "member", people: 2 } });
    expect(as("bob", "send", "Hello!")).toMatchObject({ message: { state: "sent" } });
    expect(JSON.stringify(as("alice", "history"))).toContain("Hello!");
    expect(JSON.stringify(as("alice", "verify"))).toContain("roomCode");
    expect(conclave("verify-web", address).stdout).toContain("The same as this program's");
    relay.kill("SIGTERM");
    expect(await ended).toBe(0);
  }, 300_000);

  it("what npm fetched for it are the versions that were tested here", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { version: string }>;
    };
    const tested = new Set(
      Object.entries(packages).map(
        ([place, each]) => `${place.slice(place.lastIndexOf("node_modules/") + 13)} ${each.version}`,
      ),
    );
    const modules = join(folder, "global/prefix/lib/node_modules/conclave/node_modules");
    const names = readdirSync(modules).flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((each) => `${name}/${each}`) : [name],
    );
    const fetched = names
      .filter((name) => !/^(?:\.|@conclave\/)/u.test(name))
      .map((name) => JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as Record<string, string>)
      .map(({ name, version: theirs }) => `${name!} ${theirs!}`);
    expect(fetched.length).toBeGreaterThan(80);
    expect(fetched.filter((each) => !tested.has(each))).toEqual([]);
  });
});
