import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transcript } from "./transcript.js";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
const PATIENCE = 30_000;

/** What a command gave: its exit code, and the JSON it printed. */
export interface Answer {
  readonly code: number | null;
  readonly document: Readonly<Record<string, unknown>>;
}

/** A person with a home of their own, who types real commands: each one is a process. */
export class Actor {
  readonly home: string;

  constructor(
    readonly name: string,
    folder: string,
    private readonly transcript: Transcript,
  ) {
    this.home = join(folder, name.toLowerCase());
  }

  /** Runs `conclave ARGS` in this person's home. `shown` is what the transcript says was typed. */
  async run(args: readonly string[], shown = args.map(quoted).join(" ")): Promise<Answer> {
    this.transcript.command(this.name, shown);
    return await this.quietly(args);
  }

  /** The same, not worth a line in the transcript. */
  async quietly(args: readonly string[]): Promise<Answer> {
    const child = startConclave([...args, "--json", "--home", this.home]);
    let text = "";
    child.stdout!.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    child.stderr!.setEncoding("utf8").on("data", (piece: string) => (text += piece));
    const code = await ending(child);
    return { code, document: lastDocument(text) };
  }

  /** Starts `conclave chat` as lines of JSON, and stays in it. */
  chat(args: readonly string[] = []): Chat {
    this.transcript.command(this.name, ["chat", ...args.map(quoted)].join(" "));
    return new Chat(startConclave(["chat", "--json", "--history", "0", "--home", this.home, ...args]));
  }
}

/** Somebody who sits in the chat. */
export class Chat {
  readonly events: Readonly<Record<string, unknown>>[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(private readonly child: ChildProcess) {
    let rest = "";
    child.stdout!.setEncoding("utf8").on("data", (piece: string) => {
      const lines = (rest + piece).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.events.push(lastDocument(line));
      for (const check of this.waiting) check();
    });
  }

  say(text: string): void {
    this.child.stdin!.write(`${text}\n`);
  }

  /** Whether an event that fits comes within the patience. */
  async sees(fits: (event: Readonly<Record<string, unknown>>) => boolean, patience = PATIENCE): Promise<boolean> {
    return await new Promise((resolve) => {
      const done = (seen: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(seen);
      };
      const timer = setTimeout(() => {
        done(false);
      }, patience);
      const check = () => {
        if (this.events.some(fits)) done(true);
      };
      this.waiting.add(check);
      check();
    });
  }

  async seesText(text: string, patience?: number): Promise<boolean> {
    return await this.sees((event) => (event["message"] as { text?: string } | undefined)?.text === text, patience);
  }

  async leave(): Promise<void> {
    this.child.stdin!.end();
    await ending(this.child);
  }
}

/** Starts the command line as a process of its own. */
export function startConclave(args: readonly string[], main = MAIN): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONCLAVE_")));
  return spawn(process.execPath, [main, ...args], { env, stdio: "pipe" });
}

/** Resolves with the exit code when the process has ended; ends it when it takes too long. */
export async function ending(child: ChildProcess): Promise<number | null> {
  child.stdin?.end();
  if (child.exitCode !== null) return child.exitCode;
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE * 2);
  return await new Promise((resolve) =>
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code);
    }),
  );
}

function lastDocument(text: string): Readonly<Record<string, unknown>> {
  const line = text.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { unreadable: text };
  }
}

function quoted(argument: string): string {
  return /^[\w./:-]+$/u.test(argument) ? argument : `"${argument}"`;
}
