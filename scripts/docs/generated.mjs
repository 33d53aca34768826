// Writes docs/cli.md and docs/json.md from the commands and the types. Needs a build.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { root } from "./files.mjs";
import { recordShapes } from "./recordShapes.mjs";

const NOTE = "<!-- Written by `node scripts/checkDocs.mjs --fix`. To change it, change the code. -->";

/** Writes both documents. */
export async function writeGenerated() {
  for (const [file, text] of Object.entries(await documents())) writeFileSync(root + file, text);
}

/** The documents that differ from what the code generates. */
export async function generatedFaults() {
  const wanted = await documents();
  const faults = Object.entries(wanted)
    .filter(([file, text]) => !existsSync(root + file) || readFileSync(root + file, "utf8") !== text)
    .map(([file]) => `${file} is out of date: node scripts/checkDocs.mjs --fix`);
  return { faults, summary: `${Object.keys(wanted).join(", ")}` };
}

async function documents() {
  const built = (path) => import(`${root}packages/cli/dist/${path}.js`);
  const { buildProgram } = await built("program/program");
  const { commandTree } = await built("manual/commandTree");
  const topics = await built("manual/topics");
  const environment = await built("manual/environment");
  const { format } = await import("prettier");
  const pretty = (text) => format(text, { parser: "markdown", printWidth: 100 });
  return {
    "docs/cli.md": await pretty(
      commands(
        commandTree(buildProgram({ writeOut: () => undefined, writeErr: () => undefined })),
        topics,
        environment,
      ),
    ),
    "docs/json.md": await pretty(records(recordShapes(), topics)),
  };
}

const cell = (text) => text.replaceAll("|", "\\|").replaceAll("<", "\\<");
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
const upperFirst = (text) => `${text[0]?.toUpperCase() ?? ""}${text.slice(1)}`;

function commands({ options, commands: all }, topics, environment) {
  const option = ({ flags, about }) => `- \`${flags}\`: ${about.replaceAll("<", "\\<")}`;
  const groups = [...new Set(all.map(({ group }) => group))];
  const section = ({ name, about, usage, arguments: args, options: own, more }) =>
    [
      `### ${name}`,
      `${upperFirst(about)}.`,
      `\`\`\`\nconclave ${usage}\n\`\`\``,
      [...args.map((each) => option({ flags: each.name, about: each.about })), ...own.map(option)].join("\n"),
      more === "" ? "" : `\`\`\`\n${more}\n\`\`\``,
    ].filter((part) => part !== "");
  const variables = (rows) =>
    table(
      ["variable", "what it does"],
      rows.map(({ name, about }) => [`\`${name}\``, about]),
    );
  return [
    "# The command line",
    NOTE,
    "Every command takes these options:",
    options.map(option).join("\n"),
    "[json.md](json.md) describes what `--json` prints.",
    ...groups.flatMap((group) => [
      `## ${group}`,
      ...all.filter((each) => each.group === group && each.words.length === 0).flatMap(section),
    ]),
    "## Exit codes",
    table(["code", "meaning"], topics.exitRows()),
    "## Environment",
    variables(environment.HOME_VARIABLES),
    "For `conclave serve`. Each can also be set as `NAME_FILE`, a file that contains the value:",
    variables(environment.relayVariables()),
  ].join("\n\n");
}

function records({ commands: byCommand, chat, types }, topics) {
  const shape = (s) => {
    if ("union" in s) return s.union.map(shape).join(" or ");
    if ("plain" in s) return s.plain;
    if ("value" in s) return `\`${JSON.stringify(s.value)}\``;
    if ("list" in s) return `list of ${shape(s.list)}`;
    if ("map" in s) return `object of ${shape(s.map)} by name`;
    if ("type" in s) return `[${s.type}](#${s.type.toLowerCase()})`;
    if ("opaque" in s) return `${s.opaque}, as in [protocol.md](protocol.md)`;
    return `{ ${s.fields.map((field) => `\`${field.name}\`: ${shape(field.shape)}`).join(", ")} }`;
  };
  const fields = (all) =>
    all.length === 0
      ? "No further fields."
      : table(
          ["field", "what it is", ""],
          all.map(({ name, isOptional, about, shape: s }) => [
            `\`${name}\``,
            `${shape(s)}${isOptional ? ", or absent" : ""}`,
            about,
          ]),
        );
  const sections = (all) =>
    Object.entries(all).flatMap(([name, { about, fields: own }]) =>
      [`### ${name}`, about, fields(own)].filter(Boolean),
    );
  return [
    "# What `--json` prints",
    NOTE,
    `\`\`\`\n${topics.TOPICS.json.text()}\n\`\`\``,
    "Every record has `v` and `kind`, and, if it is about one room, `roomId` (64 hexadecimal digits). Records of commands and errors have `warnings`, a list of [Warning](#warning). A failed command prints a record with `kind` `error` and `error`, an [ErrorBody](#errorbody), instead of its own.",
    "## Records of commands",
    "The `kind` of each is the command's name.",
    ...sections(byCommand),
    "## Records of a chat",
    ...sections(chat),
    "## Types",
    ...sections(types),
    "## Error codes",
    table(["code", "meaning"], topics.errorRows()),
    "## Exit codes",
    table(["code", "meaning"], topics.exitRows()),
  ].join("\n\n");
}
