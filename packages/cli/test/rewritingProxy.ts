import type { AddressInfo } from "node:net";
import { decodeRelayMessage, encodeRelayMessage, type RelayFrame } from "@conclave/wire";
import WebSocket, { WebSocketServer } from "ws";

const MOST = 64 * 1024 * 1024;

/** Changes what the relay says; see {@link RewritingProxy}. */
export type Rewrite = (frame: RelayFrame) => RelayFrame;

/** What stands between clients and a real relay, and may change what the relay says: a relay that lies. */
export class RewritingProxy {
  /** How new connections are lied to; null: not at all. */
  rewrite: Rewrite | null = null;
  /** The newest record of any log that went by. */
  newest = 0;

  private constructor(
    private readonly server: WebSocketServer,
    private readonly upstream: string,
  ) {
    server.on("connection", (client, { url }) => {
      this.join(client, new WebSocket(new URL(url ?? "/", this.upstream)), this.rewrite);
    });
  }

  static async start(upstream: string): Promise<RewritingProxy> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    return new RewritingProxy(server, upstream);
  }

  get address(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const client of this.server.clients) client.terminate();
    this.server.close();
  }

  private join(client: WebSocket, relay: WebSocket, rewrite: Rewrite | null): void {
    const waiting: Buffer[] = [];
    client.on("message", (data) => {
      if (relay.readyState === WebSocket.OPEN) relay.send(data as Buffer);
      else waiting.push(data as Buffer);
    });
    relay.on("open", () => {
      for (const data of waiting) relay.send(data);
    });
    relay.on("message", (data) => {
      client.send(this.changed(data as Buffer, rewrite));
    });
    for (const [one, other] of [
      [client, relay],
      [relay, client],
    ] as const) {
      one.on("close", () => {
        other.terminate();
      });
      one.on("error", () => {
        other.terminate();
      });
    }
  }

  private changed(data: Buffer, rewrite: Rewrite | null): Uint8Array {
    const decoded = decodeRelayMessage(new Uint8Array(data), MOST);
    if (!decoded.ok) return data;
    for (const frame of decoded.frames) {
      if ("items" in frame)
        for (const item of frame.items) if ("n" in item) this.newest = Math.max(this.newest, item.n);
    }
    return rewrite === null ? data : encodeRelayMessage(decoded.frames.map(rewrite));
  }
}
