import type { Result } from "@conclave/codec";
import {
  decodeClientMessage,
  decodeRelayMessage,
  DEFAULT_LIMITS,
  encodeClientMessage,
  encodeRelayMessage,
  type AppendRequest,
  type ClientFrame,
  type RoomTag,
} from "@conclave/wire";
import {
  type Client,
  type CommitFate,
  type Connection,
  type ConnectionEvents,
  type JoinOptions,
  ManualClock,
  MemoryDisk,
  MemoryLock,
  MemoryStorage,
  openClient,
  type RoomSession,
  type Storage,
  type Transport,
  type Write,
  type Problem,
} from "@conclave/client";
import type { Crypto } from "@conclave/crypto";
import { nodeCrypto, systemRandom } from "@conclave/crypto/node";
import { preset, type Preset } from "@conclave/protocol";
import { expect } from "vitest";
import { MemoryStore, type PartialSettings, RelayCore } from "@conclave/relay";

/** A relay, a clock and homes in one process. Time passes only when nothing else can happen. */
export class World {
  readonly clock = new ManualClock();
  readonly relay: RelayCore;
  /** Other relays, by the address of their sockets; every other address is the first one's. */
  private readonly others = new Map<string, RelayCore>();
  /** Where connections lead to no relay, by the address of its socket. */
  readonly downAt = new Set<string>();
  private readonly relayOf = new Map<number, RelayCore>();
  /** Homes to which the first relay shows another log than to the rest. */
  private readonly forks = new Map<Home, RelayCore>();
  /** No connection gets through. */
  isDown = false;
  private readonly connections = new Map<number, ConnectionEvents>();
  private readonly owners = new Map<number, Home>();
  private next = 1;
  private activity = 0;

  /** Every frame that the relay was given. */
  readonly heard: ClientFrame[] = [];
  /** What `beforeFrames` changed in the frames is what the relay gets; where it left none, nothing. */
  sendsChanged = false;
  /** Called before frames of a home reach the relay, which they do when it resolves. */
  beforeFrames: (home: Home, frames: readonly ClientFrame[]) => Promise<void> | undefined = () => undefined;
  /** What becomes of a message of the relay on its way to a client; null when it is lost. */
  changeAnswer: (bytes: Uint8Array) => Uint8Array | null = (bytes) => bytes.slice();

  constructor(settings: PartialSettings = {}) {
    this.relay = newRelay(settings);
  }

  /** Another relay, at this address; or another address of one that is there. */
  addRelay(address: string, settings: PartialSettings = {}, relay = newRelay(settings)): RelayCore {
    this.others.set(`${address}/relay`, relay);
    return relay;
  }

  /** From now on the first relay, which lies, has a log of its own for these homes, under the same key. */
  split(...homes: readonly Home[]): void {
    const { store, relaySeed } = made.get(this.relay)!;
    const fork = relayOn(store.copy(), relaySeed, {});
    for (const home of homes) this.forks.set(home, fork);
    this.cut();
  }

  private coreOf(connection: number): RelayCore {
    return this.relayOf.get(connection) ?? this.relay;
  }

  home(): Home {
    return new Home(this);
  }

  /** Ends all connections, as a network does. */
  cut(): void {
    for (const [number, events] of [...this.connections]) {
      this.connections.delete(number);
      this.coreOf(number).close(number);
      events.closed();
    }
  }

  /** How many connections there are. */
  get open(): number {
    return this.connections.size;
  }

  /** Ends a home's subscription, as a relay does with a slow reader. */
  lag(home: Home): void {
    const roomTag = home.tag;
    for (const [number, events] of this.connections) {
      if (this.owners.get(number) !== home) continue;
      this.relay.lag(number, roomTag);
      events.frame(encodeRelayMessage([{ type: "lagged", roomTag, fromN: 1 }]));
    }
  }

  /** The appends that the relay was given. */
  appends(kind: AppendRequest["kind"]): AppendRequest[] {
    return this.heard.filter((frame) => frame.type === "append").filter((append) => append.kind === kind);
  }

