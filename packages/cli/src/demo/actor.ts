import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Transcript } from "./transcript.js";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));
const PATIENCE = 30_000;

/** A line of JSON. */
export type Line = Readonly<Record<string, unknown>>;

/** What a command gave: its exit code, and the JSON it printed. */
export interface Answer {
  readonly code: number | null;
  readonly document: Line;
}

/** A process that prints lines of JSON. */
export class Program {
  readonly lines: Line[] = [];
  private errors = "";
  private readonly ended: Promise<number | null>;
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    let rest = "";
    child.stdout!.setEncoding("utf8").on("data", (piece: string) => {
      const pieces = (rest + piece).split("\n");
      rest = pieces.pop()!;
      this.lines.push(...pieces.map(parse));
      for (const check of this.waiting) check();
    });
    child.stderr!.setEncoding("utf8").on("data", (piece: string) => (this.errors += piece));
    this.ended = new Promise((resolve) => child.once("close", resolve));
  }

  /** The command line, as it is shipped. */
  static conclave(args: readonly string[]): Program {
    return Program.node(MAIN, args);
  }

  static node(script: string, args: readonly string[]): Program {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CONCLAVE_")));
    return new Program(spawn(process.execPath, [script, ...args], { env, stdio: "pipe" }));
  }

  say(text: string): void {
    this.child.stdin!.write(`${text}\n`);
  }

  /** Whether a line that fits is there or comes within the patience. */
  async sees(fits: (line: Line) => boolean): Promise<boolean> {
    return await new Promise((resolve) => {
      const done = (seen: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(seen);
      };
      const timer = setTimeout(done, PATIENCE, false);
      const check = () => {
        if (this.lines.some(fits)) done(true);
      };
      this.waiting.add(check);
      void this.ended.then(() => {
        done(this.lines.some(fits));
      });
      check();
    });
  }

  async seesText(text: string): Promise<boolean> {
    return await this.sees(({ message }) => (message as Line | undefined)?.["text"] === text);
  }

  /** The line of this event. @throws when it does not come. */
  async next(event: string): Promise<Line> {
    if (await this.sees((line) => line["event"] === event)) return this.lines.find((line) => line["event"] === event)!;
    throw new Error(`a process of the demo said nothing of "${event}": ${this.errors}`);
  }

  /** The last line that it prints before it ends. */
  async output(): Promise<Line> {
    const code = await this.leave();
    const last = this.lines.at(-1);
    if (code === 0 && last) return last;
    throw new Error(`a process of the demo failed: ${this.errors}`);
  }

  /** Ends its input, and waits for its end. */
  async leave(): Promise<number | null> {
    this.child.stdin!.end();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE * 2);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }

  async stop(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.ended;
  }

  kill(): void {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
  }
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
    const answer = await this.quietly(args);
    const error = answer.document["error"] as Line | undefined;
    if (error) this.transcript.tell(`error: ${String(error["message"])}`);
    return answer;
  }

  /** The same, not worth a line in the transcript. */
  async quietly(args: readonly string[]): Promise<Answer> {
    const program = Program.conclave([...args, "--json", "--home", this.home]);
    const code = await program.leave();
    return { code, document: program.lines.at(-1) ?? {} };
  }

  /** Starts `conclave chat` as lines of JSON, and stays in it. */
  chat(): Program {
    this.transcript.command(this.name, "chat");
    return Program.conclave(["chat", "--json", "--home", this.home]);
  }
}

function parse(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return { unreadable: line };
  }
}

function quoted(argument: string): string {
  return /^[\w./:-]+$/u.test(argument) ? argument : `"${argument}"`;
}
