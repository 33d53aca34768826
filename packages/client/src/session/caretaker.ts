import { equalBytes, toHex } from "@conclave/codec";
import type { Decisions, Wish } from "./decisions.js";
import type { JoinRequests } from "./joinRequests.js";
import { fraction, Patience } from "./patience.js";
import type { RoomState } from "./roomState.js";
import type { Sync } from "./sync.js";
import { placeInTurn } from "./turnTaking.js";

const STEP = 1500;
const LONGEST = 60_000;

/**
 * Carries out what others have asked for and the room allows: farewells, and actions that enough people have agreed to
 * (docs/protocol.md §4, §10); and binds the keys to those who joined by themselves. Whoever is there does it, one after another; that two do it at once is harmless.
 */
export class Caretaker {
  private readonly patience: Patience;
  private plan = "";
  /** What was refused at this seq is not tried again before the roster changes. */
  private readonly refused = new Map<string, number>();

  constructor(
    private readonly state: RoomState,
    private readonly sync: Sync,
    private readonly decisions: Decisions,
    private readonly requests: JoinRequests,
  ) {
    this.patience = new Patience(state.ports, () => {
      void this.act();
    });
  }

  offline(): void {
    this.patience.stop();
    this.plan = "";
  }

  /** Plans what is to be done, when it is our turn. */
  advance(): void {
    const { room } = this.state;
    if (!room || room.status !== "active" || !this.sync.isLive || room.paused.length > 0) return;
    const next = this.next();
    const plan = next ? `${next.key} ${String(room.roster.seq)}` : "";
    if (plan === this.plan) return;
    this.plan = plan;
    this.patience.stop();
    if (!next) return;
    const place = placeInTurn(room.roster, room.self.leaf, room.roster.seq);
    const wait = next.isOwn ? 0 : STEP * (place + fraction(this.state.ports));
    this.patience.in(Math.min(LONGEST, wait));
  }

  private async act(): Promise<void> {
    const next = this.next();
    const seq = this.state.room?.roster.seq ?? 0;
    this.plan = "";
    if (!next || !this.sync.isLive) return;
    const request = next.action.type === "add" ? (this.requests.findLeaf(next.action.leafCert)?.ask ?? null) : null;
    const result = await this.decisions.decide(next.action, { request, mayPropose: false });
    if (!result.ok) this.refused.set(next.key, seq);
    this.advance();
  }

  private next(): { key: string; action: Wish; isOwn: boolean } | null {
    const room = this.state.room!;
    const self = toHex(room.self.person);
    const isNew = (key: string) => this.refused.get(key) !== room.roster.seq;
    for (const person of room.farewells()) {
      const key = `leave ${toHex(person)}`;
      if (toHex(person) !== self && isNew(key)) return { key, action: { type: "leave", person }, isOwn: false };
    }
    for (const { action, actionHash, by, isAgreed, isWanted } of room.proposals()) {
      const key = toHex(actionHash);
      // RULE: client.asked-for: an author's yes counts, so a device authors by itself only what its own person has asked for
      // or said yes to: else any member's message would use the right of whoever has one (attacks A2, A11, A55).
      if (!isWanted) continue;
      const isReady = isAgreed && (action.type !== "add" || this.requests.findLeaf(action.leafCert));
      if (isReady && isNew(key)) return { key, action, isOwn: toHex(by) === self };
    }
    const key = `rekey ${String(room.lastCommit)}`;
    return this.isUnbound() && isNew(key) ? { key, action: { type: "rekey" }, isOwn: false } : null;
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
