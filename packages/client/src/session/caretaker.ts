import { equalBytes, toHex } from "@conclave/codec";
import type { Decisions, Wish } from "./decisions.js";
import type { JoinRequests } from "./joinRequests.js";
import { fraction, RetryTimer } from "./retryTimer.js";
import type { ReturnKeeper } from "./returnKeeper.js";
import type { RoomState } from "./roomState.js";
import type { Sync } from "./sync.js";
import { electionRank } from "./electionRank.js";

const STEP = 1500;
const LONGEST = 60_000;

/** Something that is owed to somebody. */
interface Owed {
  readonly key: string;
  readonly action: Wish;
  /** Nobody else is expected to do it. */
  readonly isOwn: boolean;
}

function planOf({ key }: Owed, seq: number): string {
  return `${key} ${String(seq)}`;
}

/**
 * Carries out what others have asked for and the room allows: farewells, and actions that enough people have agreed to
 * (docs/protocol.md §4, §10); binds the keys to those who joined by themselves; and makes the way back that our own person was
 * promised. Those who are there do it, one after another; that two do it at once is harmless.
 */
export class Caretaker {
  private readonly retry: RetryTimer;
  /** How often new keys were made for somebody who joined by themselves. */
  rekeys = 0;
  private plan = "";
  private isHurried = false;
  private isActing = false;
  /** What was refused at this seq is not tried again before the roster changes. */
  private readonly refused = new Map<string, number>();

  constructor(
    private readonly state: RoomState,
    private readonly sync: Sync,
    private readonly decisions: Decisions,
    private readonly requests: JoinRequests,
    private readonly returns: ReturnKeeper,
    private readonly changed: () => void,
  ) {
    this.retry = new RetryTimer(state.ports, () => {
      void this.act();
    });
  }

  offline(): void {
    this.retry.stop();
    this.plan = "";
  }

  /** While it is hurried it waits for nobody else: this process may end soon. */
  hurry(isHurried: boolean): void {
    this.isHurried = isHurried;
    if (!isHurried) return;
    this.plan = "";
    this.advance();
  }

  /** Nothing is owed that this device could do now. */
  get isIdle(): boolean {
    if (this.isActing) return false;
    return !this.mayAct || (this.next() === null && (this.requests.isListed || !this.awaitsRequest));
  }

  /** Somebody's coming in is agreed, and what they sent may still be on its way to us. */
  private get awaitsRequest(): boolean {
    const proposals = this.state.room?.proposals() ?? [];
    return proposals.some(
      ({ action, isAgreed, isWanted }) =>
        isAgreed && isWanted && action.type === "add" && !this.requests.findLeaf(action.leafCert),
    );
  }

  private get mayAct(): boolean {
    const { room } = this.state;
    return room?.status === "active" && this.sync.isLive && room.paused.length === 0;
  }

  /** Plans what is to be done, when it is our turn. */
  advance(): void {
    const { room } = this.state;
    if (!room || !this.mayAct || this.isActing) return;
    if (this.state.leaving !== null && room.roster.members.size === 1) {
      // All others have gone first: nobody is left to carry it out.
      void this.state.transact((tx) => {
        if (this.state.meta.standing !== "member") return;
        this.state.setMeta(tx, { standing: "left" });
        this.state.setLeaving(tx, null);
      });
      return;
    }
    const next = this.next();
    const plan = next ? planOf(next, room.roster.seq) : "";
    if (plan === this.plan) return;
    this.plan = plan;
    this.retry.stop();
    if (!next) return;
    const place = electionRank(room.roster, room.self.leaf, room.roster.seq);
    const wait = next.isOwn || this.isHurried ? 0 : STEP * (place + fraction(this.state.ports));
    this.retry.in(Math.min(LONGEST, wait));
  }

  private async act(): Promise<void> {
    const next = this.next();
    const seq = this.state.room?.roster.seq ?? 0;
    this.plan = "";
    if (!next || !this.sync.isLive || this.isActing) return;
    this.isActing = true;
    const request = next.action.type === "add" ? (this.requests.findLeaf(next.action.leafCert)?.ask ?? null) : null;
    const result = await this.decisions.decide(next.action, { request, mayPropose: false });
    this.isActing = false;
    const isRefused = !result.ok && result.problem.kind === "refused";
    if (isRefused) this.refused.set(next.key, seq);
    if (result.ok && next.action.type === "rekey") this.rekeys++;
    // What only did not get through is tried again, ever more slowly, until it does.
    if (!result.ok && !isRefused) {
      this.plan = planOf(next, this.state.room?.roster.seq ?? 0);
      this.retry.later();
    } else {
      this.retry.reset();
      this.advance();
    }
    this.changed();
  }

  private next(): Owed | null {
    const room = this.state.room!;
    const self = toHex(room.self.person);
    // RULE: client.farewell-last: who has said farewell does nothing more in the room but let others go who have, too.
    const isLeaving = this.state.leaving !== null;
    const isNew = (key: string) => this.refused.get(key) !== room.roster.seq;
    for (const person of room.farewells()) {
      const key = `leave ${toHex(person)}`;
      if (toHex(person) !== self && isNew(key)) return { key, action: { type: "leave", person }, isOwn: false };
    }
    if (isLeaving) return null;
    for (const { action, actionHash, by, isAgreed, isWanted } of room.proposals()) {
      const key = toHex(actionHash);
      // RULE: client.asked-for: an author's yes counts, so a device authors by itself only what its own person has asked for
      // or said yes to: else any member's message would use the right of whoever has one (attacks A2, A11, A55).
      if (!isWanted) continue;
      const isReady = isAgreed && (action.type !== "add" || this.requests.findLeaf(action.leafCert));
      if (isReady && isNew(key)) return { key, action, isOwn: toHex(by) === self };
    }
    const key = `rekey ${String(room.lastCommit)}`;
    if (this.isUnbound() && isNew(key)) return { key, action: { type: "rekey" }, isOwn: false };
    const action = isNew("return") ? this.returns.due : null;
    return action && { key: "return", action, isOwn: true };
  }

  /**
   * Whether the newest commit is somebody's join by an invite: the keys are bound to the roster with them in it by the
   * next member's commit, which also tells them that they are in (docs/protocol.md §5, §7).
   */
  private isUnbound(): boolean {
    const newest = this.state.deeds.entries.at(-1);
    if (!newest || newest.n === 0 || newest.n !== this.state.room?.lastCommit) return false;
    const { action, by, person } = newest.deed;
    const isJoin = (action.type === "add" || action.type === "return") && person !== null && equalBytes(by, person);
    return isJoin && !equalBytes(by, this.state.person);
  }
}
