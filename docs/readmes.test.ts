import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { MAIN, startRelay } from "../packages/cli/test/processes.js";
import { ARROWS } from "../scripts/lint/arrows.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** These have no API: their README shows commands. */
const COMMANDS = ["bench", "cli", "web"];

const text = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = (path: string) => JSON.parse(text(path)) as { scripts?: Record<string, string> };
const withReadme = readdirSync(join(root, "packages")).filter((name) =>
  existsSync(join(root, `packages/${name}/README.md`)),
);

const list = (names: readonly string[], none: string) => (names.length === 0 ? none : names.join(", "));

/** The code blocks of one language in a package's README. */
function blocks(name: string, language: string): string[] {
  const found = text(`packages/${name}/README.md`).matchAll(
    new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gmu"),
  );
  return [...found].map(([, block]) => block!);
}

describe("the README of each package", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(withReadme)("%s: says what it is, who uses it, where to read on and what it does not do", (name) => {
    const readme = text(`packages/${name}/README.md`);
    expect(readme.startsWith(`# @conclave/${name}\n`)).toBe(true);
    const users = Object.keys(ARROWS).filter((user) => ARROWS[user]!.includes(name));
    expect(readme).toContain(`\nUsed by: ${list(users, "nobody")}`);
    expect(readme).toContain(`Depends on: ${list(ARROWS[name]!, "nothing")}.\n`);
    for (const part of ["## Example", "## Read on", "## What it does not do"]) expect(readme).toContain(part);
  });

  it("CONTRIBUTING has every package, with what lint lets it import", () => {
    const rows = [...text("CONTRIBUTING.md").matchAll(/^\| \[?(\w+)\]?(?:\(\S+\))? \| .* \| (.*) \|$/gmu)];
    const table = Object.fromEntries(rows.slice(1).map(([, name, arrows]) => [name!, arrows!]));
    expect(table).toEqual(Object.fromEntries(Object.entries(ARROWS).map(([name, to]) => [name, list(to, "nothing")])));
  });

  it.each(withReadme.filter((name) => !COMMANDS.includes(name)))(
    "%s: shows what runs, and prints that",
    async (name) => {
      expect(blocks(name, "ts").at(0)).toBe(text(`packages/${name}/test/readme.ts`));
      const printed: string[] = [];
      vi.spyOn(console, "log").mockImplementation(
        (...words: unknown[]) => void printed.push(words.map(String).join(" ")),
      );
      await import(/* @vite-ignore */ join(root, `packages/${name}/test/readme.ts`));
      expect(blocks(name, "text").at(0)).toBe(`${printed.join("\n")}\n`);
    },
  );

  it.each(COMMANDS)("%s: its `npm run` commands are there", (name) => {
    const { scripts } = manifest("package.json");
    const commands = blocks(name, "sh").join("\n");
    expect(commands).not.toBe("");
    for (const [, script] of commands.matchAll(/npm run ([\w-]+)/gu)) expect(Object.keys(scripts!)).toContain(script);
  });

  it("cli: its commands do what it says, with the built program and a real relay", async () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-readmes-"));
    const { relay, address } = await startRelay(join(folder, "data"));
    try {
      writeFileSync(join(folder, "conclave"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
      chmodSync(join(folder, "conclave"), 0o755);
      const env = { PATH: `${folder}:${process.env["PATH"]!}`, HOME: folder, NO_COLOR: "1", RELAY: address };
      const { stdout, stderr } = spawnSync("sh", { input: blocks("cli", "sh").at(0)!, cwd: folder, env });
      expect(stdout.toString() + stderr.toString()).toBe(blocks("cli", "text").at(0));
    } finally {
      await relay.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
