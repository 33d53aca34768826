import { CliError } from "../cliError.js";
import { EXIT } from "../exitCode.js";
import type { CommandContext } from "../program/globals.js";

/** Whether somebody sits at the keyboard whom one can ask. */
export function isInteractive({ json }: CommandContext): boolean {
  return !json && process.stdin.isTTY && process.stdout.isTTY;
}

/**
 * Asks yes or no, where Enter alone is `usual`; `--yes` answers it, and so does a missing terminal (a script that says `remove Bob` means it).
 * @throws CliError CANCELLED for no, and for Ctrl-C.
 */
export async function consent(context: CommandContext, question: string, usual = false): Promise<void> {
  if (context.options["yes"] === true || !isInteractive(context)) return;
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: question, initialValue: usual });
  if (isCancel(answer)) throw new CliError("CANCELLED", "Stopped. Nothing was done.", null, EXIT.interrupted);
  if (!answer) throw new CliError("CANCELLED", "Nothing was done.");
}

/** Asks for one line of text; null when nobody can be asked. */
export async function ask(context: CommandContext, question: string): Promise<string | null> {
  if (!isInteractive(context)) return null;
  const { text, isCancel } = await import("@clack/prompts");
  const answer = await text({
    message: question,
    validate: (given) => (given?.trim() ? undefined : "Please type something."),
  });
  if (isCancel(answer)) throw new CliError("CANCELLED", "Stopped. Nothing was done.", null, EXIT.interrupted);
  return answer.trim();
}
