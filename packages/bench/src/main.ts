import { appendsBench } from "./appendsBench.js";
import { gatewayBench } from "./gatewayBench.js";
import { chromiumBench } from "./chromiumBench.js";
import { freshnessBench } from "./freshnessBench.js";
import { joinBench } from "./joinBench.js";
import { mlsBench } from "./mlsBench.js";
import { mlsProfile } from "./mlsProfile.js";
import { rateOf } from "./pace.js";
import { printRelayBench } from "./relayBench.js";
import { roomsBench } from "./roomsBench.js";
import { pushBench } from "./storesBench.js";
import { sizesBench } from "./sizesBench.js";
import { sshJoinBench } from "./sshJoinBench.js";
import { strangersBench } from "./strangersBench.js";

// npm run bench [mls | mls-chromium | relay | appends | push | rooms | sizes | strangers | gateway | join | ssh | freshness] [--quick]:
// everything, or one part; `mls` is mls-chromium too. --quick only shows that it runs. --against=DIR: strangers and appends measure
// the relay of that checkout too. --profile: mls and appends say where the time goes. --rate=N: so many pushes a second.
const parts = {
  mls: (quick: boolean) => (isProfiled ? mlsProfile(quick) : mlsBench(quick)),
  "mls-chromium": chromiumBench,
  relay: (quick: boolean) => printRelayBench({ quick }),
  appends: (quick: boolean) => appendsBench({ quick, isProfiled, against }),
  push: (quick: boolean) => pushBench({ seconds: quick ? 1 : 8 }, rate!),
  rooms: roomsBench,
  sizes: sizesBench,
  strangers: (quick: boolean) => strangersBench(quick, against),
  gateway: gatewayBench,
  join: joinBench,
  ssh: sshJoinBench,
  freshness: freshnessBench,
};

const [, , ...words] = process.argv;
const quick = words.includes("--quick");
const isProfiled = words.includes("--profile");
const against = words.find((word) => word.startsWith("--against="))?.slice("--against=".length) ?? null;
const rate = rateOf(words);
const names = words.filter((word) => !word.startsWith("-"));
const unknown = names.find((name) => !Object.hasOwn(parts, name));
if (unknown !== undefined) {
  console.error(`There is no bench called ${unknown}. Choose from: ${Object.keys(parts).join(", ")}.`);
  process.exitCode = 2;
} else if (rate === null) {
  console.error("--rate=N takes a whole number from 1 on: messages a second.");
  process.exitCode = 2;
} else {
  for (const [name, run] of Object.entries(parts)) if (isWanted(name)) await run(quick);
}

function isWanted(part: string): boolean {
  return names.length === 0 || names.some((name) => part === name || (part.startsWith(`${name}-`) && !isProfiled));
}
