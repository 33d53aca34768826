import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { nodeCrypto } from "@conclave/crypto/node";
import { MemoryStore, RelayCore, type CoreOutput, type PartialSettings, type RelayCrypto } from "@conclave/relay";
import {
  commitReceiptBytes,
  decodeClientMessage,
  decodeRelayMessage,
  DEFAULT_LIMITS,
  encodeClientMessage,
  encodeRelayMessage,
  headReceiptBytes,
  nextLogHead,
  recordHash,
  type ClientFrame,
  type CommitReceipt,
  type HeadReceipt,
  type LogItem,
  type RelayFrame,
  type Signed,
  type RoomTag,
  type SlotId,
} from "@conclave/wire";
import type { Dice } from "./dice.js";
import { Insider, type Injection } from "./insider.js";
import type { Endpoint, ServerLink } from "./network.js";
import type { Timeline } from "./timeline.js";

const TICK = 1000;
const MOST = 64 * 1024 * 1024;
const NEVER_BUSY = { burst: 1e9, perSecond: 1e9 };

/** Changes what clients and relay say to each other. Frames that are left out never arrive. */
export interface Tampering {
  /** What a client says: the frames that the relay's core gets instead. */
  request?(node: string, frame: ClientFrame): readonly ClientFrame[];
  /** What the relay's core says: the frames that the client gets instead. */
  reply?(node: string, frame: RelayFrame): readonly RelayFrame[];
  /** What goes over the line: the bytes that the client gets instead. */
  bytes?(node: string, message: Uint8Array): Uint8Array;
}

/** A record that the relay makes up. */
export interface ForgedRecord {
  readonly kind: "commit" | "message";
  readonly epoch: number;
  readonly payload: Uint8Array;
  readonly attachment?: Uint8Array;
}

/** One view of the rooms. An honest relay has one; a lying one may show several. All are signed with the one key. */
export class Branch {
  core: RelayCore;

  constructor(
    readonly name: string,
    public store: MemoryStore,
    private readonly make: (store: MemoryStore) => RelayCore,
  ) {
    this.core = make(store);
  }

  /** A new process on the same store, or on another one. */
  restart(store: MemoryStore = this.store): void {
    this.store = store;
    this.core = this.make(store);
  }

  /** A room's log, from a record on. */
  log(roomTag: RoomTag, fromN = 1): LogItem[] {
    const room = this.store.rooms.get(roomTag);
    if (room === null) return [];
    return this.store.records
      .page(room.no, fromN, { items: 1e9, bytes: 1e12 })
      .map(({ n, kind, epoch, time, payload, attachment }) => {
        return { n, kind, epoch, time, pruned: false, payload, attachment };
      });
  }
}

/**
 * The relay of a simulated world: the real relay's core on memory. It is honest until told otherwise; then it can do
 * all that the operator of a relay can: show different people different logs, go back in time, keep messages back, change
 * them, put in its own, and sign whatever it likes with its key.
 */
export class SimRelay implements Endpoint {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly main: Branch;
  /** Everything that ever reached the relay, in order: what its operator could have kept. */
  readonly seen: { readonly node: string; readonly bytes: Uint8Array }[] = [];
  /** Whether `seen` is filled: it grows. */
  isWatching = false;
  isDown = false;
  /** Ms by which the relay's clock is ahead. */
  skew = 0;
  private readonly crypto: RelayCrypto;
  private readonly insider: Insider;
  private readonly branches: Branch[];
  private readonly links = new Map<number, { link: ServerLink; branch: Branch }>();
  private readonly branchOf = new Map<string, Branch>();
  private readonly held = new Map<string, { link: ServerLink; bytes: Uint8Array }[]>();
  private tampering: Tampering = {};
  /** One that lies takes nothing back that it hides. */
  private isDeaf = false;

  constructor(
    private readonly timeline: Timeline,
    private readonly dice: Dice,
    crypto: Crypto,
    private readonly settings: PartialSettings = {
      rates: {
        connection: NEVER_BUSY,
        room: NEVER_BUSY,
        create: NEVER_BUSY,
        slot: NEVER_BUSY,
        slotOfAll: NEVER_BUSY,
        recovery: NEVER_BUSY,
        recoveryOfRoom: NEVER_BUSY,
        probation: NEVER_BUSY,
        probationCommits: NEVER_BUSY,
        commits: NEVER_BUSY,
        pleas: NEVER_BUSY,
        doors: NEVER_BUSY,
        doorsOfAll: NEVER_BUSY,
        lastingOfRoom: NEVER_BUSY,
        lastingOfAddress: NEVER_BUSY,
      },
    },
  ) {
    this.seed = dice.random(32);
    this.publicKey = crypto.ed25519PublicKey(this.seed);
    this.insider = new Insider(dice);
    // The relay's own program checks signatures; its operator's connection needs none.
    this.crypto = {
      hash: crypto.hash.bind(crypto),
      ed25519Sign: crypto.ed25519Sign.bind(crypto),
      ed25519PublicKey: crypto.ed25519PublicKey.bind(crypto),
      ed25519Verify: (key, bytes, signature) =>
        equalBytes(signature, this.insider.signature) || crypto.ed25519Verify(key, bytes, signature),
    };
    this.main = new Branch("main", new MemoryStore(), (store) => this.newCore(store));
    this.branches = [this.main];
    this.tick();
  }

