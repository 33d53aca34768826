import { encode, equalBytes, stored, struct, u53, boxed } from "@conclave/codec";
import { isAtLeast, memberOf, type Message, PersonId } from "@conclave/protocol";
import type { Freshness } from "../api/status.js";
import { named } from "./roomView.js";
import type { RoomRecords } from "./roomSight.js";
import type { Transaction } from "../store/transaction.js";

const FRESH_MS = 5 * 60_000;
/** How far another clock may be ahead before what it says is no sign of freshness (attack A34). */
const AHEAD_MS = 2 * 60_000;
const UNKNOWN: Freshness = { state: "unknown", by: null, time: null, until: null };

const layout = struct({ by: boxed(PersonId), time: u53 });

/** Who of those who may change the room has confirmed it last: every message carries its author's view of the roster. */
export class FreshnessLog {
  private last: { readonly by: PersonId; readonly time: number } | null;

  constructor(
    private readonly state: RoomRecords,
    record: Uint8Array | null,
  ) {
    this.last = record && stored("freshness", record, layout);
  }

  /** A message or a decision came: its author saw the same roster as we do. */
  heard(tx: Transaction, { author, time, late }: Pick<Message, "author" | "time" | "late">): void {
    const { room } = this.state;
    const latest = this.state.now() + AHEAD_MS;
    if (!room || late || time > latest) return;
    // What was heard while our clock was ahead is not kept for ever: it counts for nothing, and makes room.
    if (this.last && this.last.time <= latest && time <= this.last.time) return;
    const member = memberOf(room.roster, author);
    if (!member || !isAtLeast(member.role, "admin") || equalBytes(author, room.self.person)) return;
    this.last = { by: author, time };
    tx.put(this.state.keys.freshness, encode(this.last, layout.write));
  }

  /** How good the list of members is now. */
  get(): Freshness {
    const { room } = this.state;
    if (!room) return UNKNOWN;
    const now = this.state.now();
    const isAlone = this.others().length === 0;
    if (isAlone && this.isSelf())
      return { state: "fresh", by: named(this.state, room.self.person), time: now, until: null };
    if (!this.last || this.last.time > now + AHEAD_MS) return UNKNOWN;
    const age = now - this.last.time;
    const { maxStale } = room.roster.policy.settings;
    const state = age <= FRESH_MS ? "fresh" : maxStale > 0 && age > maxStale ? "stale" : "aging";
    const lasts = state === "fresh" ? FRESH_MS : state === "aging" && maxStale > 0 ? maxStale : null;
    const { by, time } = this.last;
    return { state, by: named(this.state, by), time, until: lasts === null ? null : time + lasts };
  }

  /** Whether our own word counts for others. */
  private isSelf(): boolean {
    const { room } = this.state;
    const self = room && memberOf(room.roster, room.self.person);
    return self !== null && isAtLeast(self.role, "admin");
  }

  private others() {
    const { room } = this.state;
    if (!room) return [];
    const members = [...room.roster.members.values()];
    return members.filter(({ role, person }) => isAtLeast(role, "admin") && !equalBytes(person, room.self.person));
  }
}
