import { arch, cpus, platform } from "node:os";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { webCrypto } from "@conclave/crypto/web";
import { CORE_CRYPTO_VERSION, loadCoreCrypto } from "./coreCrypto.js";
import { CoreCryptoMember } from "./coreCryptoMember.js";
import { type MakeMember, wireIdentity } from "./interopMember.js";
import { MixedGroup, type Side } from "./interopRounds.js";
import type { BenchSuite } from "./mlsParts.js";
import { Samples } from "./mlsSample.js";
import { benchGroupId, FilledGroup } from "./mlsTree.js";
import { OurMember } from "./ourMember.js";

// npm run interop [--quick] [--web]: Conclave's engine and OpenMLS (as @wireapp/core-crypto, which is fetched) in one group.
// --web: ours on what a browser computes with, libsodium in WebAssembly, as theirs is WebAssembly too; else on OpenSSL.
const SUITES: readonly BenchSuite[] = [0x0001, 0x0003];
const isQuick = process.argv.includes("--quick");
const members = isQuick ? 20 : 1_000;
const rounds = isQuick ? 2 : 5;
const HEADER_BYTES = 4;

const crypto = process.argv.includes("--web") ? webCrypto : nodeCrypto;
await crypto.quicken?.();
const engine = { crypto, random: systemRandom, validateCredential: () => true };

const module = await loadCoreCrypto();
const makeOurs = (suite: BenchSuite, number: number) => Promise.resolve(new OurMember(engine, suite, number));
const makeTheirs = (suite: BenchSuite, number: number) => CoreCryptoMember.of(module, suite, number);
console.log(`Node ${process.version}, ${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`);
console.log(`Ours computes by ${crypto.providers?.().curves ?? "openssl"}.`);
for (const suite of SUITES) {
  console.log(`\n### Suite 0x${suite.toString(16).padStart(4, "0")}, ${members.toLocaleString("en")} members\n`);
  console.log(await filledByUs(suite));
  console.log(await foundedByThem(suite));
}

/** A full group of ours, in which two members of each engine act. */
async function filledByUs(suite: BenchSuite): Promise<string> {
  const [ours, theirs] = [sideOf(makeOurs), sideOf(makeTheirs)];
  // One leaf is free, and four come: those numbered from `members` on.
  const filled = new FilledGroup(suite, members - 3, wireIdentity);
  const group = new MixedGroup(suite, benchGroupId, ours, theirs, members);
  await group.joinExternal(ours, filled.groupInfo().subarray(HEADER_BYTES));
  for (const side of [theirs, ours, theirs]) await group.joinExternal(side, ours.members[0]!.groupInfo());
  await group.round();
  ours.samples.clear();
  theirs.samples.clear();
  for (let i = 0; i < rounds; i++) await group.round();
  return table(ours.samples, theirs.samples);
}

/** A group of core-crypto's making, to which it adds ours, all but one at once. */
async function foundedByThem(suite: BenchSuite): Promise<string> {
  const [ours, theirs] = [sideOf(makeOurs), sideOf(makeTheirs)];
  const groupId = new TextEncoder().encode("founded by core-crypto");
  const group = new MixedGroup(suite, groupId, ours, theirs, members);
  const founder = await theirs.make(suite, 1);
  await founder.create(groupId);
  theirs.members.push(founder);
  const added = await Promise.all(Array.from({ length: members - 1 }, (_, at) => makeOurs(suite, at + 2)));
  const keyPackages = await Promise.all(added.map((member) => member.keyPackage()));
  const { welcome } = await founder.add(keyPackages);
  for (const member of added.slice(0, 2)) {
    await member.joinWelcome(groupId, welcome!);
    ours.members.push(member);
  }
  await group.check();
  await group.joinExternal(ours, founder.groupInfo());
  await group.joinExternal(theirs, added[0]!.groupInfo());
  // An Update of ours by reference, in their commit.
  await group.spread(added[1]!.proposeUpdate(), added[1]!);
  await group.commit(theirs, "commit", (by) => by.commitPending());
  await group.round();
  return `A group that core-crypto founds, adding ${members - 1} of ours in one commit: all agree.`;
}

function sideOf(make: MakeMember): Side & { samples: Samples } {
  const samples = new Samples();
  return { members: [], make, sample: samples.sample, samples };
}

function table(ours: Samples, theirs: Samples): string {
  const rows = ours.operations().map((operation) => {
    const [own, peer] = [ours.time(operation)!, theirs.time(operation)!];
    return [operation, own.toPrecision(3), peer.toPrecision(3), `${(peer / own).toPrecision(2)} x`];
  });
  const head = ["operation (ms)", "Conclave", `core-crypto ${CORE_CRYPTO_VERSION}`, "ratio"];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${lines.join("\n")}\n\nAll agree, after ${rounds + 1} rounds.\n`;
}
