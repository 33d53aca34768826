import headers from "../trust/headers.json";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json; charset=utf-8",
  webmanifest: "application/manifest+json; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  wasm: "application/wasm",
  woff2: "font/woff2",
};

/** The headers of a held file: its media type, and the pages' own. What the host sent with it is not asked. */
export function heldHeaders(path: string, connect: string): Record<string, string> {
  const policy = headers["Content-Security-Policy"].replace("connect-src 'self'", `connect-src ${connect}`);
  const type = MEDIA_TYPES[/[^.]*$/u.exec(path)?.[0] ?? ""] ?? "application/octet-stream";
  return { ...headers, "Content-Security-Policy": policy, "Content-Type": type };
}
