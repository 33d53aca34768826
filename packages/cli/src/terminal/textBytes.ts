import { nextCommand } from "./nextCommand.js";
import { CliError } from "../cliError.js";

/**
 * Bytes from outside as text, without a byte order mark at their beginning. `what` says whose they are, at the beginning of
 * a sentence.
 *
 * RULE: cli.text-whole: what comes in as text is UTF-8 without NUL, or it is refused: nothing is replaced, left out or
 * guessed on the way to others.
 * @throws CliError NOT_TEXT.
 */
export function asText(bytes: Uint8Array, what: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw notText(what);
  }
  if (text.includes("\0")) throw withNul(what);
  return text;
}

/** The same for text that Node decoded already, which leaves U+FFFD where bytes were no text. @throws CliError NOT_TEXT. */
export function mustBeWhole(text: string, what: string): void {
  if (/[\ufffd\0]|\p{Surrogate}/u.test(text)) throw notText(what);
}

/** A NUL in something that is meant to be text nearly always means UTF-16. */
function withNul(what: string): CliError {
  return new CliError(
    "NOT_TEXT",
    `${what} has NUL bytes in it, so it is not UTF-8 text. Nothing was done with it.`,
    `To convert UTF-16:               iconv -f UTF-16 -t UTF-8\nTo send anything else as a file:  ${nextCommand("send", "--file", "PATH")}`,
  );
}

/** The input is not UTF-8; says how to convert it. */
export function notText(what: string): CliError {
  return new CliError(
    "NOT_TEXT",
    `${what} is not UTF-8 text. Nothing was done with it.`,
    `Convert it first:  iconv -f ${charsetOf(process.env)} -t UTF-8`,
  );
}

/** The character set of the locale if it is not UTF-8; else the one that most old files have. */
export function charsetOf(env: NodeJS.ProcessEnv): string {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  const charset = /\.([A-Za-z0-9_-]{2,20})/u.exec(locale)?.[1] ?? "";
  return charset === "" || /^utf-?8$/iu.test(charset) ? "ISO-8859-1" : charset;
}
