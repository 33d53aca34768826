import { createServer, type Server } from "node:http";
import { CliError, usageError } from "../cliError.js";
import { connectSource } from "../config/settings.js";
import { loadPages, OWN_PAGES, toGetPages, type BuiltPages } from "../pages/builtPages.js";
import { PageSite } from "../pages/pageSite.js";
import { shortHash } from "../pages/pageManifest.js";
import type { CommandContext } from "../program/context.js";
import { stopSignal } from "./serve.js";

// Any relay that is reached over TLS, and relays of this machine.
const ANY_RELAY = ["https:", "wss:", "ws://127.0.0.1:*", "ws://localhost:*"];

/** `conclave web`: serves the web client to this machine only, until a signal stops it. */
export async function web(
  { output }: CommandContext,
  options: { readonly port: string; readonly relay: readonly string[] },
): Promise<void> {
  const port = Number(options.port);
  if (!/^\d{1,5}$/u.test(options.port) || port > 65_535)
    throw usageError("The port must be a whole number from 0 to 65535.");
  const relays = options.relay.map((address) => {
    const source = connectSource(address);
    if (source === null) throw usageError("A relay's address looks like https://chat.example.org.");
    return source;
  });
  const pages = ownPages();
  const site = new PageSite(pages, { servedBy: "web", connect: relays.length === 0 ? ANY_RELAY : relays });
  const server = createServer((request, response) => {
    site.setHeaders(request, response);
    site.answer(request, response);
  });
  const address = await listen(server, port);
  const { build, version } = pages.manifest;
  // eslint-disable-next-line conclave/outcome-last -- That it listens is so; what is awaited is its end.
  output.result({ event: "ready", address, version, build }, (paint) => [
    "",
    `${paint.bold("Conclave")} from this machine: version ${version}, fingerprint ${shortHash(build)}`,
    "",
    `  Open     ${paint.cyan(address)}`,
    "",
    paint.dim("Only this machine can open it. Ctrl-C stops it; what the browser has stored stays."),
    "",
  ]);
  await stopSignal();
  server.closeAllConnections();
  server.close();
}

/** The web client that this program came with, or this clone's build. @throws CliError when it has not. */
export function ownPages(): BuiltPages {
  const pages = loadPages(OWN_PAGES);
  if (!pages) throw new CliError("NOT_BUILT", "The web client is not here.", toGetPages());
  return pages;
}

async function listen(server: Server, port: number): Promise<string> {
  return await new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new CliError(
              "PORT_IN_USE",
              `Port ${port} is in use, perhaps because this command is already running.`,
              "To a browser, another port is another site: it doesn't show the rooms you opened on this one.\nSee what uses it:  ss -ltnp",
            )
          : new CliError("START_FAILED", `Can't listen on port ${port} (${error.code ?? "unknown"}).`),
      );
    });
    // RULE: web.own-machine: on the loopback address only; the pages are told that they come from this machine.
    server.listen(port, "127.0.0.1", () => {
      const bound = server.address();
      resolve(`http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : port}`);
    });
  });
}
