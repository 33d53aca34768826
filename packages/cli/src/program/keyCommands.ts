import type { Command } from "commander";
import { contextOf } from "./context.js";

/** The room's list of SSH keys. */
export function addKeyCommands(program: Command): void {
  program
    .command("allow")
    .description("list SSH keys: with a link for them, each lets in one person, once")
    .argument("<file>", "authorized_keys, allowed_signers or a .pub file; - reads standard input")
    .option("--ignore-options", "list keys also where their line has options: those mean nothing in a room")
    .addHelpText(
      "after",
      `
Only ssh-ed25519 keys count. Every line that is left out is told, with the reason.
The link is made with "conclave invite --ssh-keys", and people join with "conclave join".

Examples:
  conclave allow ~/.ssh/authorized_keys
  curl -s https://example.org/alice.keys | conclave allow -`,
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const { allow } = await import("../commands/sshKeys.js");
      await allow(contextOf(command.optsWithGlobals()), file);
    });

  program
    .command("allowed")
    .description("show the SSH keys that are listed, and who joined with them")
    .action(async (_: unknown, command: Command) => {
      const { allowed } = await import("../commands/sshKeys.js");
      await allowed(contextOf(command.optsWithGlobals()));
    });

  program
    .command("disallow")
    .description("take SSH keys off the list; people who joined with one stay")
    .argument("<key>", 'its fingerprint or comment, as "conclave allowed" shows them, or a file of keys')
    .action(async (key: string, _: unknown, command: Command) => {
      const { disallow } = await import("../commands/sshKeys.js");
      await disallow(contextOf(command.optsWithGlobals()), key);
    });
}
