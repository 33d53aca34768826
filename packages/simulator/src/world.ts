import { toHex, type Result } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import type { Client, RoomInvite, InviteOptions, RoomSession, Problem } from "@conclave/client";
import { preset, roomTagOf, type Policy } from "@conclave/protocol";
import type { PartialSettings } from "@conclave/relay";
import type { RoomTag } from "@conclave/wire";
import { SimulatedDevice } from "./device.js";
import { Dice } from "./dice.js";
import { Invariants } from "./invariants.js";
import { KeyAudit } from "./keyAudit.js";
import { Network } from "./network.js";
import { SimRelay } from "./relay.js";
import { Timeline } from "./timeline.js";
import { Trace } from "./trace.js";

/** How a world begins. */
export interface WorldOptions {
  /** Everything that happens by chance comes from it. */
  readonly seed?: number;
  /** MLS cipher suite; 1 (X25519, AES-128-GCM, SHA-256, Ed25519) is the fastest. */
  readonly suite?: number;
  /** False: the promises of an honest relay are not checked. */
  readonly isRelayHonest?: boolean;
  /** Whether invariants are checked after each step. On unless told otherwise. */
  readonly checks?: boolean;
  readonly relaySettings?: PartialSettings;
  /** How many other relays there are, which a room can name as its mirrors; none when left out. */
  readonly mirrors?: number;
  /** Called with each line of the trace. */
  readonly onTrace?: (line: string) => void;
}

/** The relay's host in the simulated network. */
export const RELAY_URL = "ws://relay.test";

/**
 * A deterministic world in one process: real clients, the real relay's core, a network and a clock that are simulated.
 * Things happen only in {@link step}, and all chance comes from the seed: the same calls with the same seed give the same run,
 * to the byte.
 */
export class World {
  readonly timeline = new Timeline();
  readonly dice: Dice;
  readonly network: Network;
  readonly relay: SimRelay;
  /** Other relays, by their address. */
  readonly mirrors = new Map<string, SimRelay>();
  readonly trace: Trace;
  readonly invariants: Invariants;
  readonly audit: KeyAudit;
  readonly devices = new Map<string, SimulatedDevice>();
  readonly suite: number;
  steps = 0;
  private failure: Error | null = null;
  private readonly isChecked: boolean;

  constructor(options: WorldOptions = {}) {
    const { seed = 1, suite = 1, isRelayHonest = true, checks = true, relaySettings, mirrors = 0, onTrace } = options;
    this.suite = suite;
    this.isChecked = checks;
    this.dice = new Dice(seed);
    this.audit = new KeyAudit(nodeCrypto);
    this.trace = new Trace(onTrace);
    this.network = new Network(this.timeline, this.dice.fork("network"));
    this.relay = new SimRelay(this.timeline, this.dice.fork("relay"), this.audit.crypto, relaySettings);
    this.network.listen("relay.test", this.relay);
    for (let number = 1; number <= mirrors; number++) {
      const host = `mirror${number}.test`;
      const mirror = new SimRelay(this.timeline, this.dice.fork(host), this.audit.crypto, relaySettings);
      this.network.listen(host, mirror);
      this.mirrors.set(`ws://${host}`, mirror);
    }
    this.invariants = new Invariants(this.audit, { isRelayHonest });
  }

  /** The primitives that all processes of this world use: watched for keys used twice. */
  get crypto(): Crypto {
    return this.audit.crypto;
  }

  /** A device with a new person, started. */
  async device(name: string): Promise<SimulatedDevice> {
    const device = this.newDevice(name);
    await this.start(device);
    return device;
  }

  /** A device that is not started yet. */
  newDevice(name: string): SimulatedDevice {
    const device = new SimulatedDevice(name, this, this.dice.fork(name));
    this.devices.set(name, device);
    return device;
  }

  /** Starts a device (again), and waits until it runs. */
  start(device: SimulatedDevice, phrase?: string): Promise<Client> {
    return this.finish(this.open(device, phrase));
  }

  /** Starts a device (again), for code that runs while others step the world. */
  async open(device: SimulatedDevice, phrase?: string): Promise<Client> {
    const client = await device.open(phrase);
    this.watch(device, client);
    return client;
  }

  /** Something threw that must not: the next step throws it. */
  fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Founds a room at the relay. */
  async found(device: SimulatedDevice, policy: Policy = preset("owner"), title = "Garden club"): Promise<RoomSession> {
    const { name } = device;
    return granted(await this.finish(device.client.createRoom({ title, name, policy, relay: RELAY_URL })));
  }

  /** Makes an invite and gives its link. */
  async invite(
    host: SimulatedDevice,
    options: Partial<InviteOptions> = {},
  ): Promise<{ invitation: RoomInvite; link: string }> {
    const terms = { label: "", for: { class: "multi", limit: 1000 }, notAfter: null, mode: "direct" } as const;
    const made = granted(await this.finish(host.room.createInvite({ ...terms, ...options })));
    if (made.invitation === null) throw new Error("the invite waits for approvals");
    const link = host.room.inviteLink(made.invitation.inviteId, "chat.test");
    if (link === null) throw new Error("the invite has no link");
    return { invitation: made.invitation, link };
  }

