import type { IncomingMessage } from "node:http";
import type { TrustedProxies } from "./trustedProxies.js";
import { LOOPBACK, ownNames, type IsOwnName, type OwnNames } from "./ownNames.js";

/** Which names and pages a relay answers to. */
export interface GuardOptions extends OwnNames {
  /** Origins of pages that can connect besides the relay's own: `https://chat.example.org`, or `*` for any. */
  readonly origins: readonly string[];
  readonly proxies: TrustedProxies;
}

/** A request that is not answered: the status and one sentence. */
export interface RefusedRequest {
  readonly status: 400 | 403 | 421;
  readonly sentence: string;
}

/** Looks at `Host` and `Origin` before anything else does, and knows the headers that every answer carries. */
export class RequestGuard {
  /** Set on every answer, even those that no route gives. Pages replace the first with their own. */
  readonly headers: Readonly<Record<string, string>>;
  private readonly isOwnName: IsOwnName;

  constructor(private readonly options: GuardOptions) {
    this.isOwnName = ownNames(options);
    const hasTls = options.certificate !== null || options.publicUrl?.protocol === "https:";
    this.headers = {
      "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "X-Content-Type-Options": "nosniff",
      "Referrer-Policy": "no-referrer",
      // RULE: relay.https-only: a browser that has come by https once never comes by http, even from a mistyped address (RFC 6797).
      // This holds for this name alone: the operator decides about other names under their domain.
      ...(hasTls && { "Strict-Transport-Security": "max-age=31536000" }),
    };
  }

  /** Why a request is not answered, or null. */
  refusal(request: IncomingMessage): RefusedRequest | null {
    const hosts = request.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host");
    const host = hostOf(request.headers.host ?? "");
    if (hosts.length !== 1 || host === null)
      return { status: 400, sentence: "A request has to name exactly one host." };
    if (!this.isOwnName(host.hostname)) {
      return {
        status: 421,
        sentence: "This relay does not answer to that name. Its operator can add it with --public-url.",
      };
    }
    const origin = request.headers.origin;
    // RULE: relay.own-origin: a stranger's page cannot make its visitors' browsers found rooms and fill relays. Programs that are
    // not browsers send no Origin: nobody can make them come here, so they need no barrier.
    if (origin === undefined || this.isOwnOrigin(origin, request)) return null;
    return {
      status: 403,
      sentence: "Pages from that origin cannot connect. The operator can allow them with --allow-origin.",
    };
  }

  private isOwnOrigin(text: string, request: IncomingMessage): boolean {
    const { origins, publicUrl, proxies } = this.options;
    if (origins.includes("*")) return true;
    if (!/^https?:\/\//u.test(text) || !URL.canParse(text)) return false;
    const { origin, hostname, host } = new URL(text);
    // Pages from people's own machines: `conclave web`.
    if (LOOPBACK.test(hostname)) return true;
    if (origins.includes(origin) || origin === publicUrl?.origin) return true;
    const forwarded = proxies.trusts(request.socket.remoteAddress)
      ? request.headers["x-forwarded-host"]?.toString().split(",").at(-1)?.trim()
      : undefined;
    // A proxy may pass on the name of any page that was made to point to it.
    const asked = [forwarded, request.headers.host].some((name) => name !== undefined && hostOf(name)?.host === host);
    return asked && this.isOwnName(hostname);
  }
}

function hostOf(text: string): URL | null {
  if (!/^[\w.:[\]-]+$/u.test(text) || !URL.canParse(`http://${text}`)) return null;
  return new URL(`http://${text}`);
}
