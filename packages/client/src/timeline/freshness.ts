import { encode, equalBytes, stored, toHex, u53 } from "@conclave/codec";
import { covers, othersNeeded, type PersonId, type Room, type Roster, vouchersOf } from "@conclave/protocol";
import type { Freshness } from "../api/status.js";
import type { ClockWitness } from "../store/clockWitness.js";
import { AT_ONCE_MS, type LastSign, type Signs } from "../store/signs.js";
import type { Transaction } from "../store/transaction.js";
import type { RoomRecords } from "./roomSight.js";
import { named } from "./roomView.js";

/** A list that was confirmed within this time is fresh (ms). */
export const FRESH_MS = 10 * 60_000;
/** After so many times `maxStale` a list counts as expired. */
const EXPIRED_AFTER = 8;
/** So many people at most answer one question. */
export const MOST_ANSWERS = 8;

/** Those whose word sufficed, and since when. */
export interface Cover {
  /** When the last of them vouched, at the latest, by this device's clock (ms). */
  readonly since: number;
  /** Nobody where our own word suffices. The one who vouched longest ago is the first. */
  readonly by: readonly PersonId[];
}

/** How good the list of members is: what everybody's signs come to under the room's policy (docs/protocol.md §8). */
export class RoomFreshness {
  /** When this device began to look at the room. */
  private begun: number;
  private isKept: boolean;

  constructor(
    private readonly state: RoomRecords,
    private readonly signs: Signs,
    private readonly clock: Pick<ClockWitness, "peers">,
    record: Uint8Array | null,
  ) {
    this.isKept = record !== null;
    this.begun = record ? stored("freshness", record, u53) : state.now();
  }

  /** Something of the room is here: from now on its silence counts. */
  begin(tx: Transaction): void {
    if (this.isKept) return;
    this.isKept = true;
    this.begun = this.state.now();
    tx.put(this.state.keys.freshness, encode(this.begun, u53.write));
  }

  /** Whose word suffices together, of those who vouched; null where that of all of them does not. */
  cover(): Cover | null {
    return this.coverBy(({ vouched }) => vouched);
  }

  /** The same of those who answered what we sent, at this time or later. */
  answered(since: number): Cover | null {
    return this.coverBy(({ answered }) => (answered >= since ? answered : 0));
  }

  /** Everybody whose word counts for something and who answered what we sent, at this time or later. */
  answeredBy(since: number): readonly PersonId[] {
    const { room } = this.state;
    return room
      ? this.vouched(room, ({ answered }) => (answered >= since ? answered : 0)).map(({ person }) => person)
      : [];
  }

  /** How many others it takes; null where nobody waits for so many. */
  get needed(): number | null {
    const { room } = this.state;
    return room === null ? null : neededIn(room.roster, room.self.person);
  }

  /** How good the list of members is now. */
  get(): Freshness {
    const { room } = this.state;
    const clock = this.clock.peers;
    const nothing: Freshness = {
      state: "unknown",
      by: null,
      others: 0,
      time: null,
      until: null,
      isAnswer: false,
      clock,
    };
    if (!room) return nothing;
    const now = this.state.now();
    const name = (person: PersonId) => named(this.state, person);
    // RULE: freshness.out-of-reach: where it takes more people than anybody waits for, the list is never called fresh nor old: it
    // is said who was heard of.
    if (this.needed === null) {
      const last = this.vouched(room, ({ heard }) => heard)[0];
      return last ? { ...nothing, by: name(last.person), time: last.at } : nothing;
    }
    const cover = this.cover();
    if (cover?.by.length === 0) return { ...nothing, state: "fresh", by: name(room.self.person), time: now };
    const since = cover?.since ?? this.begun;
    const { state, until } = this.ageing(since, now, room.roster.policy.settings.maxStale);
    if (!cover) return { ...nothing, state: state === "stale" || state === "expired" ? state : "unknown", until };
    const [first] = cover.by;
    const isAnswer = cover.by.every((person) => (this.signs.of(person)?.answered ?? 0) >= since - AT_ONCE_MS);
    return { ...nothing, state, by: name(first!), others: cover.by.length - 1, time: since, until, isAnswer };
  }

  private ageing(since: number, now: number, maxStale: number): Pick<Freshness, "state" | "until"> {
    const age = now - since;
    if (age <= FRESH_MS) return { state: "fresh", until: since + FRESH_MS };
    if (maxStale === 0) return { state: "aging", until: null };
    if (age <= maxStale) return { state: "aging", until: since + maxStale };
    const expires = EXPIRED_AFTER * maxStale;
    return age <= expires ? { state: "stale", until: since + expires } : { state: "expired", until: null };
  }

  private coverBy(moment: (sign: LastSign) => number): Cover | null {
    const { room } = this.state;
    if (!room) return null;
    const { roster, self } = room;
    const people = new Set([toHex(self.person)]);
    const given = room.proposals.given();
    if (covers(roster, people, given)) return { since: this.state.now(), by: [] };
    const by: PersonId[] = [];
    // RULE: freshness.oldest-counts: the list is as old as the word of the one who vouched longest ago, of those that it takes.
    for (const { person, at } of this.vouched(room, moment)) {
      people.add(toHex(person));
      by.unshift(person);
      if (covers(roster, people, given)) return { since: at, by };
    }
    return null;
  }

  /** The signs of those whose word counts for something, newest first. What was dated by a clock that was ahead then counts for nothing. */
  private vouched({ roster, self }: Room, moment: (sign: LastSign) => number): { person: PersonId; at: number }[] {
    const now = this.state.now();
    return vouchersIn(roster)
      .filter((person) => !equalBytes(person, self.person))
      .map((person) => ({ person, at: moment(this.signs.of(person) ?? NO_SIGN) }))
      .filter(({ at }) => at > 0 && at <= now)
      .sort((a, b) => b.at - a.at);
  }
}

const NO_SIGN = { heard: 0, vouched: 0, answered: 0 } as LastSign;

// A roster is never changed: what follows from it is found out once.
const known = new WeakMap<Roster, { vouchers?: readonly PersonId[]; needed?: number | null }>();

function about(roster: Roster) {
  const found = known.get(roster) ?? {};
  known.set(roster, found);
  return found;
}

/** Those whose word about the list counts for something. */
export function vouchersIn(roster: Roster): readonly PersonId[] {
  const found = about(roster);
  found.vouchers ??= vouchersOf(roster).map(({ person }) => person);
  return found.vouchers;
}

function neededIn(roster: Roster, self: PersonId): number | null {
  const found = about(roster);
  if (found.needed === undefined) found.needed = othersNeeded(roster, self, MOST_ANSWERS);
  return found.needed;
}
