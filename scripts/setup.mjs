// Makes a fresh clone ready: installs the locked dependencies when they are missing or older than the lock file, then builds.
// `--for-tests` also installs what the tests need from Debian, where that is possible, and says so where it is not.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Debian's packages for tests: the file that each is known by, and the tests that are skipped without it. */
const FOR_TESTS = {
  chromium: { file: "/usr/bin/chromium", tests: "the pages" },
  "firefox-esr": { file: "/usr/bin/firefox-esr", tests: "the pages in Firefox" },
  "openssh-client": { file: "/usr/bin/ssh-keygen", tests: "joining with SSH keys" },
  postgresql: { file: "/usr/lib/postgresql", tests: "a relay on PostgreSQL" },
  caddy: { file: "/usr/bin/caddy", tests: "relays behind Caddy" },
  nginx: { file: "/usr/sbin/nginx", tests: "relays behind nginx" },
  zsh: { file: "/usr/bin/zsh", tests: "zsh's completion" },
  fish: { file: "/usr/bin/fish", tests: "fish's completion" },
};
const forTests = process.argv.includes("--for-tests");

requireNode();
if (!installedMatchesLock()) {
  say("installing dependencies (npm ci) ...");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}
say("building ...");
run(process.execPath, ["scripts/build.mjs"]);
if (forTests) ensureDebianPackages();

// The same as "engines" in package.json; `npm test` runs on each of these lines.
function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const oldest = { 20: 19, 22: 13, 24: 0, 26: 0 }[major];
  if (oldest !== undefined && minor >= oldest) return;
  const wanted = "Conclave is tested on Node 20.19 and later 20s, 22, 24 and 26";
  if (major > 20 && oldest === undefined) {
    say(`${wanted}; this is ${process.versions.node}, which may work.`);
    return;
  }
  console.error(`${wanted}; this is ${process.versions.node}, which is too old.`);
  process.exit(1);
}

// npm writes node_modules/.package-lock.json after a complete install: same packages and versions means nothing to do.
function installedMatchesLock() {
  const installed = `${root}/node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const wanted = versions(`${root}/package-lock.json`);
  const have = versions(installed);
  return [...wanted].every(([path, entry]) => entry.optional === true || have.get(path)?.version === entry.version);
}

function versions(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return new Map(Object.entries(packages).filter(([path]) => path.startsWith("node_modules/")));
}

function ensureDebianPackages() {
  const missing = Object.keys(FOR_TESTS).filter((name) => !existsSync(FOR_TESTS[name].file));
  if (missing.length === 0) return;
  const names = missing.join(" ");
  const skipped = missing.map((name) => FOR_TESTS[name].tests).join(", ");
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    say(`not installed: ${names}. Tests of ${skipped} will be skipped (Debian: sudo apt-get install ${names}).`);
    return;
  }
  say(`installing ${names} for the tests of ${skipped} (apt-get) ...`);
  const quiet = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update"], quiet);
  // One at a time: one that cannot be installed does not stop the others.
  for (const name of missing) {
    const { status } = spawnSync("apt-get", ["install", "-y", "--no-install-recommends", name], quiet);
    if (status !== 0) say(`${name} could not be installed: tests of ${FOR_TESTS[name].tests} will be skipped.`);
  }
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function say(line) {
  console.error(`[setup] ${line}`);
}
