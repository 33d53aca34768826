// Compiles the sentences, then builds every package with the native TypeScript compiler, in dependency order (project references), then the web client's pages.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "../packages/words/compiler/compile.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = fileURLToPath(new URL("../node_modules/typescript-7/bin/tsc", import.meta.url));
compile();
run(compiler, ["-b", ...process.argv.slice(2)], root);
if (!pagesAreFresh()) console.log(`The web client is built: ${pages()}`);

function run(script, args, cwd) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Builds the web client, and gives its hash. */
function pages() {
  const script = fileURLToPath(new URL("pages.mjs", import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, [script, root], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout.trim();
}

// Bundling takes seconds, and nothing of it depends on anything but these files.
function pagesAreFresh() {
  const built = `${root}/packages/web/dist/conclave-manifest.json`;
  if (!existsSync(built)) return false;
  const since = statSync(built).mtimeMs;
  const sources = [
    "src",
    "public",
    "index.html",
    "vite.config.mjs",
    "vite.sodium.mjs",
    "vite.emoji.mjs",
    "package.json",
  ];
  const folders = readdirSync(`${root}/packages`).flatMap((name) =>
    sources.map((each) => `${root}/packages/${name}/${each}`),
  );
  return [`${root}/package-lock.json`, ...folders].every((path) => newest(path) <= since);
}

function newest(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path, { withFileTypes: true }).map((entry) => newest(`${path}/${entry.name}`)));
}
