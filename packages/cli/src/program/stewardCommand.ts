import type { Command } from "commander";
import { contextOf } from "./context.js";

const HELP = `
A steward is always on and opens the door at night: it lets in who was approved or has an "auto" link,
carries out farewells, closes links whose time is over, and keeps the others useful. It has no say:
its approval counts nowhere, and with its keys alone nobody gets in who has no link. It reads what is
said. Its home is its own, not yours; somebody in the room lets it in, and it leaves together with them.

Examples:
  conclave join 'LINK' --steward --name "Night porter" --yes --home /var/lib/conclave-steward
  conclave steward --home /var/lib/conclave-steward --audit /var/lib/conclave-steward/audit.jsonl
  conclave steward --home /var/lib/conclave-steward --dry-run

A member lets it in with "conclave admit". docs/operator.md has a systemd unit.`;

/** The command of a program that is always on. */
export function addStewardCommand(program: Command): void {
  program
    .command("steward")
    .description("carry out what people have decided, until Ctrl-C or SIGTERM")
    .option("--dry-run", "show what it would carry out now, send nothing, and end")
    .option("--audit <file>", "add a JSON line to this file for each thing that it carries out")
    .addHelpText("after", HELP)
    .action(async (_: unknown, command: Command) => {
      const { steward } = await import("../commands/steward.js");
      await steward(contextOf(command.optsWithGlobals()));
    });
}
