import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import type { ChromiumJob, ChromiumOutcome, Timing } from "./chromiumWorker.js";
import type { BenchSuite } from "./mlsParts.js";
import { FilledGroup } from "./mlsTree.js";
import { median } from "./stopwatch.js";

const CHROMIUM = "/usr/bin/chromium";

/** Whether there is a Chromium to measure in. */
export const hasChromium = existsSync(CHROMIUM);

interface Plan {
  readonly members: number;
  readonly rounds: number;
  readonly joins: number;
}

const FULL: readonly Plan[] = [
  { members: 100, rounds: 20, joins: 5 },
  { members: 1_000, rounds: 20, joins: 5 },
];
const QUICK: readonly Plan[] = [{ members: 10, rounds: 2, joins: 1 }];

/** One column: by noble alone, or by libsodium. */
interface Column {
  readonly suite: BenchSuite;
  readonly withSodium: boolean;
  readonly times: Map<string, number[]>;
  readonly outcomes: ChromiumOutcome[];
}

/** Measures the web provider in workers of a real Chromium, and prints tables in Markdown. */
export async function chromiumBench(quick: boolean): Promise<void> {
  if (!hasChromium) {
    console.log(`\nThe web provider is not measured: there is no ${CHROMIUM}.`);
    return;
  }
  for (const plan of quick ? QUICK : FULL) {
    const columns = await measureInChromium(plan);
    console.log(`\n### The web provider in Chromium, ${plan.members.toLocaleString("en")} members\n`);
    console.log(table(columns));
    for (const column of columns) console.log(`\n${profiles(column)}`);
  }
}

/** The columns of a table: each suite by noble, and by libsodium. They take turns. */
export async function measureInChromium({ members, rounds, joins }: Plan): Promise<Column[]> {
  const columns = ([0x0001, 0x004d] as const).flatMap((suite) =>
    [false, true].map((withSodium): Column => ({ suite, withSodium, times: new Map(), outcomes: [] })),
  );
  // Two come before the first round: one leaf of the filled group is free.
  const infos = new Map(columns.map(({ suite }) => [suite, new FilledGroup(suite, members - 1).groupInfo()]));
  await inChromium(infos, async (page) => {
    const job = async (column: Column, kind: ChromiumJob["kind"]) => {
      const { suite, withSodium } = column;
      const asked: ChromiumJob = { kind, suite, withSodium, rounds, groupInfo: `/group/${suite}` };
      const outcome = await page.evaluate(askWorker, asked);
      for (const [name, ms] of outcome.times) push(column.times, name, ms);
      column.outcomes.push(outcome);
    };
    for (const column of columns) await job(column, "rounds");
    for (let i = 0; i < joins; i++) for (const column of columns) await job(column, "join");
  });
  return columns;
}

function push(map: Map<string, number[]>, name: string, ms: number): void {
  const list = map.get(name);
  if (list) list.push(ms);
  else map.set(name, [ms]);
}

// Runs in the page.
function askWorker(job: ChromiumJob): Promise<ChromiumOutcome> {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ outcome?: ChromiumOutcome; failure?: string }>) => {
      worker.terminate();
      if (data.outcome) resolve(data.outcome);
      else reject(new Error(data.failure));
    };
    worker.onerror = ({ message }) => {
      reject(new Error(message));
    };
    worker.postMessage(job);
  });
}

/** Does something with a page whose workers can have the bundle and these groups. */
async function inChromium(
  groups: ReadonlyMap<BenchSuite, Uint8Array>,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const files = await bundled();
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const group = /^\/group\/(\d+)$/u.exec(path);
    const body = group ? groups.get(Number(group[1]) as BenchSuite) : files.get(path.slice(1));
    // Alone on its origin, as the product's pages are not: clocks of a browser are exact only then.
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader(
      "Content-Type",
      path.endsWith(".js") ? "text/javascript" : group ? "application/octet-stream" : "text/html",
    );
    response.end(body ?? "<!doctype html><title>bench</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    await work(page);
  } finally {
    await browser.close();
    server.close();
  }
}

/** The worker's script, and what it loads later. */
async function bundled(): Promise<Map<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["browser", "module", "import"] },
    build: {
      write: false,
      target: "es2022",
      reportCompressedSize: false,
      lib: {
        entry: fileURLToPath(new URL("../dist/chromiumWorker.js", import.meta.url)),
        formats: ["es"],
        fileName: () => "worker.js",
      },
    },
  });
  const [first] = [result].flat();
  if (!first || !("output" in first)) throw new Error("vite gave no output");
  return new Map(first.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file.code]] : [])));
}

const nameOf = ({ suite, outcomes }: Column): string =>
  `0x${suite.toString(16).padStart(4, "0")}, ${outcomes[0]!.provider}`;

function table(columns: readonly Column[]): string {
  const names = [...columns[0]!.times.keys()];
  const rows = names.map((name) => [name, ...columns.map(({ times }) => cell(times.get(name)!))]);
  const head = ["median (best), ms", ...columns.map(nameOf)];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Where the time of a join goes, and of a commit: `kemEncapsulate 10 x, 8.1 ms; …`. */
function profiles(column: Column): string {
  const [commits, ...joins] = column.outcomes as [ChromiumOutcome, ...ChromiumOutcome[]];
  // The quickest one was disturbed least.
  const [join] = joins.sort((a, b) => sum(a.times) - sum(b.times));
  const whole = sum(join!.times);
  return [
    `${nameOf(column)}:`,
    `- a commit: ${parts(commits.profile)}.`,
    `- a cold join of ${digits(whole)} ms: ${parts(join!.profile)}; the rest, ${digits(whole - sum(join!.profile.map(({ name, ms }) => [name, ms])))}, is reading, copying and comparing.`,
  ].join("\n");
}

function parts(profile: ChromiumOutcome["profile"]): string {
  return profile
    .filter(({ ms }) => ms >= 0.05)
    .map(({ name, calls, ms }) => `${name} ${calls} x ${digits(ms)}`)
    .join(", ");
}

/** The median, and the best: a browser has no clock of processor time, so other programs are in the median. */
const cell = (runs: readonly number[]): string => `${digits(median(runs))} (${digits(Math.min(...runs))})`;
const sum = (times: readonly Timing[]): number => times.reduce((total, [, ms]) => total + ms, 0);
const digits = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));
