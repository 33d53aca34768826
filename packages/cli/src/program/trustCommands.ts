import type { Command } from "commander";
import { contextOf } from "./context.js";

/** Checking people, the room and the relay; getting back in. */
export function addTrustCommands(program: Command): void {
  program
    .command("verify")
    .description("show fingerprints to compare with others: words, digits, room code, people code")
    .argument("[person]", "somebody else's fingerprint instead of your own")
    .option("--mark", "mark this person as checked, in every room, after you have compared")
    .option("--unmark", "remove the mark")
    .addHelpText(
      "after",
      `
Read the room code aloud: anyone who sees the same code sees the same people, the same history of
decisions and the same keys. It changes whenever the keys change; the people code changes only
when the people or the policy change. You can talk without comparing anything.`,
    )
    .action(async (person: string | undefined, _: unknown, command: Command) => {
      const { verify } = await import("../commands/verify.js");
      await verify(contextOf(command.optsWithGlobals()), person ?? null);
    });

  program
    .command("status")
    .description("show the connection, how fresh the list of members is, what is waiting to be sent, and alarms")
    .option("--offline", "show what is stored here, without asking the relay")
    .option(
      "--check",
      "ask those who decide to confirm the list of members now, and say who answered and how long it took",
    )
    .addHelpText(
      "after",
      `
The list is confirmed by those without whom nobody can be removed here. Its age counts from messages
of this home that they had read: neither the relay nor anybody's clock makes it younger. With
--check, exit code 1 means that too few of them answered within 20 seconds.`,
    )
    .action(async (_: unknown, command: Command) => {
      const { status } = await import("../commands/status.js");
      await status(contextOf(command.optsWithGlobals()));
    });

  program
    .command("verify-proof")
    .description("check a proof that a relay lied; needs no connection")
    .argument("<file>", "the file that an alarm saved")
    .action(async (file: string, _: unknown, command: Command) => {
      const { verifyProof } = await import("../commands/verifyProof.js");
      verifyProof(contextOf(command.optsWithGlobals()), file);
    });

  program
    .command("resume")
    .description("go on sending after you have looked at the alarms, or bring back a copied or restored home")
    .action(async (_: unknown, command: Command) => {
      const { resume } = await import("../commands/resume.js");
      await resume(contextOf(command.optsWithGlobals()));
    });

  program
    .command("sync")
    .description(
      "send what is waiting, receive what is new, and do what is due: farewells, approved proposals, new keys",
    )
    .addHelpText(
      "after",
      `
Every command that is online does what is due in its room, for at most three seconds. This one
waits until all of it is done, and says what it did. Run it now and then if nobody keeps a chat
open.`,
    )
    .action(async (_: unknown, command: Command) => {
      const { sync } = await import("../commands/sync.js");
      await sync(contextOf(command.optsWithGlobals()));
    });

  program
    .command("recovery")
    .description("show the 24 words that bring you back if you lose every device, and prepare your rooms for that")
    .option("--yes", "show them without asking")
    .option("--again", "also prepare rooms where you had turned this off")
    .action(async (_: unknown, command: Command) => {
      const { recovery } = await import("../commands/recovery.js");
      await recovery(contextOf(command.optsWithGlobals()));
    });

  program
    .command("recover")
    .description("become yourself again with the 24 words, in an empty home")
    .addHelpText(
      "after",
      `
Asks for the words, or reads them from standard input; never give them on the command line.
They bring back who you are, not rooms, messages or keys: those were on the devices you lost.

Examples:
  conclave recover --home ./new
  conclave recover --home ./new < words.txt`,
    )
    .action(async (_: unknown, command: Command) => {
      const { recover } = await import("../commands/recover.js");
      await recover(contextOf(command.optsWithGlobals()));
    });
}
