import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { Calls } from "./vaultWorker.js";

/** Debian's Chromium. Without it the tests that need one are left out. */
export const CHROMIUM = "/usr/bin/chromium";

// The policy that the real page has: the workers and argon2's WebAssembly must live under it.
const POLICY = [
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ws://127.0.0.1:*",
  "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types conclave",
].join("; ");

type Answer<Name extends keyof Calls> = Awaited<ReturnType<Calls[Name]>>;

/** A browser profile with the page of `vaultPage.ts` open, and workers by name. */
export class VaultBrowser {
  private constructor(
    readonly profile: string,
    readonly url: string,
    private readonly server: Server,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(files: ReadonlyMap<string, string>): Promise<VaultBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "conclave-vault-"));
    const server = createServer((request, response) => {
      const script = files.get((request.url ?? "/").slice(1));
      response.setHeader("content-security-policy", POLICY);
      // What a relay can do that serves the page (attack A102).
      if (request.url === "/?wipe") response.setHeader("clear-site-data", '"storage"');
      response.setHeader("content-type", `text/${script === undefined ? "html" : "javascript"}; charset=utf-8`);
      response.end(script ?? "<!doctype html><title>vault</title><script type=module src=/vaultPage.js></script>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];
    // A name that is not this machine, so that its pages are not secure contexts.
    args.push("--host-resolver-rules=MAP elsewhere.test 127.0.0.1");
    const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args });
    const page = await context.newPage();
    // Passkeys need a name, not an address.
    const url = `http://localhost:${String((server.address() as AddressInfo).port)}/`;
    await page.goto(url);
    return new VaultBrowser(profile, url, server, context, page);
  }

  /** Calls a function of `vaultWorker.ts` in the worker of that name. */
  call<Name extends keyof Calls>(worker: string, name: Name, ...args: Parameters<Calls[Name]>): Promise<Answer<Name>> {
    return this.callOn(this.page, worker, name, ...args);
  }

  /** The same in another page, which has workers of its own. */
  callOn<Name extends keyof Calls>(
    page: Page,
    worker: string,
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<Answer<Name>> {
    return page.evaluate(
      ([given, called, values]) =>
        (globalThis as unknown as { call: (...all: unknown[]) => Promise<unknown> }).call(given, called, ...values),
      [worker, name, args] as const,
    ) as Promise<Answer<Name>>;
  }

  /** Calls a function of `vaultPage.ts`. */
  onPage(name: "passkey" | "dump" | "askPersist", ...args: unknown[]): Promise<unknown> {
    return this.page.evaluate(
      ([called, values]) =>
        (globalThis as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[called]!(...values),
      [name, args] as const,
    );
  }

  async kill(worker: string): Promise<void> {
    await this.page.evaluate(
      (name) => (globalThis as unknown as { kill: (worker: string) => Promise<void> }).kill(name),
      worker,
    );
  }

  /** Stops the browser; the profile's files stay until `remove`. */
  async close(): Promise<void> {
    await this.context.close();
    this.server.closeAllConnections();
    this.server.close();
  }

  remove(): void {
    rmSync(this.profile, { recursive: true, force: true });
  }
}

/** The page's and the worker's scripts, by file name, as the real build makes them. */
export async function bundleVault(): Promise<Map<string, string>> {
  const at = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const result = await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@conclave/source", "browser", "module", "import"] },
    build: {
      write: false,
      target: "es2022",
      rollupOptions: {
        input: { vaultPage: at("vaultPage"), vaultWorker: at("vaultWorker") },
        output: { format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js" },
      },
      modulePreload: { polyfill: false },
    },
  });
  const first = Array.isArray(result) ? result[0] : result;
  if (!first || !("output" in first)) throw new Error("vite gave no output");
  return new Map(first.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code] as const] : [])));
}
