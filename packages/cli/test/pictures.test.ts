import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";
import { HAS_TERMINAL, Terminal } from "./terminal.js";

const PICTURES = fileURLToPath(new URL("../../client/test/pictures/", import.meta.url));

let folder = "";
let relay: Running;
let address = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "conclave-pictures-"));
  ({ relay, address } = await startRelay(join(folder, "relay")));
});
afterAll(async () => {
  await relay.stop();
  rmSync(folder, { recursive: true });
});

async function conclave(who: string, ...args: string[]) {
  const env = { CONCLAVE_RELAY: address };
  const { code, stdout, stderr } = await run([...args, "--json", "--home", join(folder, who)], { env });
  if (stdout === "") throw new Error(`conclave ${args.join(" ")} printed nothing: ${stderr}`);
  return { code, ...JSON.parse(stdout) };
}

describe("a picture sent by the command line", () => {
  it("RULE cli.no-notes: goes without place, time and names in every format, unless one says --original", async () => {
    const { link } = await conclave("Alice", "room", "new", "Garden club", "--name", "Alice");
    await conclave("Bob", "join", link, "--name", "Bob");
    for (const kind of ["jpeg", "png", "webp", "avif"]) {
      const sent = await conclave("Alice", "send", "--file", join(PICTURES, `camera.${kind}`));
      expect(sent).toMatchObject({ code: 0, notes: "removed", message: { file: { mediaType: `image/${kind}` } } });
      const path = join(folder, `got.${kind}`);
      expect((await conclave("Bob", "save", `camera.${kind}`, path)).code).toBe(0);
      expect(readFileSync(path, "latin1")).not.toContain("SECRET");
    }
    const original = join(folder, "original.jpeg");
    copyFileSync(join(PICTURES, "camera.jpeg"), original);
    expect(await conclave("Alice", "send", "--original", "--file", original)).toMatchObject({
      code: 0,
      notes: "asked",
    });
    const same = join(folder, "same.jpeg");
    await conclave("Bob", "save", "original.jpeg", same);
    expect(Buffer.compare(readFileSync(same), readFileSync(original))).toBe(0);
    // A kind that cannot be cleaned: one is told, and nothing is sent.
    const tiff = join(folder, "scan.tiff");
    writeFileSync(tiff, "II*\0 and the place where it was taken");
    const refused = await conclave("Alice", "send", "--file", tiff);
    expect(refused).toMatchObject({ code: 2, error: { code: "PICTURE_NOTES" } });
    expect(refused.error.hint).toContain("--original");
    expect(await conclave("Bob", "save", "scan.tiff")).toMatchObject({ error: { code: "NOT_FOUND" } });
    expect((await conclave("Alice", "send", "--original", "--file", tiff)).code).toBe(0);
    // What is no file is not waited for.
    execFileSync("mkfifo", [join(folder, "pipe.jpeg")]);
    expect((await conclave("Alice", "send", "--file", join(folder, "pipe.jpeg"))).code).toBe(2);
  }, 180_000);

  it.skipIf(!HAS_TERMINAL)(
    "and in the chat, where one is asked about what cannot be cleaned (skipped without script of util-linux)",
    async () => {
      const env = { CONCLAVE_HOME: join(folder, "Alice"), CONCLAVE_RELAY: address };
      const scan = join(folder, "other scan.tiff");
      writeFileSync(scan, "MM\0* and the place where it was taken");
      const chat = new Terminal("$CONCLAVE chat --plain", { env });
      chat.type(`/file ${join(PICTURES, "camera.jpeg")}\n`);
      await chat.shows(/Sending camera.jpeg \(.*without the details that the camera stored in it/u);
      chat.type(`/file ${scan}\n`);
      await chat.shows(/may contain the place and time.*yes or no/su);
      chat.type("no\n/quit\n");
      expect(await chat.end()).toBe(0);
      expect(await conclave("Bob", "save", "other scan.tiff")).toMatchObject({ error: { code: "NOT_FOUND" } });
    },
    90_000,
  );
});

describe("a home that is not there", () => {
  it("is made by founding, joining and recovering alone: a slip of the pen makes nobody", async () => {
    for (const args of [["send", "hello"], ["chat"], ["leave", "--yes"], ["verify", "Bob", "--mark"]]) {
      expect(await conclave("Alcie", ...args)).toMatchObject({ code: 1, error: { code: "NO_ROOMS" } });
      expect(existsSync(join(folder, "Alcie")), args.join(" ")).toBe(false);
    }
  });
});
