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

    /** Two relays on one database and with one key, and the proxy before them. */
    async function scene() {
      const { cert, key } = certificate(folder, "localhost");
      const database = server.newDatabase();
      const port = await freePort();
      const url = `https://localhost:${port}`;
      const relays: { relay: Running; data: string; port: number }[] = [];
      for (const name of ["one", "two"]) {
        const data = join(folder, name);
        mkdirSync(data, { mode: 0o700 });
        if (relays.length > 0) copyFileSync(join(relays[0]!.data, "relay.key"), join(data, "relay.key"));
        const given = ["--port", "0", "--data", data, "--trusted-proxies", "127.0.0.1", "--public-url", url, "--json"];
        const relay = new Running(["serve", ...given], { CONCLAVE_DATABASE: database });
        ends.push(() => relay.stop());
        const { listening } = JSON.parse(await relay.line((line) => line.includes('"ready"')));
        relays.push({ relay, data, port: Number(new URL(listening).port) });
      }
      const place = { folder, port, relays: relays.map((each) => each.port), cert, key };
      const proxy = await front.start(place);
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
      return { relays, url, ca: readFileSync(cert, "utf8"), conclave, chat, addresses };
    }

    it.skipIf(!front.isInstalled)(
      "people talk, and go on when the relay that they are connected to is killed",
      async () => {
        const { relays, url, conclave, chat, addresses } = await scene();
        const { link } = await conclave("alice", "room", "new", "Garden", "--name", "Alice", "--relay", url);
        await conclave("bob", "join", link, "--name", "Bob");
        await conclave("alice", "sync");
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
        const { relays, url, ca, addresses } = await scene();
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
