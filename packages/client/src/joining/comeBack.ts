import { equalBytes, toHex } from "@conclave/codec";
import {
  type DeviceIdentity,
  encodeAppend,
  type ComingIn,
  type LeafKey,
  memberOfLeaf,
  type OpenDoor,
  pleaKeys,
  type PleaReason,
  type Removal,
  type Room,
} from "@conclave/protocol";
import { type InboxId, type Push, recordHash } from "@conclave/wire";
import type { ConnectionUser } from "../relay/relayConnection.js";
import type { ComingBack } from "../store/comingBack.js";
import { encodeDecision } from "../store/decisionLog.js";
import type { Transaction } from "../store/transaction.js";
import { keepRemoval } from "../work/receiving.js";
import { RetryTimer } from "../work/retryTimer.js";
import type { Sync } from "../work/sync.js";
import { type Job, type RoomWork, Worker } from "../work/worker.js";
import type { WriteProof } from "../work/writeProof.js";
import { previewDoor, proveRemoval } from "./readInvite.js";
import { giveSlotProof } from "./slotProof.js";
import { readInbox } from "./inbox.js";

/** How long a reason has to last before we ask: a moment for a commit that we could not open, longer for less certain signs. */
const SURE_MS = 1000;
const UNSURE_MS = 60_000;
/** How often a plea is left again. */
const ASK_AGAIN_MS = 10 * 60_000;
/** How often we look for the removal that the same leaf tells of: it means to read all of the roster log. */
const LOOK_FOR_REMOVAL_MS = 60 * 60_000;
/** How often to look whether the door is open, where nothing tells us. */
const LOOK_AGAIN_MS = 60_000;
/** Commits through one door that lose against others, until we ask for another one. */
const MOST_ATTEMPTS = 32;

/**
 * Brings this device back into a room that it cannot follow (docs/decisions/0019): leaves a plea, waits for a door, checks what it
 * leads to, and commits through it. All that it needs is stored before it leaves, and the room as it was stays until the log
 * shows that commit: so it goes on after a crash wherever it was.
 */
export class ComeBack extends Worker implements ConnectionUser {
  private noticedAt: number | null = null;
  private inbox: InboxId | null = null;
  private lookedOn = 0;
  private sentOn = 0;
  private isOpen = false;
  /** We have asked before, and are not in yet. */
  private hasAsked = false;
  /** When we last looked for the removal that a leaf told of, in vain. */
  private readonly looked = new Map<string, number>();
  private readonly watching: RetryTimer;

  constructor(
    work: RoomWork,
    private readonly device: DeviceIdentity,
    private readonly sync: Sync,
    private readonly proof: WriteProof,
  ) {
    super(work);
    this.watching = new RetryTimer(work.state.ports, () => {
      this.lookedOn = 0;
      this.advance();
    });
  }

  get topic(): InboxId | null {
    return this.inbox;
  }

  /** Nothing is left to do for our own way back, but to wait for others. */
  get isIdle(): boolean {
    const { room, comingBack } = this.state;
    if (this.isBusy) return false;
    if (!room || !comingBack) return !room || room.doors.pleaReason === null;
    return comingBack.postedAt > 0 && this.lookedOn === this.connection.number && !this.isOpen && !comingBack.seat;
  }

  override unmount(): void {
    super.unmount();
    this.leaveInbox();
  }

  online(): void {
    this.plan();
  }

  override offline(): void {
    super.offline();
    this.watching.stop();
    this.noticedAt = null;
  }

  push(push: Push): void {
    if (push.type !== "inboxChanged") return;
    this.lookedOn = 0;
    this.plan();
  }

  protected next(): Job | null {
    const { room, comingBack } = this.state;
    if (!room || !this.sync.isLive || this.state.upgraded) return null;
    const why = room.doors.pleaReason;
    if (!comingBack) return why === null ? this.calm() : this.notice(room, why);
    if (why === null) return () => this.giveUp();
    this.watchInbox(room, comingBack);
    if (comingBack.postedAt + ASK_AGAIN_MS <= this.state.now()) return () => this.ask(comingBack);
    if (comingBack.seat && comingBack.seat.lastCommit === room.lastCommit)
      return this.sentOn === this.connection.number ? null : () => this.send(comingBack);
    if (this.lookedOn !== this.connection.number) return () => this.look(room, comingBack);
    return this.isOpen ? () => this.enter(room, comingBack) : null;
  }

