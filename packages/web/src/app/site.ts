import { socketUrl } from "@conclave/client/pure";

/** Who serves this page, and where it may connect to besides its own host: `conclave.json`, from the same server. */
export interface Site {
  readonly servedBy: "serve" | "web";
  /** Sources of the Content-Security-Policy. */
  readonly connect: readonly string[];
}

let reading: Promise<Site | null> | null = null;

/** Asks this page's own server, once; null where it does not say (another web server, no network). */
export function readSite(): Promise<Site | null> {
  reading ??= fetch("conclave.json", { credentials: "omit", redirect: "error" })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((found: unknown) => (isSite(found) ? found : null))
    .catch(() => {
      reading = null;
      return null;
    });
  return reading;
}

/** This page's own address as one of a relay: `wss://example.org/talk` of a page at `https://example.org/talk/`. */
export function ownRelay({
  protocol,
  host,
  pathname,
}: Pick<Location, "protocol" | "host" | "pathname"> = location): string {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${pathname.replace(/\/[^/]*$/u, "")}`;
}

/** The host of a relay's address, as people know it; null for what is no address. */
export function hostOf(relay: string): string | null {
  const url = socketUrl(relay);
  return url === null ? null : new URL(url).host;
}

/**
 * Whether the page's Content-Security-Policy, and the browser, let it connect to a relay. Says yes where nobody knows:
 * the attempt will tell.
 */
export function mayConnect(
  relay: string,
  site: Site | null,
  page: Pick<Location, "protocol" | "host"> = location,
): boolean {
  const socket = socketUrl(relay);
  if (socket === null) return false;
  const url = new URL(socket);
  // A page that came by TLS may not speak without, but to this machine.
  if (page.protocol === "https:" && url.protocol === "ws:" && !isLoopback(url.hostname)) return false;
  if (url.host === page.host || site === null) return true;
  return site.connect.some((source) => allows(source, url));
}

/** Whether a source of a Content-Security-Policy (`wss:`, `wss://host`, `ws://127.0.0.1:*`) allows an address. */
export function allows(source: string, url: URL): boolean {
  if (/^[a-z]+:$/u.test(source)) return schemeAllows(source, url.protocol);
  const parts = /^(?:([a-z]+:)\/\/)?(\*\.)?([^:/*]+|\[[^\]]+\])(?::(\d+|\*))?(?:\/.*)?$/u.exec(source);
  if (!parts) return source === "*";
  const [, scheme, isAny, host, port] = parts;
  if (scheme !== undefined && !schemeAllows(scheme, url.protocol)) return false;
  if (isAny ? !url.hostname.endsWith(`.${host!}`) : url.hostname !== host) return false;
  return port === "*" || portOf(url.protocol, port ?? "") === portOf(url.protocol, url.port);
}

// A policy that allows a scheme allows the secure one of the same kind.
function schemeAllows(scheme: string, wanted: string): boolean {
  return scheme === wanted || (scheme === "ws:" && wanted === "wss:");
}

function portOf(protocol: string, port: string): string {
  return port || (protocol === "wss:" ? "443" : "80");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\./u.test(host);
}

function isSite(found: unknown): found is Site {
  if (typeof found !== "object" || found === null || !("servedBy" in found) || !("connect" in found)) return false;
  const { servedBy, connect } = found;
  return (
    (servedBy === "serve" || servedBy === "web") &&
    Array.isArray(connect) &&
    connect.every((each) => typeof each === "string")
  );
}
