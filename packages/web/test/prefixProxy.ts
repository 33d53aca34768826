import { createServer, request as ask, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** A reverse proxy as people have one: a site of its own, and under some paths the relays behind it. */
export class PrefixProxy {
  /** What was asked for outside of every prefix: nothing of Conclave. */
  readonly strays: string[] = [];
  /** Where it is, without a slash at the end. */
  url = "";
  private readonly relays = new Map<string, { readonly port: number; readonly strips: boolean }>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const onward = this.onward(request);
      if (onward === null) {
        this.strays.push(request.url!);
        response.writeHead(404).end("Another site\n");
        return;
      }
      const passed = ask({ ...onward, host: "127.0.0.1", method: request.method, headers: headersOf(request) });
      passed.on("response", (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      passed.on("error", () => response.destroy());
      request.pipe(passed);
    });
    this.server.on("upgrade", (request, socket) => {
      const onward = this.onward(request);
      if (onward === null) {
        this.strays.push(request.url!);
        socket.destroy();
        return;
      }
      const passed = connect(onward.port, "127.0.0.1", () => {
        const lines = Object.entries(headersOf(request)).map(([name, value]) => `${name}: ${String(value)}\r\n`);
        passed.write(`GET ${onward.path} HTTP/1.1\r\n${lines.join("")}\r\n`);
        passed.pipe(socket).pipe(passed);
      });
      passed.on("error", () => socket.destroy());
      socket.on("error", () => passed.destroy());
    });
  }

  static async start(): Promise<PrefixProxy> {
    const proxy = new PrefixProxy();
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    proxy.url = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    return proxy;
  }

  /** Passes on what is under `prefix` (`/chat`): without it, where the proxy strips it. */
  put(prefix: string, port: number, strips: boolean): void {
    this.relays.set(prefix, { port, strips });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private onward({ url = "/" }: IncomingMessage): { port: number; path: string } | null {
    for (const [prefix, { port, strips }] of this.relays) {
      if (url.startsWith(`${prefix}/`)) return { port, path: strips ? url.slice(prefix.length) : url };
    }
    return null;
  }
}

/** As nginx and Caddy pass them on: the name that was asked for stays, and the client's address is said. */
function headersOf(request: IncomingMessage): Record<string, string | string[] | undefined> {
  return { ...request.headers, "x-forwarded-for": request.socket.remoteAddress, "x-forwarded-proto": "http" };
}
