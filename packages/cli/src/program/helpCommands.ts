import { createRequire } from "node:module";
import type { Command } from "commander";
import { usageError } from "../cliError.js";
import { contextOf } from "./context.js";

/** The version in this package's package.json, in a clone and where it was installed. */
export const { version: PROGRAM_VERSION } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** Help by topic, the manual, completion, the version. */
export function addHelpCommands(program: Command): void {
  program.helpCommand(false);
  program
    .command("help")
    .description("show help on a command, or on environment, exit-codes, errors or json")
    .argument("[topic...]", "a command, or environment, exit-codes, errors, json")
    .action(async (topic: string[]) => {
      const { TOPICS } = await import("../manual/topics.js");
      const name = topic.join(" ");
      const known = Object.hasOwn(TOPICS, name) ? TOPICS[name] : undefined;
      if (known) {
        process.stdout.write(`${known.text()}\n`);
        return;
      }
      const found = topic.reduce<Command | undefined>(
        (above, word) => above?.commands.find((each) => each.name() === word),
        program,
      );
      if (!found)
        throw usageError(
          `There is no help on "${name}".`,
          `Give a command, or one of these topics: ${Object.keys(TOPICS).join(", ")}.`,
        );
      found.outputHelp();
    });

  program
    .command("completion")
    .description("print a script that completes commands and options in your shell")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      `
Examples:
  source <(conclave completion bash)                    in ~/.bashrc
  source <(conclave completion zsh)                     in ~/.zshrc, after compinit
  conclave completion fish > ~/.config/fish/completions/conclave.fish`,
    )
    .action(async (shell: string) => {
      const { completionScript } = await import("../manual/completion.js");
      const { commandTree } = await import("../manual/commandTree.js");
      process.stdout.write(completionScript(shell, commandTree(program)));
    });

  program
    .command("man")
    .description("print the manual page")
    .addHelpText(
      "after",
      `
Examples:
  conclave man | man -l -
  conclave man > ~/.local/share/man/man1/conclave.1     then: man conclave`,
    )
    .action(async () => {
      const { manPage } = await import("../manual/manPage.js");
      const { commandTree } = await import("../manual/commandTree.js");
      process.stdout.write(manPage(commandTree(program), PROGRAM_VERSION));
    });

  program
    .command("version")
    .description("print the versions of Conclave and Node")
    .action((_: unknown, command: Command) => {
      const node = process.versions.node;
      contextOf(command.optsWithGlobals()).output.result(
        { version: PROGRAM_VERSION, node },
        () => `conclave ${PROGRAM_VERSION}, Node ${node}`,
      );
    });
}
