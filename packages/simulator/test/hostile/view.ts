import { toHex } from "@conclave/codec";
import type { SimulatedDevice, World } from "../../src/index.js";
import { inspect } from "../../src/index.js";

/** Everything about a device's room that must stay as it was when something was refused. */
export function stateOf(world: World, device: SimulatedDevice): object {
  const { epoch, seq, standing, paused } = device.room.status();
  const stored = inspect(world.crypto, device.disk, toHex(device.room.id));
  const members = device.room.members().map(({ person, role }) => `${toHex(person)} ${role}`);
  return { epoch, seq, standing, members, code: device.room.roomCode(), paused: paused?.why ?? null, ...stored };
}

/** The alarms that a device shows, as `CODE` or `CODE rejection`. */
export function alarmsOf(device: SimulatedDevice): string[] {
  return device.room.status().alarms.map(({ code, rejection }) => `${code} ${rejection?.code ?? ""}`.trim());
}

/** The names of the members as a device sees them. */
export function namesOf(device: SimulatedDevice): string[] {
  return device.room.members().map(({ name }) => name);
}

/** Two devices go on as if nothing had happened: each hears the other. */
export async function talk(world: World, a: SimulatedDevice, b: SimulatedDevice): Promise<void> {
  const [from, to] = [`from ${a.name} ${world.steps}`, `from ${b.name} ${world.steps}`];
  await world.say(a, from);
  await world.inStep([a, b]);
  await world.say(b, to);
  await world.inStep([a, b]);
  const [atA, atB] = [await world.texts(a), await world.texts(b)];
  for (const texts of [atA, atB]) {
    if (!texts.includes(`${a.name}: ${from}`) || !texts.includes(`${b.name}: ${to}`)) {
      throw new Error(`they do not hear each other: ${JSON.stringify({ atA, atB })}`);
    }
  }
}
