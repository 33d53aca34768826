// Builds the gallery into a folder of its own, and serves it. The shipped pages do not know of it.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

/** @returns {Promise<{ url: string, close: () => Promise<void> }>} */
export async function serveGallery() {
  const out = await mkdtemp(join(tmpdir(), "conclave-gallery-"));
  const web = fileURLToPath(new URL("../..", import.meta.url));
  await build({
    configFile: join(web, "vite.config.mjs"),
    root: join(web, "test/gallery"),
    logLevel: "error",
    publicDir: false,
    build: { outDir: out, emptyOutDir: true, rolldownOptions: { input: join(web, "test/gallery/gallery.html") } },
  });
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://gallery").pathname);
    readFile(join(out, path)).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/plain" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/gallery.html`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(out, { recursive: true, force: true });
    },
  };
}
