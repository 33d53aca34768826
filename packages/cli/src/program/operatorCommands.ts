import type { Command } from "commander";
import { contextOf, FOR_GOOD } from "./context.js";

const RELAY_HELP = `
These commands are for the relay's operator, on its machine. They ask the relay that runs on the
data folder; if none runs, they work in the folder itself.

Examples:
  conclave relay rooms --unused 90d
  conclave relay delete 3f09a1c2
  conclave relay block 192.0.2.0/24`;

const DATA = ["--data <dir>", "the relay's data folder (CONCLAVE_DATA, else ./data)"] as const;

const RECOVERED_HELP = `
For data that was put back in a way that the relay does not notice by itself: a disk that was rolled
back to a snapshot, or a database that does not say which server it is on. Run it before a relay
starts. Each room then waits a moment for what its members know beyond it, and goes on.

Example:
  CONCLAVE_DATABASE_FILE=/run/secrets/database conclave relay recovered`;

const DOCTOR_HELP = `
Run it as the relay's user, with the relay's own settings. It reads every record of every room and
changes nothing; the relay can run meanwhile. Exit code 0 means that all is well, 9 that something
is wrong: each such line says what to do.

Examples:
  conclave doctor --data /srv/conclave
  CONCLAVE_DATABASE_FILE=/run/secrets/database conclave doctor --json`;

/** What the operator of a relay does with it. */
export function addOperatorCommands(program: Command): void {
  const relay = program
    .command("relay")
    .description("list and delete the rooms of your relay, and block addresses")
    .addHelpText("after", RELAY_HELP);

  relay
    .command("rooms")
    .description("list the rooms of your relay: how large they are, and when they were last used")
    .option("--unused <time>", "only rooms in which nothing was written for so long, for example 90d")
    .option(...DATA)
    .addHelpText("after", "\nThe relay knows a room by its tag alone: neither its title nor who is in it.")
    .action(async (_: unknown, command: Command) => {
      const { relayRooms } = await import("../commands/relayOperator.js");
      await relayRooms(contextOf(command.optsWithGlobals()));
    });

  relay
    .command("delete")
    .description("delete a room from your relay for good; its members are told so")
    .argument("<tag>", "the beginning of the room's tag, as conclave relay rooms shows it")
    .option(...DATA)
    .option("--yes", FOR_GOOD)
    .action(async (tag: string, _: unknown, command: Command) => {
      const { relayDelete } = await import("../commands/relayOperator.js");
      await relayDelete(contextOf(command.optsWithGlobals()), tag);
    });

  relay
    .command("addresses")
    .description("show which addresses are connected to your relay now, were refused lately, or are blocked")
    .option(...DATA)
    .action(async (_: unknown, command: Command) => {
      const { relayAddresses } = await import("../commands/relayOperator.js");
      await relayAddresses(contextOf(command.optsWithGlobals()));
    });

  relay
    .command("recovered")
    .description("tell your relay that its data was put back from a copy that may lack what was acknowledged")
    .option(...DATA)
    .addHelpText("after", RECOVERED_HELP)
    .action(async (_: unknown, command: Command) => {
      const { relayRecovered } = await import("../commands/relayRecovered.js");
      await relayRecovered(contextOf(command.optsWithGlobals()));
    });

  program
    .command("doctor")
    .description("look at a relay from its own machine: say what is wrong with it, and what to do")
    .option(...DATA)
    .option("--config <file>", "configuration file (CONCLAVE_CONFIG, else config.json in the data folder)")
    .addHelpText("after", DOCTOR_HELP)
    .action(async (_: unknown, command: Command) => {
      const { doctor } = await import("../commands/doctor.js");
      await doctor(contextOf(command.optsWithGlobals()));
    });

  for (const [name, about, isBlocked] of [
    ["block", "close an address's connections to your relay, and refuse new ones", true],
    ["unblock", "let a blocked address connect again", false],
  ] as const) {
    relay
      .command(name)
      .description(about)
      .argument("<address>", "an address or a network, such as 192.0.2.7 or 2001:db8::/32")
      .option(...DATA)
      .action(async (address: string, _: unknown, command: Command) => {
        const { relayBlock } = await import("../commands/relayOperator.js");
        await relayBlock(contextOf(command.optsWithGlobals()), address, isBlocked);
      });
  }
}
