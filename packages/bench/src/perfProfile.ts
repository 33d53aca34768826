import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a process needs to be started with so that `perf` knows its functions by name. */
export const PROFILED = ["--perf-basic-prof"];
/** Samples of each processor that is busy, a second. */
const SAMPLES_PER_SECOND = 1999;

/**
 * What a function of a stack is doing: the first line that fits the innermost function that any line fits. A compiled
 * function's name has its file behind it.
 */
const KINDS: readonly (readonly [string, RegExp])[] = [
  ["commit: writing to the disk and syncing", /fsync|fdatasync|pwrite64|ext4_|xfs_|ovl_|btrfs_/],
  [
    "collecting garbage",
    /Scaveng|MarkCompact|Mark(?:ing|er)|Sweep|MinorGC|GCTracer|Heap::(?:Collect|Perform|Allocate)/,
  ],
  ["compiling", /v8::internal::(?:compiler|maglev|baseline|interpreter)::|Compiler::|TurboFan|Turbofan|Sparkplug/],
  ["SHA-256", /sha256|SHA256|EVP_Q?_?[dD]igest|node::crypto::Hash|internal\/crypto\/hash/],
  ["signatures", /ed25519|EVP_PKEY|X25519|SignJob/],
  ["SQLite", /sqlite3|libsql|DatabaseSync|StatementSync|JS:.*packages\/sqlite\/|JS:.*store\/sqlite\//],
  [
    "between threads",
    /MessagePort|node::worker|Value(?:S|Des)erializer|internal\/worker|JS:.*(?:coreThread|server\/batch)\.js/,
  ],
  [
    "sockets: the system",
    /tcp_|sock_|inet_|_sys_(?:write|read|epoll|send|recv)|ksys_(?:write|read)|do_writev|epoll|ep_poll/,
  ],
  [
    "sockets: Node and ws",
    /uv__|LibuvStreamWrap|StreamBase|WriteWrap|node_modules\/ws\/|node:net|internal\/stream|stream_base/,
  ],
  ["codec", /JS:.*packages\/(?:codec|wire)\//],
  ["core", /JS:.*packages\/relay\/dist\/(?:core|ledger|store)\//],
  ["turns and queues", /JS:.*packages\/relay\/dist\//],
];
/** The same for stacks of which no function fits: `perf` cannot walk every library's. */
const REST: readonly (readonly [string, RegExp])[] = [
  ["malloc and free, for whom is unknown", /malloc|calloc|free|unlink_chunk/],
  ["the system's memory and threads", /futex|mutex|sched|page|folio|mprotect|irq/],
];

/** How many samples of a profile were of what. */
export interface ProfileSums {
  readonly samples: number;
  /** By kind, and there by the innermost function, most first. */
  readonly kinds: readonly { readonly kind: string; readonly samples: number; readonly top: readonly Named[] }[];
}

interface Named {
  readonly name: string;
  readonly samples: number;
}

/** Samples of a process by Linux's `perf`: of all its threads, and of what the system does for it. */
export class PerfProfile {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly pid: number,
  ) {}

  /** Whether this machine has a `perf` that may look. */
  static get isThere(): boolean {
    return spawnSync("perf", ["stat", "-e", "cpu-clock", "true"]).status === 0;
  }

  static start(pid: number): PerfProfile {
    const folder = mkdtempSync(join(tmpdir(), "conclave-perf-"));
    const args = ["record", "-q", "-F", String(SAMPLES_PER_SECOND), "-g", "-e", "cpu-clock"];
    const child = spawn("perf", [...args, "-p", String(pid), "-o", join(folder, "data")], { stdio: "ignore" });
    return new PerfProfile(child, folder, pid);
  }

  /** Ends it, and says what it saw. Call it while the process is still there. */
  async stop(): Promise<ProfileSums> {
    this.child.kill("SIGINT");
    await once(this.child, "exit");
    try {
      return await sums(join(this.folder, "data"));
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
      rmSync(join(tmpdir(), `perf-${this.pid}.map`), { force: true });
    }
  }
}

async function sums(file: string): Promise<ProfileSums> {
  const script = spawn("perf", ["script", "-i", file, "-F", "ip,sym,dso"], { stdio: ["ignore", "pipe", "ignore"] });
  const kinds = new Map<string, Map<string, number>>();
  let samples = 0;
  let stack: string[] = [];
  for await (const line of createInterface({ input: script.stdout })) {
    if (line.trim() !== "") {
      stack.push(line.trim().replace(/^[0-9a-f]+ /, ""));
      continue;
    }
    if (stack.length === 0) continue;
    samples++;
    const [kind, name] = kindOf(stack);
    const names = kinds.get(kind) ?? new Map<string, number>();
    kinds.set(kind, names.set(name, (names.get(name) ?? 0) + 1));
    stack = [];
  }
  const list = [...kinds].map(([kind, names]) => {
    const top = [...names].map(([name, count]) => ({ name, samples: count })).toSorted((a, b) => b.samples - a.samples);
    return { kind, samples: top.reduce((sum, each) => sum + each.samples, 0), top };
  });
  return { samples, kinds: list.toSorted((a, b) => b.samples - a.samples) };
}

/** What a stack is doing, and the function that says so: that of this project which is nearest, or the innermost. */
export function kindOf(stack: readonly string[]): readonly [string, string] {
  const own = stack.find((frame) => frame.startsWith("JS:") && frame.includes("/packages/"));
  for (const kinds of [KINDS, REST]) {
    for (const frame of stack) {
      const kind = kinds.find(([, pattern]) => pattern.test(frame));
      if (kind !== undefined) return [kind[0], shortName(own ?? frame)];
    }
  }
  return ["other", shortName(own ?? stack[0]!)];
}

/** Without the address of its file, and where it was loaded from. */
function shortName(frame: string): string {
  return frame.replaceAll(/(?:file:\/\/)?\/\S*\/(?:packages|node_modules)\/| \([^)]*\)$/g, "");
}
