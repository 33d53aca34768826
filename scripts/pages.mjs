// Builds the web client: the pages, the service worker, and `conclave-manifest.json`, which names every file with its size and
// SHA-256. The build hash is the SHA-256 of the manifest itself (`sha256sum conclave-manifest.json`), so nothing in it may
// depend on where or when it was built. The folder is put in place whole: a server that starts meanwhile sees the old or the new one.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "vite";

const MANIFEST = "conclave-manifest.json";

/** Builds `packages/web` of the workspace at `root` into its `dist`. Resolves with the build hash. */
async function buildPages(root) {
  // The same pages whatever the environment says: a test's or developer's mode would put paths of this machine into them.
  process.env.NODE_ENV = "production";
  const started = new Date();
  const web = `${root}/packages/web`;
  const draft = `${web}/build/pages-${process.pid}`;
  const configFile = `${web}/vite.config.mjs`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    await build({ configFile, root: web, logLevel: "warn", build: { outDir: draft, emptyOutDir: true } });
    await buildServiceWorker(web, draft, (await import(pathToFileURL(configFile).href)).resolve);
    // The headers that the pages need on any server, under the same hash as everything else.
    copyFileSync(`${web}/src/trust/headers.json`, `${draft}/conclave-headers.json`);
    const { version } = JSON.parse(readFileSync(`${web}/package.json`, "utf8"));
    const manifest = manifestOf(draft, version);
    writeFileSync(`${draft}/${MANIFEST}`, manifest);
    // Sources that changed while this ran are newer than the manifest, and are built again next time.
    utimesSync(`${draft}/${MANIFEST}`, started, started);
    putInPlace(draft, `${web}/dist`);
    return createHash("sha256").update(manifest).digest("hex");
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

// One file with a fixed name and no imports: what it is registered by, and what browsers compare when they look for a new one.
async function buildServiceWorker(web, outDir, resolve) {
  await build({
    configFile: false,
    root: web,
    publicDir: false,
    logLevel: "warn",
    resolve,
    build: {
      outDir,
      emptyOutDir: false,
      target: "es2022",
      reportCompressedSize: false,
      lib: {
        entry: `${web}/src/serviceWorker/serviceWorker.ts`,
        formats: ["iife"],
        name: "serviceWorker",
        fileName: () => "serviceWorker.js",
      },
    },
  });
}

function manifestOf(folder, version) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((path) => {
      const bytes = readFileSync(`${folder}/${path}`);
      return { path, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    });
  return `${JSON.stringify({ name: "conclave-web", version, files }, null, 1)}\n`;
}

function putInPlace(draft, dist) {
  const old = `${draft}-old`;
  rmSync(old, { recursive: true, force: true });
  try {
    renameSync(dist, old);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  renameSync(draft, dist);
  rmSync(old, { recursive: true, force: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
  console.log(await buildPages(root.replace(/\/$/, "")));
}
