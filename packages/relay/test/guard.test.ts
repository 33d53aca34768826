import { once } from "node:events";
import { connect } from "node:net";
import { hostname } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startRelay, type Relay, type RelayOptions } from "../src/index.js";
import { dataFolder } from "./dataFolder.js";

const running: Relay[] = [];
afterEach(async () => {
  for (const relay of running.splice(0)) await relay.close();
});
async function start(options: Partial<RelayOptions> = {}): Promise<{ relay: Relay; port: number }> {
  const relay = await startRelay({ dataDir: dataFolder(), ...options });
  running.push(relay);
  return { relay, port: Number(new URL(relay.address).port) };
}

/** What comes back for these lines of a request, whole. */
async function answerTo(port: number, ...lines: string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  let text = "";
  socket.on("data", (data: Buffer) => (text += data.toString()));
  await once(socket, "close");
  return text;
}
const get = (port: number, path: string, ...headers: string[]) =>
  answerTo(port, `GET ${path} HTTP/1.1`, ...headers, "Connection: close");
const status = async (answer: Promise<string>) => Number((await answer).split(" ")[1]);

/** 101, or the status of the refusal, for a page of this origin. */
function upgrade(url: string, origin: string | null, host?: string): Promise<number> {
  const headers = { ...(origin !== null && { origin }), ...(host !== undefined && { host }) };
  const socket = new WebSocket(url, { headers });
  return new Promise((resolve, reject) => {
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("error", reject);
  });
}

