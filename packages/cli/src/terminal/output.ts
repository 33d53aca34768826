import type { CliError } from "../cliError.js";
import { RECORD_VERSION, type Warning } from "../documents/everyRecord.js";
import { paintFor, wantsColor, type Paint } from "./paint.js";

/**
 * Where a command's results go: one JSON document (or one a line, for streams) with `--json`, else lines for people.
 * Results go to standard output; notes and human errors to standard error, so that pipes carry results only.
 */
export class Output {
  readonly paint: Paint;
  private readonly paintNotes: Paint;
  private roomId: string | null = null;
  private warnings: Warning[] = [];

  constructor(
    readonly json: boolean,
    /** The command, as it is typed: what its document is called. */
    private readonly kind: string = "",
    private readonly stdout: NodeJS.WriteStream = process.stdout,
    private readonly stderr: NodeJS.WriteStream = process.stderr,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    this.paint = paintFor(!json && wantsColor(stdout, env));
    this.paintNotes = paintFor(!json && wantsColor(stderr, env));
  }

  /** From here on, what is told is about this room (hexadecimal id). */
  about(roomId: string): void {
    this.roomId = roomId;
  }

  /** The command's one result: the document for programs (its shape is in `documents/`), the lines for people. */
  result(document: object, human: (paint: Paint) => string | readonly string[]): void {
    if (this.json) {
      this.write({ kind: this.kind, ...document, warnings: this.warnings });
      this.warnings = [];
      return;
    }
    const lines = human(this.paint);
    this.stdout.write(typeof lines === "string" ? `${lines}\n` : lines.map((line) => `${line}\n`).join(""));
  }

  /** One item of a stream. */
  event(document: object, human: (paint: Paint) => string | null): void {
    if (this.json) {
      this.write(document);
      return;
    }
    const line = human(this.paint);
    if (line !== null) this.stdout.write(`${line}\n`);
  }

  /** A passing remark, for people only. */
  note(text: string): void {
    if (!this.json) this.stderr.write(`${text}\n`);
  }

  /** Something a person should know, with a stable code for programs: they get it with the result. */
  warn(text: string, code = "NOTICE"): void {
    if (this.json) this.warnings.push({ code, message: text });
    else this.stderr.write(`${this.paintNotes.yellow("warning:")} ${text}\n`);
  }

  /** The failure of the command. */
  error(error: CliError): void {
    if (this.json) {
      this.write({ kind: "error", ...error.toDocument(), warnings: this.warnings });
      return;
    }
    this.stderr.write(`${this.paintNotes.red("error:")} ${error.message}\n`);
    if (error.hint !== null) this.stderr.write(`${error.hint.replace(/^/gmu, "  ")}\n`);
  }

  private write(document: object): void {
    const room = this.roomId === null ? {} : { roomId: this.roomId };
    this.stdout.write(`${JSON.stringify({ v: RECORD_VERSION, ...room, ...document })}\n`);
  }
}
