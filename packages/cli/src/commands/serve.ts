import { KeyImportError } from "@conclave/crypto/node";
import { fileLayout } from "@conclave/protocol";
import { RelayStartError, startRelay, type Relay, type RelayOptions } from "@conclave/relay";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";
import { CliError, usageError } from "../cliError.js";
import { printConfig } from "../config/printConfig.js";
import { resolveConfig } from "../config/resolveConfig.js";
import type { ServeConfig } from "../config/settings.js";
import { writeFault } from "../terminal/fileFault.js";
import { Output } from "../terminal/output.js";
import { LINK, otherCommand, programName } from "../terminal/nextCommand.js";
import { shellWord } from "../terminal/shellWord.js";
import { parseDuration } from "../terminal/when.js";
import { loadPages, OWN_PAGES, toGetPages, type BuiltPages } from "../pages/builtPages.js";
import { PageSite } from "../pages/pageSite.js";
import { keepCertificate, readCertificate, type CertificateFiles } from "./certificate.js";
import { landingPage } from "./landingPage.js";

type Routes = NonNullable<RelayOptions["routes"]>;

interface ServeFlags extends Readonly<Record<string, unknown>> {
  readonly printConfig?: boolean;
}

const MIB = 1024 * 1024;
const LOOPBACK = /^(127\.|::1$|localhost$)/u;

/** `conclave serve`: runs a relay until SIGTERM or SIGINT. */
export async function serve(output: Output, flags: ServeFlags): Promise<void> {
  const resolved = resolveConfig({ flags, env: process.env });
  if (flags.printConfig === true) {
    printConfig(resolved, output);
    return;
  }
  const { config, strangers } = resolved;
  // One form for everything on standard output: lines for a person, or JSON lines.
  const out = config.log === "json" ? new Output(true, "serve") : output;
  for (const { name, nearest } of strangers) {
    out.warn(
      `${name} is not a setting of this relay, so it is ignored.${nearest === null ? "" : ` Did you mean ${nearest}?`}`,
      "UNKNOWN_SETTING",
    );
  }
  const isBehindProxy = config.trustedProxies !== 0;
  if (!LOOPBACK.test(config.host) && config.tlsCert === null && !isBehindProxy) {
    out.warn(
      `listening on ${config.host} without TLS. Messages stay sealed, but anyone who can see the traffic learns who talks when, ` +
        "and could replace the web client.\n  Add --tls-cert and --tls-key, or put a proxy in front and add --trusted-proxies 1.",
      "NO_TLS",
    );
  }
  if (isBehindProxy && config.publicUrl === null) {
    out.warn(
      "behind a proxy, but without the address that people use: the relay answers only to addresses and names of the local " +
        "network, so that no other website can reach it under a name of its own.\n  Add:  --public-url https://chat.example.org",
      "NO_PUBLIC_URL",
    );
  }
  if (config.createPermit === null && (isBehindProxy || config.publicUrl !== null || !LOOPBACK.test(config.host))) {
    out.warn(
      "anyone who can reach this relay can create rooms on it, and rooms stay until you delete them. To allow only some people, set " +
        "CONCLAVE_CREATE_PERMIT (or CONCLAVE_CREATE_PERMIT_FILE) and give them the permit.",
      "NO_PERMIT",
    );
  }
  const pages = config.web ? loadPages(OWN_PAGES) : null;
  const files = tlsFiles(config);
  const tls = files && readCertificate(files);
  const relay = await start(config, tls, pages ? pageRoutes(pages, config) : landingPage);
  const reload = files && tls && keepCertificate(files, tls, relay);
  // With a certificate SIGHUP renews it, as programs that fetch certificates expect.
  const stopped = stopSignal(reload ? ["SIGINT", "SIGTERM"] : undefined);
  announce(relay, config, pages !== null, out);
  await stopped;
  reload?.();
  out.note("Stopping …");
  await relay.close();
}

/** The web client on the relay's own address: it answers everything that the relay itself does not. */
function pageRoutes(pages: BuiltPages, config: ServeConfig): Routes {
  const site = new PageSite(pages, {
    servedBy: "serve",
    connect: config.allowRelay,
    host: config.publicUrl === null ? null : new URL(config.publicUrl).host,
  });
  return (app) => {
    // Also on the relay's own answers and errors: they have the same origin.
    app.server.prependListener("request", (request, response) => {
      site.setHeaders(request, response);
    });
    app.setNotFoundHandler((request, reply) => {
      reply.hijack();
      site.answer(request.raw, reply.raw);
    });
  };
}

async function start(config: ServeConfig, tls: CertificateFiles | null, routes: Routes): Promise<Relay> {
  const keep = config.keepMessages === "forever" ? null : parseDuration(config.keepMessages);
  try {
    return await startRelay({
      dataDir: resolve(config.data),
      ...(config.database !== null && { database: config.database }),
      ...(config.relayKeyFile !== null && { keyFile: resolve(config.relayKeyFile) }),
      host: config.host,
      port: config.port,
      trustedProxies: config.trustedProxies,
      connections: config.connections,
      connectionsPerAddress: config.connectionsPerAddress,
      ...(config.metricsPort !== null && { metrics: { host: config.metricsHost, port: config.metricsPort } }),
      allowOrigins: config.allowOrigin,
      log: config.log,
      settings: {
        createPermit: config.createPermit === null ? null : new TextEncoder().encode(config.createPermit),
        retention: { maxAge: keep },
        limits: { blob: fileLayout(config.fileSize * MIB).blobSize },
        quotas: { blobBytesPerRoom: config.roomFiles * MIB, freeBytes: config.keepFree * MIB },
      },
      routes,
      ...(tls && { tls }),
      ...(config.publicUrl !== null && { publicUrl: config.publicUrl }),
    });
  } catch (error) {
    throw startFailure(error, config);
  }
}

