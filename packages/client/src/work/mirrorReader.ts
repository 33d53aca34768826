import { availableOf, type Mirror, type RoomEvent } from "@conclave/protocol";
import { copyEnd, type CopyPart } from "@conclave/wire";
import { atMirror, type MirrorCopy } from "./mirrorCopy.js";
import { hold } from "./mirrorLook.js";
import { receiveDelivery } from "./receiving.js";
import type { Sync } from "./sync.js";
import { type Job, type RoomWork, Worker } from "./worker.js";

/** So long the relay has to be away before a mirror is read (ms): most of what looks like an outage is over by then. */
const AWAY_MS = 3000;
const AGAIN_MS = 15_000;
/** Parts that are read in one go. */
const MOST_PARTS = 256;

/**
 * Reads on at a mirror while the room's relay does not answer. Nothing is ever sent there but what members bring; the room stays as
 * it is: not live, and nothing goes out.
 */
export class MirrorReader extends Worker {
  private awaySince: number | null = null;
  private from: string | null = null;

  constructor(
    work: RoomWork,
    private readonly sync: Sync,
    private readonly heard: (event: RoomEvent, n: number) => void,
  ) {
    super(work);
  }

  /** The address of the mirror at which we have read since the relay is away; null while it is there, or none answers. */
  get reading(): string | null {
    return this.isAway ? this.from : null;
  }

  override unmount(): void {
    super.unmount();
    this.retry.stop();
  }

  // It works while there is no connection.
  override offline(): void {
    this.awaySince = null;
  }

  protected override get canWork(): boolean {
    return true;
  }

  /** Reads at once what the mirrors have, where the relay is away. */
  async readNow(): Promise<void> {
    if (this.isAway) await this.guard(() => this.readOn());
  }

  protected next(): Job | null {
    const { room, upgraded } = this.state;
    if (!this.isAway) {
      if (this.awaySince !== null) this.retry.stop();
      this.awaySince = null;
      this.from = null;
      return null;
    }
    if (!room || upgraded || this.isMoving || room.mirrors.all.length === 0) return null;
    const now = this.state.now();
    if (this.awaySince === null) {
      this.awaySince = now;
      this.retry.in(AWAY_MS);
    }
    return () => this.readOn();
  }

  /** Nobody answers, or what answers does not have the room or is not its relay. */
  private get isAway(): boolean {
    if (this.connection.welcome === null) return !this.connection.isConnecting;
    return this.sync.isDistrusted || (this.sync.isRoomUnknown && this.state.relocation?.isThere !== false);
  }

  /**
   * RULE: client.mirror-not-while-moving: a commit that is on its way to another relay alone goes right behind what had been read when it
   * was made: with more of the old log nobody goes on there, its author neither (attack A90).
   */
  private get isMoving(): boolean {
    return this.state.isMovingAlone || this.state.isPendingAlone;
  }

  private async readOn(): Promise<void> {
    const { room } = this.state;
    if (!room || this.isMoving) return;
    const before = this.from;
    for (const mirror of room.mirrors.all) {
      const read = await atMirror(room, this.connection, mirror, (copy) => this.readFrom(mirror, copy));
      if (!this.isAway || this.state.room !== room) return;
      if (read === true) this.from = mirror.relay.address;
      else if (this.from === mirror.relay.address) this.from = null;
    }
    if (this.from !== before) this.state.tell({ type: "changed" });
    this.retry.in(AGAIN_MS);
  }

  /** Takes in what the copy has of our log behind what we have read; whether it is a copy of it. */
  private async readFrom(mirror: Mirror, copy: MirrorCopy): Promise<boolean> {
    const { room } = copy;
    const length = await copy.length();
    if (length === null || length === 0) return false;
    const found = await copy.reaching(room.cursor.n + 1, length);
    if (found === null) {
      const last = await copy.part(length);
      return last !== null && (await hold(this.state, copy, last))?.stands !== "other";
    }
    let part: CopyPart | null = found.part;
    for (let at = found.at; part !== null && at < found.at + MOST_PARTS; part = await copy.part(++at)) {
      if (at > length) break;
      // RULE: client.mirror-same-log: only what goes on from our own log, and leads to a head that the room's relay signed, is taken in:
      // a mirror can be late or silent, and not lie (attack A140).
      if ((await hold(this.state, copy, part))?.stands !== "agrees") return false;
      if (!(await this.take(part, mirror))) return false;
    }
    return true;
  }

  private async take(part: CopyPart, mirror: Mirror): Promise<boolean> {
    const { relay } = this.state.meta;
    const available = availableOf(part.items, part.receipt.receipt.availableFrom);
    const taken = await this.state.transact(async (tx) => {
      const { room } = this.state;
      for (const item of part.items) {
        // The relay is back, or the room has moved on: it is read there.
        if (!this.isAway || this.isMoving || this.state.room !== room || this.state.meta.relay !== relay) return false;
        if (!(await receiveDelivery(this.state, tx, item, available, this.heard))) return false;
      }
      return true;
    });
    if (taken.ok && taken.value) this.from = mirror.relay.address;
    return taken.ok && taken.value && (this.state.room?.cursor.n ?? 0) >= copyEnd(part);
  }
}
