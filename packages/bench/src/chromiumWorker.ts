// Bundled by chromiumBench.ts, and run in a worker of a real Chromium: the web provider where the product has it.
import { type Crypto, noteSignatures } from "@conclave/crypto";
import { systemRandom, webCrypto } from "@conclave/crypto/web";
import { askAboutLeaves, type Engine, Group } from "@conclave/mls";
import { CallProfile, type ProfileRow } from "./callProfile.js";
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
  readonly profile: readonly ProfileRow[];
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
  const profile = new CallProfile();
  const measured = job.kind === "join" ? await join(job, groupInfo, profile) : await rounds(job, groupInfo, profile);
  return { provider: webCrypto.providers!().curves, times: measured, profile: profile.rows() };
}

/** Joins by external commit, as who comes by a link does after the room's history is checked. */
async function join({ suite }: ChromiumJob, groupInfo: Uint8Array, profile: CallProfile): Promise<Timing[]> {
  const engine = engineOn(profile.of(webCrypto));
  const started = performance.now();
  await ahead(engine, groupInfo);
  const looked = performance.now();
  unwrap(Group.joinExternal(engine, { groupInfo, leaf: leafOf(suite, systemRandom) }));
  const joined = performance.now();
  profile.add("signatures ahead, by the browser", looked - started);
  return [["cold join", joined - started]];
}

async function rounds(job: ChromiumJob, first: Uint8Array, profile: CallProfile): Promise<Timing[]> {
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

function round(acting: Group, following: Group, profile: CallProfile): Timing[] {
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
