import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../src/errorCodes.js";
import { EXIT } from "../src/exitCode.js";
import { commandTree } from "../src/manual/commandTree.js";
import { completionScript } from "../src/manual/completion.js";
import { buildProgram } from "../src/program/program.js";
import { runHere, SILENT } from "./inProcess.js";

const tree = commandTree(buildProgram(SILENT));
const has = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** What a real bash offers after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const script = `${completionScript("bash", tree)}
COMP_WORDS=(conclave "$@"); COMP_CWORD=$#; _conclave; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync("bash", ["-c", script, "bash", ...words], { encoding: "utf8" })
    .trim()
    .split("\n");
}

describe("completion", () => {
  it("a real bash offers commands, then their options and values", () => {
    expect(offered("se")).toEqual(["send", "search", "seal", "serve"]);
    expect(offered("room", "")).toContain("new");
    expect(offered("room", "new", "--pol")).toEqual(["--policy"]);
    expect(offered("room", "new", "--policy", "e")).toEqual(["everyone"]);
    expect(offered("role", "Bob", "a")).toEqual(["admin"]);
    expect(offered("--home", "send", "his")).toEqual(["history"]);
    expect(offered("send", "--home", "x", "--fi")).toEqual(["--file"]);
    expect(offered("help", "ex")).toEqual(["exit-codes"]);
  }, 120_000);

  it.skipIf(!has("zsh"))("a real zsh reads its script (skipped without zsh)", () => {
    expect(spawnSync("zsh", ["-n"], { input: completionScript("zsh", tree) }).status).toBe(0);
  });

  it.skipIf(!has("fish"))("a real fish reads its script (skipped without fish)", () => {
    const folder = mkdtempSync(join(tmpdir(), "conclave-fish-"));
    const file = join(folder, "conclave.fish");
    writeFileSync(file, completionScript("fish", tree));
    // A fish of its own home: it writes there what it remembers.
    const fish = (...args: string[]) =>
      spawnSync("fish", args, { encoding: "utf8", env: { ...process.env, HOME: folder } });
    expect(fish("-n", file)).toMatchObject({ status: 0, stderr: "" });
    const offered = fish("-c", `source ${file}; complete -C "conclave his"`).stdout;
    expect(offered).toMatch(/^history\t/mu);
    rmSync(folder, { recursive: true });
  });

  it("every shell has every command; another shell is wrong usage", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, stdout } = await runHere(["completion", shell]);
      expect(code).toBe(0);
      for (const { name } of tree.commands) expect(stdout).toContain(name.slice(name.lastIndexOf(" ") + 1));
    }
    expect((await runHere(["completion", "tcsh", "--json"])).code).toBe(2);
  });
});

describe("the manual", () => {
  it("has every command, option, exit code and error code, and man reads it without a warning", async () => {
    const { stdout: page } = await runHere(["man"]);
    const plain = page.replaceAll("\\-", "-");
    for (const { name, options, words } of tree.commands) {
      if (words.length > 0) continue;
      expect(plain).toContain(`conclave ${name} `);
      for (const { long } of options) expect(plain).toContain(long);
    }
    for (const code of ERRORS.keys()) expect(plain).toContain(code);
    if (!has("groff")) return;
    const read = spawnSync("groff", ["-man", "-Tutf8", "-ww", "-z"], { input: page, encoding: "utf8" });
    expect([read.status, read.stderr]).toEqual([0, ""]);
    const shown = spawnSync("groff", ["-man", "-Tascii", "-P-cbou"], { input: page, encoding: "utf8" }).stdout;
    expect(shown.replace(/\s+/gu, " ")).toContain("room new [options] <title>");
  });

  it("help begins with what people do every day, and has topics", async () => {
    const groups = [...new Set(tree.commands.map(({ group }) => group))];
    expect(groups).toEqual(["Talking", "Deciding", "Checking", "Running", "Help"]);
    for (const code of Object.values(EXIT)) {
      expect((await runHere(["help", "exit-codes"])).stdout).toMatch(new RegExp(`^ +${code} +\\S`, "mu"));
    }
    expect((await runHere(["help", "errors"])).stdout).toContain("NOT_ALLOWED");
    expect((await runHere(["help", "environment"])).stdout).toContain("CONCLAVE_CREATE_PERMIT");
    expect((await runHere(["help", "json"])).stdout).toContain("warnings");
    expect((await runHere(["help", "room", "new"])).stdout).toContain("--policy");
    expect((await runHere(["help", "rum", "--json"])).code).toBe(2);
    expect((await runHere(["version"])).stdout).toContain(process.versions.node);
  });

  it("descriptions are of one style: a verb first, no capital, no full stop", () => {
    for (const { name, about } of tree.commands) {
      expect([name, about]).toEqual([name, expect.stringMatching(/^[a-z][^A-Z]*?[^.]*[^.]$/u)]);
      expect([name, /^(the|a|an|who|every|what|somebody)\b/u.test(about)]).toEqual([name, false]);
    }
  });

  it("every error code that the program makes is in the table", () => {
    const source = fileURLToPath(new URL("../src", import.meta.url));
    const made = new Set<string>();
    for (const path of readdirSync(source, { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".ts")) continue;
      const text = readFileSync(join(source, path), "utf8");
      for (const [, code] of text.matchAll(/new CliError\(\s*"([A-Z_]+)"/gu)) made.add(code!);
    }
    expect([...made].filter((code) => !ERRORS.has(code))).toEqual([]);
    expect(made.size).toBeGreaterThan(20);
  });
});
