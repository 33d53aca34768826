import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { certificate } from "./certificate.js";
import { runHere } from "./inProcess.js";
import { run, Running, startRelay } from "./processes.js";

// Each test starts several programs, one after the other.
vi.setConfig({ testTimeout: 120_000 });

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-serve-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** An answer over TLS, from a relay whose certificate is trusted and checked. */
async function secureAnswer(port: number, path: string, ca: string) {
  const name = "chat.example.org";
  const request = get({ host: "127.0.0.1", port, path, ca, servername: name, headers: { host: name }, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  return { status: response.statusCode, policy: response.headers["strict-transport-security"] };
}

describe("conclave serve", () => {
  it("prints its address, its data folder and what to type next; ends on SIGTERM and SIGINT", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const data = join(folder, signal);
      const relay = new Running(["serve", "--port", "0", "--data", data]);
      const address = (await relay.line((line) => line.includes("Open"))).trim().split(/\s+/u)[1]!;
      await relay.line((line) => line.includes("conclave room new") && line.includes(`--relay ${address}`));
      expect(relay.lines.join("\n")).toContain(data);
      expect((await fetch(`${address}/readyz`)).status).toBe(200);
      expect(statSync(data).mode & 0o777).toBe(0o700);
      expect(await relay.stop(signal)).toBe(0);
    }
  });

  it("RULE cli.landing: without the web client, an invite link opened in a browser shows a page without scripts that sends nothing on", async () => {
    const relay = new Running(["serve", "--port", "0", "--data", join(folder, "landing"), "--no-web"]);
    const address = (await relay.line((line) => line.includes("Address"))).trim().split(/\s+/u)[1]!;
    const page = await fetch(address);
    const text = await page.text();
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(text).not.toMatch(/<script|<link|<img|src=|href=/u);
    await relay.stop();
  });

  it("says what to do when the port or the data folder is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const taken = await run(["serve", "--port", String(port), "--data", join(folder, "port")]);
    other.close();
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(taken.stderr).toContain(`--port ${port + 1}`);

    const data = join(folder, "shared");
    const { relay } = await startRelay(data);
    const second = await run(["serve", "--port", "0", "--data", data, "--json"]);
    expect([second.code, JSON.parse(second.stdout).error.code]).toEqual([1, "DATA_IN_USE"]);
    await relay.stop();
  });

  it("refuses at once, with a sentence, a data folder that cannot be made; so does a home", async () => {
    for (const args of [
      ["serve", "--port", "0", "--data", "/proc/none/relay"],
      ["room", "new", "Shed", "--name", "Ann", "--relay", "http://127.0.0.1:1", "--home", "/proc/none"],
    ]) {
      const { code, stderr } = await run(args, { timeout: 20_000 });
      expect([args[0], code]).toEqual([args[0], 1]);
      expect(stderr).toMatch(/\/proc\/none.* cannot be (?:created|opened): there is no such folder to put it in\./u);
      expect(stderr).not.toMatch(/ENOENT|mkdir/u);
    }
  });

  it("names the file that it cannot use, and sends nobody who has rooms to an empty folder", async () => {
    const data = join(folder, "other-owner");
    mkdirSync(data);
    writeFileSync(join(data, "relay.key"), `${"ab".repeat(32)}\n`);
    // Nobody can open a socket as a file, not even root.
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(join(data, "blocked"), resolve));
    const { code, stderr } = await run(["serve", "--port", "0", "--data", data]);
    socket.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`(${join(data, "blocked")})`);
    expect(stderr).toContain("have to belong to the user who runs the relay");
    expect(stderr).not.toContain("--data DIR");
  });

  it("ends, and says why, when the certificate is none or its key is of another one", async () => {
    const { cert, key } = certificate(folder, "chat.example.org");
    const other = certificate(mkdtempSync(join(folder, "other-")), "chat.example.org");
    writeFileSync(join(folder, "none.pem"), "no certificate\n");
    for (const [given, of] of [
      [join(folder, "none.pem"), key],
      [cert, other.key],
    ] as const) {
      const flags = ["serve", "--port", "0", "--data", join(folder, "bad-tls"), "--tls-cert", given, "--tls-key", of];
      const refused = await run(flags);
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("the certificate or its key cannot")]);
    }
  });

  it("takes a renewed certificate without a restart; one that cannot be used is told, and the old one stays", async () => {
    const folderOf = mkdtempSync(join(folder, "renewed-"));
    const { cert, key } = certificate(folderOf, "chat.example.org");
    const old = readFileSync(cert, "utf8");
    const flags = ["serve", "--port", "0", "--data", join(folder, "renewed"), "--tls-cert", cert, "--tls-key", key];
    const relay = new Running([...flags, "--public-url", "https://chat.example.org", "--json"]);
    const ready = JSON.parse(await relay.line((line) => line.includes("listening"))) as { listening: string };
    const { port } = new URL(ready.listening);
    const hup = () => process.kill(relay.pid, "SIGHUP");
    writeFileSync(cert, "no certificate\n");
    hup();
    await expect.poll(() => relay.errors).toContain("the new certificate cannot be used, so the old one stays");
    expect((await secureAnswer(Number(port), "/healthz", old)).status).toBe(200);
    certificate(folderOf, "chat.example.org");
    hup();
    const renewed = readFileSync(cert, "utf8");
    await expect
      .poll(async () => (await secureAnswer(Number(port), "/healthz", renewed).catch(() => null))?.status)
      .toBe(200);
    await expect(secureAnswer(Number(port), "/healthz", old)).rejects.toThrow();
    expect(await relay.stop()).toBe(0);
  });

  it("warns when it listens for everybody without TLS, unless a proxy stands before it", async () => {
    for (const [flags, warns] of [
      [[], true],
      [["--trusted-proxies", "1"], false],
    ] as const) {
      const relay = new Running([
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        "0",
        "--data",
        join(folder, "public"),
        ...flags,
      ]);
      await relay.line((line) => line.includes("Open"));
      expect(relay.errors.includes("without TLS")).toBe(warns);
      await relay.stop();
    }
  });

  it("behind a proxy it asks for the address that people use, unless it has it", async () => {
    for (const [flags, warns] of [
      [[], true],
      [["--public-url", "https://chat.example.org"], false],
    ] as const) {
      const data = join(folder, "proxied");
      const relay = new Running([
        "serve",
        "--port",
        "0",
        "--data",
        data,
        "--no-web",
        "--trusted-proxies",
        "1",
        ...flags,
      ]);
      await relay.line((line) => line.includes("Address"));
      expect(relay.errors.includes("--public-url https://chat.example.org")).toBe(warns);
      await relay.stop();
    }
  });

  it.each([["with the pages"], ["with --no-web", "--no-web"]])(
    "RULE relay.https-only: every answer over TLS says that this name is https from now on, %s",
    async (_case, ...more) => {
      const { cert, key } = certificate(mkdtempSync(join(folder, "cert-")), "chat.example.org");
      const data = join(folder, `tls${more.length}`);
      const flags = ["serve", "--host", "0.0.0.0", "--port", "0", "--data", data, "--tls-cert", cert, "--tls-key", key];
      const relay = new Running([...flags, ...more]);
      const line = await relay.line((each) => /Open|Address/u.test(each));
      const { port } = new URL(line.trim().split(/\s+/u)[1]!);
      // By the certificate's name, which nobody had to say.
      for (const [path, status] of [
        ["/", 200],
        ["/healthz", 200],
        ["/none", 404],
      ] as const) {
        const answer = await secureAnswer(Number(port), path, readFileSync(cert, "utf8"));
        expect([path, answer]).toEqual([path, { status, policy: "max-age=31536000" }]);
      }
      await relay.stop();
    },
  );

  it.each([
    ["https://chat.example.org", "max-age=31536000"],
    ["http://chat.example.org", null],
  ])("RULE relay.https-only: behind a proxy --public-url %s decides it", async (publicUrl, policy) => {
    const data = join(folder, new URL(publicUrl).protocol.slice(0, -1));
    const flags = ["--trusted-proxies", "1", "--public-url", publicUrl, "--json"];
    const relay = new Running(["serve", "--port", "0", "--data", data, ...flags]);
    const { listening } = JSON.parse(await relay.line((each) => each.includes("listening"))) as { listening: string };
    expect((await fetch(listening)).headers.get("strict-transport-security")).toBe(policy);
    await relay.stop();
  });

  it("--print-config shows value and source, and no secret; an unknown key is exit code 2", async () => {
    const data = mkdtempSync(join(folder, "config-"));
    writeFileSync(join(data, "permit"), "open sesame\n");
    const env = { CONCLAVE_CREATE_PERMIT_FILE: join(data, "permit"), CONCLAVE_LOG: "json" };
    const shown = await run(["serve", "--print-config", "--json", "--port", "9", "--data", data], { env });
    const config = JSON.parse(shown.stdout).settings;
    expect(config.port).toEqual({ value: 9, source: "--port" });
    expect(config.log).toEqual({ value: "json", source: "CONCLAVE_LOG" });
    expect(config.createPermit).toEqual({ value: "(set)", source: "CONCLAVE_CREATE_PERMIT_FILE" });
    expect(shown.stdout).not.toContain("sesame");
    writeFileSync(join(data, "config.json"), '{"prot": 1}');
    const wrong = await run(["serve", "--data", data]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean "port"?')]);
  });
});

