import { fastify, type FastifyInstance } from "fastify";
import { STATUS_CODES } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { RequestGuard } from "./requestGuard.js";

/** What the pages about the relay's state show. */
export interface RelayState {
  isReady(): boolean;
  /** Why it takes nothing new, in a few words; null if it does. */
  writeFault(): string | null;
  /** Told of each request to `/healthz`. */
  arrived(request: IncomingMessage): void;
}

/** How the HTTP server is made. */
export interface HttpOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly guard: RequestGuard;
  /** The path that everything is under, for a proxy that does not remove it: `/talk`, or nothing. */
  readonly basePath: string;
}

/** Ms for a request's headers, for a TLS handshake, and between checks of both: silent clients are cut off. */
const HEADERS_TIMEOUT_MS = 10_000;
const LOOK_INTERVAL_MS = 2000;
/** Ms that an answer outside of any route has to arrive before its socket is cut. */
const LINGER_MS = 2000;

/** The relay's HTTP server: whether it lives, whether it is ready, and one line about itself. It logs nothing. */
export function httpServer(state: RelayState, options: HttpOptions): FastifyInstance {
  const { guard, basePath, tls } = options;
  // RULE: relay.silent-end: a socket on which nothing is said is closed, so that nobody holds the relay's sockets for nothing.
  const timeouts = { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: LOOK_INTERVAL_MS };
  const base = {
    logger: false,
    bodyLimit: 1024,
    return503OnClosing: true,
    rewriteUrl: ({ url = "/" }: { readonly url?: string }) => withoutBase(url, basePath),
    // Without this listener, Node answers anything that is not HTTP without any headers.
    clientErrorHandler: (error: Error & { readonly code?: string }, socket: Socket) => {
      const status = CLIENT_ERRORS[error.code ?? ""] ?? 400;
      if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
      else answerRaw(socket, status, guard);
    },
  } as const;
  const app = (
    tls === undefined
      ? fastify({ ...base, http: timeouts })
      : fastify({ ...base, https: { ...tls, ...timeouts, handshakeTimeout: HEADERS_TIMEOUT_MS } })
  ) as FastifyInstance;
  app.server.prependListener("request", (_request, response) => {
    // Before any route; a route that has better ones sets them again.
    for (const [name, value] of Object.entries(guard.headers))
      if (!response.hasHeader(name)) response.setHeader(name, value);
  });
  app.addHook("onRequest", (request, reply, done) => {
    const refused = guard.refusal(request.raw);
    if (refused !== null) void reply.code(refused.status).type("text/plain").send(`${refused.sentence}\n`);
    else if (basePath !== "" && request.originalUrl === basePath) void reply.redirect(`${basePath}/`, 308);
    else done();
  });
  app.get("/healthz", (request, reply) => {
    state.arrived(request.raw);
    return reply.type("text/plain").send("ok\n");
  });
  app.get("/readyz", (_request, reply) => {
    const fault = state.isReady() ? state.writeFault() : "starting or stopping";
    return reply
      .code(fault === null ? 200 : 503)
      .type("text/plain")
      .send(fault === null ? "ready\n" : `not ready: ${fault}\n`);
  });
  return app;
}

const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** A path without the base path, which some proxies remove and some do not. */
export function withoutBase(url: string, basePath: string): string {
  return basePath !== "" && url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : url;
}

/** Answers on a bare socket, with the headers of every answer, and closes it. */
// RULE: relay.headers-everywhere: what Node or the upgrade answers by itself is of the same origin as the pages.
export function answerRaw(
  socket: Duplex,
  status: number,
  guard: RequestGuard,
  more: Readonly<Record<string, string>> = {},
  text = "",
): void {
  socket.on("error", () => undefined);
  const headers = {
    ...guard.headers,
    ...more,
    "Content-Type": "text/plain",
    "Content-Length": String(Buffer.byteLength(text)),
  };
  const lines = Object.entries({ ...headers, Connection: "close" }).map(([name, value]) => `${name}: ${value}\r\n`);
  // A client that neither reads nor closes does not keep it open.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`);
}
