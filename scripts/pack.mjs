// Packs what is published into one folder (dist/packed), and says which files that are, the program's first:
// `node scripts/pack.mjs [FOLDER] [--program] [--name NAME] [--scope @SCOPE]`. With `--program` the program alone. It builds
// nothing and publishes nothing.
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { packAll, packProgram } from "./release/pack.mjs";
import { releaseOf, root } from "./release/workspace.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { program: { type: "boolean" }, name: { type: "string" }, scope: { type: "string" } },
});
if (positionals.length > 1) {
  console.error("Usage:  node scripts/pack.mjs [FOLDER] [--program] [--name NAME] [--scope @SCOPE]");
  process.exit(2);
}
const release = releaseOf(values);
const folder = resolve(positionals[0] ?? join(root, "dist/packed"));
const files = values.program ? [packProgram(folder, release)] : packAll(folder, release).files;
for (const file of files) console.log(file);
