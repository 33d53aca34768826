import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { CliError } from "../cliError.js";
import type { StewardDecisionDocument } from "../documents/stewardDocument.js";
import { writeFault } from "../terminal/fileFault.js";

/**
 * What a steward has carried out, one JSON line for each, each once: what a process that died has not written is written by the next
 * one. Only its own user can read it.
 */
export class AuditFile {
  /** By room: the greatest seq that is in the file. */
  private readonly written = new Map<string, number>();
  private constructor(
    private readonly path: string,
    private readonly file: number,
  ) {}

  /** Opens the file, or makes it. A line that a dead process began and did not finish is cut off. @throws CliError AUDIT */
  static open(path: string): AuditFile {
    return failing(path, () => {
      const audit = new AuditFile(path, openSync(path, "a+", 0o600));
      // Whatever is no file may have no end.
      if (!fstatSync(audit.file).isFile()) throw new CliError("AUDIT", `The audit file ${path} is not a file.`);
      const bytes = readFileSync(path);
      const whole = bytes.lastIndexOf(0x0a) + 1;
      if (whole < bytes.length) ftruncateSync(audit.file, whole);
      for (const line of bytes.subarray(0, whole).toString("utf8").split("\n")) audit.note(decisionIn(line));
      return audit;
    });
  }

  /** The number of the newest decision of a room that is written here; -1 for none. */
  newestOf(room: string): number {
    return this.written.get(room) ?? -1;
  }

  /** Writes a decision, unless it is there. Returns when it is on the disk. @throws CliError AUDIT */
  add(decision: StewardDecisionDocument): void {
    if (decision.seq <= this.newestOf(decision.room)) return;
    failing(this.path, () => {
      const { size } = fstatSync(this.file);
      try {
        // On a disk that is nearly full one write takes a part of the line, and says so by a number: this one writes until it fails.
        writeFileSync(this.file, `${JSON.stringify(decision)}\n`);
        fsyncSync(this.file);
      } catch (error) {
        ftruncateSync(this.file, size);
        throw error;
      }
    });
    this.note(decision);
  }

  close(): void {
    closeSync(this.file);
  }

  private note(decision: Pick<StewardDecisionDocument, "room" | "seq"> | null): void {
    if (decision !== null) this.written.set(decision.room, Math.max(decision.seq, this.newestOf(decision.room)));
  }
}

function decisionIn(line: string): Pick<StewardDecisionDocument, "room" | "seq"> | null {
  try {
    const { room, seq } = JSON.parse(line) as Partial<StewardDecisionDocument>;
    return typeof room === "string" && typeof seq === "number" ? { room, seq } : null;
  } catch {
    // Somebody has written into it: that is theirs.
    return null;
  }
}

function failing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("AUDIT", `The audit file ${path} cannot be written: ${writeFault(error)}.`);
  }
}
