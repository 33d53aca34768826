import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { type ClientFrame, DEFAULT_LIMITS, decodeClientMessage, RoomTag } from "@conclave/wire";
import type { PartialSettings } from "../settings.js";
import { MemoryStore } from "../store/memory/memoryStore.js";
import type { Store } from "../store/store.js";
import { RelayCore } from "./relayCore.js";
import type { RelayCrypto } from "./relayCrypto.js";
import { newKey, newSlot, ScriptedClient, type Key } from "./scriptedClient.js";

/** A relay core with a clock that stands still, and scripted clients at it: for tests. */
export class CoreWorld {
  core: RelayCore;
  now = 1_000_000;
  /** What is free on the disk. */
  freeBytes = Infinity;
  /** Ms by which the machine's clock is ahead of the one that is never set. */
  clockAhead = 0;
  readonly clockJumps: number[] = [];
  /** What the relay said of rows that it could not read. */
  readonly damages: string[] = [];
  /** When set, messages pile up, and one commit follows in `flush`. */
  batching = false;
  /** Told of each frame before the core is. */
  onFrame: (connection: number, frame: ClientFrame) => void = () => undefined;
  readonly closeCodes = new Map<number, number>();
  private readonly clients = new Map<number, ScriptedClient>();
  private lastConnection = 0;

  constructor(
    private readonly settings: PartialSettings = {},
    readonly store: Store = new MemoryStore(),
    private readonly crypto: RelayCrypto = nodeCrypto,
    private readonly seed: Uint8Array = systemRandom(32),
  ) {
    this.core = this.newCore();
  }

  /** A new core on the same store: all connections are gone. */
  restart(): void {
    this.clients.clear();
    this.core = this.newCore();
  }

  /** The same relay, later, on another store: a copy that was put back. */
  on(store: Store): CoreWorld {
    const world = new CoreWorld(this.settings, store, this.crypto, this.seed);
    world.now = this.now + 1000;
    return world;
  }

  connectRaw(address = "address"): { connection: number; client: ScriptedClient } {
    const connection = ++this.lastConnection;
    const client = new ScriptedClient((message) => {
      const frames = decodeClientMessage(message, DEFAULT_LIMITS);
      if (frames.ok) for (const frame of frames.value) this.onFrame(connection, frame);
      this.core.receive(connection, message, this.now);
      if (!this.batching) this.flush();
    });
    this.clients.set(connection, client);
    this.core.open(connection, address, this.now);
    return { connection, client };
  }

  async connect(address?: string): Promise<ScriptedClient> {
    const { client } = this.connectRaw(address);
    await client.hello();
    return client;
  }

  /** A client in a new room, with the room's first write key proved. */
  async founder(): Promise<{ client: ScriptedClient; roomTag: RoomTag; key: Key }> {
    const client = await this.connect();
    const [roomTag, key] = [RoomTag.of(systemRandom(32)), newKey()];
    const attachment = Uint8Array.of(1, 2, 3);
    await client.ask({ type: "createRoom", roomTag, writeKey: key.publicKey, attachment, permit: new Uint8Array() });
    await client.prove(roomTag, 0, key);
    return { client, roomTag, key };
  }

  /** Opens a slot of this token. */
  async openSlot(client: ScriptedClient, roomTag: RoomTag, token: Key) {
    const slot = newSlot(systemRandom(8), token.publicKey);
    await client.ask({ type: "putSlot", roomTag, slot, life: 0 });
    return slot;
  }

  flush(): void {
    for (const output of this.core.commit()) {
      if (output.kind === "send") this.clients.get(output.connection)?.receive(output.bytes);
      else if (output.kind === "close") this.closeCodes.set(output.connection, output.code);
      else if (output.kind === "push") {
        for (const connection of output.connections) this.clients.get(connection)?.receive(output.bytes);
      }
    }
  }

  tick(passed: number): void {
    this.now += passed;
    this.core.tick(this.now);
    this.flush();
  }

  private newCore(): RelayCore {
    const { store, crypto, seed: relaySeed, settings } = this;
    const freeBytes = (): number => this.freeBytes;
    return new RelayCore({
      store,
      crypto,
      random: systemRandom,
      relaySeed,
      settings,
      freeBytes,
      wallClock: (now) => now + this.clockAhead,
      onClockJump: (by) => this.clockJumps.push(by),
      onDamage: ({ message }) => this.damages.push(message),
    });
  }
}
