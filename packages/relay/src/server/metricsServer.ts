import { createServer, type Server } from "node:http";
import { RelayStartError } from "./startError.js";

/**
 * Serves `/metrics` in the text format of Prometheus on a port of its own, so that nobody reads it who reaches the relay.
 * @throws RelayStartError when the address cannot be listened on.
 */
export async function metricsServer(
  { host, port }: { readonly host: string; readonly port: number },
  metrics: () => Readonly<Record<string, number>>,
): Promise<Server> {
  const server = createServer((request, response) => {
    const isMetrics = request.method === "GET" && request.url === "/metrics";
    response.writeHead(isMetrics ? 200 : 404, { "Content-Type": "text/plain; version=0.0.4" });
    response.end(isMetrics ? metricsText(metrics()) : "");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      const where = `${host}:${String(port)}`;
      reject(new RelayStartError("listen_failed", `its metrics cannot be served on ${where}: ${cause.message}`, cause));
    });
    server.listen(port, host, resolve);
  });
  return server;
}

/** `conclave_appends_total 7` for each, behind a line that says what kind it is. A name may end with labels. */
export function metricsText(metrics: Readonly<Record<string, number>>): string {
  const told = new Set<string>();
  const lines = Object.entries(metrics).map(([name, value]) => {
    const { family, kind } = familyOf(name);
    const type = told.has(family) ? "" : `# TYPE conclave_${family} ${kind}\n`;
    told.add(family);
    return `${type}conclave_${name} ${value}\n`;
  });
  return lines.join("");
}

function familyOf(name: string): { readonly family: string; readonly kind: string } {
  const plain = name.split("{")[0]!;
  const histogram = /^(.*_seconds)_(?:bucket|sum|count)$/u.exec(plain)?.[1];
  if (histogram !== undefined) return { family: histogram, kind: "histogram" };
  return { family: plain, kind: plain.endsWith("_total") ? "counter" : "gauge" };
}
