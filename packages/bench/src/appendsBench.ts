import { pumpAppends } from "./appendPump.js";
import { PerfProfile, PROFILED, type ProfileSums } from "./perfProfile.js";
import { processorTime } from "./processorTime.js";
import { RelayChild } from "./relayChild.js";
import { type BenchRoom, RelayClient } from "./relayClient.js";
import { latencyText } from "./latencyText.js";

const CONNECTIONS = 8;
const IN_FLIGHT = 256;
/** Appends before what is measured: what is compiled on the way is no append's cost. */
const WARM = 20_000;
const STEP_MS = 500;
/** Functions that are named for each kind of work. */
const SHOWN = 8;

/** How the appends are measured. */
export interface AppendsOptions {
  readonly quick: boolean;
  /** Says what the relay's processor time goes into, by Linux's `perf`. */
  readonly isProfiled: boolean;
  /** A checkout to measure too, which takes turns with this one. */
  readonly against: string | null;
}

/** Measures what an append costs the relay's processor, and says in what. */
export async function appendsBench({ quick, isProfiled, against }: AppendsOptions): Promise<void> {
  if (isProfiled && !PerfProfile.isThere) throw new Error("a profile needs Linux's perf, and the right to use it");
  const count = quick ? 5000 : 50_000;
  const rounds = quick ? 1 : 3;
  for (let round = 0; round < rounds; round++) {
    for (const checkout of against === null ? [null] : [null, against]) await measure(checkout, count, isProfiled);
  }
}

async function measure(checkout: string | null, count: number, isProfiled: boolean): Promise<void> {
  const relay = await RelayChild.start({ checkout, ...(isProfiled && { execArgv: PROFILED }) });
  try {
    const clients: RelayClient[] = [];
    while (clients.length < CONNECTIONS) clients.push(await RelayClient.connect(relay.socketUrl));
    const rooms: BenchRoom[] = [];
    for (const client of clients) rooms.push(await client.createRoom());
    const pump = async (ms: number, latencies: number[]): Promise<void> => {
      const end = performance.now() + ms;
      await Promise.all(
        clients.map((client, at) =>
          pumpAppends(client, rooms[at]!, IN_FLIGHT / CONNECTIONS, end, (each) => latencies.push(each)),
        ),
      );
    };
    for (const warm: number[] = []; warm.length < WARM;) await pump(STEP_MS, warm);
    const profile = isProfiled ? PerfProfile.start(relay.pid) : null;
    const latencies: number[] = [];
    const [start, before, own] = [performance.now(), processorTime([relay.pid]), process.cpuUsage()];
    while (latencies.length < count) await pump(STEP_MS, latencies);
    const { user, system } = process.cpuUsage(own);
    const spent = (processorTime([relay.pid]) - before) * 1000;
    const done = latencies.length;
    const rate = (done / (performance.now() - start)) * 1000;
    latencies.sort((a, b) => a - b);
    console.log(
      `${checkout ?? "here"}: ${Math.round(rate)} appends/s, ${latencyText(latencies)}; processor time of one: ` +
        `relay ${(spent / done).toFixed(1)} µs, the bench's clients ${((user + system) / done).toFixed(1)} µs`,
    );
    if (profile !== null) printSums(await profile.stop(), spent / done);
    for (const client of clients) client.socket.close();
  } finally {
    await relay.stop();
  }
}

function printSums({ samples, kinds }: ProfileSums, each: number): void {
  const time = (count: number): string => ((count / samples) * each).toFixed(2).padStart(6);
  for (const { kind, samples: count, top } of kinds) {
    console.log(`  ${time(count)} µs  ${kind}`);
    for (const { name, samples: ofName } of top.slice(0, SHOWN)) console.log(`    ${time(ofName)}  ${name}`);
  }
}
