import { hasPostgres, PostgresServer } from "@conclave/relay/testing";
import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { SETTING_NAMES, environmentName } from "../src/config/settings.js";
import { freePort, HOSTING } from "./frontProxy.js";
import { run, Running } from "./processes.js";

const ROOT = join(HOSTING, "..");
const read = (name: string): string => readFileSync(join(HOSTING, name), "utf8");
const NAME = "chat.example.org";

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
  readonly build?: { readonly context: string; readonly dockerfile: string };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(read("compose.yaml").replaceAll(/\$\{CONCLAVE_NAME:\?[^}]*\}/gu, NAME), {
  merge: true,
}) as Compose;

/** The instructions of the Dockerfile's last stage: those of a name, without it. */
function instructions(name: string): string[] {
  const last = read("Dockerfile")
    .split(/^FROM .*$/mu)
    .at(-1)!;
  return last.split("\n").flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []));
}

/** What the image puts into the environment. */
function imageEnvironment(): Record<string, string> {
  return Object.fromEntries(instructions("ENV").flatMap((line) => line.split(" ").map((each) => each.split("="))));
}

/** The answer to `/readyz` of a relay that is asked by this name. */
async function statusAs(host: string, port: number): Promise<number | undefined> {
  const [response] = (await once(get({ port, path: "/readyz", headers: { host }, agent: false }), "response")) as [
    IncomingMessage,
  ];
  response.resume();
  return response.statusCode;
}

describe("hosting/compose.yaml and hosting/Dockerfile, outside of a container", () => {
  it("name only what is there: secrets, networks, volumes, services, files, and settings of the relay", () => {
    const { services } = compose;
    for (const [name, service] of Object.entries(services)) {
      for (const secret of service.secrets ?? [])
        expect([name, Object.keys(compose.secrets)]).toEqual([name, expect.arrayContaining([secret])]);
      for (const network of service.networks ?? []) expect(Object.keys(compose.networks)).toContain(network);
      const needed = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {});
      for (const other of needed) expect(Object.keys(services)).toContain(other);
      for (const volume of service.volumes ?? []) {
        const from = volume.split(":")[0]!;
        if (from.startsWith("./")) expect(existsSync(join(HOSTING, from))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        const secret = /^\/run\/secrets\/(.*)$/u.exec(value)?.[1];
        if (secret !== undefined)
          expect([variable, service.secrets]).toEqual([variable, expect.arrayContaining([secret])]);
      }
    }
    const known = SETTING_NAMES.map(environmentName);
    const relay = services["relay1"]!;
    for (const variable of [...Object.keys(relay.environment!), ...Object.keys(imageEnvironment())]) {
      if (variable.startsWith("CONCLAVE_"))
        expect(known).toContain(known.includes(variable) ? variable : variable.replace(/_FILE$/u, ""));
    }
    expect(relay.read_only).toBe(true);
    expect(relay.ports).toBeUndefined();
    expect(services["database"]!.networks).toEqual(["inside"]);
    const { context, dockerfile } = relay.build!;
    expect(existsSync(join(HOSTING, context, dockerfile))).toBe(true);
    expect(instructions("USER")).toEqual(["node"]);
  });

  it("the image's commands are there", () => {
    const linked = /ln -s \/opt\/conclave\/(\S+) \/usr\/local\/bin\/conclave/u.exec(instructions("RUN").join())![1]!;
    expect(statSync(join(ROOT, linked)).mode & 0o111).not.toBe(0);
    const script = /node (scripts\/\S+)/u.exec(read("Dockerfile"))![1]!;
    expect(existsSync(join(ROOT, script))).toBe(true);
  });

  it("Caddy is given what its file asks for", () => {
    const asked = [...read("Caddyfile").matchAll(/\{\$(\w+)\}/gu)].map(([, variable]) => variable!);
    expect(new Set(asked)).toEqual(new Set(Object.keys(compose.services["caddy"]!.environment!)));
    const relays = compose.services["caddy"]!.environment!["CONCLAVE_RELAYS"]!.split(" ");
    expect(relays).toEqual(["relay1", "relay2"].map((name) => `${name}:${imageEnvironment()["CONCLAVE_PORT"]!}`));
  });
});

describe.skipIf(!hasPostgres)("the relay of hosting/compose.yaml (skipped without PostgreSQL)", () => {
  let server: PostgresServer;
  let folder = "";
  beforeAll(async () => {
    server = await PostgresServer.start();
    folder = mkdtempSync(join(tmpdir(), "conclave-compose-"));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });

  it("starts with the secrets that the file says how to make, and its health check tells a relay that is ready from one that is not", async () => {
    const commands = [...read("compose.yaml").matchAll(/^# {3}(mkdir|openssl|echo|chmod) .*$/gmu)].map(([line]) =>
      line.slice(4),
    );
    expect(commands.length).toBe(6);
    execFileSync("sh", ["-ec", commands.join("\n")], { cwd: folder });
    for (const { file } of Object.values(compose.secrets))
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o400);
    const given = readFileSync(join(folder, "secrets/database"), "utf8").trim();
    const { username, password, host, pathname } = new URL(given);
    const { POSTGRES_USER, POSTGRES_DB } = compose.services["database"]!.environment!;
    expect([username, host, pathname]).toEqual([POSTGRES_USER, "database", `/${POSTGRES_DB!}`]);
    expect(password).toBe(readFileSync(join(folder, "secrets/password"), "utf8").trim());
    // There is no host of this name here: only the address changes.
    rmSync(join(folder, "secrets/database"));
    writeFileSync(join(folder, "secrets/database"), `${server.newDatabase()}\n`);

    const [port, metricsPort] = [await freePort(), await freePort()];
    const here: Record<string, string> = {
      "0.0.0.0": "127.0.0.1",
      "4430": String(port),
      "4431": String(metricsPort),
      "/data": join(folder, "data"),
    };
    const all = { ...imageEnvironment(), ...compose.services["relay1"]!.environment! };
    const env = Object.fromEntries(
      Object.entries(all).map(([name, value]) => {
        return [name, here[value] ?? value.replace("/run/secrets", join(folder, "secrets"))];
      }),
    );
    const health = /CMD (\[.*\])/u.exec(instructions("HEALTHCHECK")[0]!)![1]!;
    const [program, ...args] = (JSON.parse(health) as string[]).map((each) => each.replace("4430", String(port)));
    const isHealthy = () => spawnSync(program!, args, { stdio: "ignore" }).status;
    expect(isHealthy()).toBe(1);
    expect(instructions("CMD")).toEqual(['["conclave", "serve"]']);
    const relay = new Running(["serve"], env);
    try {
      await relay.line((line) => line.includes('"ready"'));
      expect(isHealthy()).toBe(0);
      expect(relay.errors).not.toContain("warning");
      // Caddy asks by the name that its file gives, not by the relay's in the network.
      expect([await statusAs(NAME, port), await statusAs("relay1", port)]).toEqual([200, 421]);
      expect((await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).status).toBe(200);
      server.kill();
      await expect.poll(isHealthy).toBe(1);
      await server.restart();
      await expect.poll(isHealthy).toBe(0);
    } finally {
      expect(await relay.stop()).toBe(0);
    }
    const printed = await run(["serve", "--print-config"], { env });
    expect(printed.stdout).not.toContain(readFileSync(join(folder, "secrets/permit"), "utf8").trim());
  }, 120_000);
});
