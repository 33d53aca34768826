import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command line as it is shipped: these tests run real processes on the build. */
export const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const CLEAN = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONCLAVE_")));

function start(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { ...options, env: { ...CLEAN, NO_COLOR: "1", ...options.env } });
}

/** Runs `conclave …` to its end. */
export function run(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; cwd?: string; user?: number; timeout?: number } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const { env, cwd, user, timeout } = options;
    const child = start(args, { env, cwd, timeout, ...(user !== undefined && { uid: user, gid: user }) });
    let stdout = "";
    let stderr = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
    child.stdin!.end(options.input ?? "");
  });
}

/** A process that goes on: its lines can be waited for. */
export class Running {
  readonly lines: string[] = [];
  errors = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private readonly waiting = new Set<() => void>();

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = start(args, { env });
    let rest = "";
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const pieces = (rest + text).split("\n");
      rest = pieces.pop()!;
      this.lines.push(...pieces);
      for (const check of this.waiting) check();
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.errors += text));
    this.ended = new Promise((resolve) =>
      this.child.on("close", (code) => {
        resolve(code);
      }),
    );
  }

  get pid(): number {
    return this.child.pid!;
  }

  write(line: string): void {
    this.child.stdin!.write(`${line}\n`);
  }

  closeInput(): void {
    this.child.stdin!.end();
  }

  /** The first line, from the beginning, that fits. Rejects after a minute with everything that was printed. */
  async line(fits: (line: string) => boolean, patience = 60_000): Promise<string> {
    const found = () => this.lines.find(fits);
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`waited in vain; printed:\n${this.lines.join("\n")}\n${this.errors}`));
      }, patience);
      const check = () => {
        const line = found();
        if (line === undefined) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(line);
      };
      this.waiting.add(check);
      check();
    });
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.child.kill(signal);
    return await this.ended;
  }

  async end(): Promise<number | null> {
    return await this.ended;
  }
}

/** Starts a relay on a free port, or on `port`; gives the process and its address. */
export async function startRelay(data: string, port = 0): Promise<{ relay: Running; address: string }> {
  const relay = new Running(["serve", "--port", String(port), "--data", data, "--json"]);
  const ready = JSON.parse(await relay.line((line) => line.includes('"ready"'))) as { address: string };
  return { relay, address: ready.address };
}
