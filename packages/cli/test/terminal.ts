import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { MAIN } from "./processes.js";

/** Whether this machine can open a terminal for a test (`script` of util-linux). */
export const HAS_TERMINAL = String(spawnSync("script", ["--version"]).stdout).includes("util-linux");

const PATIENCE = 30_000;

/** A process in a terminal of its own, 80 columns by 24 lines, at which a test types. */
export class Terminal {
  /** Everything that was shown. */
  text = "";
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private readonly waiting = new Set<() => void>();

  /** @param command - a shell command line; `$CONCLAVE` runs the program. */
  constructor(command: string, options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}) {
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONCLAVE_")));
    this.child = spawn("script", ["-qefc", `stty rows 24 cols 80; ${command}`, "/dev/null"], {
      cwd: options.cwd,
      env: { ...clean, NO_COLOR: "1", TERM: "xterm", SHELL: "/bin/bash", CONCLAVE: COMMAND, ...options.env },
    });
    this.child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
      for (const check of this.waiting) check();
    });
    this.ended = new Promise((resolve) => this.child.on("close", resolve));
  }

  type(keys: string): void {
    this.child.stdin!.write(keys);
  }

  /** Waits until `found` is shown, after the first `from` characters. */
  async shows(found: RegExp, from = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`waited in vain for ${found.source}; shown:\n${this.text.slice(from)}`));
      }, PATIENCE);
      const check = () => {
        if (!found.test(this.text.slice(from))) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  async end(): Promise<number | null> {
    return await this.ended;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

const COMMAND = `${process.execPath} ${MAIN}`;
