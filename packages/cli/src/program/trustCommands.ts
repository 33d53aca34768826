import type { Command } from "commander";
import { contextOf } from "./context.js";

/** Checking people, the room and the relay; getting back in. */
export function addTrustCommands(program: Command): void {
  program
    .command("verify")
    .description("show fingerprints to compare with others: words, digits, room code, people code")
    .argument("[person]", "somebody else's fingerprint instead of your own")
    .option("--mark", "you have compared it: keep a mark on this person, in every room")
    .option("--unmark", "take the mark away")
    .addHelpText(
      "after",
      `
Read the room code aloud: anyone who sees the same one sees the same people, the same history of
decisions and the same keys. It changes with every change of keys; the people code changes only
with people and policy. You can talk without comparing anything.`,
    )
    .action(async (person: string | undefined, _: unknown, command: Command) => {
      const { verify } = await import("../commands/verify.js");
      await verify(contextOf(command.optsWithGlobals()), person ?? null);
    });

  program
    .command("status")
    .description("show connection, freshness, what waits to be sent, alarms")
    .option("--offline", "what is stored, without asking the relay")
    .action(async (_: unknown, command: Command) => {
      const { status } = await import("../commands/status.js");
      await status(contextOf(command.optsWithGlobals()));
    });

  program
    .command("verify-proof")
    .description("check a proof that a relay lied, without any connection")
    .argument("<file>", "the file that an alarm saved")
    .action(async (file: string, _: unknown, command: Command) => {
      const { verifyProof } = await import("../commands/verifyProof.js");
      verifyProof(contextOf(command.optsWithGlobals()), file);
    });

  program
    .command("resume")
    .description("go on after you have looked at the alarms; a copied or restored home comes back by it")
    .action(async (_: unknown, command: Command) => {
      const { resume } = await import("../commands/resume.js");
      await resume(contextOf(command.optsWithGlobals()));
    });

  program
    .command("sync")
    .description("send what waits, take in what is new, and do what is owed: farewells, what was agreed, new keys")
    .addHelpText(
      "after",
      `
Every command that is online does what is owed in its room, for at most three seconds. This one
waits until it is done, and says what it did. Run it now and then where nobody keeps a chat open.`,
    )
    .action(async (_: unknown, command: Command) => {
      const { sync } = await import("../commands/sync.js");
      await sync(contextOf(command.optsWithGlobals()));
    });

  program
    .command("recovery")
    .description("show the 24 words that bring you back when every device is lost, and prepare your rooms for it")
    .option("--yes", "show them without asking")
    .option("--again", "also where you had ended it")
    .action(async (_: unknown, command: Command) => {
      const { recovery } = await import("../commands/recovery.js");
      await recovery(contextOf(command.optsWithGlobals()));
    });

  program
    .command("recover")
    .description("come back as yourself from the 24 words, in a home that is still empty")
    .addHelpText(
      "after",
      `
Asks for the words, or reads them from standard input; never give them on the command line.
They bring back who you are, not rooms, messages or keys: those were on the devices that are lost.

Examples:
  conclave recover --home ./new
  conclave recover --home ./new < words.txt`,
    )
    .action(async (_: unknown, command: Command) => {
      const { recover } = await import("../commands/recover.js");
      await recover(contextOf(command.optsWithGlobals()));
    });
}
