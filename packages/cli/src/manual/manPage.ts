import { BACKUP_VARIABLES, HOME_VARIABLES, relayVariables } from "./environment.js";
import { errorRows, exitRows, type Rows, TOPICS } from "./topics.js";
import type { commandTree, ManualOption } from "./commandTree.js";

/** The manual page `conclave(1)`, as man(7) source. It is made from the commands themselves. */
export function manPage(tree: ReturnType<typeof commandTree>, version: string): string {
  const groups = [...new Set(tree.commands.map(({ group }) => group))];
  return [
    `.TH CONCLAVE 1 "" "Conclave ${version}" "User Commands"`,
    ".SH NAME",
    `conclave \\- ${escape(lowerFirst(tree.about.replace(/\.$/u, "")))}`,
    ".SH SYNOPSIS",
    ".B conclave",
    "\\fICOMMAND\\fR [\\fIOPTIONS\\fR]",
    ".SH DESCRIPTION",
    escape(
      "Conclave is an end-to-end encrypted group chat that people host themselves. The relay keeps rooms in order and can read none of them. Who is in a room is decided by its members' signed decisions, which every device checks for itself.",
    ),
    ".SH OPTIONS",
    "Every command takes these.",
    ...options(tree.options),
    ...groups.flatMap((group) => [
      `.SH ${escape(group.toUpperCase())}`,
      ...tree.commands
        .filter((command) => command.group === group && command.words.length === 0)
        .flatMap((command) => [
          `.SS ${escape(`conclave ${command.usage}`)}`,
          escape(`${upperFirst(command.about)}.`),
          ...command.arguments.flatMap(({ name, about }) => [".TP", `\\fI${escape(name)}\\fR`, escape(about)]),
          ...options(command.options),
          ...(command.more === "" ? [] : [".PP", ".nf", ...command.more.split("\n").map(escape), ".fi"]),
        ]),
    ]),
    ".SH JSON",
    ".nf",
    ...TOPICS["json"]!.text().split("\n").map(escape),
    ".fi",
    ".SH EXIT STATUS",
    ...rows(exitRows()),
    ".SH ERROR CODES",
    ...rows(errorRows()),
    ".SH ENVIRONMENT",
    ...rows([...HOME_VARIABLES, ...BACKUP_VARIABLES, ...relayVariables()].map(({ name, about }) => [name, about])),
    ".SH FILES",
    ...rows([
      [
        "~/.conclave",
        "Identity, keys and rooms, unless --home or CONCLAVE_HOME names another folder. Never copy it to run it twice.",
      ],
    ]),
    "",
  ].join("\n");
}

function options(all: readonly ManualOption[]): string[] {
  return all.flatMap(({ flags, about }) => [".TP", `\\fB${escape(flags)}\\fR`, escape(`${upperFirst(about)}.`)]);
}

function rows(all: Rows): string[] {
  return all.flatMap(([name, about]) => [".TP", `\\fB${escape(name)}\\fR`, escape(about)]);
}

/** Text that roff prints as it is: no line is a request, no dash a hyphen. */
function escape(text: string): string {
  const plain = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq").replaceAll("…", "...");
  return /^[.]/u.test(plain) ? `\\&${plain}` : plain;
}

const upperFirst = (text: string) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;
const lowerFirst = (text: string) => `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`;
