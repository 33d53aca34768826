import { fastify, type FastifyInstance } from "fastify";

/** What the pages about the relay's state show. */
export interface RelayState {
  isReady(): boolean;
  /** Why it takes nothing new, in a few words; null when it does. */
  writeFault(): string | null;
  /** Counts and sizes; nothing about any room or client. */
  metrics(): Readonly<Record<string, number>>;
}

/** How the HTTP server is made. */
export interface HttpOptions {
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly hasMetrics: boolean;
}

/** The relay's HTTP server: whether it lives, whether it is ready, and one line about itself. It logs nothing. */
export function httpServer(state: RelayState, options: HttpOptions): FastifyInstance {
  const base = { logger: false, bodyLimit: 1024, return503OnClosing: true } as const;
  const app = (options.tls === undefined ? fastify(base) : fastify({ ...base, https: options.tls })) as FastifyInstance;
  app.get("/healthz", (_request, reply) => reply.type("text/plain").send("ok\n"));
  app.get("/readyz", (_request, reply) => {
    const fault = state.isReady() ? state.writeFault() : "starting or stopping";
    return reply
      .code(fault === null ? 200 : 503)
      .type("text/plain")
      .send(fault === null ? "ready\n" : `not ready: ${fault}\n`);
  });
  if (options.hasMetrics) {
    app.get("/metrics", (_request, reply) => {
      const lines = Object.entries(state.metrics()).map(([name, value]) => `conclave_${name} ${value}\n`);
      return reply.type("text/plain; version=0.0.4").send(lines.join(""));
    });
  }
  return app;
}
