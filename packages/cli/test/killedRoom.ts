import { randomUUID } from "node:crypto";
import { mkdirSync, watch } from "node:fs";
import { join } from "node:path";
import { Running } from "./processes.js";

/** How long a command may take before it counts as hanging: far more than any needs on a busy machine. */
const HANG_MS = 120_000;
/** How often a state is looked at again: each look is a process that does what is owed in the room, too. */
const MOST_LOOKS = 12;

export const PEOPLE = ["Alice", "Bob", "Carol"] as const;
export type Who = (typeof PEOPLE)[number];

/** What a command printed with `--json`, beside its exit code; null where it was killed before it printed. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- records of many commands, each looked at where it is used
export type Printed = { code: number | null } & Record<string, any>;

/** Numbers that look random and are the same for the same seed (xorshift). */
export class Dice {
  constructor(private state: number) {}

  /** A whole number from 0 to `sides` - 1. */
  roll(sides: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % sides;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.roll(from.length)]!;
  }
}

/** Three homes and a relay's address: commands that are run to their end, and commands that are killed on the way. */
export class KilledRoom {
  /** How many processes were killed, by command. */
  readonly kills = new Map<string, number>();
  /** Texts that a command called sent or stored, by their author. */
  readonly kept: { who: Who; text: string }[] = [];
  private said = 0;
  /** How often a command changes its home's files, as far as was seen: a moment is one of these changes. */
  private readonly changes = new Map<string, number>();

  constructor(
    private readonly folder: string,
    private readonly address: string,
    readonly dice: Dice,
  ) {
    for (const who of PEOPLE) mkdirSync(this.homeOf(who));
  }

  /** Runs a command to its end. @throws where it hangs, with what it printed */
  async run(who: Who, ...args: string[]): Promise<Printed> {
    const process = this.start(who, args);
    process.closeInput();
    return printed(await this.endOf(process, who, args), process);
  }

  /** The same, where it has to succeed. */
  async done(who: Who, ...args: string[]): Promise<Printed> {
    const result = await this.run(who, ...args);
    if (result.code !== 0) throw new Error(`${who}: conclave ${args.join(" ")}: ${JSON.stringify(result)}`);
    return result;
  }

  /**
   * Runs a command and kills it (SIGKILL) at a moment that the dice say: one of the changes that it makes in its home's
   * files, and up to 20 ms later. `input` is written to it, line by line. What it printed until then is given.
   */
  async kill(who: Who, args: readonly string[], input: readonly string[] = []): Promise<string[]> {
    const command = args[0]!;
    const at = 1 + this.dice.roll(this.changes.get(command) ?? 12);
    const delay = this.dice.roll(20);
    let changes = 0;
    let timer: NodeJS.Timeout | undefined;
    const process = this.start(who, args);
    const watcher = watch(this.homeOf(who), () => {
      if (++changes === at) timer = setTimeout(() => void process.stop("SIGKILL"), delay);
    });
    for (const line of input) process.write(line);
    // A chat goes on until it is killed: one that has done everything by then is killed for that.
    if (input.length === 0) process.closeInput();
    else void this.whenQuiet(() => changes).then(() => process.stop("SIGKILL"));
    const code = await this.endOf(process, who, args);
    clearTimeout(timer);
    watcher.close();
    if (code === null) this.kills.set(command, (this.kills.get(command) ?? 0) + 1);
    else this.changes.set(command, Math.max(changes, 2));
    return process.lines;
  }

  /** Says a text under an id of its own until that is acknowledged, killed on the way. */
  async say(who: Who, isKilled: boolean): Promise<void> {
    const [id, text] = [randomUUID().replaceAll("-", ""), `${who} ${String(this.said++)}`];
    if (isKilled) await this.kill(who, ["send", text, "--once", id]);
    await this.done(who, "send", text, "--once", id);
    this.kept.push({ who, text });
  }

  /** Stores a text in somebody's outbox, to be sent by whatever command comes next. */
  async keep(who: Who): Promise<void> {
    const text = `${who} ${String(this.said++)}`;
    await this.done(who, "send", text, "--no-wait");
    this.kept.push({ who, text });
  }

  /** Writes lines into a chat that is killed: those that it has told of as sent are kept. */
  async chat(who: Who): Promise<void> {
    const texts = Array.from({ length: 8 }, () => `${who} ${String(this.said++)} in the chat`);
    const lines = await this.kill(who, ["chat", "--follow", "--history", "0"], texts);
    const sent = new Set(lines.map((line) => (JSON.parse(line) as Printed)["message"]?.text as string | undefined));
    for (const text of texts) if (sent.has(text)) this.kept.push({ who, text });
  }

  /** Looks at somebody's status until it is as wanted. @throws with the last one where it never is */
  async until(who: Who, isSo: (status: Printed) => boolean): Promise<Printed> {
    let status: Printed = { code: null };
    for (let look = 0; look < MOST_LOOKS; look++) {
      status = await this.run(who, "status");
      if (isSo(status)) return status;
    }
    throw new Error(`${who} never came to it; the last status: ${JSON.stringify(status)}`);
  }

  /**
   * Waits until these people are at one: same epoch, same decisions, nothing pending; and until it is so with each of them.
   * Each look does what is owed, as far as its few seconds go.
   */
  async atOne(people: readonly Who[], isSo: (status: Printed, who: Who) => boolean): Promise<Printed[]> {
    let all: Printed[] = [];
    for (let look = 0; look < MOST_LOOKS; look++) {
      all = await Promise.all(people.map((who) => this.run(who, "status")));
      const places = all.map(({ room, status }) =>
        [room?.standing, room?.isConfirmed, status?.epoch, status?.seq, status?.pending].join(),
      );
      const isMember = all[0]!["room"]?.standing === "member" && all[0]!["status"]?.pending === 0;
      if (isMember && new Set(places).size === 1 && all.every((status, at) => isSo(status, people[at]!))) return all;
    }
    throw new Error(`they are not at one: ${JSON.stringify(all)}`);
  }

  private homeOf(who: Who): string {
    return join(this.folder, who);
  }

  private start(who: Who, args: readonly string[]): Running {
    const env = { CONCLAVE_RELAY: this.address };
    return new Running([...args, "--json", "--home", this.homeOf(who)], env);
  }

  private async endOf(process: Running, who: Who, args: readonly string[]): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const said = [...process.lines, process.errors].join("\n");
        void process.stop("SIGKILL");
        reject(new Error(`it hangs: ${who}: conclave ${args.join(" ")}; it printed:\n${said}`));
      }, HANG_MS);
    });
    try {
      return await Promise.race([process.end(), hang]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when nothing has changed for two seconds, after the first change. */
  private whenQuiet(changes: () => number): Promise<void> {
    return new Promise((resolve) => {
      let before = 0;
      const timer = setInterval(() => {
        if (before > 0 && changes() === before) {
          clearInterval(timer);
          resolve();
        }
        before = changes();
      }, 2000);
    });
  }
}

function printed(code: number | null, process: Running): Printed {
  const line = process.lines.at(-1);
  if (line === undefined) throw new Error(`nothing was printed (exit code ${String(code)}): ${process.errors}`);
  return { code, ...(JSON.parse(line) as object) };
}
