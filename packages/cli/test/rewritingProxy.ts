import type { AddressInfo } from "node:net";
import {
  type ClientFrame,
  decodeClientMessage,
  decodeRelayMessage,
  encodeRelayMessage,
  type RelayFrame,
} from "@conclave/wire";
import WebSocket, { WebSocketServer } from "ws";

const MOST = 64 * 1024 * 1024;
const NO_LIMIT = { messageBytes: MOST, frames: 1000 };

/** Changes what the relay says; see {@link RewritingProxy}. */
export type Rewrite = (frame: RelayFrame) => RelayFrame;

/** Where a line is cut: at the first frame of this type, before the relay has it, or when the relay answers it. */
export interface Cut {
  readonly at: ClientFrame["type"];
  readonly when: "asked" | "answered";
}

/** What stands between clients and a real relay, and may change what the relay says, or say nothing more: a relay that lies. */
export class RewritingProxy {
  /** How new connections are lied to; null: not at all. */
  rewrite: Rewrite | null = null;
  /** The newest record of any log that went by. */
  newest = 0;
  /** Where the next connection that comes there is cut; null: nowhere. From then on none is taken, until `mend`. */
  cut: Cut | null = null;
  private isCut = false;

  private constructor(
    private readonly server: WebSocketServer,
    private readonly upstream: string,
  ) {
    server.on("connection", (client, { url }) => {
      if (this.isCut) client.terminate();
      else this.join(client, new WebSocket(new URL(url ?? "/", this.upstream)), this.rewrite);
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

  /** Whether the line was cut where it was to be. */
  get wasCut(): boolean {
    return this.isCut;
  }

  /** Lets clients through again. */
  mend(): void {
    this.cut = null;
    this.isCut = false;
  }

  private join(client: WebSocket, relay: WebSocket, rewrite: Rewrite | null): void {
    const waiting: Buffer[] = [];
    // The id of the question at which the line is cut, once it was asked.
    let fatal: number | null = null;
    const end = () => {
      this.isCut = true;
      client.terminate();
    };
    client.on("message", (data) => {
      fatal ??= this.fatalIn(data as Buffer);
      if (fatal !== null && this.cut?.when === "asked") {
        end();
        return;
      }
      if (relay.readyState === WebSocket.OPEN) relay.send(data as Buffer);
      else waiting.push(data as Buffer);
    });
    relay.on("open", () => {
      for (const data of waiting) relay.send(data);
    });
    relay.on("message", (data) => {
      if (fatal !== null && answers(data as Buffer, fatal)) end();
      if (client.readyState !== WebSocket.OPEN || (fatal !== null && this.isCut)) return;
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

  private fatalIn(data: Buffer): number | null {
    const decoded = this.cut === null ? null : decodeClientMessage(new Uint8Array(data), NO_LIMIT);
    const found = decoded?.ok === true ? decoded.value.find(({ type }) => type === this.cut?.at) : undefined;
    return found !== undefined && "id" in found ? found.id : null;
  }

  private changed(data: Buffer, rewrite: Rewrite | null): Uint8Array {
    const decoded = decodeRelayMessage(new Uint8Array(data), MOST);
    if (!decoded.ok) return data;
    for (const frame of decoded.value) {
      if ("items" in frame)
        for (const item of frame.items) if ("n" in item) this.newest = Math.max(this.newest, item.n);
    }
    return rewrite === null ? data : encodeRelayMessage(decoded.value.map(rewrite));
  }
}

function answers(data: Buffer, id: number): boolean {
  const decoded = decodeRelayMessage(new Uint8Array(data), MOST);
  return decoded.ok && decoded.value.some((frame) => "id" in frame && frame.id === id);
}