describe("who may talk to a relay", () => {
  it("RULE relay.own-origin: pages of others may not connect: own pages, this machine's, --public-url and the allowed ones may", async () => {
    const { relay } = await start({ publicUrl: "https://example.org/talk", allowOrigins: ["https://pages.example"] });
    const url = relay.socketUrl;
    for (const origin of [
      null,
      relay.address,
      "http://127.0.0.1:9",
      "http://localhost:4600",
      "https://example.org",
      "https://pages.example",
    ]) {
      expect([origin, await upgrade(url, origin)]).toEqual([origin, 101]);
    }
    for (const origin of [
      "https://evil.example",
      "null",
      "https://example.org.evil.example",
      "https://127.0.0.1.evil.example",
    ]) {
      expect([origin, await upgrade(url, origin)]).toEqual([origin, 403]);
    }
    const page = await fetch(`${relay.address}/healthz`, { headers: { origin: "https://evil.example" } });
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining("--allow-origin")]);
    const open = await start({ allowOrigins: ["*"] });
    expect(await upgrade(open.relay.socketUrl, "https://any.example")).toBe(101);
  });

  it("RULE relay.own-host: a foreign name for this machine gets no answer; a proxy's and the public one do", async () => {
    const here = await start();
    expect(await status(get(here.port, "/healthz", "Host: evil.example"))).toBe(421);
    expect(await upgrade(here.relay.socketUrl, "http://evil.example", "evil.example")).toBe(421);
    for (const host of ["localhost", `127.0.0.1:${here.port}`, "[::1]:80"]) {
      expect([host, await status(get(here.port, "/healthz", `Host: ${host}`))]).toEqual([host, 200]);
    }
    const known = await start({ publicUrl: "https://chat.example.org", trustedProxies: 1 });
    expect(await status(get(known.port, "/healthz", "Host: chat.example.org"))).toBe(200);
    expect(await status(get(known.port, "/healthz", "Host: evil.example"))).toBe(421);
  });

  it("RULE relay.own-host: without --public-url a relay of the network goes by addresses, local names, and names given", async () => {
    const names = (port: number) => [
      `192.168.1.20:${port}`,
      "[fd00::1]:80",
      "nas",
      `nas.local:${port}`,
      "nas.local.",
      "nas.home.arpa",
      hostname(),
    ];
    for (const options of [{ host: "0.0.0.0" }, { trustedProxies: 1 }]) {
      const { relay, port } = await start(options);
      for (const host of names(port)) {
        expect([host, await status(get(port, "/healthz", `Host: ${host}`))]).toEqual([host, 200]);
        const shown = host.replace(/:80$/u, "");
        expect([host, await upgrade(relay.socketUrl, `http://${shown}`, host)]).toEqual([host, 101]);
      }
      // A page of elsewhere whose name was made to point here: both headers are of that name.
      for (const host of ["evil.example", `evil.example:${port}`, "nas.local.evil.example", "local.example"]) {
        expect([host, await upgrade(relay.socketUrl, `http://${host}`, host)]).toEqual([host, 421]);
        expect([host, await get(port, "/", `Host: ${host}`)]).toEqual([host, expect.stringContaining("--public-url")]);
      }
    }
    const { port } = await start({ trustedProxies: 1 });
    const passedOn = (name: string) => [`Origin: https://${name}`, `X-Forwarded-Host: ${name}`];
    const local = `Host: 127.0.0.1:${port}`;
    expect(await status(get(port, "/healthz", local, ...passedOn("nas.local")))).toBe(200);
    expect(await status(get(port, "/healthz", local, ...passedOn("evil.example")))).toBe(403);
  });

  it("RULE relay.headers-everywhere: also what Node and the upgrade answer carries the headers; two hosts are none", async () => {
    const { port } = await start();
    const upgradeTo = [
      "Host: localhost",
      "Upgrade: websocket",
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Version: 13",
    ];
    for (const [expected, answer] of [
      [400, answerTo(port, "nonsense")],
      [431, get(port, "/", "Host: localhost", `X: ${"x".repeat(20_000)}`)],
      [404, answerTo(port, "GET /elsewhere HTTP/1.1", ...upgradeTo, "Connection: Upgrade")],
      [400, get(port, "/healthz", "Host: localhost", "Host: other")],
      [404, get(port, "/none", "Host: localhost")],
      [200, get(port, "/healthz", "Host: localhost")],
    ] as const) {
      const text = await answer;
      expect(Number(text.split(" ")[1])).toBe(expected);
      expect([expected, text.toLowerCase()]).toEqual([
        expected,
        expect.stringContaining("x-content-type-options: nosniff"),
      ]);
      expect(text.toLowerCase()).toContain("content-security-policy: default-src 'none'");
    }
  });

  it("RULE relay.sockets-bounded: sockets that say nothing count too, and RULE relay.silent-end: they end", async () => {
    const { relay, port } = await start({ connectionsPerAddress: 6 });
    const silent = Array.from({ length: 100 }, async () => {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      let heard = "";
      socket.on("data", (data: Buffer) => (heard += data.toString()));
      await once(socket, "close");
      return heard.split("\r\n")[0];
    });
    const ends = await Promise.all(silent);
    // One too many is cut at once, and hears nothing; the others are told that they said nothing.
    expect(ends.filter((end) => end === "")).toHaveLength(30);
    expect(ends.filter((end) => end === "HTTP/1.1 408 Request Timeout")).toHaveLength(70);
    expect(relay.metrics()['connections_refused_total{cause="sockets"}']).toBe(30);
    // Their places are free again when the relay has seen them go.
    await expect.poll(() => upgrade(relay.socketUrl, null).catch(() => 0), { timeout: 20_000 }).toBe(101);
  });

  it("answers under the path of --public-url, whether or not the proxy takes it off", async () => {
    const { relay, port } = await start({ publicUrl: "https://example.org/talk", trustedProxies: 1 });
    const host = "Host: example.org";
    expect(await status(get(port, "/talk/healthz", host))).toBe(200);
    expect(await status(get(port, "/healthz", host))).toBe(200);
    expect(await get(port, "/talk", host)).toMatch(/^HTTP\/1.1 308[^]*location: \/talk\//u);
    expect(await upgrade(relay.socketUrl.replace("/relay", "/talk/relay"), "https://example.org")).toBe(101);
  });
});
