import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, Running } from "./processes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-send-file-"));
  const limits = ["--file-size", "40", "--room-files", "80"];
  relay = new Running(["serve", "--port", "0", "--data", join(folder, "relay"), "--json", ...limits]);
  ({ address } = JSON.parse(await relay.line((line) => line.includes('"ready"'))));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

async function conclave(who: string, ...args: string[]) {
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], {
    env: { CONCLAVE_RELAY: address },
  });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("files by the command line, each command a process", () => {
  it("are sent with a few words, listed, saved whole, and not over another file", async () => {
    const { link } = await conclave("Alice", "room", "new", "Garden club", "--name", "Alice");
    await conclave("Bob", "join", link, "--name", "Bob");
    const content = randomBytes(300_000);
    // A newcomer sends files once somebody who was here before has seen them.
    expect(await conclave("Bob", "send", "--file", fileOf("beds.jpg", content))).toMatchObject({
      code: 1,
      error: { code: "RELAY_ON_PROBATION" },
    });
    await conclave("Alice", "members");
    const sent = await conclave("Bob", "send", "--file", fileOf("beds.jpg", content), "The beds", "in May");
    expect(sent).toMatchObject({
      code: 0,
      message: { kind: "file", state: "sent", file: { name: "beds.jpg", mediaType: "image/jpeg", size: 300_000 } },
    });
    const { items } = await conclave("Alice", "history");
    expect(items.at(-1).message.text).toBe("[file] beds.jpg (300 kB)\nThe beds in May");
    expect(JSON.stringify(items.at(-1).message)).not.toMatch(/key|blob|digest/u);
    const path = join(folder, "saved.jpg");
    expect(await conclave("Alice", "save", "beds.jpg", path)).toMatchObject({ code: 0, path });
    expect(Buffer.compare(readFileSync(path), content)).toBe(0);
    expect(await conclave("Alice", "save", "beds.jpg", path)).toMatchObject({
      code: 1,
      error: { code: "FILE_EXISTS" },
    });
    const id: string = items.at(-1).message.id;
    expect(await conclave("Alice", "save", id.slice(0, 8), path, "--force")).toMatchObject({ code: 0 });
    expect(await conclave("Alice", "save", "weeds.jpg")).toMatchObject({ code: 1, error: { code: "NOT_FOUND" } });
    expect(await conclave("Alice", "send", "--file", join(folder, "none"))).toMatchObject({ code: 2 });
    const big = fileOf("big.bin", new Uint8Array(41 * 1024 * 1024));
    expect(await conclave("Alice", "send", "--file", big)).toMatchObject({ error: { code: "RELAY_TOO_LARGE" } });
  }, 90_000);

  it.skipIf(!HAS_TERMINAL)(
    "are sent and saved in the chat too, by who types it (skipped without script of util-linux)",
    async () => {
      const content = randomBytes(50_000);
      const path = fileOf("rows  of beans.png.bin", content);
      const env = (who: string) => ({ CONCLAVE_RELAY: address, CONCLAVE_HOME: join(folder, who) });
      const alice = new Terminal("$CONCLAVE chat --plain", { env: env("Alice") });
      alice.type(`/file ${path}\n/file\n/file ${path}.none\n`);
      await alice.shows(/Sending rows of beans.png.bin \(50 kB\).*Say which: \/file PATH.*cannot be read/su);
      alice.type("/quit\n");
      await alice.end();
      const into = mkdtempSync(join(folder, "into-"));
      await conclave("Bob", "status");
      const bob = new Terminal("$CONCLAVE chat --plain", { env: env("Bob"), cwd: into });
      bob.type("/save rows  of beans.png.bin\n/save rows of beans.png.bin\n/quit\n");
      await bob.shows(/Saved rows of beans.png.bin \(50 kB\) as .*already exists/su);
      await bob.end();
      expect(Buffer.compare(readFileSync(join(into, "rows of beans.png.bin")), content)).toBe(0);
    },
    60_000,
  );

  it("go on where they were when the sender is killed, and are there once", async () => {
    const content = randomBytes(36 * 1024 * 1024);
    const path = fileOf("long.bin", content);
    const home = join(folder, "Alice");
    const sending = new Running(["send", "--file", path, "--home", home], { CONCLAVE_RELAY: address });
    // The relay takes 16 MiB at once and then 8 MiB a second: this is in the middle.
    while (!sending.errors.includes("Sending")) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await sending.stop("SIGKILL")).toBeNull();
    expect((await conclave("Alice", "send", "--file", path)).message.state).toBe("sent");
    const { items } = await conclave("Bob", "history");
    const files = items.filter(
      ({ message }: { message?: { file?: { name: string } } }) => message?.file?.name === "long.bin",
    );
    expect(files).toHaveLength(1);
    const saved = join(folder, "long.saved");
    expect(await conclave("Bob", "save", "long.bin", saved)).toMatchObject({ code: 0 });
    expect(Buffer.compare(readFileSync(saved), content)).toBe(0);
  }, 90_000);
});
