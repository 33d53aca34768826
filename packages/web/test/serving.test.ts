import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running, startRelay } from "../../cli/test/processes.js";
import { HostileHost } from "./hostileHost.js";

const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "media-src blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types conclave",
];

describe("the web client as conclave serve gives it", () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-serving-"));
  let relay: Running;
  let address = "";
  let hostile: HostileHost;

  beforeAll(async () => {
    ({ relay, address } = await startRelay(join(folder, "data")));
    hostile = await HostileHost.before(() => address);
  });
  afterAll(async () => {
    hostile.close();
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("RULE web.csp: every answer of the address carries the policy and the other headers, errors and the relay's own too", async () => {
    const { host } = new URL(address);
    const expected = [...POLICY.slice(0, 6), `connect-src 'self' ws://${host} wss://${host}`, ...POLICY.slice(6)].join(
      "; ",
    );
    const paths = ["", "nothing-here", "healthz", "conclave.json", "%zz", "conclave-manifest.json", ...built()];
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) {
      const { headers } = await fetch(`${address}/${path}`);
      expect(headers.get("content-security-policy"), path).toBe(expected);
      expect(headers.get("referrer-policy"), path).toBe("no-referrer");
      expect(headers.get("x-content-type-options"), path).toBe("nosniff");
      expect(headers.get("cross-origin-opener-policy"), path).toBe("same-origin");
      expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
      expect(headers.get("permissions-policy"), path).toMatch(/camera=\(self\).*microphone=\(self\)/u);
      if (path.endsWith(".woff2")) expect(headers.get("content-type"), path).toBe("font/woff2");
    }
  });

  it("A36: a link whose secret was moved before the number sign is told to have been shown; the answer does not repeat it", async () => {
    for (const path of [`%23/join/v1.${"c2Vj".repeat(40)}`, `join/v1.${"c2Vj".repeat(40)}`]) {
      const response = await fetch(`${address}/${path}`);
      expect(response.status).toBe(404);
      const text = await response.text();
      expect(text).toContain("was sent to this server");
      expect(text).not.toContain("c2Vj");
    }
    expect(await (await fetch(`${address}/nothing-here`)).text()).toBe("There is no such page.\n");
  });

  it("files: their types, how long they keep, ETag, HEAD, gzip and brotli; nothing but GET and HEAD, no listing", async () => {
    const script = built().find((path) => /^assets\/.*\.js$/u.test(path))!;
    for (const [path, type, keeps] of [
      ["", "text/html; charset=utf-8", "no-cache"],
      ["index.html", "text/html; charset=utf-8", "no-cache"],
      ["serviceWorker.js", "text/javascript; charset=utf-8", "no-cache"],
      ["manifest.webmanifest", "application/manifest+json; charset=utf-8", "no-cache"],
      ["icons/icon-192.png", "image/png", "no-cache"],
      [script, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    ] as const) {
      const response = await fetch(`${address}/${path}`);
      expect([path, response.status, response.headers.get("content-type")]).toEqual([path, 200, type]);
      expect(response.headers.get("cache-control")).toBe(keeps);
      const etag = response.headers.get("etag")!;
      const again = await fetch(`${address}/${path}`, { headers: { "if-none-match": etag } });
      expect([path, again.status, (await again.arrayBuffer()).byteLength]).toEqual([path, 304, 0]);
      const head = await fetch(`${address}/${path}`, { method: "HEAD" });
      expect([head.status, head.headers.get("etag"), await head.text()]).toEqual([200, etag, ""]);
    }
    const zipped = await raw(`/${script}`, { "accept-encoding": "gzip" });
    const plain = await raw(`/${script}`, {});
    expect([zipped.encoding, plain.encoding]).toEqual(["gzip", undefined]);
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    // Brotli is made when it is first asked for, and gzip goes out until then.
    const small = () => raw(`/${script}`, { "accept-encoding": "gzip, deflate, br" });
    expect((await small()).encoding).toMatch(/^(?:gzip|br)$/u);
    await expect.poll(async () => (await small()).encoding, { timeout: 10_000 }).toBe("br");
    const { body } = await small();
    expect(brotliDecompressSync(body).equals(plain.body)).toBe(true);
    expect(body.length).toBeLessThan(zipped.body.length);
    expect((await fetch(address, { method: "POST", body: "x" })).status).toBe(405);
    for (const path of ["assets", "assets/", "icons/"]) expect((await fetch(`${address}/${path}`)).status).toBe(404);
  });

  it("RULE web.only-manifest: what the manifest does not name is not there, whatever the path says", async () => {
    for (const path of [
      "/../package.json",
      "/assets/../../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/./index.html",
      "//index.html",
      "/index.html/",
      "/.tsbuildinfo",
      "/__proto__",
      "/gallery.html",
    ])
      expect([path, (await raw(path, {})).status]).toEqual([path, 404]);
  });

  it("--no-web serves the relay only; --allow-relay lets the pages talk to others, and to what is no address it does not listen", async () => {
    const alone = new Running(["serve", "--port", "0", "--data", join(folder, "alone"), "--no-web", "--json"]);
    const ready = JSON.parse(await alone.line((line) => line.includes('"ready"'))) as { address: string; web: boolean };
    expect(ready.web).toBe(false);
    expect(await (await fetch(ready.address)).text()).toContain("A Conclave relay");
    expect((await fetch(`${ready.address}/serviceWorker.js`)).status).toBe(404);
    await alone.stop();
    const others = ["--allow-relay", "https://a.example, wss://b.example:8443/relay"];
    const open = new Running(["serve", "--port", "0", "--data", join(folder, "open"), ...others, "--json"]);
    const { address: at } = JSON.parse(await open.line((line) => line.includes('"ready"'))) as { address: string };
    expect((await fetch(at)).headers.get("content-security-policy")).toContain(
      " wss://a.example wss://b.example:8443;",
    );
    await open.stop();
    const wrong = await run([
      "serve",
      "--data",
      join(folder, "wrong"),
      "--allow-relay",
      "https://a.example;script-src",
    ]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("wss:// or https://")]);
  });

  it("RULE web.own-machine: conclave web serves the same pages to this machine only, and says so", async () => {
    const web = new Running(["web", "--port", "0", "--relay", "https://chat.example.org", "--json"]);
    const { address: at } = JSON.parse(await web.line((line) => line.includes('"ready"'))) as { address: string };
    expect(new URL(at).hostname).toBe("127.0.0.1");
    expect(await (await fetch(`${at}/conclave.json`)).json()).toEqual({
      servedBy: "web",
      connect: ["wss://chat.example.org"],
    });
    const policy = (await fetch(at)).headers.get("content-security-policy")!;
    const { host } = new URL(at);
    expect(policy).toContain(`connect-src 'self' ws://${host} wss://${host} wss://chat.example.org;`);
    expect((await run(["verify-web", at])).code).toBe(0);
    expect(await web.stop()).toBe(0);
    expect((await run(["web", "--relay", "chat.example.org"])).code).toBe(2);
  });

  it("A86: RULE web.verify: one byte, one header, one script more or less on a host is found, and the exit code says so", async () => {
    const same = await run(["verify-web", `${hostile.url}#/join/v1.secret`, "--json"]);
    expect([same.code, JSON.parse(same.stdout)]).toMatchObject([0, { same: true, differing: [], extraScripts: [] }]);
    expect(hostile.asked.join(" ")).not.toContain("secret");
    const script = built().find((path) => /^assets\/index.*\.js$/u.test(path))!;
    const found = async (tamper: HostileHost["tamper"]) => {
      hostile.tamper = tamper;
      const { code, stdout } = await run(["verify-web", hostile.url, "--json"]);
      const { same: isSame, differing, extraScripts } = JSON.parse(stdout) as Record<string, unknown>;
      return [code, isSame, differing, extraScripts];
    };
    expect(await found((answer) => answer.path === script && (answer.body[100]! ^= 1))).toEqual([
      6,
      false,
      [script],
      [],
    ]);
    expect(await found((answer) => answer.path === script && (answer.status = 404))).toEqual([6, false, [script], []]);
    expect(
      await found((answer) => {
        if (answer.path === "") answer.body = inserted(answer.body, '<script src="/evil.js"></script>');
      }),
    ).toEqual([6, false, ["(start page)"], ["/evil.js"]]);
    expect(
      await found((answer) => {
        const policy = answer.headers["content-security-policy"] as string;
        if (answer.path === script)
          answer.headers["content-security-policy"] = policy.replace("script-src", "script-src 'unsafe-eval'");
      }),
    ).toEqual([6, false, [script], []]);
    expect(
      await found((answer) => {
        if (answer.path !== "conclave-manifest.json") return;
        const manifest = JSON.parse(answer.body.toString()) as { files: object[] };
        manifest.files.push({ path: "zz.js", size: 1, sha256: "0".repeat(64) });
        answer.body = Buffer.from(JSON.stringify(manifest));
      }),
    ).toEqual([6, false, ["conclave-manifest.json", "zz.js"], []]);
    hostile.tamper = null;
    const people = await run(["verify-web", address]);
    expect(people.stdout).toContain("The same as this program's");
    expect((await run(["verify-web", "http://127.0.0.1:9"])).code).toBe(3);
  });

  /** A request with the path as it is: `fetch` would tidy it up. */
  function raw(
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; encoding: string | undefined; body: Buffer }> {
    const { hostname, port } = new URL(address);
    return new Promise((resolve, reject) => {
      request({ hostname, port, path, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("end", () => {
          resolve({
            status: answer.statusCode!,
            encoding: answer.headers["content-encoding"],
            body: Buffer.concat(pieces),
          });
        });
      })
        .on("error", reject)
        .end();
    });
  }
});

function inserted(page: Buffer, text: string): Buffer {
  return Buffer.from(page.toString().replace("</head>", `${text}</head>`));
}

function built(): string[] {
  const files = readdirSync(DIST, { recursive: true }) as string[];
  return files.filter((path) => !path.endsWith(".sig.json") && statSync(join(DIST, path)).isFile());
}
