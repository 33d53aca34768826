import { X509Certificate } from "node:crypto";
import { hostname } from "node:os";

/** Names and addresses of this machine that no other machine has. */
export const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/u;
const LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/u;
/**
 * Names that nobody can register, so that no foreign web page has one: names without a dot, or under a domain reserved for local
 * networks (RFC 6762, RFC 8375, ICANN's .internal and the names that it has promised never to give away).
 */
const LOCAL = /^(?:[^.]+|.+\.(?:local|home\.arpa|internal|lan|home|corp|localdomain))$/u;

/** The names that a relay answers to. */
export interface OwnNames {
  /** The address that people use, if the operator gave it. */
  readonly publicUrl: URL | null;
  /** What it listens on, as the operator gave it: perhaps a name. */
  readonly host: string;
  /** It can be reached from this machine only, and no proxy is in front of it. */
  readonly isPrivate: boolean;
  /** PEM text of the certificate that it shows. */
  readonly certificate: string | null;
}

/** Whether a relay answers to a URL's host name. */
export type IsOwnName = (hostname: string) => boolean;

// RULE: relay.own-host: a page that makes its own name point to this machine does not get a relay here to talk to (DNS
// rebinding). An address cannot be made to point elsewhere, and a name that nobody can register is no page's. Without
// --public-url, a registered name is known only as what the operator gave: this machine's, --host, the certificate's.
export function ownNames({ publicUrl, host, isPrivate, certificate }: OwnNames): IsOwnName {
  const shown = certificate === null ? null : new X509Certificate(certificate);
  const given = new Set([hostname(), host].map((name) => name.toLowerCase()));
  return (name) => {
    if (LOOPBACK.test(name) || LITERAL.test(name)) return true;
    if (publicUrl !== null) return name === publicUrl.hostname;
    if (isPrivate) return false;
    const bare = name.replace(/\.$/u, "");
    return LOCAL.test(bare) || given.has(bare) || shown?.checkHost(bare) !== undefined;
  };
}
