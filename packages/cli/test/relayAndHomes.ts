import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { runHere } from "./inProcess.js";
import { run, type Running, startRelay } from "./processes.js";

/** A relay in a process of its own, and a folder in which people have their homes. */
export class RelayAndHomes {
  folder = "";
  relay!: Running;
  /** Of the relay, or of what stands before it: where new rooms are made. */
  address = "";

  async start(name: string): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), `conclave-${name}-`));
    await this.startRelay();
    process.env["CONCLAVE_RELAY"] = this.address;
  }

  /** Starts the relay on its data, on a free port or on `port`. */
  async startRelay(port = 0): Promise<void> {
    const { relay, address } = await startRelay(this.path("relay"), port);
    this.relay = relay;
    this.address = address;
  }

  async end(): Promise<void> {
    await this.relay.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Somebody's home, or another path in the folder. */
  readonly path = (...names: string[]): string => join(this.folder, ...names);

  /** One command of somebody, in this process: the document that it prints with `--json`, and its exit code. */
  readonly conclave = async (who: string, ...args: string[]) => {
    const { code, stdout } = await runHere([...args, "--json", "--home", this.path(who)]);
    if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing`);
    return { code, ...JSON.parse(stdout) };
  };

  /** The same in a process of its own, which may have more in its environment. */
  readonly process = async (who: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { code, stdout, stderr } = await run([...args, "--json", "--home", this.path(who)], {
      env: { CONCLAVE_RELAY: this.address, ...env },
    });
    if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
    return { code, stderr, ...JSON.parse(stdout) };
  };

  /** What a command of somebody prints for people. */
  readonly text = async (who: string, ...args: string[]): Promise<string> =>
    (await runHere([...args, "--home", this.path(who)])).stdout;
}

/** One relay and its people for all tests of a file. `before` is done once, before the first of them. */
export function relayAndHomes(
  name: string,
  before: (all: RelayAndHomes) => Promise<void> = async () => {},
): RelayAndHomes {
  const all = new RelayAndHomes();
  beforeAll(async () => {
    await all.start(name);
    await before(all);
  }, 120_000);
  afterAll(() => all.end());
  return all;
}