function tlsFiles({ tlsCert, tlsKey }: ServeConfig): CertificateFiles | null {
  if (tlsCert === null && tlsKey === null) return null;
  if (tlsCert === null || tlsKey === null) throw usageError("TLS needs both --tls-cert and --tls-key.");
  return { cert: tlsCert, key: tlsKey };
}

function startFailure(error: unknown, config: ServeConfig): CliError {
  if (!(error instanceof Error)) return new CliError("START_FAILED", "The relay could not start.");
  if (error instanceof KeyImportError) return new CliError(error.code, error.message);
  const code = error instanceof RelayStartError ? error.code : null;
  if (code === "port_in_use") {
    return new CliError(
      "PORT_IN_USE",
      `Port ${config.port} on ${config.host} is in use, perhaps by another relay.`,
      `Use another port:   ${otherCommand("serve", "--port", String(config.port + 1))}\nUse any free port:  ${otherCommand("serve", "--port", "0")}\nSee what uses it:   ss -ltnp 'sport = :${config.port}'`,
    );
  }
  if (code === "port_denied" && config.port < 1024) {
    return new CliError(
      "PORT_DENIED",
      `Port ${config.port} needs more rights than this user has.`,
      "Use one above 1023, with a proxy in front.",
    );
  }
  if (code === "host_unknown") {
    return new CliError(
      "HOST_UNKNOWN",
      `This machine has no address ${config.host}.`,
      "Use 127.0.0.1, or 0.0.0.0 for all.",
    );
  }
  if (code === "data_in_use") {
    return new CliError(
      "DATA_IN_USE",
      `Another relay is running on ${resolve(config.data)}.`,
      "Stop it first, or give this one its own --data folder.",
    );
  }
  if (code === "tls_unusable") {
    return new CliError(
      "START_FAILED",
      `The relay could not start: the certificate or its key cannot be used (${error.message}).`,
      `Both are PEM files and belong together: the certificate with its chain in ${String(config.tlsCert)}, its key in ${String(config.tlsKey)}.`,
    );
  }
  const { cause } = error;
  if (code === "data_unusable" && cause instanceof Error && "syscall" in cause) {
    const isMade = cause.syscall !== "mkdir";
    const where = isMade && "path" in cause && typeof cause.path === "string" ? ` (${cause.path})` : "";
    return new CliError(
      "START_FAILED",
      `The data folder ${resolve(config.data)} cannot be ${isMade ? "used" : "created"}: ${writeFault(cause)}${where}.`,
      existsSync(join(config.data, "relay.db")) || existsSync(join(config.data, "relay.key"))
        ? "It has a relay's data, so do not start on another folder. The folder and all that is in it have to belong to the user who runs the relay (chown)."
        : "Use another one:  --data DIR",
    );
  }
  return new CliError(
    "START_FAILED",
    `The relay could not start: ${error.message}.`,
    `Its data folder is ${resolve(config.data)}.${/unable to open/iu.test(error.message) ? " The user who runs the relay has to own all that is in it." : ""}`,
  );
}

function announce(relay: Relay, config: ServeConfig, hasPages: boolean, output: Output): void {
  const address = config.publicUrl ?? relay.address;
  const data = resolve(config.data);
  const others = config.publicUrl === null ? networkAddresses(relay, config.host) : [];
  const given = address === "http://127.0.0.1:4430" ? [] : ["--relay", address];
  output.result({ event: "ready", address, listening: relay.address, data, web: hasPages }, (paint) => [
    "",
    `${paint.bold("Conclave")} is running. It keeps rooms in order and can read none of them.`,
    "",
    `  ${hasPages ? "Open   " : "Address"}  ${paint.cyan(address)}`,
    ...others.map((other) => `  Network  ${paint.cyan(other)}`),
    `  Data     ${data}`,
    "",
    ...(hasPages || !config.web ? [] : [`The web client is not here. ${toGetPages()}`, ""]),
    hasPages ? "Or in another terminal:" : "Next, in another terminal:",
    "",
    ...(programName() === "conclave" ? [] : [`  cd ${shellWord(process.cwd())}`]),
    `  ${otherCommand("room", "new", "Garden club", "--name", "Alice", ...given)}`,
    `  ${otherCommand("join", LINK, "--name", "Bob", "--home", "./bob")}`,
    `  ${otherCommand("chat")}`,
    "",
    paint.dim(
      `Ctrl-C stops it. Nothing is lost: everything is in the ${config.database === null ? "data folder" : "database"}.`,
    ),
    "",
  ]);
}

/** Where other machines on the network find a relay that listens on all addresses. */
function networkAddresses(relay: Relay, host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [];
  const { protocol, port } = new URL(relay.address);
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(
    ({ internal, family, scopeid }) => !internal && (family === "IPv4" || (host === "::" && !scopeid)),
  );
  return outside.slice(0, 4).map(({ address, family }) => {
    const name = family === "IPv6" ? `[${address}]` : address;
    return `${protocol}//${name}${port === "" ? "" : `:${port}`}`;
  });
}

/** Resolves when the process is asked to end. Call it before saying that all is ready: until then a signal ends the process at once. */
export function stopSignal(signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"]): Promise<void> {
  return new Promise((done) => {
    for (const signal of signals) {
      process.once(signal, () => {
        done();
      });
    }
  });
}
