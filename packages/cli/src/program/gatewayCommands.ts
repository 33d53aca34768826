import type { Command } from "commander";
import { contextOf } from "./context.js";

const GATEWAY_HELP = `
A gateway lets something that is not a member (a build server, a sensor, a script) write into a
room through this home, and with --hear also read it. Each such party has its own key; revoking
one does not affect the others. The room sees "build server, via Alice's gateway", and takes
Alice's word for it. The gateway's machine can read what the parties write and hear.

Ways to write:
  mac     curl and openssl: the text is signed, not hidden. Put TLS in front, or stay on one machine.
  sealed  "conclave gateway post", or your own program: nobody on the way can read it.
  github  webhooks from GitHub, checked by their signature.
  token   anything that can call a Slack webhook: the key is in the address.

Examples:
  conclave gateway add "build server" --room "Garden club"
  conclave gateway add "door sensor" --way sealed --hear
  conclave gateway run
  conclave gateway revoke "build server"`;

const POST_HELP = `
Examples:
  echo 'build 9 failed' | conclave gateway post --key build.key --to http://127.0.0.1:4440
  conclave gateway post --key build.key --to https://gateway.example.org 'build 9 failed'

Use a key on one machine only: the file FILE.counter beside it keeps count.`;

/** Commands that let outside parties write into rooms through this home. */
export function addGatewayCommands(program: Command): void {
  const gateway = program
    .command("gateway")
    .description("let a build server, a sensor or a script write into a room through this home")
    .addHelpText("after", GATEWAY_HELP);

  gateway
    .command("add")
    .description("add a party: shows its key, once, and how to use it")
    .argument("<name>", "what the room sees, for example build server")
    .option("--way <way>", "how it proves who it is: mac, sealed, github, token", "mac")
    .option("--hear", "let it also read what is written in the room from now on; the room is told")
    .action(async (name: string, _: unknown, command: Command) => {
      const { gatewayAdd } = await import("../commands/gateway.js");
      await gatewayAdd(contextOf(command.optsWithGlobals()), name);
    });

  gateway
    .command("list")
    .description("show the parties that can write through this home")
    .action(async (_: unknown, command: Command) => {
      const { gatewayList } = await import("../commands/gateway.js");
      await gatewayList(contextOf(command.optsWithGlobals()));
    });

  gateway
    .command("revoke")
    .description("revoke a party's key, with immediate effect")
    .argument("<party>", "its name or the beginning of its id")
    .action(async (party: string, _: unknown, command: Command) => {
      const { gatewayRevoke } = await import("../commands/gateway.js");
      await gatewayRevoke(contextOf(command.optsWithGlobals()), party);
    });

  gateway
    .command("run")
    .description("run the gateway, until Ctrl-C or SIGTERM")
    .option("--host <address>", "address to listen on; for any other than this one, put TLS in front", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 picks a free one", "4440")
    .option("--rate <n>", "how many messages each party can send in a minute", "120")
    .option("--allow-token", "accept tokens from other machines too; only with TLS in front")
    .action(async (_: unknown, command: Command) => {
      const { gatewayRun } = await import("../commands/gateway.js");
      await gatewayRun(contextOf(command.optsWithGlobals()));
    });

  gateway
    .command("post")
    .description("send a text to a gateway, sealed (for parties added with --way sealed)")
    .argument("[text...]", "the text; without it, or with -, it is read from standard input")
    .requiredOption("--key <file>", "the file with the line that gateway add printed")
    .requiredOption("--to <address>", "the gateway's address")
    .addHelpText("after", POST_HELP)
    .action(async (text: string[], _: unknown, command: Command) => {
      const { gatewayPost } = await import("../commands/gateway.js");
      await gatewayPost(contextOf(command.optsWithGlobals()), text.join(" "));
    });
}
