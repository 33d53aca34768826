// Mutation testing: small changes are made to the sources, one by one, and for each the tests are asked whether they see it.
// `npm run mutate -- --package protocol` takes everything that is listed for the package, and `--files GLOB` less of it
// ("src/roster/*.ts"). `--one-in 4 --seed 7` tries a quarter of the changes, drawn by that seed. Stryker does it, on Node 22 from
// npm; what it found is kept in node_modules/.cache/mutation, so that only what changed since is tried again. The scores go into
// docs/mutation.md; the exit code is 1 below 90 %.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PACKAGES } from "./mutate/packages.mjs";
import { writeScores } from "./mutate/scores.mjs";
import { nodeOf, nodePackage } from "./nodeOf.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/mutation");
const LEAST = 90;

const { values } = parseArgs({
  options: {
    package: { type: "string" },
    files: { type: "string", multiple: true },
    concurrency: { type: "string" },
    "one-in": { type: "string", default: "1" },
    seed: { type: "string", default: "1" },
  },
});
const name = values.package ?? "";
const known = PACKAGES[name];
if (known === undefined) {
  console.error(
    `usage: npm run mutate -- --package ${Object.keys(PACKAGES).join("|")} [--files GLOB] [--concurrency N] [--one-in N] [--seed N]`,
  );
  process.exit(2);
}
const sample = { oneIn: Number(values["one-in"]), seed: values.seed };
const isWhole = sample.oneIn === 1;
const node = nodeOf("22");
if (node === null) {
  console.error(`Stryker runs on Node 22, whose npm package ${nodePackage} cannot be had.`);
  process.exit(1);
}

const within = (glob) => `packages/${name.split("/")[0]}/${glob}`;
const kept = name.replace("/", ".");
const report = join(cache, `${kept}.json`);
const survived = join(cache, `${kept}.survived.txt`);
const tried = join(cache, `${kept}.tried.txt`);
const took = join(cache, `${kept}.took.json`);
mkdirSync(cache, { recursive: true });
for (const old of [report, survived, tried, took]) rmSync(old, { force: true });
const settings = {
  mutate: [
    ...(values.files ?? known.files).map(within),
    "!**/*.test.ts",
    "!**/*.fixture.ts",
    ...(known.notChanged ?? []).map((glob) => `!${within(glob)}`),
  ],
  testRunner: "one-process",
  plugins: ["./scripts/mutate/oneProcess.mjs"],
  testRunnerNodeArgs: ["--no-warnings"],
  coverageAnalysis: "perTest",
  concurrency: Number(values.concurrency ?? 2),
  // What is computed when a file is loaded would take a run of every test for each change.
  ignoreStatic: true,
  // Texts are details of refusals, for people; the codes among them are held by the compiler.
  mutator: { excludedMutations: ["StringLiteral"] },
  // Which changes are drawn depends on their numbers, which move with every edit.
  incremental: isWhole,
  incrementalFile: join(cache, `${kept}.incremental.json`),
  tempDirName: join("node_modules/.cache/mutation/copies", kept),
  ignorePatterns: ["docs", "**/dist", "**/build"],
  reporters: ["progress-append-only", "clear-text", "json"],
  jsonReporter: { fileName: report },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  allowConsoleColors: false,
  // Most loops without an end are found by how often they come by. A busy machine is slow, and slow is not killed.
  timeoutFactor: 10,
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 30,
};
const file = join(cache, `${kept}.config.json`);
writeFileSync(file, JSON.stringify(settings));
const { status } = spawnSync(node.path, ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", file], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    CONCLAVE_MUTATION_TESTS: JSON.stringify(known.tests.map(within)),
    CONCLAVE_MUTATION_ROOT: root,
    CONCLAVE_MUTATION_SURVIVED: survived,
    CONCLAVE_MUTATION_TRIED: tried,
    CONCLAVE_MUTATION_TOOK: took,
    CONCLAVE_MUTATION_SAMPLE: JSON.stringify(sample),
    CONCLAVE_MUTATION_NOT: JSON.stringify(known.not ?? []),
  },
});
if (status !== 0) process.exit(status ?? 1);
const { files } = JSON.parse(readFileSync(report, "utf8"));
process.exit(writeScores(files, sample) < LEAST ? 1 : 0);
