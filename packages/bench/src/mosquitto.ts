import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAMS = ["mosquitto", "/usr/sbin/mosquitto"];
const START_TRIES = 100;

/** Debian's mosquitto, an MQTT server in C that keeps nothing on the disk: what a server costs that promises less. */
export class Mosquitto {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** Starts it on a free port. Null where it is not installed. */
  static async start(): Promise<Mosquitto | null> {
    const program = PROGRAMS.find((name) => spawnSync(name, ["-h"]).error === undefined);
    if (program === undefined) return null;
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "conclave-mosquitto-"));
    const config = join(folder, "mosquitto.conf");
    const lines = [`listener ${String(port)} 127.0.0.1`, "allow_anonymous true", "persistence false", "log_type none"];
    // It holds back what is beyond these, and would be measured for that.
    lines.push("max_inflight_messages 0", "max_queued_messages 0", "set_tcp_nodelay true");
    writeFileSync(config, `${lines.join("\n")}\n`, { mode: 0o644 });
    const child = spawn(program, ["-c", config], { stdio: "ignore" });
    for (let n = 0; n < START_TRIES; n++) {
      if (await isOpen(port)) return new Mosquitto(child, folder, port);
      await sleep(50);
    }
    child.kill("SIGKILL");
    throw new Error("mosquitto does not start");
  }

  get pid(): number {
    return this.child.pid!;
  }

  stop(): void {
    this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once("connect", () => {
      end(true);
    });
    socket.once("error", () => {
      end(false);
    });
  });
}