  // What clients see of it.

  opened(link: ServerLink): boolean {
    if (this.isDown) return false;
    const branch = this.branchOf.get(link.node) ?? this.main;
    this.links.set(link.id, { link, branch });
    branch.core.open(link.id, link.node, this.now);
    return true;
  }

  received(link: ServerLink, bytes: Uint8Array): void {
    if (this.isWatching) this.seen.push({ node: link.node, bytes });
    const known = this.links.get(link.id);
    if (known === undefined) return;
    const heard = this.isDeaf ? this.withoutBrought(link, known.branch, bytes) : bytes;
    const changed =
      this.tampering.request === undefined || heard.length === 0 ? heard : this.changedRequest(link.node, heard);
    if (changed.length > 0) known.branch.core.receive(link.id, changed, this.now);
    this.flush(known.branch);
  }

  closed(link: ServerLink): void {
    const known = this.links.get(link.id);
    if (known === undefined) return;
    this.links.delete(link.id);
    known.branch.core.close(link.id);
    this.flush(known.branch);
  }

  // What can happen to an honest one.

  /** The process dies and is started again: connections are gone, what was acknowledged is not. */
  restart(): void {
    this.drop(() => true);
    for (const branch of this.branches) branch.restart();
  }

  /** Nobody reaches it for a while. */
  goDown(duration: number): void {
    this.isDown = true;
    this.restart();
    this.timeline.plan(duration, "relay up", () => {
      this.isDown = false;
    });
  }

  // What a lying one does.

  /** How long the log is that somebody is shown of a room. */
  lengthFor(node: string, roomTag: RoomTag): number {
    return (this.branchOf.get(node) ?? this.main).store.rooms.get(roomTag)?.n ?? 0;
  }

  /** From now on frames pass through this; null for none. */
  tamper(tampering: Tampering | null): void {
    this.tampering = tampering ?? {};
  }

  /** Another view for some: it has the same history up to now, and goes its own way from here. They reconnect. */
  fork(name: string, nodes: readonly string[], from: Branch = this.main): Branch {
    this.isDeaf = true;
    const branch = new Branch(name, from.store.copy(), (store) => this.newCore(store));
    this.branches.push(branch);
    this.show(branch, nodes);
    return branch;
  }

  /** Shows somebody a view. They reconnect. */
  show(branch: Branch, nodes: readonly string[]): void {
    for (const node of nodes) this.branchOf.set(node, branch);
    this.drop(({ node }) => nodes.includes(node));
  }

  /** What the relay has now, to go back to later. */
  snapshot(branch: Branch = this.main): MemoryStore {
    return branch.store.copy();
  }

  /** An accident of an honest operator: the disk is gone, and a copy of it is put back. `isMarked`: by `conclave restore`. */
  restore(snapshot: MemoryStore, isMarked: boolean): void {
    this.drop(() => true);
    const copy = snapshot.copy();
    if (isMarked) copy.restored();
    this.main.restart(copy);
  }

  /** Goes back to what there was, and hears nobody who knows more. Everybody reconnects. */
  rollBack(snapshot: MemoryStore, branch: Branch = this.main): void {
    this.isDeaf = true;
    this.drop((link) => this.links.get(link.id)?.branch === branch);
    branch.restart(snapshot.copy());
  }

  /** Keeps everything back that somebody should get, until {@link release}. Their own requests arrive. */
  hold(node: string): void {
    if (!this.held.has(node)) this.held.set(node, []);
  }

  /** Hands over what was kept back. */
  release(node: string): void {
    const held = this.held.get(node) ?? [];
    this.held.delete(node);
    for (const { link, bytes } of held) link.send(bytes);
  }

  /** Puts a record into a room's log without any right to. All subscribers get it, with a proper head. Returns its n. */
  inject(roomTag: RoomTag, injection: Injection, branch: Branch = this.main): number {
    const row = branch.store.rooms.get(roomTag);
    if (row === null) throw new Error("no such room");
    const { slotId } = injection;
    const tokenPub = slotId && branch.store.slots.get(row.no, slotId)?.tokenPub;
    const slot = slotId && tokenPub && { slotId, tokenPub };
    const n = this.insider.inject(branch.core, row, injection, slot, this.now);
    this.flush(branch);
    return n;
  }

