import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nameOf, type Start } from "./nextCommand.js";
import { shellWord } from "./shellWord.js";
import { execFileSync } from "node:child_process";

let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "conclave-name-")));
  for (const each of ["clone/node_modules/.bin", "clone/dist", "bin"])
    mkdirSync(join(folder, each), { recursive: true });
  writeFileSync(join(folder, "clone/dist/main.js"), "");
  symlinkSync("../../dist/main.js", join(folder, "clone/node_modules/.bin/conclave"));
  symlinkSync(process.execPath, join(folder, "bin/node"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const started = (changes: Partial<Start>): string =>
  nameOf({
    script: join(folder, "clone/dist/main.js"),
    cwd: join(folder, "clone"),
    env: { PATH: join(folder, "bin") },
    execPath: process.execPath,
    clone: `${folder}/clone/`,
    ...changes,
  });

describe("what the program is called by who types it", () => {
  it("is npx in the clone where npm started it, and a path anywhere else", () => {
    const npm = { PATH: join(folder, "bin"), npm_command: "exec" };
    expect(started({ env: npm })).toBe("npx --no conclave");
    expect(started({ env: npm, cwd: join(folder, "clone/dist") })).toBe("npx --no conclave");
    expect(started({ env: npm, cwd: folder })).toBe("node clone/dist/main.js");
    expect(started({})).toBe("node dist/main.js");
    expect(started({ cwd: join(folder, "bin") })).toBe(`node ${folder}/clone/dist/main.js`);
  });

  it("is its bare name only where a shell finds that, and names Node where another one would be found", () => {
    const linked = join(folder, "bin/conclave");
    symlinkSync(join(folder, "clone/dist/main.js"), linked);
    expect(started({ script: linked })).toBe("conclave");
    const hidden = join(folder, "clone/node_modules/.bin/conclave");
    expect(started({ script: hidden, env: { PATH: "" } })).toBe(`${process.execPath} node_modules/.bin/conclave`);
  });

  it("is npx with what npx was asked for, where npx fetched it: its folder is on nobody's PATH", () => {
    const kept = join(folder, "_npx/5497c4c49d8f8ed5");
    const script = join(kept, "node_modules/.bin/conclave");
    mkdirSync(join(kept, "node_modules/.bin"), { recursive: true });
    symlinkSync("../../../../clone/dist/main.js", script);
    const npm = { PATH: `${join(kept, "node_modules/.bin")}:${join(folder, "bin")}`, npm_command: "exec" };
    const asked = (dependencies: Record<string, string>, ...packages: string[]) =>
      writeFileSync(join(kept, "package.json"), JSON.stringify({ dependencies, _npx: { packages } }));
    asked({ conclave: "file:../../new files/conclave-0.1.0.tgz" }, "./conclave-0.1.0.tgz");
    expect(started({ script, env: npm, cwd: folder })).toBe("npx './new files/conclave-0.1.0.tgz'");
    expect(started({ script, env: npm, cwd: join(folder, "bin") })).toBe("npx '../new files/conclave-0.1.0.tgz'");
    asked({ conclave: "^0.1.0" }, "conclave@0.1.0");
    expect(started({ script, env: npm, cwd: folder })).toBe("npx conclave@0.1.0");
    // Nothing to read there: then as any other program.
    rmSync(join(kept, "package.json"));
    expect(started({ script, env: npm, cwd: folder })).toBe("conclave");
  });

  it("words of a shell are one word each, whatever is in them", () => {
    const words = [
      "plain",
      "./ä lice",
      "it's",
      'say "x"',
      "$HOME `id` \\ !",
      "",
      "~",
      "a\nb\u001b[2J",
      "*",
      "#x",
      "Öl",
    ];
    const line = words.map((word) => shellWord(word, "linux")).join(" ");
    expect(line).not.toMatch(/\p{Cc}/u);
    const out = execFileSync("bash", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
    expect(out.split("\0").slice(0, -1)).toEqual(words);
    expect([shellWord("./alice", "linux"), shellWord("Öl", "linux")]).toEqual(["./alice", "Öl"]);
    expect(shellWord("C:\\my home", "win32")).toBe('"C:\\my home"');
  });
});
