import { createHash } from "node:crypto";
import * as v from "valibot";

/** The file that names every other file of the web client; see `scripts/pages.mjs`. */
export const MANIFEST = "conclave-manifest.json";
/** The response headers that belong to the pages; in the manifest like any other file. */
export const HEADERS = "conclave-headers.json";

/** Limits of what is read from a host, in bytes. */
export const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_FILE_BYTES = 8 * 1024 * 1024;

const PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/u;
const SCHEMA = v.object({
  name: v.literal("conclave-web"),
  version: v.pipe(v.string(), v.regex(/^[\w.+-]{1,64}$/u)),
  files: v.pipe(
    v.array(
      v.object({
        path: v.pipe(v.string(), v.maxLength(200), v.regex(PATH)),
        size: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MAX_FILE_BYTES)),
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u)),
      }),
    ),
    v.maxLength(1000),
    v.check((files) => files.every(({ path }, n) => n === 0 || files[n - 1]!.path < path)),
  ),
});

/** A build of the web client: sorted by path, each path once. */
export interface PageManifest extends v.InferOutput<typeof SCHEMA> {
  /** The build hash: the SHA-256 of the manifest's bytes, 64 hexadecimal digits. */
  readonly build: string;
}

/** The manifest in these bytes, or null when they are none. */
export function readManifest(bytes: Uint8Array): PageManifest | null {
  if (bytes.length > MAX_MANIFEST_BYTES) return null;
  try {
    const parsed = v.safeParse(SCHEMA, JSON.parse(Buffer.from(bytes).toString("utf8")));
    return parsed.success ? { ...parsed.output, build: sha256(bytes) } : null;
  } catch {
    return null;
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `3f2a 91c0 77de 0b14`: the beginning of a build hash, to read aloud. */
export function shortHash(hash: string): string {
  return hash.slice(0, 16).replace(/(.{4})(?=.)/gu, "$1 ");
}
