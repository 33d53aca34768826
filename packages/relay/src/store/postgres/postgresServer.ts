import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const DEBIAN = "/usr/lib/postgresql";
const USER = "conclave";
const LONGEST_START_MS = 30_000;

/** Where PostgreSQL's programs are, or null. */
function programs(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const folders = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin"));
  return folders.findLast((folder) => existsSync(join(folder, "initdb"))) ?? null;
}

/** Who runs it: PostgreSQL refuses to run as root, and Debian's package makes a user for it. */
function runner(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout),
  );
  return { uid: uid!, gid: gid! };
}

/** Whether tests can start PostgreSQL here. Those that cannot are skipped, and say so. */
export const hasPostgres = programs() !== null && runner()?.uid !== 0;

/**
 * PostgreSQL in a folder of its own, reached by a socket in that folder: for tests. Durable against a process that is killed, not
 * against a machine that loses its power.
 */
export class PostgresServer {
  private child: ChildProcess | null = null;
  private databases = 0;
  private readonly endWithProcess = (): void => {
    this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  };

  private constructor(
    private readonly folder: string,
    private readonly bin: string,
    private readonly settings: readonly string[],
  ) {
    process.on("exit", this.endWithProcess);
  }

  /** Makes a cluster and starts it, with settings such as `fsync=on`. @throws Error where {@link hasPostgres} is false, or it does not start. */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const bin = programs();
    if (bin === null) throw new Error("PostgreSQL is not installed");
    const folder = mkdtempSync(join(tmpdir(), "conclave-pg-"));
    const user = runner();
    if (user !== null) chownSync(folder, user.uid, user.gid);
    const options = ["-D", join(folder, "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    execFileSync(join(bin, "initdb"), options, { ...user, cwd: folder, stdio: "ignore" });
    const server = new PostgresServer(folder, bin, settings);
    await server.restart();
    return server;
  }

  /** Starts it again after {@link kill}. Resolves when it takes connections. */
  async restart(): Promise<void> {
    const until = Date.now() + LONGEST_START_MS;
    for (;;) {
      const child = this.spawn();
      this.child = child;
      while (child.exitCode === null && child.signalCode === null) {
        if (this.isReady()) return;
        if (Date.now() > until) throw new Error("PostgreSQL does not start");
        await wait(20);
      }
      // The processes of one that was killed hold its memory for a moment.
      if (Date.now() > until) throw new Error(`PostgreSQL ends with code ${String(child.exitCode)}`);
      await wait(100);
    }
  }

  /** Makes a standby of it, and starts that: it has the same databases, and its own addresses ({@link addressOf}). */
  async standby(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "conclave-pg-"));
    const user = runner();
    if (user !== null) chownSync(folder, user.uid, user.gid);
    const options = ["-h", this.folder, "-U", USER, "-D", join(folder, "data"), "-R", "-c", "fast", "-X", "stream"];
    execFileSync(join(this.bin, "pg_basebackup"), [...options, "--no-sync"], { ...user, cwd: folder, stdio: "ignore" });
    const server = new PostgresServer(folder, this.bin, this.settings);
    await server.restart();
    return server;
  }

  /** The address at this server of a database that {@link newDatabase} gave the address of, here or at another one. */
  addressOf(address: string): string {
    return this.address(new URL(address).pathname.slice(1));
  }

  /** A new, empty database: the address under which a relay reaches it. */
  newDatabase(): string {
    const name = `test${++this.databases}`;
    this.run("psql", ["-d", "postgres", "-c", `CREATE DATABASE ${name}`]);
    return this.address(name);
  }

  /** The result of one statement in a database that {@link newDatabase} made, as text. */
  query(address: string, sql: string): string {
    return this.run("psql", ["-d", new URL(address).pathname.slice(1), "-At", "-c", sql]).trim();
  }

  /** Copies what is in a database into one that is empty, as who puts a dump back does. */
  copyDump(from: string, into: string): void {
    const nameOf = (address: string): string => new URL(address).pathname.slice(1);
    const file = join(this.folder, "dump");
    this.run("pg_dump", ["-d", nameOf(from), "-Fc", "-f", file]);
    this.run("pg_restore", ["-d", nameOf(into), file]);
  }

  /**
   * Ends all its processes at once, as a machine that stops does: kill -9. The first one alone is not enough: those that serve
   * connections answer until they have noticed.
   */
  kill(): void {
    if (this.child === null || this.child.exitCode !== null || this.child.signalCode !== null) return;
    for (const pid of this.processes()) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (e) {
        if ((e as NodeJS.ErrnoException).code !== "ESRCH") throw e;
      }
    }
  }

  /** Stops all its processes, as a machine that hangs does: it takes connections, and says nothing. Until {@link thaw}. */
  freeze(): void {
    for (const pid of this.processes()) process.kill(pid, "SIGSTOP");
  }

  /** Has it go on after {@link freeze}. */
  thaw(): void {
    for (const pid of this.processes()) process.kill(pid, "SIGCONT");
  }

  /** Ends it, and deletes everything. */
  async stop(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      child.kill("SIGCONT");
      child.kill("SIGQUIT");
      await once(child, "exit");
    }
    process.off("exit", this.endWithProcess);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private address(database: string): string {
    return `postgres://${USER}@localhost/${database}?host=${encodeURIComponent(this.folder)}`;
  }

  private spawn(): ChildProcess {
    const settings = ["listen_addresses=", "fsync=off", "max_connections=100", "log_min_messages=fatal"];
    settings.push(...this.settings);
    const options = ["-D", join(this.folder, "data"), "-k", this.folder, ...settings.flatMap((each) => ["-c", each])];
    return spawn(join(this.bin, "postgres"), options, { ...runner(), cwd: this.folder, stdio: "ignore" });
  }

  /** The numbers of its processes. */
  processes(): number[] {
    const first = this.child?.pid;
    if (first === undefined) return [];
    const { stdout } = spawnSync("ps", ["-o", "pid=", "--ppid", String(first)], { encoding: "utf8" });
    return [first, ...stdout.split("\n").map(Number).filter(Boolean)];
  }

  private isReady(): boolean {
    return spawnSync(join(this.bin, "pg_isready"), ["-q", "-h", this.folder]).status === 0;
  }

  private run(program: string, options: readonly string[]): string {
    const all = ["-h", this.folder, "-U", USER, ...options];
    return execFileSync(join(this.bin, program), all, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }
}
