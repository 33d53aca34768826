import type { Command } from "commander";
import { contextOf } from "./context.js";

const WEB_HELP = `
The pages then come from your own machine, so no operator can tamper with them. Rooms stay on
their relays: to open an invite link, put http://127.0.0.1:4431/ in place of the address before
its "#". Always use the same port: the browser keeps your rooms under this address.

Examples:
  conclave web
  conclave web --relay https://chat.example.org     the pages can talk to this relay only`;

const VERIFY_HELP = `
Fetches the manifest, every file and the headers that the host serves to this machine now, and
compares them with the web client that this program came with. Exit code 0 means that they are
the same; 6 means that something differs, and the output says which files. It cannot know what
the host serves to others, or later.

Examples:
  conclave verify-web https://chat.example.org
  conclave verify-web https://chat.example.org --signer 5f1c… --json`;

/** The web client's pages: serving them from one's own machine, comparing and signing them. */
export function addPageCommands(program: Command): void {
  program
    .command("web")
    .description("serve the web client from your own machine, without a relay")
    .option("--port <port>", "port on 127.0.0.1", "4431")
    .option("--relay <url>", "let the pages connect to this relay only (can be repeated)", collect, [])
    .addHelpText("after", WEB_HELP)
    .action(async (_: unknown, command: Command) => {
      const { web } = await import("../commands/web.js");
      const options = command.opts<{ port: string; relay: readonly string[] }>();
      await web(contextOf(command.optsWithGlobals()), options);
    });

  program
    .command("verify-web")
    .description("compare the web client that a host serves with this program's own")
    .argument("<url>", "the host's address")
    .option("--signer <key>", "also require a signature by this key (64 hexadecimal digits)")
    .addHelpText("after", VERIFY_HELP)
    .action(async (url: string, _: unknown, command: Command) => {
      const { verifyWeb } = await import("../commands/verifyWeb.js");
      await verifyWeb(contextOf(command.optsWithGlobals()), url);
    });

  program
    .command("sign-web")
    .description("sign this program's web client, so that others can check your signature")
    .requiredOption("--key <file>", "file with the signing key; created if it doesn't exist")
    .action(async (_: unknown, command: Command) => {
      const { signWeb } = await import("../commands/signWeb.js");
      signWeb(contextOf(command.optsWithGlobals()), command.opts<{ key: string }>().key);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
