// What `npm test` runs: every test on the Node that runs this, then, on each other Node that is supported, the tests of what
// runs in Node, the story of the command line (found, join, talk, remove), and the packed program, installed. The binaries of
// the other versions come as npm packages; if they cannot be installed, the last lines say which versions were not covered.
// With arguments (files, `-t …`) it is `vitest run` with them and nothing else.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOf, nodePackage } from "./nodeOf.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const reporter = join(root, "scripts/test/tally.mjs");
/** The oldest Node that is supported, and the newest of each other line. */
const SUPPORTED = ["20.19", "22", "24", "26"];
/** What is different from one Node to another: all that runs in it. Tests in a browser are the browser's. */
const ON_EACH_NODE = [
  ...["codec", "crypto", "mls", "protocol", "client", "relay", "sqlite"].map((name) => `packages/${name}/`),
  "packages/cli/test/flow.test.ts",
  "scripts/release/installed.test.ts",
];
/** What runs in a browser, which takes both cores of a small machine by itself: one file after another. */
const IN_A_BROWSER = [
  ...["browser.test.ts", "vault.test.ts", "vaultRecovery.test.ts"].map((file) => `packages/client/test/${file}`),
  "packages/web/test/",
];
const NOT_IN_A_BROWSER = IN_A_BROWSER.flatMap((place) => ["--exclude", place.endsWith("/") ? `${place}**` : place]);

const args = process.argv.slice(2);
if (args.length > 0) {
  process.exit(spawnSync(process.execPath, [vitest, "run", ...args], { cwd: root, stdio: "inherit" }).status ?? 1);
}

const folder = mkdtempSync(join(tmpdir(), "conclave-test-"));
const runs = [];
const leftOut = [];
runs.push(run(process.execPath, process.version, NOT_IN_A_BROWSER));
runs.push(run(process.execPath, `${process.version}, browsers`, [...IN_A_BROWSER, "--maxWorkers=1"]));
for (const line of SUPPORTED) {
  if (line.split(".")[0] === process.versions.node.split(".")[0]) continue;
  const binary = nodeOf(line);
  if (binary === null) {
    leftOut.push(`Node ${line} (its npm package ${nodePackage} cannot be had)`);
    continue;
  }
  runs.push(run(binary.path, binary.version, [...ON_EACH_NODE, ...NOT_IN_A_BROWSER]));
}
rmSync(folder, { recursive: true, force: true });

const sum = { passed: 0, failed: 0, skipped: 0 };
console.log("");
for (const { version, tally, status } of runs) {
  for (const key of Object.keys(sum)) sum[key] += tally[key];
  const verdict = status === 0 ? "ok    " : "FAILED";
  console.log(`${verdict} Node ${version}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  for (const name of tally.failures) console.log(`       ${name}`);
}
// The same test is left out on each Node for the same reason.
const reasons = new Set(runs.flatMap(({ tally }) => tally.leftOut));
leftOut.unshift(...reasons);
console.log(`Left out: ${leftOut.length === 0 ? "nothing" : leftOut.join("; ")}`);
// A run that broke without a failed test is not a run that passed.
const broken = runs.filter(({ status, tally }) => status !== 0 && tally.failed === 0).length;
console.log(`${sum.passed} passed, ${sum.failed + broken} failed, ${sum.skipped} skipped`);
process.exit(runs.every(({ status }) => status === 0) ? 0 : 1);

/** Runs the tests with this Node. */
function run(node, version, files) {
  console.log(`\n== tests on Node ${version}`);
  const file = join(folder, `${version}.json`);
  const reporters = ["--reporter", "default", "--reporter", reporter];
  const { status } = spawnSync(node, [vitest, "run", ...reporters, ...files], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, CONCLAVE_TALLY: file },
  });
  const none = { passed: 0, failed: 0, skipped: 0, leftOut: [], failures: [`it ended with ${String(status)}`] };
  return { version, status, tally: existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : none };
}
