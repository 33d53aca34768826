import { MANIFEST, MAX_MANIFEST_BYTES } from "@conclave/client/pure";
import type { BuiltPages } from "./builtPages.js";
import { fetchHostedFile, type HostedFile } from "./hostedPages.js";
import { readManifest, sha256 } from "./pageManifest.js";

/** How one file of a host compares with the same file here. */
export interface ComparedFile {
  readonly path: string;
  readonly state: "same" | "differs" | "missing" | "extra" | "headers";
  /** SHA-256, or null if there is no such file. */
  readonly ours: string | null;
  readonly theirs: string | null;
  /** Names of the headers that are not as they should be. */
  readonly headers: readonly string[];
}

/** What a host serves, against a build. */
export interface Comparison {
  /** The hash and version of the manifest that the host serves; null when it serves none that can be read. */
  readonly theirs: { readonly build: string; readonly version: string } | null;
  readonly files: readonly ComparedFile[];
  /** Addresses of scripts in the host's start page that are not in ours. */
  readonly extraScripts: readonly string[];
  /** What its pages may connect to besides the host itself. */
  readonly connects: readonly string[];
}

/** Fetches everything that the host serves of a web client, and compares it with `ours`. */
export async function comparePages(base: URL, ours: BuiltPages): Promise<Comparison> {
  const hosted = await fetchHostedFile(base, MANIFEST, MAX_MANIFEST_BYTES);
  const manifest = hosted.status === 200 ? readManifest(hosted.bytes) : null;
  const expected = new Map(ours.manifest.files.map(({ path, sha256: hash, size }) => [path, { hash, size }]));
  const files: ComparedFile[] = [compared(ours, base, MANIFEST, hosted, ours.manifest.build)];
  for (const [path, { hash, size }] of expected) {
    const file = await fetchHostedFile(base, path, size);
    files.push(compared(ours, base, path, file, hash));
  }
  // What browsers load is the folder; "index.html" under its own name could be another file.
  const size = expected.get("index.html")?.size ?? 0;
  const start = await fetchHostedFile(base, "", Math.max(4 * size, 65_536));
  files.unshift(compared(ours, base, "", start, expected.get("index.html")?.hash ?? ""));
  for (const { path, sha256: theirs } of manifest?.files ?? []) {
    if (!expected.has(path)) files.push({ path, state: "extra", ours: null, theirs, headers: [] });
  }
  const own = new Set(scriptsOf(ours.files.get("index.html")?.bytes ?? new Uint8Array()));
  return {
    theirs: manifest && { build: manifest.build, version: manifest.version },
    files,
    extraScripts: scriptsOf(start.bytes).filter((script) => !own.has(script)),
    connects: connectSources(start.headers).filter((source) => !isOwnHost(source, base)),
  };
}

function compared(ours: BuiltPages, base: URL, path: string, file: HostedFile, expected: string): ComparedFile {
  if (file.status !== 200) return { path, state: "missing", ours: expected, theirs: null, headers: [] };
  const theirs = sha256(file.bytes);
  const headers = wrongHeaders(ours, base, file.headers);
  const state = theirs !== expected ? "differs" : headers.length > 0 ? "headers" : "same";
  return { path, state, ours: expected, theirs, headers };
}

// The policy must be ours to the letter; only what may be connected to is the operator's to extend.
function wrongHeaders(ours: BuiltPages, base: URL, headers: Headers): string[] {
  return Object.entries(ours.headers)
    .filter(([name, value]) => {
      const given = headers.get(name) ?? "";
      return name === "Content-Security-Policy" ? withoutConnect(given) !== withoutConnect(value) : given !== value;
    })
    .map(([name]) => name);
}

function withoutConnect(policy: string): string {
  return policy
    .split(";")
    .map((directive) => directive.trim())
    .filter((directive) => directive !== "" && !directive.startsWith("connect-src "))
    .join("; ");
}

function connectSources(headers: Headers): string[] {
  const policy = headers.get("content-security-policy") ?? "";
  const directive = policy.split(";").find((each) => each.trim().startsWith("connect-src "));
  return directive === undefined ? ["anything"] : directive.trim().split(/\s+/u).slice(1);
}

function isOwnHost(source: string, base: URL): boolean {
  return source === "'self'" || source === `ws://${base.host}` || source === `wss://${base.host}`;
}

function scriptsOf(html: Uint8Array): string[] {
  const tags = Buffer.from(html)
    .toString("utf8")
    .matchAll(/<script\b[^>]*>/giu);
  return [...tags].map(([tag]) => /\bsrc\s*=\s*["']?([^"'\s>]+)/iu.exec(tag)?.[1] ?? "(inline script)");
}
