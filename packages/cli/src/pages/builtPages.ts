import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { MANIFEST } from "@conclave/client/pure";
import { CliError } from "../cliError.js";
import { isInClone } from "../terminal/nextCommand.js";
import { PackedFile } from "./packedFile.js";
import { HEADERS, readManifest, sha256, type PageManifest } from "./pageManifest.js";
import { SIGNATURE } from "./pageSignature.js";

/** A file as it is served. */
export interface PageFile {
  readonly bytes: Uint8Array;
  /** How a text travels smaller; null for what does not get smaller. */
  readonly packed: PackedFile | null;
  readonly mediaType: string;
  readonly cacheControl: string;
  readonly etag: string;
}

/** The web client as it was built, whole in memory. */
export interface BuiltPages {
  readonly manifest: PageManifest;
  /** By path, without a slash before it. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** The response headers that every answer carries; their `connect-src` names only this host. */
  readonly headers: Readonly<Record<string, string>>;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const TEXT = /^text\/|json|svg|wasm/u;

/** Where the pages lie that belong to this program: this clone's own build, or what was installed with it. */
export const OWN_PAGES = join(dirname(createRequire(import.meta.url).resolve("@conclave/web/package.json")), "dist");

/**
 * Reads a build of the web client, or null when the folder holds none.
 * @throws CliError when a file is not what the manifest says.
 */
export function loadPages(folder: string): BuiltPages | null {
  if (!existsSync(join(folder, MANIFEST))) return null;
  const manifestBytes = readFileSync(join(folder, MANIFEST));
  const manifest = readManifest(manifestBytes);
  if (!manifest) throw damaged(MANIFEST);
  const files = new Map<string, PageFile>();
  for (const { path, sha256: expected } of manifest.files) {
    const bytes = existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : new Uint8Array();
    // RULE: web.only-manifest: what the manifest does not name, or names with other bytes, is never served (attack A86).
    if (sha256(bytes) !== expected) throw damaged(path);
    files.set(path, servedFile(path, bytes));
  }
  const headers = files.get(HEADERS);
  if (!headers) throw damaged(HEADERS);
  files.set(MANIFEST, servedFile(MANIFEST, manifestBytes));
  if (existsSync(join(folder, SIGNATURE)))
    files.set(SIGNATURE, servedFile(SIGNATURE, readFileSync(join(folder, SIGNATURE))));
  return {
    manifest,
    files,
    headers: JSON.parse(Buffer.from(headers.bytes).toString("utf8")) as Record<string, string>,
  };
}

function servedFile(path: string, bytes: Uint8Array): PageFile {
  const mediaType = MEDIA_TYPES[extname(path)] ?? "application/octet-stream";
  const packed = TEXT.test(mediaType) && bytes.length > 512 ? new PackedFile(bytes) : null;
  // Files in assets/ carry a hash of their content in their names.
  const cacheControl = path.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  return { bytes, packed, mediaType, cacheControl, etag: `W/"${sha256(bytes).slice(0, 32)}"` };
}

/** What to do where the pages are missing or damaged. */
export function toGetPages(): string {
  return isInClone() ? "Build it again:  npm run build" : "Install Conclave again.";
}

function damaged(path: string): CliError {
  return new CliError(
    "PAGES_DAMAGED",
    `The built web client is damaged: ${path} is not what its manifest says.`,
    toGetPages(),
  );
}
