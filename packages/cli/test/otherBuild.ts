import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const PACKAGES = ["cli", "client", "codec", "crypto", "mls", "protocol", "relay", "sqlite", "wire", "words"] as const;

/** The action that only the next version of rooms has: whoever may speak may wave, and the room is called after it. */
const WAVE = (since: number) => `
import { done } from "@conclave/codec";
import { effect } from "../change.js";
import { actionRule } from "./actionRule.js";
export const wave = actionRule({
  type: "wave", number: 900, since: ${String(since)}, fields: {}, leastRole: "member",
  apply: ({ draft }) => { draft.setMeta({ title: "Waving" }); return done(effect()); },
});
`;

/** What a home does that has no command for it, and how its room stands then. */
const SCRIPT = `
import { openClient } from "@conclave/client";
import { HomeLock, SqliteStorage, systemClock, systemRandom, WsTransport } from "@conclave/client/node";
import { nodeCrypto } from "@conclave/crypto/node";
const [home, ...deeds] = process.argv.slice(2);
const storage = new SqliteStorage(home + "/home.sqlite");
const ports = { clock: systemClock, random: systemRandom, crypto: nodeCrypto, transport: new WsTransport() };
const opened = await openClient({ ...ports, storage, lock: new HomeLock(home + "/lock") }, { connect: true });
const client = opened.value;
const room = client.rooms()[0];
const synced = await room.synced(20_000);
const done = [];
for (const deed of deeds) {
  const result = deed === "wave" ? await room.decide({ type: "wave" }) : await room.send(deed);
  done.push(result.ok ? "ok" : (result.error.rejection?.code ?? result.error.kind));
}
await room.flushed(20_000);
const items = await room.timeline();
const texts = items.flatMap((item) => (item.kind === "message" ? new TextDecoder().decode(item.message.body) : []));
const alarms = room.status().alarms.map(({ code, person }) => code + " " + (person?.name ?? "nobody"));
const { n, paused } = room.status();
const version = room.version()?.version ?? null;
console.log(JSON.stringify({ synced: synced.ok, done, title: room.title, version, texts, alarms, n, paused }));
await client.close();
process.exit(0);
`;

/** What {@link OtherBuild.script} tells. */
export interface Told {
  readonly synced: boolean;
  /** What came of each deed. */
  readonly done: readonly string[];
  readonly title: string;
  readonly version: number | null;
  readonly texts: readonly string[];
  readonly alarms: readonly string[];
  readonly n: number;
  readonly paused: object | null;
}

/**
 * A second build of these packages, which knows one version of rooms more. `since`: the version from which on it believes that
 * there is the action of the next one; an earlier one than the next is a lie.
 */
export class OtherBuild {
  private constructor(private readonly folder: string) {}

  static make(folder: string, since: number): OtherBuild {
    const modules = join(folder, "node_modules");
    mkdirSync(join(modules, "@conclave"), { recursive: true });
    for (const name of readdirSync(join(ROOT, "node_modules")))
      if (name !== "@conclave" && !name.startsWith("."))
        symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
    for (const name of PACKAGES) {
      const to = join(modules, "@conclave", name);
      mkdirSync(to);
      const own = join(ROOT, "packages", name, "node_modules");
      if (existsSync(own)) symlinkSync(own, join(to, "node_modules"));
      for (const part of ["package.json", "dist"])
        cpSync(join(ROOT, "packages", name, part), join(to, part), { recursive: true });
    }
    const build = new OtherBuild(folder);
    build.change("roster/version.js", "ROOM_VERSION = 2", "ROOM_VERSION = 3");
    build.change("roster/action.js", "const ACTIONS = {", "const ACTIONS = {\n    wave,");
    build.change("roster/action.js", "import ", 'import { wave } from "./actions/wave.js";\nimport ');
    build.change("room/alreadySo.js", 'case "charter":', 'case "wave":\n        case "charter":');
    writeFileSync(build.protocol("roster/actions/wave.js"), WAVE(since));
    writeFileSync(join(folder, "script.mjs"), SCRIPT);
    return build;
  }

  /** One command of this build, with `--json`. */
  async conclave(home: string, args: readonly string[], relay: string) {
    const main = join(this.folder, "node_modules/@conclave/cli/dist/main.js");
    const { code, stdout, stderr } = await run([main, ...args, "--json", "--home", home], { CONCLAVE_RELAY: relay });
    if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
    return { code, ...JSON.parse(stdout) };
  }

  /** Opens a home with this build, waves or says what is given, and tells how its room stands then. */
  async script(home: string, ...deeds: readonly string[]): Promise<Told> {
    const { stdout, stderr } = await run([join(this.folder, "script.mjs"), home, ...deeds]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as Told;
  }

  private protocol(path: string): string {
    return join(this.folder, "node_modules/@conclave/protocol/dist", path);
  }

  private change(path: string, before: string, after: string): void {
    const file = this.protocol(path);
    const code = readFileSync(file, "utf8");
    if (!code.includes(before)) throw new Error(`${dirname(path)}: no ${before}`);
    writeFileSync(file, code.replace(before, after));
  }
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { env: { ...process.env, NO_COLOR: "1", ...env } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
    child.stdin.end();
  });
}