  /** Lets everything happen, with time, until the promise settles. Throws when that takes more than `hours`. */
  async run<T>(promise: Promise<T>, hours = 1): Promise<T> {
    const state = { isOver: false };
    const over = () => (state.isOver = true);
    promise.then(over, over);
    const until = this.clock.now() + hours * 3_600_000;
    for (let quiet = 0, seen = this.activity; !state.isOver;) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = this.activity === seen ? quiet + 1 : 0;
      seen = this.activity;
      if (quiet < 4) continue;
      this.clock.step();
      quiet = 0;
      if (this.clock.now() > until) throw new Error("nothing more happens");
    }
    return promise;
  }

  /** Lets everything happen for so long. */
  async pass(ms: number): Promise<void> {
    await this.run(new Promise<void>((resolve) => void this.clock.setTimer(ms, resolve)), 1 + ms / 3_600_000);
  }

  async until(isSo: () => boolean, hours = 1): Promise<void> {
    const until = this.clock.now() + hours * 3_600_000;
    while (!isSo()) {
      if (this.clock.now() > until) throw new Error("it did not come about");
      await this.pass(100);
    }
  }

  /** The value of a result that has to be good. */
  async get<T>(promise: Promise<Result<T, Problem>>): Promise<T> {
    const result = await this.run(promise);
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    return result.value;
  }

  connect(home: Home, events: ConnectionEvents, url = ""): Connection {
    const number = this.next++;
    const isOpen = () => this.connections.has(number);
    let last = Promise.resolve();
    setImmediate(() => {
      if (this.isDown || this.downAt.has(url)) {
        events.closed();
        return;
      }
      this.connections.set(number, events);
      this.owners.set(number, home);
      this.relayOf.set(number, this.others.get(url) ?? this.forks.get(home) ?? this.relay);
      this.coreOf(number).open(number, "127.0.0.1", this.clock.now());
      events.opened();
    });
    return {
      send: (frame) => {
        const bytes = frame.slice();
        const frames = decodeClientMessage(bytes, DEFAULT_LIMITS);
        last = last
          .then(() => (frames.ok ? this.beforeFrames(home, frames.value) : undefined))
          .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
          .then(() => {
            if (!isOpen() || (frames.ok && frames.value.length === 0)) return;
            this.activity++;
            this.heard.push(...(frames.ok ? frames.value : []));
            const sent = this.sendsChanged && frames.ok ? encodeClientMessage(frames.value) : bytes;
            this.coreOf(number).receive(number, sent, this.clock.now());
            this.flush(this.coreOf(number));
          });
      },
      close: () => {
        if (this.connections.delete(number)) this.coreOf(number).close(number);
      },
    };
  }

  private flush(relay: RelayCore): void {
    for (const output of relay.commit()) {
      const targets = output.kind === "push" ? output.connections : "connection" in output ? [output.connection] : [];
      for (const number of targets) {
        setImmediate(() => {
          const events = this.connections.get(number);
          if (!events) return;
          this.activity++;
          if (output.kind === "send" || output.kind === "push") {
            const bytes = this.changeAnswer(output.bytes);
            if (bytes) events.frame(bytes);
          } else if (output.kind === "close") {
            this.connections.delete(number);
            events.closed();
          }
        });
      }
    }
  }
}

function newRelay(settings: PartialSettings): RelayCore {
  return relayOn(new MemoryStore(), systemRandom(32), settings);
}

/** What the relays are made of. */
const made = new WeakMap<RelayCore, { readonly store: MemoryStore; readonly relaySeed: Uint8Array }>();

function relayOn(store: MemoryStore, relaySeed: Uint8Array, settings: PartialSettings): RelayCore {
  const relay = new RelayCore({ store, crypto: nodeCrypto, random: systemRandom, relaySeed, settings });
  made.set(relay, { store, relaySeed });
  return relay;
}

/** One home, which can be opened, killed and opened again. */
export class Home {
  disk = new MemoryDisk();
  private readonly lock = new MemoryLock();
  private storage: MemoryStorage | null = null;
  private opened: Client | null = null;
  /** How far this home's clock is ahead of the relay's and everybody's (ms). */
  skew = 0;
  crypto: Crypto = nodeCrypto;

