import { arch, cpus, platform } from "node:os";
import { nodeCrypto, quickNodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type BenchSuite, filled } from "./mlsGroup.js";
import { OurRounds } from "./mlsOurs.js";
import { Samples } from "./mlsSample.js";
import { TsMlsRounds } from "./mlsTsMls.js";
import { median, time } from "./stopwatch.js";

/** What is measured: how many rounds of each group, and up to which size the peer takes part. */
interface Plan {
  readonly suite: BenchSuite;
  /** With ML-KEM by libsodium; in TypeScript before. Once it is loaded it stays. */
  readonly isQuick?: true;
  readonly sizes: readonly { members: number; rounds: number; peerRounds: number }[];
}

const FULL: readonly Plan[] = [
  {
    suite: 0x0001,
    sizes: [
      { members: 2, rounds: 40, peerRounds: 40 },
      { members: 10, rounds: 40, peerRounds: 40 },
      { members: 100, rounds: 30, peerRounds: 12 },
      { members: 1_000, rounds: 15, peerRounds: 2 },
      { members: 10_000, rounds: 5, peerRounds: 0 },
    ],
  },
  {
    suite: 0x004d,
    sizes: [
      { members: 2, rounds: 20, peerRounds: 0 },
      { members: 100, rounds: 15, peerRounds: 0 },
      { members: 1_000, rounds: 8, peerRounds: 0 },
    ],
  },
  {
    suite: 0x004d,
    isQuick: true,
    sizes: [
      { members: 2, rounds: 20, peerRounds: 0 },
      { members: 100, rounds: 15, peerRounds: 0 },
      { members: 1_000, rounds: 8, peerRounds: 0 },
      { members: 10_000, rounds: 3, peerRounds: 0 },
    ],
  },
];

const QUICK: readonly Plan[] = [
  { suite: 0x0001, sizes: [10, 100].map((members) => ({ members, rounds: 3, peerRounds: 2 })) },
  { suite: 0x004d, sizes: [{ members: 10, rounds: 3, peerRounds: 0 }] },
  { suite: 0x004d, isQuick: true, sizes: [{ members: 10, rounds: 3, peerRounds: 0 }] },
];

/** Measures groups by MLS and prints tables in Markdown: Conclave's engine, and ts-mls on the same groups in between. */
export async function mlsBench(quick: boolean): Promise<void> {
  console.log(`Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`);
  console.log(await primitives());
  for (const { suite, isQuick, sizes } of quick ? QUICK : FULL) {
    if (isQuick) await quickNodeCrypto.quicken?.();
    const by = suite === 0x004d ? `, ML-KEM by ${quickNodeCrypto.providers!().mlKem}` : "";
    for (const { members, rounds, peerRounds } of sizes) {
      const started = performance.now();
      const [ours, theirs] = await measure(suite, members, rounds, peerRounds);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(
        `\n### Suite 0x${suite.toString(16).padStart(4, "0")}, ${members.toLocaleString("en")} members${by}\n`,
      );
      console.log(table(ours, theirs));
      console.log(`\n${rounds} rounds${peerRounds > 0 ? `, ${peerRounds} of ts-mls` : ""}, ${seconds} s in all.`);
    }
  }
}

async function measure(suite: BenchSuite, members: number, rounds: number, peerRounds: number) {
  const group = filled(suite, members);
  const ours = { rounds: new OurRounds(suite, group), samples: new Samples() };
  const theirs = peerRounds > 0 ? { rounds: await TsMlsRounds.of(group), samples: new Samples() } : null;
  // The compiler needs a few rounds; one is enough where a round is thousands of everything.
  for (let i = 0; i < (members > 100 ? 1 : 5); i++) {
    await ours.rounds.round(ours.samples.sample);
    if (theirs !== null && members <= 100) await theirs.rounds.round(theirs.samples.sample);
  }
  ours.samples.clear();
  theirs?.samples.clear();
  for (let i = 0; i < rounds; i++) {
    await ours.rounds.round(ours.samples.sample);
    if (theirs !== null && i < peerRounds) await theirs.rounds.round(theirs.samples.sample);
  }
  return [ours.samples, theirs?.samples ?? null] as const;
}

function table(ours: Samples, theirs: Samples | null): string {
  const rows = ours.operations().map((operation) => {
    const own = ours.time(operation)!;
    const peer = theirs?.time(operation) ?? null;
    const compared = peer === null ? [] : [digits(peer), `${factor(peer / own)} x`];
    return [operation, digits(own), ...(theirs === null ? [] : compared.length > 0 ? compared : ["–", "–"])];
  });
  const head = ["operation (ms)", "Conclave", ...(theirs === null ? [] : ["ts-mls 1.6.4", "ratio"])];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const sizes = ours.bytes().map(([what, bytes]) => `${what}: ${bytes.toLocaleString("en")} bytes`);
  return `${lines.join("\n")}\n\n${sizes.join("; ")}.`;
}

/** What the primitives cost in this run: other programs on the machine slow them down as they slow down the rest. */
async function primitives(): Promise<string> {
  const seed = systemRandom(32);
  const message = systemRandom(300);
  const publicKey = nodeCrypto.ed25519PublicKey(seed);
  const signature = nodeCrypto.ed25519Sign(seed, message);
  const peer = nodeCrypto.kemDeriveKeyPair("x25519", systemRandom(32));
  const costs: Record<string, () => unknown> = {
    "Ed25519 sign": () => nodeCrypto.ed25519Sign(seed, message),
    "Ed25519 verify": () => nodeCrypto.ed25519Verify(publicKey, message, signature),
    "X25519 key pair": () => nodeCrypto.kemDeriveKeyPair("x25519", systemRandom(32)),
    "X25519 encapsulate": () => nodeCrypto.kemEncapsulate("x25519", peer.publicKey, systemRandom(32)),
  };
  const parts: string[] = [];
  for (const [name, work] of Object.entries(costs)) {
    const runs: number[] = [];
    for (let i = 0; i < 9; i++) runs.push((await time(work, 100)).ms);
    parts.push(`${name} ${(median(runs) * 1000).toFixed(0)} µs`);
  }
  return `Primitives in this run: ${parts.join(", ")}.`;
}

const factor = (ratio: number): string => (ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1));
const digits = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));
