import { CliError } from "../cliError.js";
import type { CommandContext } from "../program/context.js";

/** Questions are not results: those may go into a file or another program. */
const AT_TERMINAL = { output: process.stderr } as const;

/** Whether there is somebody to ask: they read standard error and type into standard input. Programs (`--json`) are not asked. */
export function canAsk({ json }: Pick<CommandContext, "json">): boolean {
  return !json && process.stdin.isTTY && process.stderr.isTTY;
}

/** The error after Ctrl-C at a question. */
export function stopped(): CliError {
  return new CliError("CANCELLED", "Stopped. Nothing was done.");
}

/**
 * Asks yes or no about something that can be undone, or that the command is for; Enter alone means `usual`. `--yes` answers yes,
 * and so does a missing terminal: a script that says `join` means it.
 * @throws CliError NOT_CONFIRMED for no, CANCELLED for Ctrl-C.
 */
export async function consent(context: CommandContext, question: string, usual = false): Promise<void> {
  if (context.options["yes"] === true || !canAsk(context)) return;
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ ...AT_TERMINAL, message: question, initialValue: usual });
  if (isCancel(answer)) throw stopped();
  if (!answer) throw new CliError("NOT_CONFIRMED", "Nothing was done.");
}

/**
 * Asks about something that cannot be undone, or not by everybody: call it before anything is done.
 *
 * RULE: cli.for-good: what a person may not get back needs their consent: typed at the question, or given as `--yes`. If nobody
 * can be asked, nothing is done (attack A155). `more`: what programs are told with the refusal.
 * @throws CliError NEEDS_YES (exit 2) if nobody can be asked; NOT_CONFIRMED for no, CANCELLED for Ctrl-C.
 */
export async function consentForGood(
  context: CommandContext,
  question: string,
  more: CliError["more"] = {},
): Promise<void> {
  if (context.options["yes"] !== true && !canAsk(context)) {
    throw new CliError(
      "NEEDS_YES",
      "This needs a clear yes, and there is nobody here to ask. Nothing was done.",
      `Add --yes to answer yes to: ${question}`,
      undefined,
      more,
    );
  }
  await consent(context, question);
}

/** Asks for one line of text; null when nobody can be asked. */
export async function ask(context: CommandContext, question: string): Promise<string | null> {
  if (!canAsk(context)) return null;
  const { text, isCancel } = await import("@clack/prompts");
  const answer = await text({
    ...AT_TERMINAL,
    message: question,
    validate: (given) => (given?.trim() ? undefined : "Please type something."),
  });
  if (isCancel(answer)) throw stopped();
  return answer.trim();
}
