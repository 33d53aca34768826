import { createHash } from "node:crypto";
import { type ManifestContent, parseManifest } from "@conclave/client/pure";

/** The response headers that belong to the pages; in the manifest like any other file. */
export const HEADERS = "conclave-headers.json";

/** A build of the web client. */
export interface PageManifest extends ManifestContent {
  /** The build hash: the SHA-256 of the manifest's bytes, 64 hexadecimal digits. */
  readonly build: string;
}

/** The manifest in these bytes, or null when they are none. */
export function readManifest(bytes: Uint8Array): PageManifest | null {
  const content = parseManifest(bytes);
  return content && { ...content, build: sha256(bytes) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** `3f2a 91c0 77de 0b14`: the beginning of a build hash, to read aloud. */
export function shortHash(hash: string): string {
  return hash.slice(0, 16).replace(/(.{4})(?=.)/gu, "$1 ");
}
