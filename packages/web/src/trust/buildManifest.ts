import { type ManifestContent, MAX_MANIFEST_BYTES, parseManifest } from "@conclave/client/pure";

/** A build of these pages: its hash (SHA-256 of the manifest, 64 hexadecimal digits) and its version. */
export interface BuildRef {
  readonly build: string;
  readonly version: string;
}

/** What a manifest says: every file of the build. */
export interface BuildManifest extends BuildRef, ManifestContent {}

/** The manifest in a host's answer; null when it is none. */
export async function readManifest(response: Response): Promise<BuildManifest | null> {
  const bytes = await readAtMost(response, MAX_MANIFEST_BYTES);
  const content = bytes && parseManifest(bytes);
  return content && { build: await sha256(bytes), ...content };
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
