/** The file that names every other file of the web client; `scripts/pages.mjs` writes it. */
export const MANIFEST = "conclave-manifest.json";
/** The most that is read of one from a host, in bytes. */
export const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 1000;
const MAX_PATH = 200;

const VERSION = /^[\w.+-]{1,64}$/u;
const PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/u;
const SHA256 = /^[0-9a-f]{64}$/u;

/** A file of a build: its path without a slash before it, its size in bytes, and its SHA-256 as 64 hexadecimal digits. */
export interface ManifestFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What a manifest says: every file of a build of the web client, sorted by path, each path once. */
export interface ManifestContent {
  readonly version: string;
  readonly files: readonly ManifestFile[];
}

/**
 * The manifest in these bytes of a host, or null when they are none.
 *
 * RULE: web.one-manifest: browsers and `conclave verify-web` read one and the same manifest, or both refuse it (attack A86).
 */
export function parseManifest(bytes: Uint8Array): ManifestContent | null {
  if (bytes.length > MAX_MANIFEST_BYTES) return null;
  try {
    const { name, version, files } = JSON.parse(decoder.decode(bytes)) as Record<string, unknown>;
    if (name !== "conclave-web" || typeof version !== "string" || !VERSION.test(version)) return null;
    return isFiles(files) ? { version, files } : null;
  } catch {
    return null;
  }
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function isFiles(files: unknown): files is ManifestFile[] {
  if (!Array.isArray(files) || files.length > MAX_FILES || !files.every(isFile)) return false;
  return files.every(({ path }, n) => n === 0 || files[n - 1]!.path < path);
}

function isFile(file: unknown): file is ManifestFile {
  if (typeof file !== "object" || file === null) return false;
  const { path, size, sha256 } = file as Record<string, unknown>;
  return (
    typeof path === "string" &&
    path.length <= MAX_PATH &&
    PATH.test(path) &&
    Number.isInteger(size) &&
    (size as number) >= 0 &&
    (size as number) <= MAX_FILE_BYTES &&
    typeof sha256 === "string" &&
    SHA256.test(sha256)
  );
}
