// The tests as a mutation run has them (scripts/mutate.mjs). Stryker changes a copy of the workspace, whose node_modules are
// links to the true one: so the workspace's own packages are looked up in the copy, or no test would meet a mutant of another
// package than its own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

const root = process.cwd();
const conditions = ["@conclave/source"];

const ownPackages = {
  name: "own-packages",
  enforce: "pre",
  resolveId(id) {
    const [, name, entry] = /^@conclave\/([a-z]+)(\/.+)?$/u.exec(id) ?? [];
    if (name === undefined) return null;
    const folder = join(root, "packages", name);
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const source = exports[`.${entry ?? ""}`]?.["@conclave/source"];
    return source === undefined ? null : join(folder, source);
  },
};

/** Quick tests first: the first one that fails ends the run of a mutant. */
class QuickFirst extends BaseSequencer {
  sort(specs) {
    const isSlow = ({ moduleId }) => (/(?:attack|property|vectors|abuse)/u.test(moduleId) ? 1 : 0);
    return [...specs].sort((a, b) => isSlow(a) - isSlow(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  plugins: [ownPackages],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: JSON.parse(process.env.CONCLAVE_MUTATION_TESTS ?? "[]"),
    exclude: ["**/node_modules/**", ...JSON.parse(process.env.CONCLAVE_MUTATION_NOT ?? "[]")],
    // Each test file by itself: in a worker that serves several, Stryker's setup does not run again, and the first mutant stays
    // switched on for all that follow.
    isolate: true,
    fileParallelism: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
