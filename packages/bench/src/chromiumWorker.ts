// Bundled by chromiumBench.ts, and run in a worker of a real Chromium: the web provider where the product has it.
import { type Crypto, noteSignatures } from "@conclave/crypto";
import { systemRandom, webCrypto } from "@conclave/crypto/web";
import { askAboutLeaves, type Engine, Group } from "@conclave/mls";
import { leafOf, unwrap } from "./mlsParts.js";
import type { BenchSuite } from "./mlsParts.js";

/** What a worker is asked. It is asked once: the next one is cold again. */
export interface ChromiumJob {
  readonly kind: "rounds" | "join";
  readonly suite: BenchSuite;
  readonly withSodium: boolean;
  /** How many commits; a join is one. */
  readonly rounds: number;
  /** Where a GroupInfo with the tree is fetched from. */
  readonly groupInfo: string;
}

/** Times in ms, each with its name. */
export type Timing = readonly [name: string, ms: number];

/** What a worker measured. */
export interface ChromiumOutcome {
  readonly provider: string;
  readonly times: readonly Timing[];
  /** Of the last commit, or of the join: what was computed, how often, and the time in it. */
  readonly profile: readonly { readonly name: string; readonly calls: number; readonly ms: number }[];
}

const WARM_UP = 2;
const MESSAGES = 20;

self.onmessage = (event: MessageEvent<ChromiumJob>) => {
  run(event.data).then(
    (outcome) => {
      self.postMessage({ outcome });
    },
    (error: unknown) => {
      self.postMessage({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
};

async function run(job: ChromiumJob): Promise<ChromiumOutcome> {
  const groupInfo = new Uint8Array(await (await fetch(job.groupInfo)).arrayBuffer());
  // As the product's worker does while the person reads (client/src/browser/warmUp.ts).
  webCrypto.ed25519PublicKey(new Uint8Array(32));
  await webCrypto.verifyAhead?.([]);
  if (job.withSodium) await webCrypto.quicken?.();
  const profile = new Profile();
  const measured = job.kind === "join" ? await join(job, groupInfo, profile) : await rounds(job, groupInfo, profile);
  return { provider: webCrypto.providers!().curves, times: measured, profile: profile.rows() };
}

/** Joins by external commit, as who comes by a link does after the room's history is checked. */
async function join({ suite }: ChromiumJob, groupInfo: Uint8Array, profile: Profile): Promise<Timing[]> {
  const engine = engineOn(profile.of(webCrypto));
  const started = performance.now();
  await ahead(engine, groupInfo);
  const looked = performance.now();
  unwrap(Group.joinExternal(engine, { groupInfo, leaf: leafOf(suite, systemRandom) }));
  const joined = performance.now();
  profile.add("signatures ahead, by the browser", looked - started);
  return [["cold join", joined - started]];
}

async function rounds(job: ChromiumJob, first: Uint8Array, profile: Profile): Promise<Timing[]> {
  const join = async (engine: Engine, groupInfo: Uint8Array) => {
    await ahead(engine, groupInfo);
    return unwrap(Group.joinExternal(engine, { groupInfo, leaf: leafOf(job.suite, systemRandom) }));
  };
  const acting = (await join(engineOn(profile.of(webCrypto)), first)).group;
  const { group: following, message } = await join(engineOn(webCrypto), acting.view.groupInfo());
  acting.apply(unwrap(acting.stage(message)));
  let times: Timing[] = [];
  for (let i = 0; i < WARM_UP + job.rounds; i++) {
    if (i === WARM_UP) times = [];
    times.push(...round(acting, following, profile));
  }
  return times;
}

function round(acting: Group, following: Group, profile: Profile): Timing[] {
  const times: Timing[] = [];
  const timed = <T>(name: string, work: () => T, often = 1): T => {
    const started = performance.now();
    let value = work();
    for (let i = 1; i < often; i++) value = work();
    times.push([name, (performance.now() - started) / often]);
    return value;
  };
  profile.clear();
  const message = timed("commit: create", () => {
    const made = unwrap(acting.commit({}));
    acting.apply(made.staged);
    return made.message;
  });
  profile.pause();
  timed("commit: process", () => following.apply(unwrap(following.stage(message))));
  const text = systemRandom(256);
  // The first message of an epoch opens its writer's branch of the secret tree.
  following.apply(unwrap(following.stage(acting.encrypt(text).message)));
  const sent: Uint8Array[] = [];
  timed("encrypt 256 B", () => sent.push(acting.encrypt(text).message), MESSAGES);
  timed("decrypt 256 B", () => following.apply(unwrap(following.stage(sent.shift()!))), MESSAGES);
  return times;
}

async function ahead(engine: Engine, groupInfo: Uint8Array): Promise<void> {
  const checks = noteSignatures(engine.crypto, (crypto) => {
    askAboutLeaves({ ...engine, crypto }, groupInfo);
  });
  await webCrypto.verifyAhead?.(checks);
}

function engineOn(crypto: Crypto): Engine {
  return { crypto, random: systemRandom, validateCredential: () => true };
}

/** Counts the calls of a provider, and the time in them; what a call asks of another is counted once, in the outer one. */
class Profile {
  private readonly seen = new Map<string, { calls: number; ms: number }>();
  private isPaused = false;

  of(crypto: Crypto): Crypto {
    const watch = (name: string, call: unknown): unknown => {
      if (typeof call !== "function" || name === "verifyAhead" || name === "quicken" || name === "providers")
        return call;
      return (...given: unknown[]) => {
        const started = performance.now();
        const value: unknown = (call as (...all: unknown[]) => unknown)(...given);
        this.add(name, performance.now() - started);
        return value;
      };
    };
    return Object.fromEntries(
      Object.entries(crypto).map(([name, call]) => [name, watch(name, call)]),
    ) as unknown as Crypto;
  }

  add(name: string, ms: number): void {
    if (this.isPaused) return;
    const known = this.seen.get(name) ?? { calls: 0, ms: 0 };
    this.seen.set(name, { calls: known.calls + 1, ms: known.ms + ms });
  }

  /** Begins from nothing. */
  clear(): void {
    this.seen.clear();
    this.isPaused = false;
  }

  pause(): void {
    this.isPaused = true;
  }

  rows(): ChromiumOutcome["profile"] {
    return [...this.seen].map(([name, row]) => ({ name, ...row })).sort((a, b) => b.ms - a.ms);
  }
}
