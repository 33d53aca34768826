import { arch, cpus, platform } from "node:os";
import { quickNodeCrypto } from "@conclave/crypto/node";
import { FloorPrices } from "./mlsFloor.js";
import { type BenchSuite, filled } from "./mlsGroup.js";
import { OurRounds } from "./mlsOurs.js";
import { Samples } from "./mlsSample.js";
import { TsMlsRounds } from "./mlsTsMls.js";

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
  const prices = await FloorPrices.of();
  for (const { suite, isQuick, sizes } of quick ? QUICK : FULL) {
    if (isQuick) await quickNodeCrypto.quicken?.();
    const by = suite === 0x004d ? `, ML-KEM by ${quickNodeCrypto.providers!().mlKem}` : "";
    for (const { members, rounds, peerRounds } of sizes) {
      const started = performance.now();
      const [ours, theirs] = await measure(prices, suite, members, rounds, peerRounds);
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(
        `\n### Suite 0x${suite.toString(16).padStart(4, "0")}, ${members.toLocaleString("en")} members${by}\n`,
      );
      console.log(table(ours, theirs, prices));
      console.log(`\nBare calls, µs: ${prices.toString()}.`);
      console.log(`\n${rounds} rounds${peerRounds > 0 ? `, ${peerRounds} of ts-mls` : ""}, ${seconds} s in all.`);
    }
  }
}

async function measure(prices: FloorPrices, suite: BenchSuite, members: number, rounds: number, peerRounds: number) {
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
  await prices.sample();
  prices.clear();
  for (let i = 0; i < rounds; i++) {
    await prices.sample();
    await ours.rounds.round(ours.samples.sample);
    if (theirs !== null && i < peerRounds) await theirs.rounds.round(theirs.samples.sample);
  }
  return [ours.samples, theirs?.samples ?? null] as const;
}

function table(ours: Samples, theirs: Samples | null, prices: FloorPrices): string {
  const rows = ours.operations().map((operation) => {
    const own = ours.time(operation)!;
    const peer = theirs?.time(operation) ?? null;
    const compared = peer === null ? [] : [digits(peer), `${factor(peer / own)} x`];
    const calls = ours.callsOf(operation);
    const above = calls === null ? "–" : `${(own / prices.cost(calls)).toFixed(2)} x`;
    return [operation, digits(own), above, ...(theirs === null ? [] : compared.length > 0 ? compared : ["–", "–"])];
  });
  const head = ["operation (ms)", "Conclave", "its floor", ...(theirs === null ? [] : ["ts-mls 1.6.4", "ratio"])];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  const sizes = ours.bytes().map(([what, bytes]) => `${what}: ${bytes.toLocaleString("en")} bytes`);
  return `${lines.join("\n")}\n\n${sizes.join("; ")}.`;
}

const factor = (ratio: number): string => (ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1));
const digits = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));
