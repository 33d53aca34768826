import {
  MemoryDisk,
  MemoryLock,
  MemoryStorage,
  openClient,
  type Client,
  type CommitFate,
  type RoomSession,
} from "@conclave/client";
import type { Crypto } from "@conclave/crypto";
import type { Dice } from "./dice.js";
import type { Network } from "./network.js";
import { ProcessClock, type Timeline } from "./timeline.js";

/** What a device lives in. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly crypto: Crypto;
  /** MLS cipher suite of rooms founded here. */
  readonly suite: number;
}

/** A person's device: a real client on a disk that outlives it. It can crash at any moment, and be started again. */
export class SimulatedDevice {
  /** What the person is called. */
  readonly name: string;
  disk = new MemoryDisk();
  /** Ms by which this device's clock is ahead. */
  skew = 0;
  /** What happens to the next commit to the disk, once. */
  nextFate: CommitFate | null = null;
  /** Asked for the fate of each commit to the disk, while there is somebody to ask. */
  onCommit: (() => CommitFate) | null = null;
  /** Counts the times the client was opened. */
  lives = 0;
  /** Counts how often it stopped being in a room. */
  stays = 0;
  private running: Client | null = null;
  private storage: MemoryStorage | null = null;
  private clock: ProcessClock | null = null;
  private lock = new MemoryLock();

  constructor(
    name: string,
    private readonly world: Surroundings,
    readonly dice: Dice,
  ) {
    this.name = name;
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** The open client. */
  get client(): Client {
    if (this.running === null) throw new Error(`${this.name} is not running`);
    return this.running;
  }

  /** The first room of this device: most worlds have one. */
  get room(): RoomSession {
    const room = this.client.rooms()[0];
    if (room === undefined) throw new Error(`${this.name} is in no room`);
    return room;
  }

  get isInRoom(): boolean {
    return this.running !== null && this.running.rooms().length > 0;
  }

  /** Starts the client. `phrase`: a person who comes back. */
  async open(phrase?: string): Promise<Client> {
    const { timeline, network, crypto, suite } = this.world;
    const life = ++this.lives;
    const clock = new ProcessClock(timeline, this.name, this.skew);
    const storage = new MemoryStorage(this.disk, () => this.fate(life));
    [this.clock, this.storage] = [clock, storage];
    const transport = network.transport(this.name);
    const ports = { storage, transport, clock, random: this.dice.random, crypto, lock: this.lock };
    const opened = await openClient(ports, { suite, ...(phrase === undefined ? {} : { recoveryPhrase: phrase }) });
    if (!opened.ok) throw new Error(`${this.name} was not opened: ${opened.error}`);
    if (this.lives === life && this.storage === storage) this.running = opened.value;
    return opened.value;
  }

  /** Somebody sets its clock, while it runs: ms by which it is ahead from now on. */
  setClock(skew: number): void {
    this.skew = skew;
    if (this.clock !== null) this.clock.skew = skew;
  }

  /** The process dies. What was committed to the disk stays. */
  crash(): void {
    this.storage?.kill();
    this.clock?.stop();
    this.lock = new MemoryLock();
    this.world.network.vanish(this.name);
    [this.running, this.storage, this.clock] = [null, null, null];
  }

  /** Ends the client as a person does. */
  async close(): Promise<void> {
    const client = this.running;
    this.running = null;
    await client?.close();
    this.crash();
  }

  private fate(life: number): CommitFate {
    const fate = this.nextFate ?? this.onCommit?.() ?? "commit";
    this.nextFate = null;
    if (fate.startsWith("kill")) {
      // The process is gone with this commit; nothing of it runs any more.
      this.world.timeline.plan(0, `crash ${this.name}`, () => {
        if (this.lives === life) this.crash();
      });
    }
    return fate;
  }
}
