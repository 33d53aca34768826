import type { Command } from "commander";
import { contextOf } from "./context.js";

const GATEWAY_HELP = `
A gateway lets what is nobody in the room (a build server, a sensor, a script) write into it, and
with --hear read it, through this home. Each such party has a key of its own; taking one back
touches nobody else. The room sees "build server, via Alice's gateway", and takes Alice's word
for it. The machine of the gateway reads what the parties write, and what they hear.

Ways to write:
  mac     curl and openssl: the text is signed, not hidden. Put TLS in front, or stay on one machine.
  sealed  "conclave gateway post", or your own program: nobody on the way can read it.
  github  webhooks of GitHub, by their signature.
  token   whatever can call a Slack webhook: the key is in the address.

Examples:
  conclave gateway add "build server" --room "Garden club"
  conclave gateway add "door sensor" --way sealed --hear
  conclave gateway run
  conclave gateway revoke "build server"`;

const POST_HELP = `
Examples:
  echo 'build 9 failed' | conclave gateway post --key build.key --to http://127.0.0.1:4440
  conclave gateway post --key build.key --to https://gateway.example.org 'build 9 failed'

One key is for one machine: beside it a file FILE.counter keeps count.`;

/** What lets outside parties write into rooms through this home. */
export function addGatewayCommands(program: Command): void {
  const gateway = program
    .command("gateway")
    .description("let a build server, a sensor or a script write into a room through this home")
    .addHelpText("after", GATEWAY_HELP);

  gateway
    .command("add")
    .description("let a party in: shows its key, once, and how it is used")
    .argument("<name>", "how the room sees it, for example build server")
    .option("--way <way>", "how it proves who it is: mac, sealed, github, token", "mac")
    .option("--hear", "let it hear what is written in the room from now on; the room is told")
    .action(async (name: string, _: unknown, command: Command) => {
      const { gatewayAdd } = await import("../commands/gateway.js");
      await gatewayAdd(contextOf(command.optsWithGlobals()), name);
    });

  gateway
    .command("list")
    .description("show who may write through this home")
    .action(async (_: unknown, command: Command) => {
      const { gatewayList } = await import("../commands/gateway.js");
      await gatewayList(contextOf(command.optsWithGlobals()));
    });

  gateway
    .command("revoke")
    .description("take a party's key back, at once")
    .argument("<party>", "its name or the beginning of its id")
    .action(async (party: string, _: unknown, command: Command) => {
      const { gatewayRevoke } = await import("../commands/gateway.js");
      await gatewayRevoke(contextOf(command.optsWithGlobals()), party);
    });

  gateway
    .command("run")
    .description("take what the parties say, until Ctrl-C or SIGTERM")
    .option("--host <address>", "where it listens; with another than this one, put TLS in front", "127.0.0.1")
    .option("--port <port>", "0 takes a free one", "4440")
    .option("--rate <n>", "messages of one party in a minute", "120")
    .option("--allow-token", "take tokens from other machines too: there is TLS in front")
    .action(async (_: unknown, command: Command) => {
      const { gatewayRun } = await import("../commands/gateway.js");
      await gatewayRun(contextOf(command.optsWithGlobals()));
    });

  gateway
    .command("post")
    .description("bring a text to a gateway, sealed (for parties with --way sealed)")
    .argument("[text...]", "what to say; without it, or with -, standard input")
    .requiredOption("--key <file>", "the file with the line that gateway add has shown")
    .requiredOption("--to <address>", "the gateway's address")
    .addHelpText("after", POST_HELP)
    .action(async (text: string[], _: unknown, command: Command) => {
      const { gatewayPost } = await import("../commands/gateway.js");
      await gatewayPost(contextOf(command.optsWithGlobals()), text.join(" "));
    });
}
