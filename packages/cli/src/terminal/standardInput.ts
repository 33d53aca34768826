import { CliError } from "../cliError.js";
import { asText, notText } from "./textBytes.js";

/** The longest line of standard input that is kept: far more than a message may have. */
const MAX_LINE_BYTES = 1024 * 1024;
const [LINE_FEED, RETURN] = [10, 13];

/**
 * All of standard input as text, without the line feed at its end.
 * @throws CliError NOT_TEXT when it is not UTF-8; TOO_LONG when it has more than `limit` bytes.
 */
export async function readStandardInput(limit = 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) {
      throw new CliError("TOO_LONG", `Standard input is longer than ${limit / 1024} KiB.`, null);
    }
    chunks.push(chunk);
  }
  return asText(Buffer.concat(chunks), "Standard input").replace(/\r?\n$/u, "");
}

/** One line of standard input: its text, or why it is not text. */
export type InputLine = string | CliError;

/**
 * The lines of standard input as they come, without their ends. A line that is not UTF-8, or is longer than 1 MiB, comes as
 * the error that it is, and the lines after it go on. Ends with the input, or when `stopped` resolves.
 */
export async function* standardInputLines(stopped: Promise<void>): AsyncGenerator<InputLine, void> {
  const chunks = (process.stdin as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let line: Buffer[] = [];
  let length = 0;
  try {
    for (;;) {
      // A terminal that went away ends its input.
      const next = await Promise.race([chunks.next().catch(() => null), stopped]);
      if (!next || next.done === true) break;
      let rest = next.value;
      for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
        yield lineOf([...line, rest.subarray(0, end)], length + end);
        [line, length, rest] = [[], 0, rest.subarray(end + 1)];
      }
      length += rest.length;
      if (length <= MAX_LINE_BYTES) line.push(rest);
      else line = [];
    }
    if (length > 0) yield lineOf(line, length);
  } finally {
    process.stdin.destroy();
  }
}

function lineOf(pieces: readonly Buffer[], length: number): InputLine {
  if (length > MAX_LINE_BYTES) return new CliError("TOO_LONG", "A line of standard input is longer than 1 MiB.");
  const bytes = Buffer.concat(pieces);
  try {
    return asText(bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes, "A line of standard input");
  } catch (error) {
    return error instanceof CliError ? error : notText("A line of standard input");
  }
}
