import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

const TIMEOUT_MS = 3000;
const NOBODY = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

/** Why a relay cannot be asked. The rest of a certificate's fault is its code in Node, such as `CERT_HAS_EXPIRED`. */
export type RelayFault = { readonly kind: "nobody" } | { readonly kind: "certificate"; readonly code: string };

/** The web address of a relay, as people type it: `ws://127.0.0.1:4430/relay` is `http://127.0.0.1:4430`; reads back. */
export function webAddress(relay: string): string {
  return relay.replace(/^ws(s?):/u, "http$1:").replace(/\/(relay)?$/u, "");
}

/**
 * Why waiting for a relay would not help: the connection is refused at once, the host does not exist, or this machine does not
 * accept its certificate. Null if it takes longer: a slow network deserves waiting.
 */
export function relayFault(relay: string): Promise<RelayFault | null> {
  if (!URL.canParse(relay)) return Promise.resolve(null);
  const { hostname, port, protocol } = new URL(relay);
  // Nothing can be connected here: saying that nobody answers would be wrong.
  if (!/^(https?|wss?):$/u.test(protocol)) return Promise.resolve(null);
  const isSecure = protocol === "https:" || protocol === "wss:";
  const host = hostname.replace(/^\[|\]$/gu, "");
  const to = { host, port: port === "" ? (isSecure ? 443 : 80) : Number(port) };
  return new Promise((resolve) => {
    // An address is no name that a server could choose its certificate by.
    const socket = isSecure ? connectTls({ ...to, ...(isIP(host) === 0 && { servername: host }) }) : connect(to);
    const done = (fault: RelayFault | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(fault);
    };
    const timer = setTimeout(done, TIMEOUT_MS, null);
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      done(null);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      done(faultOf(socket, error));
    });
  });
}

function faultOf(socket: Socket | TLSSocket, { code = "" }: NodeJS.ErrnoException): RelayFault | null {
  // Only what is wrong with a certificate is an error of its authorization.
  if ("authorizationError" in socket && Boolean(socket.authorizationError)) return { kind: "certificate", code };
  return NOBODY.has(code) ? { kind: "nobody" } : null;
}
