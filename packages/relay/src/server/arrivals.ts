import type { IncomingMessage } from "node:http";
import { forwardedFor, type TrustedProxies } from "./trustedProxies.js";

/** How a request came: through how many proxies that say so, and whether the one that brought it is trusted. */
export interface Arrival {
  readonly forwarded: number;
  readonly isTrusted: boolean;
}

/** So many marks are kept: strangers may send some, too. */
const MOST = 64;
const MARK = /^\/healthz\?mark=([0-9a-f]{32})$/u;

/** Remembers how requests with a mark came, so that who sent one through the public address can ask how it came here. */
export class Arrivals {
  private readonly marked = new Map<string, Arrival>();

  constructor(private readonly proxies: TrustedProxies) {}

  /** Notes a request to `/healthz?mark=` and 32 hexadecimal digits. */
  note(request: IncomingMessage): void {
    const mark = MARK.exec(request.url ?? "")?.[1];
    if (mark === undefined) return;
    this.marked.set(mark, {
      forwarded: forwardedFor(request).length,
      isTrusted: this.proxies.trusts(request.socket.remoteAddress),
    });
    const [oldest] = this.marked.keys();
    if (this.marked.size > MOST) this.marked.delete(oldest!);
  }

  /** How the request with this mark came; null if none did, or too many have come since. */
  of(mark: string): Arrival | null {
    return this.marked.get(mark) ?? null;
  }
}
