import { createHash } from "node:crypto";
import { createServer, request as ask, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** An answer on its way to the browser. */
export interface PassingAnswer {
  readonly path: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A host that stands before a real one on the same address, and does with its answers what `tamper` says. */
export class HostileHost {
  /** Changes an answer in place; null for an honest host. */
  tamper: ((answer: PassingAnswer) => void) | null = null;
  /** Paths that were asked for, with query. */
  readonly asked: string[] = [];
  /** Its address, with a slash at the end. */
  url = "";
  private readonly server: Server;

  private constructor(private readonly target: () => URL) {
    this.server = createServer((request, response) => {
      this.asked.push(request.url ?? "");
      const { hostname, port } = this.target();
      const headers = { ...request.headers, "accept-encoding": "identity" };
      delete headers["if-none-match"];
      const onward = ask({ hostname, port, method: request.method, path: request.url, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () => {
          const path = request.url!.slice(1);
          const passing = { path, status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(pieces) };
          this.tamper?.(passing);
          response.writeHead(passing.status, { ...passing.headers, "content-length": passing.body.length });
          response.end(passing.body);
        });
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    });
    this.server.on("upgrade", (request, socket) => {
      const { hostname, port } = this.target();
      const onward = connect(Number(port), hostname, () => {
        const head = request.rawHeaders.map((text, n) => (n % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
        onward.write(`GET ${request.url!} HTTP/1.1\r\n${head}\r\n`);
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
    });
  }

  static async before(target: () => string): Promise<HostileHost> {
    const host = new HostileHost(() => new URL(target()));
    await new Promise<void>((resolve) => host.server.listen(0, "127.0.0.1", resolve));
    host.url = `http://127.0.0.1:${(host.server.address() as AddressInfo).port}/`;
    return host;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Makes the host serve another build: another start page, and the manifest for it. */
export async function anotherBuild(host: HostileHost): Promise<{ version: string; isBroken: boolean }> {
  const next = { version: "9.9.9", isBroken: false };
  const original = await (await fetch(`${host.url}index.html`)).text();
  const start = () => Buffer.from(original.replace("</head>", `<meta name="next" content="${next.version}"></head>`));
  host.tamper = (answer: PassingAnswer) => {
    if (answer.path === "" || answer.path === "index.html") {
      answer.body = next.isBroken ? Buffer.concat([start(), Buffer.from("<!-- -->")]) : start();
      delete answer.headers.etag;
    }
    if (answer.path !== "conclave-manifest.json") return;
    const manifest = JSON.parse(answer.body.toString()) as { version: string; files: Record<string, unknown>[] };
    manifest.version = next.version;
    const file = manifest.files.find(({ path }) => path === "index.html")!;
    Object.assign(file, { size: start().length, sha256: createHash("sha256").update(start()).digest("hex") });
    answer.body = Buffer.from(JSON.stringify(manifest));
  };
  return next;
}
