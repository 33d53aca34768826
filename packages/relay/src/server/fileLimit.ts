import { readFileSync } from "node:fs";
import type { Server } from "node:net";
import type { RelayLog } from "./relayLog.js";

/** Sockets besides the WebSockets: for pages, and for telling people why they are refused. */
const SPARE_SOCKETS = 1024;
/** Open files that are not sockets: the database, the libraries, standard input and output. */
const OTHER_FILES = 64;
const WARN_INTERVAL_MS = 60_000;

/**
 * Limits a server to the sockets that it wants and the system allows, and says when all are taken. Without this, newcomers would
 * hang and nobody would be told.
 */
export function boundSockets(server: Server, connections: number, log: RelayLog): void {
  const files = openFiles();
  server.maxConnections = Math.max(1, Math.min(connections + SPARE_SOCKETS, files - OTHER_FILES));
  // Most systems allow about as many as anybody needs: an operator need not hear of a few less.
  if (server.maxConnections < connections / 2) {
    log.warn(
      `only ${server.maxConnections} of ${connections} connections fit, because this process can open ${files} files (ulimit -n)`,
    );
  }
  let warned = -Infinity;
  server.on("drop", () => {
    if (performance.now() - warned < WARN_INTERVAL_MS) return;
    warned = performance.now();
    log.warn(`new connections are refused: ${server.maxConnections} are open`);
  });
}

/** How many files this process can have open; any number if the system does not say. */
function openFiles(): number {
  try {
    const limit = /^Max open files +(\d+)/mu.exec(readFileSync("/proc/self/limits", "utf8"));
    return limit === null ? Infinity : Number(limit[1]);
  } catch {
    return Infinity;
  }
}
