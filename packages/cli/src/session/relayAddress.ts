import { connect } from "node:net";

const TIMEOUT_MS = 3000;
const NOBODY = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

/** The web address of a relay, as people type it: `ws://127.0.0.1:4430/relay` is `http://127.0.0.1:4430`; reads back. */
export function webAddress(relay: string): string {
  return relay.replace(/^ws(s?):/u, "http$1:").replace(/\/(relay)?$/u, "");
}

/**
 * Whether nobody can be there: the connection is refused at once, or the host does not exist. False if it takes longer: a slow
 * network deserves waiting.
 */
export function refusesConnections(relay: string): Promise<boolean> {
  if (!URL.canParse(relay)) return Promise.resolve(false);
  const { hostname, port, protocol } = new URL(relay);
  // Nothing can be connected here: saying that nobody answers would be wrong.
  if (!/^(https?|wss?):$/u.test(protocol)) return Promise.resolve(false);
  const number = port === "" ? (protocol === "https:" || protocol === "wss:" ? 443 : 80) : Number(port);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/gu, ""), port: number });
    const done = (isRefused: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isRefused);
    };
    const timer = setTimeout(done, TIMEOUT_MS, false);
    socket.once("connect", () => {
      done(false);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      done(NOBODY.has(error.code ?? ""));
    });
  });
}
