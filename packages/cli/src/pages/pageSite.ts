import { linkInAddress } from "@conclave/client/pure";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { BuiltPages, PageFile } from "./builtPages.js";

/** Where and how pages are served. */
export interface SiteOptions {
  /** `serve`: a relay answers on the same address. `web`: somebody's own machine serves the pages alone. */
  readonly servedBy: "serve" | "web";
  /** What the pages may connect to besides this host: sources of a Content-Security-Policy. */
  readonly connect: readonly string[];
  /** The host that people use; null for the one of the request. */
  readonly host?: string | null;
}

/** What the pages read to know who serves them, under this path. */
export const SITE = "conclave.json";
/** For somebody whose invite link came before the `#` (attack A36): this server has read it. It keeps no log. */
export const LINK_SHOWN =
  "Something changed this invite link on the way: the whole link was sent to this server, which should never see it.\n" +
  "Ask the person who invited you to close it, and to send you a new one some other way.\n";
const HOST = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/iu;

/** The web client as a listener of HTTP requests: only GET and HEAD, only files of the manifest, headers on every answer. */
export class PageSite {
  private readonly files: ReadonlyMap<string, PageFile>;
  private readonly about: string;

  constructor(
    private readonly pages: BuiltPages,
    private readonly options: SiteOptions,
  ) {
    this.files = pages.files;
    this.about = `${JSON.stringify({ servedBy: options.servedBy, connect: options.connect })}\n`;
  }

  /** Sets the headers that belong on every answer of this address, whoever gives it. */
  // RULE: web.csp: no script, style, frame or request from anywhere else, and no text turned into script (attacks A86, A87).
  setHeaders(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(this.pages.headers)) response.setHeader(name, value);
    const policy = this.pages.headers["Content-Security-Policy"] ?? "default-src 'none'";
    const own = webSocketSources(this.options.host ?? request.headers.host);
    response.setHeader(
      "Content-Security-Policy",
      policy.replace("connect-src 'self'", ["connect-src 'self'", ...own, ...this.options.connect].join(" ")),
    );
  }

  /** Answers a request; {@link setHeaders} comes before it. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const { method } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      plain(response, 405, "Only GET and HEAD.\n");
      return;
    }
    const path = (request.url ?? "/").split("?")[0]!.slice(1) || "index.html";
    if (path === SITE) {
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("Content-Type", "application/json; charset=utf-8");
      response.end(method === "HEAD" ? undefined : this.about);
      return;
    }
    // The path is looked up, never joined to a folder: there is nothing to climb out of.
    const file = this.files.get(path);
    if (file === undefined) {
      plain(response, 404, linkInAddress(path) === null ? "There is no such page.\n" : LINK_SHOWN);
      return;
    }
    send(request, response, file);
  }
}

// 'self' covers WebSockets of the same host only in newer browsers.
function webSocketSources(host: string | undefined): string[] {
  return host !== undefined && HOST.test(host) ? [`ws://${host}`, `wss://${host}`] : [];
}

function send(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  response.setHeader("Cache-Control", file.cacheControl);
  response.setHeader("ETag", file.etag);
  if (file.packed) response.setHeader("Vary", "Accept-Encoding");
  if (request.headers["if-none-match"] === file.etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const accepted = request.headers["accept-encoding"]?.toString() ?? "";
  const { encoding, bytes: body } = file.packed?.pick(accepted) ?? { encoding: null, bytes: file.bytes };
  if (encoding) response.setHeader("Content-Encoding", encoding);
  response.setHeader("Content-Type", file.mediaType);
  response.setHeader("Content-Length", body.length);
  response.end(request.method === "HEAD" ? undefined : body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end(text);
}
