import { createServer, request, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** Stands between a browser and a server, and keeps everything that the browser sends: requests, and what is in WebSocket frames. */
export interface Tap {
  readonly url: string;
  /** Requests so far, as "GET /path". */
  readonly requests: readonly string[];
  /** WebSockets opened so far. */
  readonly sockets: () => number;
  /** Whether these bytes were sent by the browser, anywhere. */
  sent(bytes: Uint8Array | string): boolean;
  stop(): void;
}

/** @param to The server's address, by plain http. */
export async function tap(to: string): Promise<Tap> {
  const { hostname, port } = new URL(to);
  const requests: string[] = [];
  const kept: Buffer[] = [];
  const open = new Set<Socket>();
  let sockets = 0;
  const note = ({ method, url, rawHeaders }: IncomingMessage) => {
    requests.push(`${method ?? ""} ${url ?? ""}`);
    kept.push(Buffer.from(`${method ?? ""} ${url ?? ""} ${rawHeaders.join("\n")}`));
  };
  const server = createServer((incoming, response) => {
    note(incoming);
    const { method, url, headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.on("data", (part: Buffer) => kept.push(part));
    incoming.pipe(onward);
  });
  server.on("upgrade", (incoming, browser: Socket, head: Buffer) => {
    note(incoming);
    sockets++;
    const relay = connect(Number(port), hostname);
    for (const socket of [browser, relay]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        browser.destroy();
        relay.destroy();
      });
    }
    // Without the extension nothing is compressed: what is sent can be read here.
    const headers = Object.entries(incoming.headers).filter(([name]) => name !== "sec-websocket-extensions");
    relay.write(
      `GET ${incoming.url!} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${String(value)}`).join("\r\n")}\r\n\r\n`,
    );
    const frames = new Frames((payload) => kept.push(payload));
    browser.on("data", (part: Buffer) => {
      frames.take(part);
      relay.write(part);
    });
    if (head.length > 0) relay.write(head);
    relay.pipe(browser);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets: () => sockets,
    sent: (bytes) => Buffer.concat(kept).includes(Buffer.from(bytes)),
    stop: () => {
      for (const socket of open) socket.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Takes the masks off a browser's frames (RFC 6455 §5). */
class Frames {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly keep: (payload: Buffer) => void) {}

  take(part: Buffer): void {
    this.rest = Buffer.concat([this.rest, part]);
    for (;;) {
      const short = (this.rest[1] ?? 0) & 0x7f;
      const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      const at = 2 + sizeBytes + 4;
      if (this.rest.length < at) return;
      const size =
        sizeBytes === 0 ? short : sizeBytes === 2 ? this.rest.readUInt16BE(2) : Number(this.rest.readBigUInt64BE(2));
      if (this.rest.length < at + size) return;
      const mask = this.rest.subarray(at - 4, at);
      this.keep(Buffer.from(this.rest.subarray(at, at + size).map((byte, index) => byte ^ mask[index % 4]!)));
      this.rest = this.rest.subarray(at + size);
    }
  }
}