  constructor(readonly world: World) {}

  get client(): Client {
    return this.opened!;
  }

  get room(): RoomSession {
    return this.client.rooms()[0]!;
  }

  /** What the relay calls the room. */
  get tag(): RoomTag {
    return (engineOf(this.room) as unknown as { topic: RoomTag }).topic;
  }

  async open(
    fate: (writes: readonly Write[]) => CommitFate = () => "commit",
    wrap: (storage: Storage) => Storage = (storage) => storage,
    recoveryPhrase?: string,
  ): Promise<Client> {
    const { clock } = this.world;
    this.storage = new MemoryStorage(this.disk, fate);
    const transport: Transport = { connect: (url, events) => this.world.connect(this, events, url) };
    const ports = {
      storage: wrap(this.storage),
      clock: {
        now: () => clock.now() + this.skew,
        setTimer: (delay: number, run: () => void) => clock.setTimer(delay, run),
      },
      transport,
      random: systemRandom,
      crypto: this.crypto,
      lock: this.lock,
    };
    const opened = await openClient(ports, { suite: 3, ...(recoveryPhrase === undefined ? {} : { recoveryPhrase }) });
    if (!opened.ok) throw new Error(opened.error);
    this.opened = opened.value;
    return opened.value;
  }

  /** As `kill -9`: nothing is stored any more, and the system frees the lock. */
  kill(): void {
    this.storage?.kill();
    this.lock.free();
    for (const session of this.opened?.rooms() ?? []) engineOf(session).stop();
  }

  found(title: string, name: string, policy: Preset = "owner"): Promise<RoomSession> {
    return this.world.get(this.client.createRoom({ title, name, policy: preset(policy), relay: "ws://relay" }));
  }

  /** An own invite's link. */
  async invite(
    mode: "direct" | "ask" | "auto" = "direct",
    limit = 10,
    notAfter: number | null = null,
  ): Promise<string> {
    const host = "https://chat.example";
    const options = { label: "link", for: { class: "multi", limit }, notAfter, mode, host } as const;
    const { inviteId, link } = await this.world.get(this.room.createInvite(options));
    expect(link).toBe(this.room.inviteLink(inviteId, host));
    return link!;
  }

  async join(link: string, name: string, note = "", options: JoinOptions = {}): Promise<RoomSession> {
    const invited = await this.world.get(this.client.previewInvite(link));
    return this.world.get(invited.accept(name, note, options));
  }

  /** The texts of the room, in order. */
  async texts(): Promise<string[]> {
    const items = await this.world.run(this.room.timeline({ limit: 1000 }));
    return items.flatMap((item) =>
      item.kind === "message" && item.message.kind === "text"
        ? [`${item.message.author.name}: ${new TextDecoder().decode(item.message.body)}`]
        : [],
    );
  }
}

/** What drives a session: for tests that have it look, or stop as a dead process does. */
export function engineOf(session: RoomSession): { plan(): void; stop(): void } {
  return (session as unknown as { engine: { plan(): void; stop(): void } }).engine;
}

/** Alice's room, and Bob in it, confirmed. */
export async function twoIn(world: World): Promise<[Home, Home]> {
  const [alice, bob] = [world.home(), world.home()];
  await alice.open();
  await bob.open();
  await alice.found("Garden", "Alice");
  await bob.join(await alice.invite(), "Bob");
  await world.until(() => alice.room.members().length === 2 && bob.room.status().isConfirmed);
  return [alice, bob];
}

/** Says of each slot that it is closed. */
export function closed(answer: Uint8Array): Uint8Array {
  const decoded = decodeRelayMessage(answer, 1 << 26);
  const [first] = decoded.ok ? decoded.value : [];
  if (first?.type !== "slot") return answer.slice();
  return encodeRelayMessage([{ type: "error", id: first.id, error: "slot_closed", retryAfter: 0, position: null }]);
}
