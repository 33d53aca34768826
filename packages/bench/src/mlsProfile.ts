import type { Crypto } from "@conclave/crypto";
import { quickNodeCrypto } from "@conclave/crypto/node";
import { CallProfile } from "./callProfile.js";
import { type BareCall, FloorPrices } from "./mlsFloor.js";
import { type BenchSuite, filled } from "./mlsGroup.js";
import { OurRounds } from "./mlsOurs.js";
import { Samples } from "./mlsSample.js";

/** A column: the provider's calls, and the bare ones of the floor that they stand for. */
interface Column {
  readonly title: string;
  readonly of: readonly (keyof Crypto)[];
  readonly bare: readonly BareCall[];
}

const COLUMNS: readonly Column[] = [
  { title: "verify", of: ["ed25519Verify"], bare: ["verify"] },
  { title: "sign", of: ["ed25519Sign"], bare: ["sign"] },
  {
    title: "keys and KEM",
    of: ["kemDeriveKeyPair", "kemPublicKey", "ed25519PublicKey", "kemEncapsulate", "kemDecapsulate"],
    bare: ["keyPair", "diffieHellman", "kemKeyPair", "kemEncapsulate", "kemDecapsulate"],
  },
  { title: "SHA-256", of: ["hash"], bare: ["sha256"] },
  { title: "AEAD", of: ["aeadSeal", "aeadOpen"], bare: ["seal", "open"] },
  { title: "HKDF, HMAC", of: ["hmac", "hkdfExtract", "hkdfExpand"], bare: [] },
];

const FULL: readonly (readonly [BenchSuite, members: number, rounds: number])[] = [
  [0x0001, 1_000, 15],
  [0x0001, 10_000, 5],
  [0x004d, 1_000, 8],
  [0x004d, 10_000, 3],
];
const WARM_UP_MEMBERS = 10;
const WARM_UP_ROUNDS = 100;
const QUICK: typeof FULL = [[0x0001, 10, 2]];

/**
 * Prints where the time of each operation goes: in which calls of the provider, beside what bare calls cost, and the rest, which
 * is reading, encoding, copying, comparing and garbage. Watching costs less than 1 µs for each call.
 */
export async function mlsProfile(isQuick: boolean): Promise<void> {
  const prices = await FloorPrices.of();
  for (const [suite, members, rounds] of isQuick ? QUICK : FULL) {
    if (suite === 0x004d) await quickNodeCrypto.quicken?.();
    const samples = new Samples();
    // The compiler needs some hundred commits. A small group is quick.
    const small = new OurRounds(suite, filled(suite, WARM_UP_MEMBERS), new CallProfile());
    for (let i = 0; i < (isQuick ? 1 : WARM_UP_ROUNDS); i++) await small.round(samples.sample);
    const ours = new OurRounds(suite, filled(suite, members), new CallProfile());
    await ours.round(samples.sample);
    samples.clear();
    await prices.sample();
    prices.clear();
    for (let i = 0; i < rounds; i++) {
      await prices.sample();
      await ours.round(samples.sample);
    }
    console.log(`\n### Suite 0x${suite.toString(16).padStart(4, "0")}, ${members.toLocaleString("en")} members\n`);
    console.log(table(samples, prices));
  }
}

function table(samples: Samples, prices: FloorPrices): string {
  const rows = samples.operations().flatMap((operation) => {
    const calls = samples.callsOf(operation);
    if (calls === null) return [];
    const [whole, parts] = [samples.time(operation)!, samples.partsOf(operation)];
    const spent = COLUMNS.map(({ of }) => of.reduce((sum, name) => sum + (parts.get(name) ?? 0), 0));
    const rest = whole - spent.reduce((sum, each) => sum + each, 0);
    const cells = COLUMNS.map(({ bare }, at) => {
      if (spent[at]! < 0.0005) return "";
      const floor = prices.cost(calls, bare);
      return floor === 0 ? digits(spent[at]!) : `${digits(spent[at]!)} (${digits(floor)})`;
    });
    return [[operation, `${digits(whole)} (${digits(prices.cost(calls))})`, ...cells, digits(Math.max(0, rest))]];
  });
  const head = ["ms (bare calls)", "whole", ...COLUMNS.map(({ title }) => title), "the rest"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const digits = (ms: number): string => (ms >= 100 ? ms.toFixed(0) : ms >= 0.01 ? ms.toPrecision(3) : ms.toFixed(4));
