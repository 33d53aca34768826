import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { certificate } from "./certificate.js";
import { run, Running, startRelay } from "./processes.js";

// Each test starts several programs, one after the other.
vi.setConfig({ testTimeout: 120_000 });

let folder = "";
let cert = "";
let relay: Running;
let plain: Awaited<ReturnType<typeof startRelay>>;
/** The relay with the certificate, by the name that is in it. */
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-untrusted-"));
  const files = certificate(folder, "localhost");
  ({ cert } = files);
  const tls = ["--tls-cert", files.cert, "--tls-key", files.key];
  relay = new Running(["serve", "--port", "0", "--data", join(folder, "relay"), ...tls, "--json"]);
  const { port } = new URL(JSON.parse(await relay.line((line) => line.includes('"ready"'))).address);
  address = `https://localhost:${port}`;
  plain = await startRelay(join(folder, "plain"));
}, 60_000);
afterAll(async () => {
  await Promise.all([relay.stop(), plain.relay.stop()]);
  rmSync(folder, { recursive: true });
});

async function conclave(who: string, args: readonly string[], trusts = false) {
  const env = { CONCLAVE_RELAY: address, ...(trusts && { NODE_EXTRA_CA_CERTS: cert }) };
  const { code, stdout } = await run([...args, "--json", "--home", join(folder, who)], { env });
  return { code, ...JSON.parse(stdout.trim().split("\n").at(-1)!) };
}

const UNTRUSTED = {
  code: 3,
  error: { code: "CERTIFICATE", hint: expect.stringContaining("NODE_EXTRA_CA_CERTS") },
};

describe("a relay whose certificate this machine does not trust", () => {
  it("is told as that by every command that asks it, and what is written waits", async () => {
    expect(await conclave("Ann", ["room", "new", "Shed", "--name", "Ann"])).toMatchObject(UNTRUSTED);
    const { link } = await conclave("Ann", ["room", "new", "Shed", "--name", "Ann"], true);
    expect(await conclave("Bob", ["join", link, "--name", "Bob"])).toMatchObject(UNTRUSTED);
    expect(await conclave("Ann", ["sync"])).toMatchObject(UNTRUSTED);
    const sent = await conclave("Ann", ["send", "hello"]);
    expect(sent).toMatchObject({ ...UNTRUSTED, error: { ...UNTRUSTED.error, fate: "kept" } });
    expect(await conclave("Ann", ["status"])).toMatchObject({ warnings: [{ code: "CERTIFICATE" }] });
    expect(await conclave("Ann", ["send", "again"], true)).toMatchObject({ code: 0 });
    const { items } = await conclave("Ann", ["history"], true);
    expect(JSON.stringify(items)).toMatch(/hello.*again/u);
  });

  it("is told where a room should go there, and by programs that go on trying", async () => {
    await run(["room", "new", "Attic", "--name", "Cy", "--relay", plain.address, "--home", join(folder, "Cy")]);
    for (const args of [
      ["room", "move", address, "--yes"],
      ["room", "mirror", "add", address],
      ["room", "follow", address],
    ]) {
      expect([args, await conclave("Cy", args)]).toMatchObject([args, UNTRUSTED]);
    }
    // A long address is asked as it is, and shown as it is: where it leads is at the end of a host's name.
    const long = `https://127.${"0".repeat(40)}.0.1:${new URL(address).port}`;
    const told = await conclave("Cy", ["room", "move", long, "--yes"]);
    expect(told).toMatchObject(UNTRUSTED);
    expect(told.error.message).toContain(long);
    const { link } = await conclave("Dee", ["room", "new", "Cellar", "--name", "Dee"], true);
    await conclave("Porter", ["join", link, "--steward", "--name", "Porter", "--yes"], true);
    expect(await conclave("Dee", ["admit", "Porter"], true)).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await conclave("Porter", ["status"], true)).room?.standing, { timeout: 30_000 })
      .toBe("member");
    for (const [who, ...args] of [
      ["Dee", "chat", "--plain", "--follow"],
      ["Dee", "gateway", "run", "--port", "0"],
      ["Porter", "steward"],
    ] as const) {
      const program = new Running([...args, "--home", join(folder, who)]);
      await expect.poll(() => program.errors, { timeout: 30_000 }).toContain("The certificate of the relay at");
      await program.stop();
    }
  });

  it("is told to who posts to a gateway, and to who checks the pages", async () => {
    writeFileSync(join(folder, "key"), `${"0".repeat(16)}:${"0".repeat(64)}\n`);
    const posted = await conclave("Fay", ["gateway", "post", "--key", join(folder, "key"), "--to", address, "hello"]);
    expect(posted).toMatchObject(UNTRUSTED);
    expect(await conclave("Fay", ["verify-web", address])).toMatchObject(UNTRUSTED);
  });

  it("is told by what is wrong: another name than the one that was asked", async () => {
    const { port } = new URL(address);
    const asked = ["room", "new", "Shed", "--name", "Eve", "--relay", `https://127.0.0.1:${port}`];
    const told = await conclave("Eve", asked, true);
    expect(told).toMatchObject({ code: 3, error: { code: "CERTIFICATE" } });
    expect(told.error.message).toContain("it is for another name");
  });
});
