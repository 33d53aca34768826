import { Option, type Command } from "commander";
import { environmentName, flagName, SETTING_NAMES, SETTINGS } from "../config/settings.js";
import { contextOf, type Options } from "./context.js";
import { addBackupCommands } from "./backupCommands.js";
import { addPageCommands } from "./pageCommands.js";

const SERVE_HELP = `
Settings come from a flag, else the environment, else config.json in the data folder (or
--config FILE), else the default. Each CONCLAVE_NAME can instead be CONCLAVE_NAME_FILE, which
names a file with the value. --print-config shows every value and where it came from.

Examples:
  conclave serve                                        on 127.0.0.1:4430, data in ./data
  conclave serve --port 0 --data /srv/conclave
  conclave serve --host 0.0.0.0 --trusted-proxies 1 --public-url https://chat.example.org
  CONCLAVE_CREATE_PERMIT_FILE=/run/secrets/permit conclave serve --log json`;

export function addRelayCommands(program: Command): void {
  const serve = program
    .command("serve")
    .description("run a relay: the server that keeps rooms in order and can read none of them")
    .option("--config <file>", "configuration file (CONCLAVE_CONFIG, else config.json in the data folder)")
    .option("--print-config", "show every setting with its value and source, and stop")
    .addHelpText("after", SERVE_HELP);
  for (const name of SETTING_NAMES) {
    const { kind, about, fallback } = SETTINGS[name];
    const initial = typeof fallback === "string" || typeof fallback === "number" ? `; default ${fallback}` : "";
    const flags = `--${kind === "off" ? "no-" : ""}${flagName(name)}${kind === "value" ? " <value>" : ""}`;
    const option = new Option(flags, `${about} (${environmentName(name)}${initial})`);
    // With its positive form known, commander takes a --no- flag that was not given for neither: environment and file have their say.
    if (kind === "off") serve.addOption(new Option(`--${flagName(name)}`).hideHelp());
    // A secret on a command line can be read by every process of the machine.
    if (kind !== "secret") serve.addOption(option);
  }
  const secrets = SETTING_NAMES.filter((name) => SETTINGS[name].kind === "secret").map(
    (name) => `  ${environmentName(name)}  ${SETTINGS[name].about}`,
  );
  serve.addHelpText(
    "after",
    `\nSecrets go in the environment, a file or config.json. Others could read them on a command line:\n${secrets.join("\n")}`,
  );
  serve.action(async (_: unknown, command: Command) => {
    const options: Options = command.optsWithGlobals();
    const { serve: run } = await import("../commands/serve.js");
    await run(contextOf(options).output, options);
  });
  addBackupCommands(program);
  addPageCommands(program);
}
