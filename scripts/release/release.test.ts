import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
// Inside the workspace, so that libraries are found; at another depth, so that a path in a file would show.
const place = join(root, "build", `release-${process.pid}`);
const [one, two] = [join(place, "one"), join(place, "two/deeper")];
const hasSsh = spawnSync("ssh-keygen", ["-?"]).error === undefined;
/** Of the same commit, as two clones would be. */
const COMMIT = { GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z", GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z" };

beforeAll(() => {
  clone(one, "022");
  clone(two, "077");
}, 300_000);
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});

/** The sources as they are here, as a commit of their own, whose changelog has a date. */
function clone(target: string, umask: string): void {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const files = listed
    .trim()
    .split("\n")
    .filter((file) => existsSync(join(root, file)));
  mkdirSync(target, { recursive: true });
  const script = `tar c -T - | (umask ${umask}; tar x --no-same-permissions -C "$1")`;
  execFileSync("sh", ["-c", script, "sh", target], { cwd: root, input: `${files.join("\n")}\n` });
  mkdirSync(join(target, "node_modules/@conclave"), { recursive: true });
  for (const name of readdirSync(join(target, "packages"))) {
    symlinkSync(join(target, "packages", name), join(target, "node_modules/@conclave", name));
    const own = join(root, "packages", name, "node_modules");
    if (existsSync(own)) cpSync(own, join(target, "packages", name, "node_modules"), { recursive: true });
  }
  for (const name of readdirSync(join(root, "node_modules")))
    if (!name.startsWith(".") && name !== "@conclave")
      symlinkSync(join(root, "node_modules", name), join(target, "node_modules", name));
  const changes = readFileSync(join(target, "CHANGELOG.md"), "utf8");
  writeFileSync(
    join(target, "CHANGELOG.md"),
    changes.replace(`## ${version} (unreleased)`, `## ${version} (2026-01-02)`),
  );
  git(target, "init", "--quiet");
  git(target, "add", "--all");
  git(target, "-c", "user.name=Ann", "-c", "user.email=ann@example.org", "commit", "--quiet", "--message=all");
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8", env: { ...process.env, ...COMMIT } });
}

function release(clone: string, umask: string, env: NodeJS.ProcessEnv, ...args: string[]) {
  const script = `umask ${umask}; exec "$@"`;
  const command = [process.execPath, join(clone, "scripts/release.mjs"), ...args];
  return spawnSync("sh", ["-c", script, "sh", ...command], {
    cwd: clone,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
}

function contents(clone: string): Map<string, string> {
  const folder = join(clone, "dist/release");
  return new Map(
    readdirSync(folder)
      .sort()
      .map((file) => [
        file,
        createHash("sha256")
          .update(readFileSync(join(folder, file)))
          .digest("hex"),
      ]),
  );
}

describe("a release", () => {
  it("has the same bytes from two clones in two folders, with other rights, at another time", () => {
    // Nothing is asked of npm but to pack and to list: whatever else it is called for would be written down here.
    const asked = join(place, "asked");
    const bin = join(place, "bin");
    mkdirSync(bin);
    const npm = execFileSync("sh", ["-c", "command -v npm"], { encoding: "utf8" }).trim();
    writeFileSync(join(bin, "npm"), `#!/bin/sh\necho "$1" >> '${asked}'\nexec '${npm}' "$@"\n`, { mode: 0o755 });
    const first = release(one, "022", { TZ: "Asia/Tokyo", PATH: `${bin}:${process.env["PATH"]!}` });
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(readFileSync(asked, "utf8").trim().split("\n")).toEqual(["pack", "sbom", "--version"]);
    const second = release(two, "077", { TZ: "America/Lima", LC_ALL: "C" }, "--dry-run");
    expect([second.status, second.stderr]).toEqual([0, ""]);
    const [files, others] = [contents(one), contents(two)];
    expect([...others]).toEqual([...files]);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining([`conclave-${version}.tgz`, `conclave-${version}.cdx.json`, "CHANGES.md", "SHA256SUMS"]),
    );
    expect(first.stdout).toContain(`SHA-256 of SHA256SUMS: ${files.get("SHA256SUMS")!}`);
    expect(first.stdout).toContain("Nothing was published and nothing was signed.");
  }, 900_000);

  it("its list of parts has what is fetched and what is inside, the pages too, each by its hash", () => {
    const text = readFileSync(join(one, `dist/release/conclave-${version}.cdx.json`), "utf8");
    const { components, metadata } = JSON.parse(text) as {
      components: { name: string; version: string; hashes?: { alg: string }[]; licenses?: unknown[] }[];
      metadata: { timestamp: string };
    };
    const names = components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["ws", "libsql", "preact", "@conclave/protocol", "@conclave/web"]));
    expect(names).not.toContain("vitest");
    for (const { name, hashes, licenses } of components) {
      if (!name.startsWith("@conclave/")) expect([name, hashes?.[0]?.alg]).toEqual([name, "SHA-512"]);
      expect([name, licenses?.length]).toEqual([name, 1]);
    }
    expect(metadata.timestamp).toBe("2026-01-02T03:04:05.000Z");
    expect(text).not.toContain(place);
  });

  it.skipIf(!hasSsh)(
    "can be signed and verified as it says (skipped without ssh-keygen)",
    () => {
      const folder = join(one, "dist/release");
      const [key, signers] = [join(place, "key"), join(place, "allowed_signers")];
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      writeFileSync(signers, `ann ${readFileSync(`${key}.pub`, "utf8")}`);
      const sh = (script: string) => spawnSync("sh", ["-ec", script], { cwd: folder, encoding: "utf8" });
      const said = release(one, "022", {}, "--dry-run").stdout;
      const sign = /^ *(ssh-keygen -Y sign .*)$/mu.exec(said)![1]!.replace("YOUR_KEY", key);
      const verify = /^ *(ssh-keygen -Y verify .*)\n *(sha256sum .*)$/mu.exec(said)!;
      const check = `${verify[1]!.replace("allowed_signers", signers).replace("NAME", "ann")}\n${verify[2]!}`;
      expect(sh(sign)).toMatchObject({ status: 0 });
      expect(sh(check)).toMatchObject({ status: 0 });
      writeFileSync(join(folder, "CHANGES.md"), "another text\n");
      expect(sh(check)).toMatchObject({ status: 1 });
    },
    300_000,
  );

  it("is not made of what differs from the commit, nor without a date or a version that all agree in; a dry run names them all", () => {
    const changelog = join(two, "CHANGELOG.md");
    writeFileSync(changelog, readFileSync(changelog, "utf8").replace(" (2026-01-02)", " (unreleased)"));
    const manifest = join(two, "packages/codec/package.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace(`"version": "${version}"`, '"version": "9.9.9"'));
    const faults = [
      `packages/codec is of version 9.9.9, not ${version}`,
      "2 files differ from the commit",
      `CHANGELOG.md has no date for ${version}`,
    ];
    const before = contents(two);
    const real = release(two, "022", {});
    expect(real.status).toBe(1);
    for (const fault of faults) expect(real.stderr).toContain(`not ready: ${fault}`);
    expect([...contents(two)]).toEqual([...before]);
    const dry = release(two, "022", {}, "--dry-run");
    expect(dry.status).toBe(1);
    for (const fault of faults) expect(dry.stdout).toContain(`  - ${fault}`);
  }, 600_000);
});
