import type { RoomTag } from "@conclave/wire";
import { keyOf } from "../key.js";
import type { RelaySettings } from "../settings.js";
import type { WriteKey } from "../store/roomTable.js";
import { TokenBucket } from "./tokenBucket.js";

const MOST_PROOFS = 4096;

/** What the core knows about one connection. Small while it is idle. */
export class Session {
  /** Null until the hello. */
  challenge: Uint8Array | null = null;
  closed = false;
  private budget: TokenBucket | null = null;
  private blobBudget: TokenBucket | null = null;
  private strikes = 0;
  private struckAt = 0;
  private proofs: Set<string> | null = null;
  private writeKeys: WeakSet<WriteKey> | null = null;
  private subscriptions: Set<string> | null = null;
  private inboxes: Set<string> | null = null;

  constructor(
    readonly connection: number,
    readonly address: string,
    /** Since when it has time to say hello, and to show what it is for. */
    public openedAt: number,
    private readonly settings: RelaySettings,
  ) {}

  /** Counts a fault; true if there were too many. */
  strike(weight: number, now: number): boolean {
    const forgiven = Math.max(0, now - this.struckAt) / 1000;
    this.strikes = Math.max(0, this.strikes - forgiven) + weight;
    this.struckAt = now;
    return this.strikes > this.settings.strikes;
  }

  /** Ms to wait before something of this cost; 0 if it can be done now. */
  take(cost: number, now: number): number {
    return this.bucket(now).take(cost, now);
  }

  /** The same for bytes of blobs. */
  takeBlobBytes(bytes: number, now: number): number {
    return (this.blobBudget ??= new TokenBucket(this.settings.rates.blobBytes, now)).take(bytes, now);
  }

  charge(cost: number, now: number): void {
    this.bucket(now).charge(cost, now);
  }

  /** Remembers a proof. Proofs are worth something on this connection only, and end with it. */
  addProof(kind: "write" | "slot" | "inbox", ...parts: readonly Uint8Array[]): void {
    this.proofs ??= new Set();
    // RULE: session.bounded: nothing that a connection makes the relay remember grows without bound (attack A83).
    if (this.proofs.size >= MOST_PROOFS) this.proofs.clear();
    this.proofs.add(proofKey(kind, parts));
  }

  hasProof(kind: "write" | "slot" | "inbox", ...parts: readonly Uint8Array[]): boolean {
    return this.proofs?.has(proofKey(kind, parts)) ?? false;
  }

  /** Whether a write key is proved: asked for every append, so the answer for a key object is remembered. */
  hasWriteProof(roomTag: RoomTag, key: WriteKey): boolean {
    if (this.writeKeys?.has(key) === true) return true;
    if (!this.hasProof("write", roomTag, key.key, epochBytes(key.epoch))) return false;
    (this.writeKeys ??= new WeakSet()).add(key);
    return true;
  }

  addWriteProof(roomTag: RoomTag, writeKey: Uint8Array, epoch: number): void {
    this.addProof("write", roomTag, writeKey, epochBytes(epoch));
  }

  useUp(kind: "slot", ...parts: readonly Uint8Array[]): void {
    this.proofs?.delete(proofKey(kind, parts));
  }

  get rooms(): ReadonlySet<string> {
    return this.subscriptions ?? NONE;
  }

  subscribed(roomKey: string): void {
    (this.subscriptions ??= new Set()).add(roomKey);
  }

  unsubscribed(roomKey: string): void {
    this.subscriptions?.delete(roomKey);
  }

  get watchedInboxes(): ReadonlySet<string> {
    return this.inboxes ?? NONE;
  }

  /** False if the connection already watches as many inboxes as it can. */
  watch(inboxKey: string): boolean {
    this.inboxes ??= new Set();
    if (this.inboxes.size >= this.settings.limits.subscriptions && !this.inboxes.has(inboxKey)) return false;
    this.inboxes.add(inboxKey);
    return true;
  }

  private bucket(now: number): TokenBucket {
    return (this.budget ??= new TokenBucket(this.settings.rates.connection, now));
  }
}

const NONE: ReadonlySet<string> = new Set();

function proofKey(kind: string, parts: readonly Uint8Array[]): string {
  return kind + parts.map(keyOf).join("");
}

function epochBytes(epoch: number): Uint8Array {
  return Buffer.from(String(epoch));
}