describe("what a relay prints about itself", () => {
  it("an address that can be opened, for all addresses too, and where the network finds it", async () => {
    for (const host of ["0.0.0.0", "::"]) {
      const relay = new Running(["serve", "--host", host, "--port", "0", "--data", join(folder, "all"), "--no-web"]);
      const address = (await relay.line((line) => line.includes("Address"))).trim().split(/\s+/u)[1]!;
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      expect(relay.errors).toContain("CONCLAVE_CREATE_PERMIT");
      await relay.stop();
    }
  });

  it("JSON lines only with --log json, and variables that mean nothing with the nearest that does", async () => {
    const flags = ["serve", "--port", "0", "--data", join(folder, "lines"), "--log", "json"];
    const relay = new Running(flags, { CONCLAVE_PROT: "1", CONCLAVE_HOME: "/nowhere" });
    await relay.line((line) => line.includes('"event":"ready"'));
    await relay.stop();
    const lines = relay.lines.map((line) => JSON.parse(line) as { warnings?: { message: string }[] });
    const warnings = lines.flatMap((line) => line.warnings ?? []).map(({ message }) => message);
    expect(warnings).toEqual([expect.stringMatching(/CONCLAVE_PROT .*Did you mean CONCLAVE_PORT\?/u)]);
  });

  it("keeps the path of --public-url, or refuses it with a sentence; the permit stands in the help", async () => {
    const data = join(folder, "path");
    const given = ["--public-url", "https://example.org/talk/"];
    const relay = new Running(["serve", "--port", "0", "--data", data, "--trusted-proxies", "1", ...given]);
    await relay.line((line) => line.includes("https://example.org/talk"));
    await relay.line((line) => line.includes("--relay https://example.org/talk"));
    await relay.stop();
    for (const bad of ["https://example.org/?a=b", "https://u:p@example.org", "https://example.org/#x"]) {
      const refused = await run(["serve", "--data", data, "--public-url", bad]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("publicUrl from --public-url")]);
    }
    expect((await run(["serve", "--help"])).stdout).toContain("CONCLAVE_CREATE_PERMIT");
  });
});

describe("command line", () => {
  it("wrong usage is exit code 2, as lines for people and as JSON for programs", async () => {
    const wrong = await run(["memebrs"]);
    expect([wrong.code, wrong.stdout, wrong.stderr]).toEqual([2, "", expect.stringContaining("members")]);
    const json = await run(["join", "--json"]);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toEqual({
      ...{ v: 1, kind: "error", warnings: [] },
      error: { code: "USAGE", message: expect.any(String), hint: expect.stringMatching(/^Usage: .* join /u) },
    });
    expect((await run([])).code).toBe(2);
  });

  it("every command has help, with exit code 0", async () => {
    const { stdout } = await run(["--help"]);
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]+) /gmu)]
      .map((match) => match[1]!)
      .filter((name) => name !== "conclave");
    expect(commands.length).toBeGreaterThan(20);
    for (const name of commands) {
      const help = await runHere([name, "--help"]);
      expect([name, help.code, help.stdout]).toEqual([name, 0, expect.stringMatching(/^Usage: \S.* /u)]);
    }
  });
});
