import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliError } from "../cliError.js";
import { resolveConfig } from "./resolveConfig.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "conclave-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (document: unknown, name = "config.json") => {
  const path = join(folder, name);
  writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document));
  return path;
};
const resolve = (flags: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}) =>
  resolveConfig({ flags: { data: folder, ...flags }, env });
const refusal = (work: () => unknown): CliError => {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("serve configuration", () => {
  it("refuses a key that stands twice: the last one would win silently", () => {
    write('{ "port": 1, "host": "::1", "port": 2 }');
    expect(refusal(() => resolve()).message).toContain('has the key "port" more than once');
  });

  it("flag beats environment beats file beats default, and each value knows its source", () => {
    const path = write({ port: 1, host: "1.1.1.1", metricsPort: 9 });
    const { config, sources } = resolve({ port: "3" }, { CONCLAVE_PORT: "2", CONCLAVE_HOST: "2.2.2.2" });
    expect(config).toMatchObject({ port: 3, host: "2.2.2.2", metricsPort: 9, log: "text" });
    expect([sources.port.source, sources.host.source, sources.metricsPort.source, sources.log.source]).toEqual([
      "--port",
      "CONCLAVE_HOST",
      path,
      "default",
    ]);
  });

  it("reads a value from the file that CONCLAVE_*_FILE names, and refuses both at once", () => {
    const secret = write("  open sesame\n", "permit");
    expect(resolve({}, { CONCLAVE_CREATE_PERMIT_FILE: secret }).config.createPermit).toBe("open sesame");
    expect(refusal(() => resolve({}, { CONCLAVE_PORT: "1", CONCLAVE_PORT_FILE: secret })).message).toContain("Both");
    expect(refusal(() => resolve({}, { CONCLAVE_PORT_FILE: join(folder, "none") })).exit).toBe(2);
  });

  it("an unknown key is an error with the nearest name", () => {
    write({ trustedproxys: true });
    const error = refusal(() => resolve());
    expect([error.exit, error.hint]).toEqual([2, 'Did you mean "trustedProxies"?']);
    write({ zzzzzzzz: 1 });
    expect(refusal(() => resolve()).hint).toContain("Known keys");
  });

  it("refuses values that do not fit, and files that are not one JSON object", () => {
    for (const port of ["-1", "65536", "4430.5", "tcp://10.0.0.1:4430", ""]) {
      expect(refusal(() => resolve({ port })).message, port).toContain("port from --port");
    }
    write("{");
    expect(refusal(() => resolve()).message).toContain("is not JSON");
    write("[]");
    expect(refusal(() => resolve()).message).toContain("one JSON object");
    write({ data: "/elsewhere" });
    expect(refusal(() => resolve()).message).toContain("is in that folder itself");
  });

  it("RULE cli.no-secrets: a secret that does not fit is not repeated", () => {
    const error = refusal(() => resolve({ createPermit: "s3cret".repeat(100) }));
    expect(`${error.message} ${error.hint}`).not.toContain("s3cret");
  });
});