  /** Joins with a link. */
  async join(device: SimulatedDevice, link: string): Promise<RoomSession> {
    const invited = granted(await this.finish(device.client.previewInvite(link)));
    return granted(await this.finish(invited.accept(device.name)));
  }

  /** A room with these people in it, founded by the first; everybody is in step. */
  async roomOf(names: readonly string[], policy?: Policy): Promise<SimulatedDevice[]> {
    const [first, ...others] = names;
    const founder = await this.device(first!);
    await this.found(founder, policy);
    const members = [founder];
    if (others.length > 0) {
      const { link } = await this.invite(founder);
      for (const name of others) {
        const device = await this.device(name);
        await this.join(device, link);
        members.push(device);
      }
    }
    await this.inStep(members);
    return members;
  }

  /** Writes a text; resolves when it is durable at the device. */
  async write(device: SimulatedDevice, text: string): Promise<void> {
    this.invariants.wrote(device.client.person, text);
    granted(await this.finish(device.room.send(text)));
  }

  /** Writes a text and waits until the relay has it. */
  async say(device: SimulatedDevice, text: string): Promise<void> {
    await this.write(device, text);
    granted(await this.finish(device.room.flushed(60_000)));
  }

  /** The texts that a device shows, as “author: text”, oldest first. */
  async texts(device: SimulatedDevice): Promise<string[]> {
    const items = await this.finish(device.room.timeline({ limit: 100_000 }));
    return items.flatMap((item) =>
      item.kind === "message" && item.message.state === "sent"
        ? [`${item.message.author.name}: ${new TextDecoder().decode(item.message.body)}`]
        : [],
    );
  }

  /** What the relay calls a device's room. */
  tagOf(device: SimulatedDevice): RoomTag {
    return roomTagOf(this.crypto, device.room.id);
  }

  /** Waits until these devices have taken in the whole log and have nothing left to send. */
  async inStep(devices: Iterable<SimulatedDevice> = this.devices.values(), most = 120_000): Promise<void> {
    const running = [...devices].filter((device) => device.isInRoom);
    await this.until(
      () =>
        running.every((device) => {
          const { standing, connection, pending, n } = device.room.status();
          const end = this.relay.lengthFor(device.name, this.tagOf(device));
          return standing !== "member" || (connection === "live" && pending === 0 && n === end);
        }),
      most,
    );
  }

  /** Lets the next thing happen, and everything that follows from it at once. False when nothing is left to happen. */
  async step(): Promise<boolean> {
    const label = this.timeline.step();
    if (label === null) return false;
    this.steps++;
    await settled();
    this.trace.add(`${this.timeline.now} ${label}`);
    if (this.failure !== null) throw this.failure;
    if (this.isChecked) this.invariants.check(this.devices.values(), this.relay);
    return true;
  }

  /** Lets time pass. */
  async pass(duration: number): Promise<void> {
    await settled();
    const end = this.timeline.now + duration;
    while ((this.timeline.next() ?? Infinity) <= end) await this.step();
    this.timeline.now = Math.max(this.timeline.now, end);
  }

  /** Lets time pass until something holds. @throws Error when it does not within `most` ms. */
  async until(holds: () => boolean, most = 60_000): Promise<void> {
    await settled();
    const end = this.timeline.now + most;
    while (!holds()) {
      if ((this.timeline.next() ?? Infinity) > end) throw new Error(`not within ${most} ms`);
      await this.step();
    }
  }

  /** Lets time pass until a promise is settled. @throws Error when it is not within `most` ms */
  async finish<T>(promise: Promise<T>, most = 120_000): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.until(() => isSettled, most);
    return promise;
  }

  private watch(device: SimulatedDevice, client: Client): void {
    const watched = new Set<RoomSession>();
    const look = (): void => {
      for (const room of client.rooms()) {
        if (watched.has(room)) continue;
        watched.add(room);
        room.watch((event) => {
          const what = event.type === "item" ? `item ${event.item.kind}` : event.type;
          this.trace.add(
            `${this.timeline.now} ${device.name} ${what} ${room.status().n} ${toHex(room.id.subarray(0, 4))}`,
          );
          if (event.type === "standing" && event.standing !== "member") device.stays++;
          if (!this.isChecked) return;
          // The client goes on whatever its listeners do: what they find ends the run at the next step.
          try {
            this.invariants.told(device, room.id, event);
          } catch (error) {
            this.fail(error);
          }
        });
      }
    };
    client.watch(look);
    look();
  }
}

/** The value of a result. @throws Error with the problem when there is none */
export function granted<T>(result: Result<T, Problem>): T {
  if (result.ok) return result.value;
  const { error: problem } = result;
  const why = problem.kind === "refused" ? problem.rejection.code : problem.kind === "relay" ? problem.error : "";
  throw new Error(`not granted: ${problem.kind} ${why}`);
}

// All promises that are ready have run when the event loop gets to its next turn.
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
