import { join } from "node:path";
import { runProgram, type Writers } from "../src/program/program.js";

/** For a program that is looked at and not run. */
export const SILENT: Writers = { writeOut: () => undefined, writeErr: () => undefined };

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one command line in this process, one at a time: the same code, files, sockets and relay as in its own process, in a
 * tenth of the time. Nobody is there to be asked.
 */
export async function runHere(args: readonly string[]): Promise<Printed> {
  const { stdout, stderr } = process;
  const [write, complain] = [stdout.write.bind(stdout), stderr.write.bind(stderr)];
  let [printed, complained] = ["", ""];
  stdout.write = (text: string) => (printed += text) !== "";
  stderr.write = (text: string) => (complained += text) !== "";
  process.exitCode = undefined;
  try {
    const code = await runProgram(args);
    return { code, stdout: printed, stderr: complained };
  } finally {
    process.exitCode = undefined;
    Object.assign(stdout, { write });
    Object.assign(stderr, { write: complain });
  }
}

/** Commands of people who each have a home in `folder`, with `--json`: gives the document that was printed, and the exit code. */
export function people(folder: string) {
  return async (who: string, ...args: string[]) => {
    const { code, stdout } = await runHere([...args, "--json", "--home", join(folder, who)]);
    if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing`);
    return { code, ...JSON.parse(stdout) };
  };
}
