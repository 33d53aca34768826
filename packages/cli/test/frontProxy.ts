import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** The files that an operator takes. */
export const HOSTING = fileURLToPath(new URL("../../../hosting/", import.meta.url));

/** A program that does TLS in front of relays, with the file in `hosting/`. */
export interface FrontProxy {
  readonly name: string;
  readonly isInstalled: boolean;
  /** Starts it on a port of this machine, for the name localhost; `relays`: their ports. */
  start(place: ProxyPlace): Promise<ChildProcess>;
}

/** Where a proxy runs. */
export interface ProxyPlace {
  /** For its files; removed by the caller. */
  readonly folder: string;
  readonly port: number;
  readonly relays: readonly number[];
  readonly cert: string;
  readonly key: string;
}

const has = (program: string, flag: string): boolean => spawnSync(program, [flag], { stdio: "ignore" }).status === 0;

export const FRONT_PROXIES: readonly FrontProxy[] = [
  {
    name: "Caddy",
    isInstalled: has("caddy", "version"),
    start: async ({ folder, port, relays, cert, key }) => {
      const own = changed("Caddyfile", [["# tls cert.pem key.pem", `tls ${cert} ${key}`]]);
      writeFileSync(join(folder, "conclave.caddy"), own);
      const httpPort = await freePort();
      const options = `{\n\tadmin off\n\thttp_port ${httpPort}\n\thttps_port ${port}\n\tlog {\n\t\tlevel ERROR\n\t}\n}\n`;
      writeFileSync(join(folder, "Caddyfile"), `${options}import conclave.caddy\n`);
      const env = {
        ...process.env,
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
        CONCLAVE_NAME: "localhost",
        CONCLAVE_RELAYS: relays.map((each) => `127.0.0.1:${each}`).join(" "),
      };
      return await listening(
        port,
        spawn("caddy", ["run", "--adapter", "caddyfile", "--config", "Caddyfile"], {
          cwd: folder,
          env,
          stdio: ["ignore", "ignore", "inherit"],
        }),
      );
    },
  },
  {
    name: "nginx",
    isInstalled: has("nginx", "-v"),
    start: async ({ folder, port, relays, cert, key }) => {
      const own = changed("nginx.conf", [
        ["127.0.0.1:4430", `127.0.0.1:${relays[0]!}`],
        ["127.0.0.1:4431", `127.0.0.1:${relays[1]!}`],
        ["listen 443", `listen 127.0.0.1:${port}`],
        ["server_name chat.example.org", "server_name localhost"],
        ["ssl_certificate cert.pem", `ssl_certificate ${cert}`],
        ["ssl_certificate_key key.pem", `ssl_certificate_key ${key}`],
      ]);
      writeFileSync(join(folder, "conclave.conf"), own);
      const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => {
        mkdirSync(join(folder, kind));
        return `${kind}_temp_path ${join(folder, kind)};`;
      });
      const user = process.getuid?.() === 0 ? "user root;\n" : "";
      const http = `access_log off;\n${temporary.join("\n")}\ninclude conclave.conf;\n`;
      writeFileSync(
        join(folder, "nginx.conf"),
        `${user}daemon off;\npid nginx.pid;\nerror_log stderr crit;\nevents {}\nhttp {\n${http}}\n`,
      );
      return await listening(
        port,
        spawn("nginx", ["-p", folder, "-c", "nginx.conf"], { stdio: ["ignore", "ignore", "inherit"] }),
      );
    },
  },
];

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A file of `hosting/` with what each operator changes in it; each change is of something that is there. */
function changed(file: string, changes: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join(HOSTING, file), "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    text = text.replace(from, to);
  }
  return text;
}

async function listening(port: number, child: ChildProcess): Promise<ChildProcess> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the proxy ended with code ${child.exitCode}`);
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([once(socket, "connect").then(() => true), wait(1000, false)]).catch(() => false);
    socket.destroy();
    if (isOpen) return child;
    await wait(50);
  }
  child.kill("SIGKILL");
  throw new Error("the proxy does not listen");
}