  private calm(): null {
    this.noticedAt = null;
    this.hasAsked = false;
    this.leaveInbox();
    return null;
  }

  private notice(room: Room, why: PleaReason): Job | null {
    const now = this.state.now();
    this.noticedAt ??= now;
    const patience = why !== "unopened" ? 0 : room.doors.unopened === null ? UNSURE_MS : SURE_MS;
    const wait = this.noticedAt + patience - now;
    if (wait <= 0) return () => this.begin(room, why);
    if (!this.retry.isWaiting) this.retry.in(wait);
    return null;
  }

  private async begin(room: Room, why: PleaReason): Promise<void> {
    const secret = this.state.ports.random(32);
    const plea = room.doors.plead(secret, why);
    await this.state.transact((tx) => {
      const by = why === "unopened" ? (room.doors.unopened?.by ?? null) : null;
      this.state.keepComingBack(tx, {
        secret,
        why,
        by,
        since: this.state.now(),
        plea,
        postedAt: 0,
        told: null,
        seat: null,
      });
    });
    this.lookedOn = 0;
  }

  /** The room goes on for us after all. */
  private async giveUp(): Promise<void> {
    this.leaveInbox();
    this.isOpen = false;
    await this.state.transact((tx) => {
      this.state.keepComingBack(tx, null);
    });
  }

  private watchInbox({ id }: Room, { secret }: ComingBack): void {
    const { inboxId } = pleaKeys(this.state.ports.crypto, id, secret);
    if (this.inbox && equalBytes(this.inbox, inboxId)) return;
    this.leaveInbox();
    this.inbox = inboxId;
    this.connection.attach(this);
  }

  private leaveInbox(): void {
    if (!this.inbox) return;
    this.connection.detach(this);
    this.inbox = null;
  }

  /**
   * Leaves the plea at the relay, also again: the relay knows it by its bytes.
   *
   * RULE: client.plea-asks-many: usually one answer is enough. Who has asked, and is not in, asks for those of all who are there: the
   * first who answers may be the one who has shut us out (attack A107).
   */
  private async ask(record: ComingBack): Promise<void> {
    const { roomTag } = this.state.meta;
    const stays = this.hasAsked || record.postedAt > 0;
    this.proof.give();
    const answer = await this.connection.request<"postPlea">({ type: "postPlea", roomTag, stays, blob: record.plea });
    if (answer.type === "lost") return;
    if (answer.type === "error") {
      this.retry.later(answer.retryAfter);
      return;
    }
    this.retry.reset();
    this.hasAsked = true;
    await this.keep(record, (now) => ({ ...now, postedAt: this.state.now() }));
  }

  /** Looks into the inbox, and whether the door is open. */
  private async look(room: Room, record: ComingBack): Promise<void> {
    const { welcome, number } = this.connection;
    if (!welcome) return;
    this.lookedOn = number;
    this.watching.in(LOOK_AGAIN_MS);
    const { ports } = this.state;
    const answer = await readInbox(ports, this.connection, pleaKeys(ports.crypto, room.id, record.secret));
    if (answer.type === "error") {
      this.lookedOn = 0;
      this.retry.later(answer.retryAfter);
    }
    if (answer.type !== "inbox") return;
    const doors = answer.items.flatMap(({ blob }) => room.doors.readDoor(record.secret, blob) ?? []);
    this.isOpen ||= doors.some(({ removal }) => removal === null);
    // The newest first.
    for (const { leaf, removal } of doors.toReversed())
      if (removal !== null && this.state.room === room && this.state.comingBack)
        await this.lookFor(room, record, { leaf, removal });
    // A door may have been opened whose answer did not come.
    if (this.state.room === room) await this.enter(room, record);
  }

  /**
   * Somebody says that we were removed.
   *
   * RULE: client.removal-proved: that ends our way back only where the room's own history says so; else it is told as what they say,
   * and we go on asking the others (attack A108).
   */
  private async lookFor(
    room: Room,
    record: ComingBack,
    told: { readonly leaf: LeafKey; readonly removal: Removal },
  ): Promise<void> {
    const now = this.state.now();
    const leaf = toHex(told.leaf);
    const by = memberOfLeaf(room.roster, told.leaf)?.person;
    // Only for somebody whom we know.
    if (!by || (this.looked.get(leaf) ?? -Infinity) + LOOK_FOR_REMOVAL_MS > now) return;
    const found = await proveRemoval(this.state.ports, this.connection, room, told);
    if (this.state.room !== room) return;
    if (found.ok) {
      await this.state.transact((tx) => {
        this.state.keepComingBack(tx, null);
        this.state.enter(tx, { is: "out", why: "removed" });
        keepRemoval(this.state, tx, found.value, 0);
      });
      return;
    }
    if (found.error.kind !== "refused") return;
    this.looked.set(leaf, now);
    if (this.state.meetsNewer(found.error)) return;
    await this.keep(record, (kept) => ({ ...kept, told: by }));
  }

