// The long check before a release or a landing: build (types), lint and import rules, formatting, dead code, docs, every test.
// Each step runs even when an earlier one failed, so that one run shows everything; the exit code tells whether all passed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// Tests in a package's own test folder, and those of docs and scripts, are no part of a build.
const testFolders = [
  "docs",
  "scripts",
  ...readdirSync(`${root}packages`).map((name) => `packages/${name}/test`),
].filter((folder) => existsSync(`${root}${folder}/tsconfig.json`));
const speed = "packages/web/test/speed.test.ts";
const steps = [
  ["setup and types", "node", ["scripts/setup.mjs", "--for-tests"]],
  ...testFolders.map((folder) => [`types of ${folder}`, "npx", ["tsc", "--noEmit", "-p", folder]]),
  ["lint, import rules, cycles", "npx", ["eslint", "."]],
  ["formatting", "npx", ["prettier", "--check", "--log-level=warn", "."]],
  ["dead code", "npx", ["knip"]],
  ["docs", "node", ["scripts/checkDocs.mjs"]],
  ["tests", "npx", ["vitest", "run", "--exclude", speed]],
  // By itself: its limits are those of a machine with nothing else to do.
  ["speed in the browser", "npx", ["vitest", "run", speed]],
];

// Tests with a long form (churn, hostile bytes) run it here.
const env = { ...process.env, CONCLAVE_LONG: "1" };
const results = steps.map(([name, command, args]) => {
  console.log(`\n== ${name}`);
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  return { name, passed: status === 0, seconds: ((Date.now() - started) / 1000).toFixed(0) };
});

console.log("\n== verify");
for (const { name, passed, seconds } of results) console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
process.exit(results.every(({ passed }) => passed) ? 0 : 1);
