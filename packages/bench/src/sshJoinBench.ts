import type { Result } from "@conclave/codec";
import { type Client, MemoryDisk, MemoryLock, MemoryStorage, openClient, type Problem } from "@conclave/client";
import { systemClock, WsTransport } from "@conclave/client/node";
import { nodeCrypto, quickNodeCrypto, systemRandom } from "@conclave/crypto/node";
import { preset, SshKey, sshSignedBytes, type SshSignature } from "@conclave/protocol";
import { RelayChild } from "./relayChild.js";
import { median } from "./stopwatch.js";

/** One join (ms): by the clock, and of this process's processor time, which other programs do not stretch as much. */
export interface JoinTime {
  readonly clock: number;
  readonly processor: number;
}

/** The medians of newcomers who take turns: by a link, and by a link with a listed SSH key. */
export interface JoinTimes {
  readonly byLink: JoinTime;
  readonly bySshKey: JoinTime;
}

/** How many pairs come in before anything is measured: the first ones run code that is not compiled yet. */
const WARM_UP = 6;

/** Prints what one more SSH signature costs somebody who joins. */
export async function sshJoinBench(quick: boolean): Promise<void> {
  const pairs = quick ? 3 : 60;
  const { byLink, bySshKey } = await joinTimes(pairs);
  process.stdout.write(
    `| median of ${String(pairs)} | by the clock | its processor time |\n| --- | --- | --- |\n` +
      row("join by link", byLink) +
      row("join by SSH key", bySshKey),
  );
}

function row(what: string, { clock, processor }: JoinTime): string {
  return `| ${what} | ${clock.toFixed(1)} ms | ${processor.toFixed(1)} ms |\n`;
}

/**
 * So many newcomers by a link, and as many by an SSH key, in turns into one room, through a relay in a process of its own. A join is
 * timed from the person's yes to the time when it is in the log and the next newcomer's slots are up; the signing program is not.
 */
export async function joinTimes(pairs: number): Promise<JoinTimes> {
  const relay = await RelayChild.start();
  try {
    const seeds = Array.from({ length: pairs + WARM_UP }, () => systemRandom(32));
    const links = await makeRoom(relay.socketUrl, seeds);
    const times = { byLink: [] as JoinTime[], bySshKey: [] as JoinTime[] };
    for (const [at, seed] of seeds.entries()) {
      // Each way is first as often as second: every join makes the room a little larger.
      const ways = at % 2 === 0 ? (["byLink", "bySshKey"] as const) : (["bySshKey", "byLink"] as const);
      for (const way of ways) {
        const time = await join(links[way], way === "bySshKey" ? seed : null);
        if (at >= WARM_UP) times[way].push(time);
      }
    }
    return { byLink: middle(times.byLink), bySshKey: middle(times.bySshKey) };
  } finally {
    await relay.stop();
  }
}

function middle(times: readonly JoinTime[]): JoinTime {
  return { clock: median(times.map(({ clock }) => clock)), processor: median(times.map((each) => each.processor)) };
}

/** A room whose founder is away, with a link for anybody and one for the keys of these seeds. */
async function makeRoom(relay: string, seeds: readonly Uint8Array[]): Promise<Record<keyof JoinTimes, string>> {
  const alice = await openHome();
  const room = await must(alice.createRoom({ title: "Garden", name: "Alice", policy: preset("owner"), relay }));
  const terms = { label: "", notAfter: null, mode: "direct", host: "https://chat.example" } as const;
  const limit = seeds.length;
  const byLink = await must(room.createInvite({ ...terms, for: { class: "multi", limit } }));
  const bySshKey = await must(room.createInvite({ ...terms, for: { class: "listed" } }));
  const keys = seeds.map((seed) => ({ key: SshKey.of(nodeCrypto.ed25519PublicKey(seed)), comment: "" }));
  await must(room.allowKeys(keys));
  await alice.close();
  return { byLink: byLink.link!, bySshKey: bySshKey.link! };
}

/** The time of one newcomer's join, once they have looked at the room, and signed. */
async function join(link: string, sshSeed: Uint8Array | null): Promise<JoinTime> {
  const home = await openHome();
  const invited = await must(home.previewInvite(link));
  const pass = sshSeed && { signature: signed(sshSeed, await must(invited.prepareKey())) };
  const [start, usage] = [performance.now(), process.cpuUsage()];
  await must(invited.accept("Guest", "", pass ?? {}));
  const clock = performance.now() - start;
  const { user, system } = process.cpuUsage(usage);
  await home.close();
  return { clock, processor: (user + system) / 1000 };
}

function signed(seed: Uint8Array, message: Uint8Array): SshSignature {
  const signature = nodeCrypto.ed25519Sign(seed, sshSignedBytes(nodeCrypto, message, "sha512"));
  return { key: SshKey.of(nodeCrypto.ed25519PublicKey(seed)), hash: "sha512", signature };
}

async function openHome(): Promise<Client> {
  const opened = await openClient(
    {
      ...{ storage: new MemoryStorage(new MemoryDisk()), lock: new MemoryLock(), transport: new WsTransport() },
      ...{ clock: systemClock, random: systemRandom, crypto: quickNodeCrypto },
    },
    { suite: 3 },
  );
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

async function must<T>(result: Promise<Result<T, Problem>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(JSON.stringify(settled.error));
  return settled.value;
}
