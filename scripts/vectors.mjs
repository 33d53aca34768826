// Tells where the official MLS test vectors are looked for, whether they are there, and how to fetch them.
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = process.env.MLS_VECTORS ?? fileURLToPath(new URL("../../shared/vectors/mls", import.meta.url));
const found = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];

console.log(
  `Official MLS test vectors are read from ${process.env.MLS_VECTORS ? "MLS_VECTORS" : "../shared/vectors/mls beside the clone"}.`,
);
if (found.length > 0) {
  console.log(`${found.length} files are there. Run them with: npx vitest run packages/mls/src/vectors.test.ts`);
} else {
  console.log(`None are there, so the tests that need them are skipped. To fetch them:

  git clone --depth 1 https://github.com/mlswg/mls-implementations
  MLS_VECTORS=$PWD/mls-implementations/test-vectors npm test`);
}
