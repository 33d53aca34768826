import { recallText, remember } from "../app/preference.js";

/** What the host says about itself, in `conclave.json`. */
export interface Host {
  /** `serve`: a relay is on the same address. `web`: somebody's own machine serves the pages alone. `other`: any web server. */
  readonly servedBy: "serve" | "web" | "other";
  /** What the pages may connect to besides the host, as sources of a Content-Security-Policy. */
  readonly connect: readonly string[];
}

const REMEMBERED = "conclave.host";

/** Asks the host who it is; offline, what it said the last time. Null when it never said anything. */
export async function hostSays(): Promise<Host | null> {
  const response = await fetch("conclave.json", { cache: "no-store" }).catch(() => null);
  if (response === null || response.status >= 500) return remembered();
  const said = response.ok ? readHost(await response.text().catch(() => "")) : null;
  const host: Host = said ?? { servedBy: "other", connect: [] };
  remember(REMEMBERED, JSON.stringify(host));
  return host;
}

/** Whether a name is always this machine. */
export function isOwnMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/u.test(hostname);
}

function remembered(): Host | null {
  return readHost(recallText(REMEMBERED));
}

function readHost(text: string): Host | null {
  if (text.length > 10_000) return null;
  try {
    const { servedBy, connect } = JSON.parse(text) as Record<string, unknown>;
    const sources = Array.isArray(connect) ? connect.filter((each) => typeof each === "string") : [];
    return servedBy === "serve" || servedBy === "web" || servedBy === "other" ? { servedBy, connect: sources } : null;
  } catch {
    return null;
  }
}
