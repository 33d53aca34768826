import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A relay in a child process, on a new data folder. */
export class RelayChild {
  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    readonly socketUrl: string,
  ) {}

  /** `limits`: `default`, or none. `checkout`: another one than this, which is built; its relay is started. */
  static async start(limits = "unlimited", checkout: string | null = null): Promise<RelayChild> {
    const dataDir = mkdtempSync(join(tmpdir(), "conclave-bench-"));
    const file =
      checkout === null
        ? fileURLToPath(new URL("./relayProcess.js", import.meta.url))
        : join(checkout, "packages/bench/dist/relayProcess.js");
    const child = fork(file, [dataDir, limits], { execArgv: ["--expose-gc"] });
    const [{ socketUrl }] = (await once(child, "message")) as [{ socketUrl: string }];
    return new RelayChild(child, dataDir, socketUrl);
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

  async stop(): Promise<void> {
    this.child.send("stop");
    await once(this.child, "exit");
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
