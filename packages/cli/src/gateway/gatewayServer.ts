import { toHex } from "@conclave/codec";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CliError } from "../cliError.js";
import { type Knock, LONGEST_TEXT_BYTES } from "./door.js";
import type { Gateway } from "./gateway.js";
import { hear } from "./hearing.js";
import type { Party } from "./party.js";
import type { Taken } from "./partyDesk.js";
import { LONGEST_PACKET_BYTES } from "./sealedPacket.js";

/** Events of GitHub are big, and only a line of them is kept. */
const LONGEST_EVENT_BYTES = 1024 * 1024;
const LONGEST_JSON_BYTES = 2 * LONGEST_TEXT_BYTES;
const LONG_POLL_MS = 25_000;
const MOST_POLLS = 4;
const MOST_CONNECTIONS = 512;
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/u;

/** How a gateway listens. */
export interface GatewayServerOptions {
  readonly host: string;
  readonly port: number;
  /** A token in a path is taken from elsewhere than this machine too: there is TLS in front. */
  readonly allowToken: boolean;
  /** Told of each packet: what became of it, and whose it was if that is known. */
  readonly onTaken: (taken: Taken, party: Party | null) => void;
  /** The home failed: nothing more is taken. */
  readonly onFailed: (error: unknown) => void;
}

/** A gateway that listens. */
export interface GatewayServer {
  readonly address: string;
  /** Takes nothing more; resolves when what was being taken is answered. */
  close(): Promise<void>;
}

/** Listens for parties. @throws CliError PORT_IN_USE, START_FAILED */
export async function serveGateway(gateway: Gateway, options: GatewayServerOptions): Promise<GatewayServer> {
  const closing = new AbortController();
  const site = new GatewaySite(gateway, options, closing.signal);
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS }, (request, response) => {
    site.answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) reply(response, 503, { error: "failed" });
      if (!request.destroyed) options.onFailed(error);
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  await listening(server, options);
  const { address, port, family } = server.address() as AddressInfo;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listening(server: Server, { host, port }: GatewayServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === "EADDRINUSE";
      const sentence = isTaken
        ? `Port ${port} on ${host} is in use.`
        : `The gateway could not start: ${error.message}.`;
      reject(
        new CliError(
          isTaken ? "PORT_IN_USE" : "START_FAILED",
          sentence,
          isTaken ? "Use another one:  --port PORT" : null,
        ),
      );
    });
    server.listen(port, host, () => {
      resolve();
    });
  });
}

class GatewaySite {
  private readonly polls = new Map<string, number>();

  constructor(
    private readonly gateway: Gateway,
    private readonly options: GatewayServerOptions,
    private readonly closing: AbortSignal,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("cache-control", "no-store");
    response.setHeader("x-content-type-options", "nosniff");
    const target = targetOf(request);
    if (request.method === "GET" && target?.pathname === "/out") {
      await this.tell(request, response, target.searchParams.get("after") ?? "0");
      return;
    }
    const door = request.method === "POST" && target ? doorAt(target.pathname, request) : null;
    if (!door) {
      reply(response, 404, { error: "not_found" });
      return;
    }
    // RULE: gateway.token-near: a secret in a path stays on this machine, or there is TLS in front (attack A133).
    if (door.way === "token" && !this.options.allowToken && !isFromHere(request)) {
      reply(response, 403, { error: "refused" });
      return;
    }
    const body = await bodyOf(request, door.longest);
    if (!body) {
      response.setHeader("connection", "close");
      reply(response, 413, { error: "too_large" });
      return;
    }
    const { taken, party } = await this.gateway.take(door.knock(body));
    this.options.onTaken(taken, party);
    answerTaken(response, taken);
  }

  private async tell(request: IncomingMessage, response: ServerResponse, after: string): Promise<void> {
    const party = this.gateway.listener(headerOf(request, "conclave-mac"), after);
    const room = party && this.gateway.roomOf(party);
    if (!party || !/^\d{1,15}$/u.test(after)) {
      reply(response, 403, { error: "refused" });
      return;
    }
    if (!room) {
      reply(response, 503, { error: "no_room" });
      return;
    }
    const id = toHex(party.id);
    const polls = this.polls.get(id) ?? 0;
    if (polls >= MOST_POLLS) {
      response.setHeader("retry-after", "1");
      reply(response, 429, { error: "too_many" });
      return;
    }
    this.polls.set(id, polls + 1);
    try {
      const lines = await this.heard(party, Number(after), response);
      response.setHeader("content-type", "text/plain; charset=utf-8");
      response.end(lines.map((line) => `${line}\n`).join(""));
    } finally {
      this.polls.set(id, this.polls.get(id)! - 1);
    }
  }

