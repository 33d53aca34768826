import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import {
  clockConformance,
  lockConformance,
  randomConformance,
  storageConformance,
  transportConformance,
} from "@conclave/client/conformance";
import type { Outcome } from "./browserPage.js";
import { echoPeer } from "./echoPeer.js";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const suites: Record<string, readonly { title: string }[]> = {
  storage: storageConformance,
  transport: transportConformance,
  lock: lockConformance,
  clock: clockConformance,
  random: randomConformance,
};

describe.skipIf(!existsSync(CHROMIUM))("the browser drivers in Chromium (skipped without /usr/bin/chromium)", () => {
  let outcomes: Record<string, Outcome[]> = {};

  beforeAll(async () => {
    outcomes = await runInChromium(await bundle());
  }, 120_000);

  for (const [name, cases] of Object.entries(suites)) {
    describe(name, () => {
      for (const { title } of cases) {
        it(title, () => {
          expect(outcomes[name]?.find((outcome) => outcome.title === title)).toEqual({ title, error: null });
        });
      }
    });
  }
});

/** One classic script with the drivers and the suites. */
async function bundle(): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@conclave/source", "browser", "module", "import"] },
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("browserPage.ts", import.meta.url)), formats: ["iife"], name: "page" },
    },
  });
  const first = Array.isArray(result) ? result[0] : result;
  if (!first || !("output" in first)) throw new Error("vite gave no output");
  return first.output[0].code;
}

async function runInChromium(script: string): Promise<Record<string, Outcome[]>> {
  const profile = mkdtempSync(join(tmpdir(), "conclave-chromium-"));
  const peer = await echoPeer();
  const pages = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : "<!doctype html><title>conformance</title><script src=/page.js></script>");
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS.split(" ") });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${String((pages.address() as AddressInfo).port)}/`);
    return await page.evaluate(
      (urls) =>
        (globalThis as unknown as { conformance(given: typeof urls): Promise<Record<string, Outcome[]>> }).conformance(
          urls,
        ),
      { url: peer.url, deadUrl: peer.deadUrl },
    );
  } finally {
    await browser.close();
    pages.close();
    await peer.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
