import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RelayChild } from "./relayChild.js";
import { envelope, RelayClient, type BenchRoom } from "./relayClient.js";

/** What a stranger does meanwhile: `relay` says which limits the relay has. */
const LOADS = [
  { kind: "proofs", relay: "default", what: "50 connections that come again and again, 480 proofs each" },
  { kind: "writers", relay: "unlimited", what: "20 writers in one room, 64 messages under way each, no limits" },
  { kind: "writers", relay: "default", what: "the same, with the default limits" },
  { kind: "fragments", relay: "default", what: "60 messages of 7.5 MiB that do not end" },
] as const;

/** An append each so many ms, whether the last one is answered or not. */
const EVERY_MS = 20;

/**
 * Measures what one member waits for an append while a stranger burdens the relay, and what memory that takes. With another
 * checkout that is built (`--against DIR`), its relay is measured by turns in the same run.
 */
export async function strangersBench(quick: boolean, against: string | null = null): Promise<void> {
  const seconds = quick ? 2 : 10;
  const relays = [
    ...(against === null ? [] : [{ name: "before", checkout: against }]),
    { name: "now", checkout: null },
  ];
  for (const { kind, relay, what } of LOADS) {
    process.stdout.write(`\n${what}\n\n`);
    process.stdout.write("| relay | alone: median, p99 | meanwhile: median, p99, worst | answered | memory |\n");
    process.stdout.write("| --- | --- | --- | --- | --- |\n");
    for (const { name, checkout } of relays) {
      process.stdout.write(`| ${[name, ...(await measure(kind, relay, checkout, seconds))].join(" | ")} |\n`);
    }
  }
}

async function measure(
  kind: string,
  limits: "default" | "unlimited",
  checkout: string | null,
  seconds: number,
): Promise<string[]> {
  const relay = await RelayChild.start({ limits, checkout });
  const member = await RelayClient.connect(relay.socketUrl);
  const room = await member.createRoom();
  const alone = await waits(member, room, seconds);
  const before = await relay.memory();
  const child = fork(fileURLToPath(new URL("./strangersChild.js", import.meta.url)), [
    kind,
    relay.socketUrl,
    "127.0.0.2",
  ]);
  await once(child, "message");
  await wait(1000);
  const meanwhile = await waits(member, room, seconds);
  const grown = ((await relay.memory()) - before) / 1e6;
  member.socket.close();
  child.kill("SIGKILL");
  await relay.stop();
  const [answered, asked] = [meanwhile.times.length, meanwhile.asked];
  return [
    `${at(alone.times, 0.5)}, ${at(alone.times, 0.99)} ms`,
    `${at(meanwhile.times, 0.5)}, ${at(meanwhile.times, 0.99)}, ${at(meanwhile.times, 1)} ms`,
    `${String(answered)} of ${String(asked)}`,
    `${grown < 0 ? "" : "+"}${grown.toFixed(0)} MB`,
  ];
}

/** How long each append took, in ms: those that are not answered in the end count with what they have waited for. */
async function waits(
  member: RelayClient,
  room: BenchRoom,
  seconds: number,
): Promise<{ times: number[]; asked: number }> {
  const open = new Map<number, number>();
  const times: number[] = [];
  member.onFrame = (frame) => {
    if (frame.type !== "appended") throw new Error(JSON.stringify(frame));
    times.push(performance.now() - open.get(frame.id)!);
    open.delete(frame.id);
  };
  let asked = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    open.set(++asked, performance.now());
    member.send([envelope(room, asked)]);
    await wait(EVERY_MS);
  }
  while (open.size > 0 && performance.now() < end + 20_000) await wait(EVERY_MS);
  for (const since of open.values()) times.push(performance.now() - since);
  times.sort((a, b) => a - b);
  return { times, asked };
}

function at(times: readonly number[], share: number): string {
  return times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1);
}