  /** What is new, as soon as something is; nothing after a while, or when the party has gone. */
  private async heard(party: Party, after: number, response: ServerResponse): Promise<string[]> {
    const room = this.gateway.roomOf(party)!;
    const ended = AbortSignal.any([this.closing, AbortSignal.timeout(LONG_POLL_MS), closedSignal(response)]);
    const news = new News();
    const stop = room.watch(() => {
      news.come();
    });
    ended.addEventListener("abort", () => {
      news.come();
    });
    try {
      for (;;) {
        const next = news.next();
        // RULE: gateway.revoked-at-once: a party that is revoked while it waits hears nothing more (attack A133).
        const lines = this.gateway.has(party) ? await hear(room, party, after) : [];
        if (lines.length > 0 || ended.aborted || !this.gateway.has(party)) return lines;
        await next;
      }
    } finally {
      stop();
    }
  }
}

/** Waiting for whatever comes from the moment of asking on. */
class News {
  private wake: () => void = () => undefined;

  next(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  come(): void {
    this.wake();
  }
}

/**
 * What is asked for; null if that is not an address.
 *
 * RULE: gateway.any-target: something that is not an address leads nowhere, like an unknown one: nobody can stop a gateway with
 * what they ask it for (attack A152).
 */
function targetOf({ url = "/" }: IncomingMessage): URL | null {
  return URL.canParse(url, "http://gateway") ? new URL(url, "http://gateway") : null;
}

interface Door {
  readonly way: Knock["way"];
  readonly longest: number;
  knock(body: Uint8Array): Knock;
}

function doorAt(path: string, request: IncomingMessage): Door | null {
  if (path === "/in") {
    const proof = headerOf(request, "conclave-mac");
    return proof === ""
      ? { way: "sealed", longest: LONGEST_PACKET_BYTES, knock: (body) => ({ way: "sealed", body }) }
      : { way: "mac", longest: LONGEST_TEXT_BYTES, knock: (body) => ({ way: "mac", proof, body }) };
  }
  const [, door = "", party = "", token = "", ...more] = path.split("/");
  if (door === "github" && token === "") {
    const signature = headerOf(request, "x-hub-signature-256");
    const event = headerOf(request, "x-github-event");
    const knock = (body: Uint8Array): Knock => ({ way: "github", party, signature, event, body });
    return { way: "github", longest: LONGEST_EVENT_BYTES, knock };
  }
  if (door === "slack" && more.length === 0)
    return { way: "token", longest: LONGEST_JSON_BYTES, knock: (body) => ({ way: "token", party, token, body }) };
  return null;
}

function answerTaken(response: ServerResponse, taken: Taken): void {
  switch (taken.is) {
    case "taken":
      reply(response, 202, { id: toHex(taken.messageId) });
      return;
    case "refused":
      reply(response, 403, { error: "refused" });
      return;
    case "malformed":
      reply(response, 400, { error: "malformed" });
      return;
    case "too_many":
      response.setHeader("retry-after", String(taken.retryAfterS));
      reply(response, 429, { error: "too_many" });
      return;
    case "unavailable":
      reply(response, 503, { error: taken.why });
  }
}

function reply(response: ServerResponse, status: number, document: object): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json; charset=utf-8");
  response.end(`${JSON.stringify(document)}\n`);
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

/** A proxy on this machine brings requests from elsewhere, and marks them. */
function isFromHere(request: IncomingMessage): boolean {
  const isForwarded = ["forwarded", "via", "x-forwarded-for", "x-real-ip"].some((name) => name in request.headers);
  return !isForwarded && LOOPBACK.test(request.socket.remoteAddress ?? "");
}

/** The whole body, or null as soon as it is longer than it may be. */
async function bodyOf(request: IncomingMessage, longest: number): Promise<Uint8Array | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  if (Number(request.headers["content-length"] ?? 0) > longest) return null;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > longest) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function closedSignal(response: ServerResponse): AbortSignal {
  const closed = new AbortController();
  response.once("close", () => {
    closed.abort();
  });
  return closed.signal;
}
