import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get } from "node:https";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { certificate } from "./certificate.js";
import { FRONT_PROXIES, freePort } from "./frontProxy.js";
import { run, Running } from "./processes.js";

describe.skipIf(!hasPostgres).each(FRONT_PROXIES)(
  "two relays behind $name, as hosting/ has it (skipped without Caddy, nginx or PostgreSQL)",
  (front) => {
    let server: PostgresServer;
    let folder = "";
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(() => server.stop());
    const ends: (() => unknown)[] = [];
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "conclave-proxy-"));
    });
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
      rmSync(folder, { recursive: true, force: true });
    });

    /** One relay on a folder, and the proxy before it; `grow` moves it to a database, and a second one comes. */
    async function scene() {
      const { cert, key } = certificate(folder, "localhost");
      const port = await freePort();
      const url = `https://localhost:${port}`;
      const relays: { relay: Running; data: string; port: number }[] = [];
      const ports = [await freePort(), await freePort()];
      const serve = async (at: number, more: NodeJS.ProcessEnv = {}) => {
        const data = join(folder, `relay${at}`);
        const given = ["--port", String(ports[at]), "--data", data, "--trusted-proxies", "127.0.0.1"];
        const relay = new Running(["serve", ...given, "--public-url", url, "--json"], more);
        ends.push(() => relay.stop());
        await relay.line((line) => line.includes('"ready"'));
        relays[at] = { relay, data, port: ports[at]! };
      };
      const grow = async () => {
        const [first] = relays;
        await first!.relay.stop();
        const database = { CONCLAVE_DATABASE: server.newDatabase() };
        const moved = await run(["migrate", "--to", "database", "--data", first!.data], { env: database });
        expect([moved.code, moved.stderr]).toEqual([0, ""]);
        mkdirSync(join(folder, "relay1"), { mode: 0o700 });
        copyFileSync(join(first!.data, "relay.key"), join(folder, "relay1", "relay.key"));
        for (const at of [0, 1]) await serve(at, database);
      };
      await serve(0);
      const proxy = await front.start({ folder, port, relays: ports, cert, key });
      ends.push(async () => {
        proxy.kill("SIGTERM");
        if (proxy.exitCode === null && proxy.signalCode === null) await once(proxy, "exit");
      });
      const env = { NODE_EXTRA_CA_CERTS: cert };
      const conclave = async (who: string, ...args: string[]) => {
        const done = await run([...args, "--json", "--home", join(folder, who)], { env });
        if (done.code !== 0) throw new Error(`${args.join(" ")}: ${done.stdout} ${done.stderr}`);
        return JSON.parse(done.stdout);
      };
      const chat = (who: string) => {
        const running = new Running(["chat", "--json", "--follow", "--home", join(folder, who)], env);
        ends.push(() => running.stop());
        return running;
      };
      /** Who is connected to a relay, as its operator sees it. */
      const addresses = async (data: string): Promise<{ address: string; connections: number }[]> =>
        JSON.parse((await run(["relay", "addresses", "--json", "--data", data])).stdout).addresses;
      return { relays, grow, url, ca: readFileSync(cert, "utf8"), conclave, chat, addresses };
    }

    it.skipIf(!front.isInstalled)(
      "people talk, and go on when one relay becomes two, and when the one that they are connected to is killed",
      async () => {
        const { relays, grow, url, conclave, chat, addresses } = await scene();
        const { link } = await conclave("alice", "room", "new", "Garden", "--name", "Alice", "--relay", url);
        await conclave("bob", "join", link, "--name", "Bob");
        await conclave("alice", "sync");
        await grow();
        const bob = chat("bob");
        await conclave("alice", "send", "before");
        await bob.line((line) => line.includes('"before"'));
        const counts = async () => {
          const found = await Promise.all(relays.map(({ data }) => addresses(data)));
          return found.map((each) => each.reduce((sum, { connections }) => sum + connections, 0));
        };
        await expect.poll(async () => (await counts()).toSorted()).toEqual([0, 1]);
        const victim = relays[(await counts()).indexOf(1)]!;
        await victim.relay.stop("SIGKILL");
        await conclave("alice", "send", "after");
        await bob.line((line) => line.includes('"after"'));
        bob.write("and I am here");
        const history = async () => {
          await conclave("alice", "sync");
          return JSON.stringify(await conclave("alice", "history"));
        };
        await expect.poll(history).toContain("and I am here");
        const said = await history();
        expect(said).not.toContain('"kind":"alarm"');
      },
      240_000,
    );

    it.skipIf(!front.isInstalled)(
      "the relays see who comes, whatever they say of themselves; pages are served",
      async () => {
        const { relays, grow, url, ca, addresses } = await scene();
        await grow();
        const page = get(`${url}/`, { ca, agent: false });
        const [response] = (await once(page, "response")) as [IncomingMessage];
        let bytes = 0;
        for await (const chunk of response) bytes += (chunk as Buffer).length;
        expect([response.statusCode, bytes > 200]).toEqual([200, true]);
        expect(response.headers["strict-transport-security"]).toBeDefined();
        const socket = new WebSocket(`${url.replace("https", "wss")}/relay`, {
          ca,
          localAddress: "127.0.0.9",
          headers: { "X-Forwarded-For": "192.0.2.1" },
        });
        ends.push(() => {
          socket.terminate();
        });
        await once(socket, "open");
        const seen = (await Promise.all(relays.map(({ data }) => addresses(data)))).flat();
        expect(seen).toEqual([{ address: "127.0.0.9", connections: 1, refused: 0, blocked: false }]);
      },
      120_000,
    );
  },
);