  /** Builds the commit that brings us back, by what is in the door now. */
  private async enter(room: Room, record: ComingBack): Promise<void> {
    const attempts = (record.seat?.attempts ?? 0) + 1;
    this.isOpen = false;
    if (attempts > MOST_ATTEMPTS) return this.askAnew(room, record);
    const found = await previewDoor(this.state.ports, this.connection, room, {
      ...{ secret: record.secret, device: this.device },
      since: this.state.decisionLog.find(room.doors.doorLink(record.secret).floor.seq)?.n ?? 0,
    });
    if (this.state.room !== room) return;
    if (!found.ok && this.state.meetsNewer(found.error)) return;
    // Closed, or not open yet: we look again when something tells us, and from time to time.
    if (!found.ok) {
      if (found.error.kind !== "unreachable") return;
      this.lookedOn = 0;
      this.retry.later();
      return;
    }
    if (found.value.slot.lastCommit !== room.lastCommit) {
      // Somebody came first, and the door is not in step yet.
      this.isOpen = true;
      this.retry.later();
      return;
    }
    const seat = room.doors.takeSeat(found.value, {
      ...{ device: this.device, now: this.state.now(), after: record.by },
    });
    if (!seat.ok) return;
    await this.state.transact((tx) => {
      if (this.state.room !== room) return;
      this.keepSeat(tx, record, seat.value, found.value, attempts);
    });
    this.sentOn = 0;
  }

  private keepSeat(
    tx: Transaction,
    record: ComingBack,
    { append, delta, decision }: ComingIn,
    { decisions }: OpenDoor,
    attempts: number,
  ): void {
    const { seat } = this.state.keys;
    tx.clear(seat);
    for (const [key, value] of delta.put) tx.put(`${seat}state/${key}`, value);
    for (const each of [...decisions, decision]) {
      const known = this.state.decisionLog.find(each.seq);
      if (known && equalBytes(known.decision.hash, each.hash)) continue;
      tx.put(`${seat}decision/${String(each.seq).padStart(16, "0")}`, encodeDecision(each, 0));
    }
    const { lastCommit, roomTag } = append;
    const sha256 = (data: Uint8Array) => this.state.ports.crypto.hash("sha256", data);
    this.state.keepComingBack(tx, {
      ...record,
      seat: { recordHash: recordHash(sha256, roomTag, append), append: encodeAppend(append), lastCommit, attempts },
    });
  }

  /** Sends the commit. The log tells what becomes of it. */
  private async send({ secret, seat }: ComingBack): Promise<void> {
    const { room, ports } = this.state;
    if (!room || !seat) return;
    this.sentOn = this.connection.number;
    const proof = giveSlotProof(ports, this.connection, room.doors.doorLink(secret));
    const answer = await this.connection.append(seat.append);
    const proved = await proof;
    if (answer.type !== "error") return;
    if (answer.position) this.sync.reach(answer.position.n);
    if (answer.error === "stale_epoch") {
      this.isOpen = true;
      return;
    }
    this.sentOn = 0;
    const { error, retryAfter } = proved.type === "error" ? proved : answer;
    if (error === "slot_closed" || error === "slot_unknown") await this.askAnew(room, this.state.comingBack);
    else this.retry.later(retryAfter);
  }

  /** The door is shut: another plea, for another door. */
  private async askAnew(room: Room, record: ComingBack | null): Promise<void> {
    const secret = this.state.ports.random(32);
    if (!record) return;
    const plea = room.doors.plead(secret, record.why);
    await this.state.transact((tx) => {
      tx.clear(this.state.keys.seat);
      this.state.keepComingBack(tx, { ...record, secret, plea, postedAt: 0, seat: null });
    });
    this.lookedOn = 0;
  }

  private async keep(record: ComingBack, change: (now: ComingBack) => ComingBack): Promise<void> {
    await this.state.transact((tx) => {
      const now = this.state.comingBack;
      if (now && equalBytes(now.plea, record.plea)) this.state.keepComingBack(tx, change(now));
    });
  }
}
