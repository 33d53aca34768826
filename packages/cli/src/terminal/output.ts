import type { CliError } from "../cliError.js";
import { paintFor, wantsColor, type Paint } from "./paint.js";

/**
 * Where a command's results go: one JSON document (or one a line, for streams) with `--json`, else lines for people.
 * Results go to standard output; notes and human errors to standard error, so that pipes carry results only.
 */
export class Output {
  readonly paint: Paint;
  private readonly paintNotes: Paint;

  constructor(
    readonly json: boolean,
    private readonly stdout: NodeJS.WriteStream = process.stdout,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.paint = paintFor(!json && wantsColor(stdout, env));
    this.paintNotes = paintFor(!json && wantsColor(stderr, env));
  }

  /** The command's one result: the document for programs, the lines for people. */
  result(document: object, human: (paint: Paint) => string | readonly string[]): void {
    if (this.json) {
      this.stdout.write(`${JSON.stringify(document)}\n`);
      return;
    }
    const lines = human(this.paint);
    this.stdout.write(typeof lines === "string" ? `${lines}\n` : lines.map((line) => `${line}\n`).join(""));
  }

  /** One item of a stream. */
  event(document: object, human: (paint: Paint) => string | null): void {
    if (this.json) {
      this.stdout.write(`${JSON.stringify(document)}\n`);
      return;
    }
    const line = human(this.paint);
    if (line !== null) this.stdout.write(`${line}\n`);
  }

  /** A remark on the way, for people only. */
  note(text: string): void {
    if (!this.json) this.stderr.write(`${text}\n`);
  }

  /** A remark that something deserves attention, for people only. */
  warn(text: string): void {
    if (!this.json) this.stderr.write(`${this.paintNotes.yellow("warning:")} ${text}\n`);
  }

  /** The failure of the command. */
  error(error: CliError): void {
    if (this.json) {
      this.stdout.write(`${JSON.stringify(error.toDocument())}\n`);
      return;
    }
    this.stderr.write(`${this.paintNotes.red("error:")} ${error.message}\n`);
    if (error.hint !== null) this.stderr.write(`${error.hint.replace(/^/gmu, "  ")}\n`);
  }
}
