import { sshFingerprint } from "@conclave/protocol";
import type { SimulatedDevice } from "./device.js";
import { InvariantViolation } from "./invariants.js";
import { Player } from "./player.js";
import { World } from "./world.js";

/** What to run. */
export interface SimulationOptions {
  readonly seed: number;
  /** Scheduler events of the random part; the quiet end comes on top. */
  readonly steps: number;
  /** Devices in all; 8 when left out. */
  readonly devices?: number;
  readonly onTrace?: (line: string) => void;
}

/** How a run went. */
export interface SimulationResult {
  /** Null when nothing was wrong. */
  readonly failure: Error | null;
  readonly steps: number;
  /** Hash over everything that happened: equal for equal seeds and steps. */
  readonly digest: string;
  /** The newest lines of the trace. */
  readonly tail: readonly string[];
  /** Counts of what happened, for a reader. */
  readonly counts: Readonly<Record<string, number>>;
}

const SETTLING = 10 * 60_000;
/** Relays that the room can name as its mirrors. */
const MIRRORS = 2;

/**
 * One random run: people write, decide, come and go, while processes crash and lines break; then everything is made whole
 * again, and nothing may be lost. Invariants are checked after each step.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, steps, devices = 8, onTrace } = options;
  const world = new World({ seed, mirrors: MIRRORS, ...(onTrace === undefined ? {} : { onTrace }) });
  const player = new Player(world, devices);
  let failure: Error | null = null;
  let joinsByKey = 0;
  try {
    await world.roomOf(["P1", "P2", "P3"]);
    player.start();
    while (world.steps < steps) await world.step();
    player.stop();
    await makeWhole(world);
    ({ joinsByKey } = await checkNothingLost(world, player));
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  const moves = Object.fromEntries(player.moves);
  return {
    failure,
    steps: world.steps,
    digest: world.trace.digest(),
    tail: world.trace.tail(),
    counts: {
      ...moves,
      devices: world.devices.size,
      "joins by key": joinsByKey,
      "messages written": player.written.length,
      "records traced": world.audit.traced,
      "rooms inspected": world.invariants.checks,
    },
  };
}

/** Every line heals, every process runs, and there is time. */
async function makeWhole(world: World): Promise<void> {
  await world.pass(100_000);
  for (const device of world.devices.values()) {
    device.nextFate = null;
    world.network.setWay(device.name, "open");
    if (!device.isRunning) await world.start(device);
    device.client.nudge();
  }
  await world.pass(60_000);
  await world.inStep(world.devices.values(), SETTLING);
}

/** Every member who wrote something finds it in the log, and so does everybody who was there; no key has let in two. */
async function checkNothingLost(world: World, { written }: Player): Promise<{ joinsByKey: number }> {
  const members = [...world.devices.values()].filter(
    (device) => device.isInRoom && device.room.status().standing === "member",
  );
  const shown = new Map<SimulatedDevice, Set<string>>();
  for (const device of members) shown.set(device, new Set(await textsAt(world, device)));
  for (const { device, text, stay } of written) {
    const own = shown.get(device);
    // Somebody who was removed in the meantime and came back has nothing left to send.
    if (own !== undefined && stay === device.stays && device.room.status().paused === null && !own.has(text)) {
      throw new InvariantViolation(`${device.name} wrote “${text}”, and it is not in the log`);
    }
  }
  const codes = new Set(members.map((device) => device.room.roomCode()));
  if (codes.size > 1) throw new InvariantViolation("members who are in step do not have one room code");
  for (const device of members) await checkMirrors(world, device);
  const joinsByKey = Math.max(0, ...members.map((device) => checkKeysUsedOnce(world, device)));
  // Who has said farewell is shown nothing that others said after it.
  const following = [...shown].filter(([device]) => !device.room.status().isLeaving);
  const whole = following.filter(([device]) => !hasRejoined(device)).map(([, texts]) => texts);
  const [longest] = whole.sort((a, b) => b.size - a.size);
  for (const [device, texts] of following) {
    // Somebody who joined later has the end of the log, with no gaps in it.
    const all = [...(longest ?? [])].slice((longest?.size ?? 0) - texts.size);
    const missing = all.filter((text) => !texts.has(text));
    if (missing.length > 0 && !hasRejoined(device)) {
      throw new InvariantViolation(`${device.name} misses ${missing.slice(0, 3).join(", ")}`);
    }
  }
  return { joinsByKey };
}

/** No honest mirror shows anything but the room's log, also where other devices brought it, and relays were away. */
async function checkMirrors(world: World, device: SimulatedDevice): Promise<void> {
  for (const { address, state } of await world.finish(device.room.lookAtMirrors())) {
    if (["contradicts", "unsigned", "stranger"].includes(state))
      throw new InvariantViolation(`${device.name} is told that the mirror ${address} is ${state}`);
  }
}

/** By each SSH key at most one person came in, until it was taken off the list and listed again. Gives how many came. */
function checkKeysUsedOnce(world: World, device: SimulatedDevice): number {
  const used = new Map<string, boolean>();
  let joins = 0;
  for (const { action, right } of device.room.decisions()) {
    for (const { key } of action.type === "allow" ? action.keys : []) {
      const name = sshFingerprint(world.crypto, key);
      used.set(name, used.get(name) ?? false);
    }
    for (const key of action.type === "disallow" ? action.keys : []) used.delete(sshFingerprint(world.crypto, key));
    const by = right.sshKey?.fingerprint;
    if (by === undefined) continue;
    if (used.get(by) !== false)
      throw new InvariantViolation(`${device.name} has seen somebody come in by ${by}, which lets nobody in`);
    used.set(by, true);
    joins++;
  }
  return joins;
}

/** Somebody who was out for a while and came back has what was said before and after, and nothing in between. */
function hasRejoined(device: SimulatedDevice): boolean {
  const joins = device.room.decisions().filter(({ person, action }) => {
    return person?.isYou === true && action.type === "add";
  });
  return joins.length > 1 || device.stays > 0;
}

async function textsAt(world: World, device: SimulatedDevice): Promise<string[]> {
  const items = await world.finish(device.room.timeline({ limit: 1_000_000 }));
  return items.flatMap((item) => {
    const isText = item.kind === "message" && item.message.kind === "text" && item.message.state === "sent";
    return isText ? [new TextDecoder().decode(item.message.body)] : [];
  });
}
