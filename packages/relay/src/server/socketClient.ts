import { once } from "node:events";
import { WebSocket, type ClientOptions } from "ws";
import { ScriptedClient } from "../core/scriptedClient.js";

/** A scripted client at a relay's real socket. */
export class SocketClient extends ScriptedClient {
  private constructor(readonly socket: WebSocket) {
    super((message) => {
      socket.send(message);
    });
    socket.on("message", (data: Buffer) => {
      this.receive(new Uint8Array(data));
    });
    // Tests end relays under their clients; "close" says the same.
    socket.on("error", () => undefined);
  }

  static async connect(url: string, options: ClientOptions = {}): Promise<SocketClient> {
    const client = new SocketClient(new WebSocket(url, options));
    await once(client.socket, "open");
    await Promise.race([client.hello(), endOf(client.socket)]);
    return client;
  }

  /** The close code, once the connection is closed. */
  async closed(): Promise<number> {
    if (this.socket.readyState === WebSocket.CLOSED) return 0;
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }
}

/** Rejects when a socket ends before something else has happened. */
async function endOf(socket: WebSocket): Promise<never> {
  await once(socket, "close");
  throw new Error("the relay ended the connection before it said hello");
}

/** The HTTP status with which a relay refuses a WebSocket, or 101 when it does not; then it ends at once, unless it is to stay. */
export function upgradeStatus(url: string, options: ClientOptions = {}, then: "end" | "stay" = "end"): Promise<number> {
  const socket = new WebSocket(url, options);
  return new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on("open", () => {
      resolve(101);
      if (then === "end") socket.terminate();
    });
    socket.on("error", reject);
  });
}
