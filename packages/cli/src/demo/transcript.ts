import type { Paint } from "../terminal/paint.js";

/** Prints the story, and remembers whether every claim in it was true. */
export class Transcript {
  private chapters = 0;
  private readonly failed: string[] = [];
  private claims = 0;

  constructor(private readonly paint: Paint) {}

  chapter(title: string): void {
    this.chapters++;
    this.print("", this.paint.bold(`${this.chapters}. ${title}`));
  }

  /** What somebody typed. */
  command(who: string, line: string): void {
    this.print(`   ${this.paint.dim(`${who.padEnd(7)}$`)} conclave ${line}`);
  }

  /** What the program answered, or what happened. */
  tell(text: string): void {
    for (const line of text.split("\n")) this.print(`   ${" ".repeat(7)}  ${this.paint.dim(line)}`);
  }

  /** A statement about what was just seen; a false one makes the demo fail. */
  claim(sentence: string, holds: boolean): void {
    this.claims++;
    if (!holds) this.failed.push(sentence);
    this.print(`   ${holds ? this.paint.green("✔") : this.paint.red("✘")} ${sentence}`);
  }

  /** The last lines. @returns whether every claim was true. */
  finish(): boolean {
    const isGood = this.failed.length === 0;
    this.print(
      "",
      isGood
        ? this.paint.green(`All ${this.claims} claims are true.`)
        : this.paint.red(
            `${this.failed.length} of ${this.claims} claims are NOT true:\n   ${this.failed.join("\n   ")}`,
          ),
    );
    return isGood;
  }

  private print(...lines: string[]): void {
    for (const line of lines) process.stdout.write(`${line}\n`);
  }
}
