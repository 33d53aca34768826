/** A build of these pages: its hash (SHA-256 of the manifest, 64 hexadecimal digits) and its version. */
export interface BuildRef {
  readonly build: string;
  readonly version: string;
}

/** What a manifest says: every file of the build. */
export interface BuildManifest extends BuildRef {
  readonly files: readonly { readonly path: string; readonly size: number; readonly sha256: string }[];
}

export const MANIFEST = "conclave-manifest.json";
const MAX_MANIFEST_BYTES = 256 * 1024;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const PATH = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/u;

/** The manifest in a host's answer; null when it is none. */
export async function readManifest(response: Response): Promise<BuildManifest | null> {
  const bytes = await readAtMost(response, MAX_MANIFEST_BYTES);
  if (!bytes) return null;
  try {
    const parsed = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { name, version, files } = parsed;
    if (name !== "conclave-web" || typeof version !== "string" || !/^[\w.+-]{1,64}$/u.test(version)) return null;
    if (!Array.isArray(files) || files.length > 1000 || !files.every(isFile)) return null;
    return { build: await sha256(bytes), version, files };
  } catch {
    return null;
  }
}

function isFile(file: unknown): file is BuildManifest["files"][number] {
  if (typeof file !== "object" || file === null) return false;
  const { path, size, sha256: hash } = file as Record<string, unknown>;
  return (
    typeof path === "string" &&
    path.length <= 200 &&
    PATH.test(path) &&
    typeof size === "number" &&
    Number.isInteger(size) &&
    size >= 0 &&
    size <= MAX_FILE_BYTES &&
    typeof hash === "string" &&
    /^[0-9a-f]{64}$/u.test(hash)
  );
}

/** The whole body, or null when it is longer than `limit` bytes: no more is read than that. */
export async function readAtMost(response: Response, limit: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(limit);
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return bytes.slice(0, length);
    if (length + piece.value.length > limit) {
      await reader?.cancel();
      return null;
    }
    bytes.set(piece.value, length);
    length += piece.value.length;
  }
}

/** SHA-256 as 64 hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
