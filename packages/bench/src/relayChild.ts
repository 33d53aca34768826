import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a relay in a child process is started with; everything has a default. */
export interface RelayChildOptions {
  /** `default`, or none. */
  readonly limits?: "default" | "unlimited";
  /** Another checkout than this, which is built; its relay is started. */
  readonly checkout?: string | null;
  /** The address of a database in PostgreSQL that it keeps its rooms in. */
  readonly database?: string;
  /** The folder of its key, if others have the same; it stays when the relay ends. */
  readonly dataDir?: string;
  /** More of Node's options. */
  readonly execArgv?: readonly string[];
}

/** A relay in a child process, on a new data folder. */
export class RelayChild {
  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    readonly socketUrl: string,
    private readonly isOwnFolder: boolean,
  ) {}

  /** Resolves when it takes connections. Rejects when it ends before. */
  static async start(options: RelayChildOptions = {}): Promise<RelayChild> {
    const { limits = "unlimited", checkout = null, database } = options;
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "conclave-bench-"));
    // The built one, also when this runs from sources.
    const file =
      checkout === null
        ? fileURLToPath(new URL("../dist/relayProcess.js", import.meta.url))
        : join(checkout, "packages/bench/dist/relayProcess.js");
    const child = fork(file, [dataDir, limits, ...(database === undefined ? [] : [database])], {
      execArgv: ["--expose-gc", ...(options.execArgv ?? [])],
      // One that is killed, or finds no database, says so: whoever does that knows.
      stdio: ["ignore", "inherit", database === undefined ? "inherit" : "ignore", "ipc"],
    });
    const socketUrl = await new Promise<string>((resolve, reject) => {
      child.once("message", (told: { socketUrl: string }) => {
        resolve(told.socketUrl);
      });
      child.once("exit", () => {
        reject(new Error("the relay ended before it took connections"));
      });
    });
    return new RelayChild(child, dataDir, socketUrl, options.dataDir === undefined);
  }

  /** The number of the relay's process. */
  get pid(): number {
    return this.child.pid!;
  }

  /** Resident bytes of the relay's process. */
  async memory(): Promise<number> {
    this.child.send("memory");
    const [{ memory }] = (await once(this.child, "message")) as [{ memory: number }];
    return memory;
  }

  /** Ends it as a power cut does. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }

  async stop(): Promise<void> {
    this.child.send("stop");
    await once(this.child, "exit");
    if (this.isOwnFolder) rmSync(this.dataDir, { recursive: true, force: true });
  }
}
