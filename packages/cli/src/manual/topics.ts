import { ERRORS, RELAY_PREFIX } from "../errorCodes.js";
import { EXIT, EXIT_MEANINGS } from "../exitCode.js";
import { displayWidth } from "../terminal/displayWidth.js";
import { BACKUP_VARIABLES, HOME_VARIABLES, relayVariables } from "./environment.js";

/** A table of two columns: what it is called, and what it means. */
export type Rows = readonly (readonly [string, string])[];

/** Exit codes, the smallest first. */
export function exitRows(): Rows {
  return (Object.keys(EXIT) as (keyof typeof EXIT)[])
    .map((name): [number, string] => [EXIT[name], EXIT_MEANINGS[name]])
    .sort(([one], [other]) => one - other)
    .map(([code, about]) => [String(code), about]);
}

/** Error codes with their exit codes, in the order of the alphabet. */
export function errorRows(): Rows {
  const own = [...ERRORS].map(([code, { exit, about }]): [string, string] => [code, `exit ${exit}. ${about}`]);
  const relay: [string, string] = [`${RELAY_PREFIX}…`, "exit 1. The relay refused; the rest of the code says why."];
  return [...own, relay].sort(([one], [other]) => (one < other ? -1 : 1));
}

const JSON_TEXT = `Every command takes --json and prints one JSON record on one line; "conclave chat --json"
prints one record a line, as things happen. Programs read:

  v         1: the version of these records. It grows when a field is removed or changes its
            meaning; new fields can appear without that, so ignore what you do not know.
  kind      the command ("room new", "members", …), "error", or what happened in a chat
  roomId    the room, if the record is about one room
  warnings  what you should know, though it did not stop the command: code and message
  error     with kind "error": code, message, hint

Ids, codes and times (ms since 1970) are for programs. English is for people and may change:
message, hint, summary, sentence, advice, note, via, about, rules and an object's "text".
The exit code says how it went: "conclave help exit-codes". All fields are in docs/json.md.

Examples:
  conclave members --json | jq -r '.members[].name'
  conclave chat --json --follow < /dev/null | jq -c 'select(.kind == "message")'`;

const text = (rows: Rows): string => {
  const width = Math.max(...rows.map(([name]) => displayWidth(name)));
  return rows.map(([name, about]) => `  ${name}${" ".repeat(width - displayWidth(name))}  ${about}`).join("\n");
};
const rowsOf = (variables: readonly { readonly name: string; readonly about: string }[]): Rows =>
  variables.map(({ name, about }) => [name, about]);

/** What `conclave help TOPIC` knows besides the commands. */
export const TOPICS: Readonly<Record<string, { readonly about: string; readonly text: () => string }>> = {
  environment: {
    about: "environment variables",
    text: () =>
      `Environment variables:\n\n${text(rowsOf([...HOME_VARIABLES, ...BACKUP_VARIABLES]))}\n\nFor "conclave serve"; each can instead be NAME_FILE, which names a file with the value:\n\n${text(rowsOf(relayVariables()))}`,
  },
  "exit-codes": { about: "what exit codes mean", text: () => `Exit codes:\n\n${text(exitRows())}` },
  errors: {
    about: "every error code of --json, and its exit code",
    text: () => `Error codes:\n\n${text(errorRows())}`,
  },
  json: { about: "what --json prints", text: () => JSON_TEXT },
};
