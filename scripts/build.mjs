// Builds every package with the native TypeScript compiler, in dependency order (project references).
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript-7/bin/tsc", import.meta.url));
const run = spawnSync(process.execPath, [compiler, "-b", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
