import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Running, startRelay } from "./processes.js";

/** The commands of the README's shell blocks, one a line, as arguments. */
function commands(): string[][] {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/gu)].map(([, block]) => block!);
  const lines = blocks.flatMap((block) => block.trim().split("\n"));
  return lines
    .filter((line) => line.startsWith("npx --no conclave "))
    .map((line) =>
      [...line.slice("npx --no conclave ".length).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].map(
        (m) => m[1] ?? m[2] ?? m[3]!,
      ),
    );
}

describe("the README", () => {
  const folder = mkdtempSync(join(tmpdir(), "conclave-readme-"));
  let relay: Running;
  let address = "";

  beforeAll(async () => {
    ({ relay, address } = await startRelay(join(folder, "data")));
  });
  afterAll(async () => {
    await relay.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("says only what works: its commands, one after the other", async () => {
    let link = "";
    const said: string[] = [];
    for (const words of commands()) {
      const args = words.map((word) => (word === "LINK" ? link : word.replace(/^\.\//u, `${folder}/`)));
      // Nobody is there to be asked, and the port is another one than in the README.
      const more =
        args[0] === "join" || args[0] === "remove" ? ["--yes"] : args[0] === "room" ? ["--relay", address] : [];
      const { code, stdout, stderr } = await run([...args, ...more]);
      expect(`${args[0]!} ${code} ${code === 0 ? "" : stderr}`).toBe(`${args[0]!} 0 `);
      said.push(stdout);
      link ||= /http:\/\/\S+#\/join\/\S+/u.exec(stdout)?.[0] ?? "";
    }
    expect(said).toHaveLength(8);
    expect(said[3]).toContain("<Alice> The seeds are in the shed.");
    expect(said[4]).toMatch(/Alice\s+owner/u);
    expect(said[5]).toContain("all verified against the room's policy on this machine");
    expect(said[6]).toContain("room code");
    expect(said[7]).toContain("Bob was removed");
  }, 180_000);
});
