import { usageError } from "../cliError.js";
import { PRESET_CHOICES } from "../session/policyView.js";
import { otherCommand } from "../terminal/nextCommand.js";
import { TOPICS } from "./topics.js";
import type { commandTree, ManualCommand, ManualOption } from "./commandTree.js";

type Tree = ReturnType<typeof commandTree>;

/** The shells that have a completion. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** What can follow an option or a command, if that is a short list. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  "--policy": PRESET_CHOICES,
  "--mode": ["direct", "ask", "auto"],
  "--log": ["text", "json"],
  "policy explain": PRESET_CHOICES,
  "policy set": PRESET_CHOICES,
  role: ["owner", "admin", "member"],
  completion: SHELLS,
  help: Object.keys(TOPICS),
};
/** Options whose value is a path. */
const PATHS = new Set(["--home", "--file", "--config", "--data", "--tls-cert", "--tls-key", "--key"]);

/** A script that completes command lines, for one shell. It needs no program to run at each key. */
export function completionScript(shell: string, tree: Tree): string {
  switch (shell) {
    case "bash":
      return bash(tree);
    case "zsh":
      return zsh(tree);
    case "fish":
      return fish(tree);
    default:
      throw usageError("There is a completion for bash, zsh and fish.", `  ${otherCommand("completion", "bash")}`);
  }
}

const top = ({ commands }: Tree) => commands.filter(({ name }) => !name.includes(" "));
const optionsFor = ({ options }: Tree, command: ManualCommand | null): ManualOption[] => [
  ...(command?.options ?? []),
  ...options,
  { flags: "-h, --help", long: "--help", about: "show help", takesValue: false },
];
const wordsFor = (command: ManualCommand) => [...command.words, ...(VALUES[command.name] ?? [])];
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** Lines of a shell that find out which command the words before the cursor are; `at` is how the shell counts them. */
function findCommand({ commands }: Tree, loop: string, word: string): string[] {
  return [
    "  local command='' word i skip=0",
    `  ${loop}`,
    `    word=${word}`,
    "    if [ $skip = 1 ]; then skip=0; continue; fi",
    '    case "$word" in',
    `      ${takingValues(commands).join("|")}) skip=1; continue ;;`,
    "      -*) continue ;;",
    "    esac",
    '    case "$command/$word" in',
    ...commands.map(({ name }) => {
      const at = name.lastIndexOf(" ");
      return `      ${quoted(`${name.slice(0, Math.max(at, 0))}/${name.slice(at + 1)}`)}) command=${quoted(name)} ;;`;
    }),
    "    esac",
    "  done",
  ];
}

function takingValues(commands: readonly ManualCommand[]): string[] {
  const all = commands.flatMap(({ options }) => options).filter(({ takesValue }) => takesValue);
  return [...new Set(["--home", "--room", ...all.map(({ long }) => long)])];
}

function bash(tree: Tree): string {
  const values = Object.entries(VALUES).filter(([name]) => name.startsWith("--"));
  const reply = (words: readonly string[]) => `COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$cur"))`;
  return [
    "# Completion of conclave for bash:  source <(conclave completion bash)",
    "_conclave() {",
    '  local cur="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"',
    ...findCommand(tree, "for ((i = 1; i < COMP_CWORD; i++)); do", '"${COMP_WORDS[i]}"'),
    '  case "$before" in',
    `    ${[...PATHS].join("|")}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`,
    ...values.map(([name, words]) => `    ${name}) ${reply(words)}; return ;;`),
    "  esac",
    '  case "$command" in',
    `    '') ${reply([...top(tree).map(({ name }) => name), ...optionsFor(tree, null).map(({ long }) => long)])} ;;`,
    ...tree.commands.map((command) => {
      const words = [...wordsFor(command), ...optionsFor(tree, command).map(({ long }) => long)];
      return `    ${quoted(command.name)}) ${reply(words)} ;;`;
    }),
    "  esac",
    "}",
    "complete -o bashdefault -o default -F _conclave conclave",
    "",
  ].join("\n");
}

function zsh(tree: Tree): string {
  const described = (name: string, about: string) => quoted(`${name.replaceAll(":", "\\:")}:${about}`);
  const lines = (command: ManualCommand | null) => [
    ...(command === null ? top(tree) : tree.commands.filter(({ name }) => name.startsWith(`${command.name} `))).map(
      ({ name, about }) => described(name.slice(name.lastIndexOf(" ") + 1), about),
    ),
    ...(command === null ? [] : (VALUES[command.name] ?? []).map((value) => described(value, command.about))),
    ...optionsFor(tree, command).map(({ long, about }) => described(long, about)),
  ];
  return [
    "#compdef conclave",
    "# Completion of conclave for zsh:  source <(conclave completion zsh)",
    "_conclave() {",
    "  local -a found",
    ...findCommand(tree, "for ((i = 2; i < CURRENT; i++)); do", '"${words[i]}"'),
    '  case "${words[CURRENT-1]}" in',
    `    ${[...PATHS].join("|")}) _files; return ;;`,
    "  esac",
    '  case "$command" in',
    `    '') found=(${lines(null).join(" ")}) ;;`,
    ...tree.commands.map((command) => `    ${quoted(command.name)}) found=(${lines(command).join(" ")}) ;;`),
    "  esac",
    "  _describe conclave found || _files",
    "}",
    'if [ "${funcstack[1]}" = _conclave ]; then _conclave "$@"; else compdef _conclave conclave; fi',
    "",
  ].join("\n");
}

function fish(tree: Tree): string {
  const option = ({ long, about, takesValue }: ManualOption) => {
    const values = VALUES[long];
    const value = values
      ? ` -x -a ${quoted(values.join(" "))}`
      : takesValue
        ? PATHS.has(long)
          ? " -r -F"
          : " -x"
        : "";
    return `-l ${long.slice(2)}${value} -d ${quoted(about)}`;
  };
  const within = (name: string) => `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
  return [
    "# Completion of conclave for fish:  conclave completion fish | source",
    ...optionsFor(tree, null).map((each) => `complete -c conclave ${option(each)}`),
    ...top(tree).map(
      ({ name, about }) => `complete -c conclave -f -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
    ),
    ...tree.commands.flatMap((command) => {
      const last = command.name.slice(command.name.lastIndexOf(" ") + 1);
      return [
        ...wordsFor(command).map((word) => `complete -c conclave -f ${within(last)} -a ${word}`),
        ...command.options.map((each) => `complete -c conclave ${within(last)} ${option(each)}`),
      ];
    }),
    "",
  ].join("\n");
}
