import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Finished, run, Running } from "./processes.js";

/** The room's relay says this port in its charter and its links: it cannot be another one. */
const PORT = 24_815;
const CLOCK = new URL("fixtures/clock.mjs", import.meta.url).href;

/** Relay and homes as one build left them, and what it showed. */
export interface OldHome {
  /** Ms since 1970, when it was made. */
  readonly madeAt: number;
  /** An invite that is open, and one that lets people ask. */
  readonly link: string;
  readonly askLink: string;
  /** What `history --json` printed, by person. */
  readonly histories: Readonly<Record<string, readonly unknown[]>>;
  /** Every file of relay and homes, by its path: base64. */
  readonly files: Readonly<Record<string, string>>;
}

const fileOf = (name: string) => fileURLToPath(new URL(`fixtures/${name}.json.gz`, import.meta.url));

/** Reads a fixture and puts its files into `folder`. */
export function unpack(name: string, folder: string): OldHome {
  const old = JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString()) as OldHome;
  for (const [path, content] of Object.entries(old.files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), Buffer.from(content, "base64"), { mode: 0o600 });
  }
  return old;
}

function pack(name: string, folder: string, rest: Omit<OldHome, "files">): void {
  const files: Record<string, string> = {};
  for (const found of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    const path = join(folder, found);
    if (statSync(path).isFile()) files[relative(folder, path)] = readFileSync(path).toString("base64");
  }
  const old: OldHome = { ...rest, files };
  writeFileSync(fileOf(name), gzipSync(JSON.stringify(old), { level: 9 }));
}

/** Relay and people of `folder`, each command a process, on a clock that is so far ahead. */
export class OldWorld {
  private relay: Running | null = null;

  constructor(
    readonly folder: string,
    private readonly aheadMs = 0,
  ) {}

  private get env(): NodeJS.ProcessEnv {
    return {
      CONCLAVE_RELAY: `http://127.0.0.1:${PORT}`,
      CONCLAVE_TEST_CLOCK_MS: String(this.aheadMs),
      NODE_OPTIONS: `--import=${CLOCK}`,
    };
  }

  async startRelay(): Promise<void> {
    const args = ["serve", "--port", String(PORT), "--data", join(this.folder, "relay"), "--json", "--no-web"];
    this.relay = new Running(args, this.env);
    await this.relay.line((line) => line.includes('"ready"'));
  }

  async stopRelay(): Promise<void> {
    await this.relay?.stop();
    this.relay = null;
  }

  async run(who: string, ...args: string[]): Promise<Finished> {
    return await run([...args, "--home", join(this.folder, who)], { env: this.env });
  }

  /** One command's document, and its exit code. */
  async conclave(who: string, ...args: string[]) {
    const { code, stdout, stderr } = await this.run(who, ...args, "--json");
    if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
    return { code, ...JSON.parse(stdout) };
  }
}

/** Some of everything that a home and a relay keep. */
export async function makeOldHome(name: string, folder: string): Promise<void> {
  const world = new OldWorld(folder);
  try {
    pack(name, folder, { madeAt: Date.now(), ...(await live(world)) });
  } finally {
    await world.stopRelay();
  }
}

async function live(world: OldWorld): Promise<Omit<OldHome, "files" | "madeAt">> {
  const did = async (who: string, ...args: string[]) => {
    const done = await world.conclave(who, ...args);
    if (done.error !== undefined) throw new Error(`${who}: ${args.join(" ")}: ${JSON.stringify(done)}`);
    return done;
  };
  await world.startRelay();
  const shed = await did("ann", "room", "new", "Shed", "--name", "Ann");
  await did("ben", "join", shed.link, "--name", "Ben");
  await did("ben", "leave", "--yes");
  const { link, roomId } = await did("ann", "room", "new", "Garden", "--name", "Ann", "--policy", "open");
  const inGarden = ["--room", roomId];
  for (const [who, called] of Object.entries({ ben: "Ben", cy: "Cy" })) await did(who, "join", link, "--name", called);
  await did("ann", "role", "Ben", "admin", "--yes", ...inGarden);
  const { message } = await did("ann", "send", "helo", ...inGarden);
  await did("ann", "edit", "last", "hello", ...inGarden);
  await did("ben", "reply", message.id.slice(0, 8), "good morning, Ann", ...inGarden);
  await did("cy", "react", message.id.slice(0, 8), "👍");
  await did("cy", "send", "a mistake");
  await did("cy", "delete", "last");
  const list = join(world.folder, "cy", "list.txt");
  writeFileSync(list, "beans, peas\n");
  await did("cy", "send", "--file", list, "what we need");
  const { link: askLink } = await did("ann", "invite", "--label", "ask", "--mode", "ask", ...inGarden);
  await did("dan", "join", askLink, "--name", "Dan");
  await did("ann", "title", "The garden", ...inGarden);
  await did("ann", "policy", "set", "admins:2", "--yes", ...inGarden);
  await did("ann", "invite", "--label", "agreed", ...inGarden);
  await did("ben", "sync", ...inGarden);
  await did("cy", "sync");
  await did("ann", "verify", "Ben", "--mark", ...inGarden);
  await did("ann", "recovery");
  const histories: Record<string, unknown[]> = {};
  for (const who of ["ann", "ben", "cy"]) histories[who] = (await did(who, "history", ...inGarden)).items;
  await world.stopRelay();
  // Left in the outbox.
  await world.conclave("cy", "send", "written while the relay was away");
  return { link, askLink, histories };
}
