import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import type { RelayLog } from "./relayLog.js";

/** Sockets beside WebSockets: for pages, and for being refused with a word. */
const SPARE_SOCKETS = 1024;
/** Files that are no sockets: the database, the libraries, standard input and output. */
const OTHER_FILES = 64;
const WARN_INTERVAL_MS = 60_000;

/**
 * Holds a server to as many sockets as it wants and the system gives, and says when all are taken: without it, newcomers would
 * hang, and nobody would be told.
 */
export function boundSockets(server: Server, connections: number, log: RelayLog): void {
  const files = openFiles();
  server.maxConnections = Math.max(1, Math.min(connections + SPARE_SOCKETS, files - OTHER_FILES));
  // Most systems give about as many as anybody needs: a little less is no news to an operator.
  if (server.maxConnections < connections / 2) {
    log.warn(
      `at most ${server.maxConnections} of ${connections} connections fit: this process may open ${files} files (ulimit -n)`,
    );
  }
  let warned = -Infinity;
  server.on("drop", () => {
    if (performance.now() - warned < WARN_INTERVAL_MS) return;
    warned = performance.now();
    log.warn(`new connections are refused: ${server.maxConnections} are open`);
  });
}

/** How many files this process may have open; where nobody says, any number. */
function openFiles(): number {
  try {
    const limit = /^Max open files +(\d+)/mu.exec(readFileSync("/proc/self/limits", "utf8"));
    return limit === null ? Infinity : Number(limit[1]);
  } catch {
    return Infinity;
  }
}