  /**
   * Writes a record into a room's log by hand, of whatever epoch, with a proper head. The program that holds the room in
   * memory is restarted, so everybody reconnects. Returns its n.
   */
  forge(roomTag: RoomTag, record: ForgedRecord, branch: Branch = this.main): number {
    const row = branch.store.rooms.get(roomTag);
    if (row === null) throw new Error("no such room");
    const sha256 = (data: Uint8Array): Uint8Array => nodeCrypto.hash("sha256", data);
    const content = { attachment: new Uint8Array(), ...record };
    const n = row.n + 1;
    const head = nextLogHead(sha256, row.head, recordHash(sha256, roomTag, content));
    const time = this.now;
    branch.store.records.add(row.no, {
      ...content,
      n,
      head,
      time,
      appendId: this.dice.random(16),
      isOnProbation: false,
      parent: 0,
      pruned: false,
    });
    const lastCommit = record.kind === "commit" ? n : row.lastCommit;
    branch.store.rooms.save({ ...row, n, head, lastCommit }, row);
    this.rollBack(branch.store, branch);
    return n;
  }

  /** Puts a blob into a slot, as the newest version. */
  putSlot(roomTag: RoomTag, slot: { slotId: SlotId; blob: Uint8Array; n?: number }, branch: Branch = this.main): void {
    const row = branch.store.rooms.get(roomTag)!;
    const n = slot.n ?? row.n;
    branch.store.slots.addVersion(row.no, slot.slotId, { blob: slot.blob, n, time: this.now }, false, 1000);
  }

  /** Signs any statement about a log's head. */
  signHead(receipt: HeadReceipt): Signed<HeadReceipt> {
    return { receipt, signature: nodeCrypto.ed25519Sign(this.seed, headReceiptBytes(receipt)) };
  }

  /** Signs any statement about a commit. */
  signCommit(receipt: CommitReceipt): Signed<CommitReceipt> {
    return { receipt, signature: nodeCrypto.ed25519Sign(this.seed, commitReceiptBytes(receipt)) };
  }

  /** Sends frames to somebody, as if its core had said so. */
  say(node: string, frames: readonly RelayFrame[]): void {
    for (const { link } of this.links.values()) if (link.node === node) link.send(encodeRelayMessage(frames));
  }

  private get now(): number {
    return this.timeline.now + this.skew;
  }

  private newCore(store: MemoryStore): RelayCore {
    const { crypto, seed: relaySeed, settings } = this;
    return new RelayCore({ store, crypto, random: this.dice.random, relaySeed, settings });
  }

  private drop(which: (link: ServerLink) => boolean): void {
    for (const { link, branch } of [...this.links.values()]) {
      if (!which(link)) continue;
      this.links.delete(link.id);
      branch.core.close(link.id);
      this.flush(branch);
      link.close();
    }
  }

  private tick(): void {
    this.timeline.plan(TICK, "relay tick", () => {
      for (const branch of this.branches) {
        branch.core.tick(this.now);
        this.flush(branch);
      }
      this.tick();
    });
  }

  private flush({ core }: Branch): void {
    for (const output of core.commit()) this.put(output);
  }

  private put(output: CoreOutput): void {
    if (output.kind === "send") this.send(output.connection, output.bytes);
    else if (output.kind === "push") for (const connection of output.connections) this.send(connection, output.bytes);
    else if (output.kind === "close") {
      const known = this.links.get(output.connection);
      this.links.delete(output.connection);
      known?.link.close();
    }
  }

  private send(connection: number, bytes: Uint8Array): void {
    if (this.insider.takes(connection, bytes)) return;
    const link = this.links.get(connection)?.link;
    if (link === undefined) return;
    const said = this.tampering.reply === undefined ? bytes : this.changedReply(link.node, bytes);
    if (said.length === 0) return;
    const changed = this.tampering.bytes?.(link.node, said) ?? said;
    const held = this.held.get(link.node);
    if (held === undefined) link.send(changed);
    else held.push({ link, bytes: changed });
  }

  private withoutBrought(link: ServerLink, branch: Branch, bytes: Uint8Array): Uint8Array {
    const decoded = decodeClientMessage(bytes, DEFAULT_LIMITS);
    if (!decoded.ok || decoded.value.every(({ type }) => type !== "bring")) return bytes;
    const others = decoded.value.filter((frame) => {
      if (frame.type !== "bring") return true;
      const n = branch.store.rooms.get(frame.roomTag)?.n ?? 0;
      link.send(encodeRelayMessage([{ type: "brought", id: frame.id, n }]));
      return false;
    });
    return others.length === 0 ? new Uint8Array() : encodeClientMessage(others);
  }

  private changedRequest(node: string, bytes: Uint8Array): Uint8Array {
    const decoded = decodeClientMessage(bytes, DEFAULT_LIMITS);
    if (!decoded.ok) return bytes;
    const frames = decoded.value.flatMap((frame) => this.tampering.request!(node, frame));
    return frames.length === 0 ? new Uint8Array() : encodeClientMessage(frames);
  }

  private changedReply(node: string, bytes: Uint8Array): Uint8Array {
    const decoded = decodeRelayMessage(bytes, MOST);
    if (!decoded.ok) return bytes;
    const frames = decoded.value.flatMap((frame) => this.tampering.reply!(node, frame));
    return frames.length === 0 ? new Uint8Array() : encodeRelayMessage(frames);
  }
}
