import { encode, fromHex, stored, struct, toHex, u53 } from "@conclave/codec";
import { PersonId, type SignedView } from "@conclave/protocol";
import type { StoredRecord } from "../ports/storage.js";
import type { ClockWitness } from "./clockWitness.js";
import type { RoomKeys } from "./homeKey.js";
import type { Transaction } from "./transaction.js";

/** So many own records are remembered, to date others' signs by. */
const OWN_RECORDS = 64;
/** How far another clock may be ahead before what it says counts for nothing (attack A34). */
const AHEAD_MS = 2 * 60_000;
/** Who answers within this time shows what their clock says (ms). */
export const AT_ONCE_MS = 60_000;
/** A clock that goes back by more was set (ms). */
const BACK_MS = 1000;

/** When, at the latest, somebody was heard of, by this device's clock (ms); 0 for never. */
export interface LastSign {
  readonly person: PersonId;
  /** Of whatever they said, also by their own word alone: it is told, and makes no list younger. */
  readonly heard: number;
  /** Of their vouching for the list. */
  readonly vouched: number;
  /** Of their vouching for it in answer to a message of ours: by our clock alone. Of this process only. */
  readonly answered: number;
}

const layout = struct<Pick<LastSign, "heard" | "vouched">>({ heard: u53, vouched: u53 });

/** What every member's newest messages show of when they saw the room as we do (docs/protocol.md §8). */
export class Signs {
  private readonly newest = new Map<string, LastSign>();
  /** Own messages in the log, oldest first: where they are, and when they were made. */
  private own: { readonly n: number; readonly at: number }[] = [];
  private latest = 0;

  constructor(
    private readonly keys: RoomKeys,
    private readonly clock: Pick<ClockWitness, "heardAnswer" | "dated" | "restart">,
    records: readonly StoredRecord[],
  ) {
    for (const { key, value } of records) {
      const id = key.slice(keys.signs.length);
      const { heard, vouched } = stored("sign", value, layout);
      this.newest.set(id, { person: PersonId.of(fromHex(id)), heard, vouched, answered: 0 });
    }
  }

  /** A message of ours is in the log: nobody knew its bytes before it was made. */
  sent(n: number, at: number, now: number): void {
    this.look(now);
    if (at > now) return;
    this.own.push({ n, at });
    if (this.own.length > OWN_RECORDS) this.own.shift();
  }

  /**
   * A sign came.
   *
   * RULE: freshness.own-records: who names a place of the log after a message of ours signed after we made it: that bounds the age
   * by our own stopwatch. Neither a relay that holds answers back nor another's clock makes it younger (attacks A35, A121).
   */
  heard(tx: Transaction, sign: SignedView, now: number): void {
    this.look(now);
    const id = toHex(sign.person);
    const { seen } = sign;
    const answered = seen === null ? 0 : (this.own.findLast(({ n }) => n <= seen)?.at ?? 0);
    if (answered > 0 && now - answered <= AT_ONCE_MS) this.clock.heardAnswer(id, sign.time, { made: answered, now });
    const at = Math.max(answered, this.clocked(id, sign.time, now));
    const said = sign.time > now + AHEAD_MS ? 0 : Math.min(sign.time, now);
    const before = this.newest.get(id);
    const later = (known: number | undefined, time: number) => Math.max(known ?? 0, time);
    // RULE: freshness.idle: whose own commit is on its way does not vouch for the list that it changes (attack A120).
    const vouched = sign.isIdle ? { vouched: at, answered } : { vouched: 0, answered: 0 };
    const last: LastSign = {
      person: sign.person,
      heard: later(before?.heard, Math.max(at, said)),
      vouched: later(before?.vouched, vouched.vouched),
      answered: later(before?.answered, vouched.answered),
    };
    // Who shows no time that counts is not remembered: nothing is known of when.
    if (last.heard === 0) return;
    this.newest.set(id, last);
    if (last.heard !== before?.heard || last.vouched !== before.vouched)
      tx.put(this.keys.signs + id, encode(last, layout.write));
  }

  /** Somebody is out of the room. */
  forget(tx: Transaction, person: PersonId): void {
    if (this.newest.delete(toHex(person))) tx.delete(this.keys.signs + toHex(person));
  }

  /** Whether what they say can be dated by their clock: it was held against ours. */
  isDated(person: PersonId): boolean {
    return this.clock.dated(toHex(person), 0) !== null;
  }

  /** What was last heard of this person; null for nothing. */
  of(person: PersonId): LastSign | null {
    return this.newest.get(toHex(person)) ?? null;
  }

  /**
   * When they signed, at the latest ago, by their own clock; 0 where that clock says nothing.
   *
   * RULE: freshness.their-clock: only a clock that was held against ours dates anything, by what it showed then: by one that is
   * ahead, a message that the relay holds back for as long would look new (attacks A34, A121).
   */
  private clocked(id: string, time: number, now: number): number {
    const at = this.clock.dated(id, time) ?? 0;
    return at > now ? 0 : Math.max(0, at);
  }

  /** RULE: freshness.set-back: what was dated by a clock that has been set back since is dated by nothing (attack A35). */
  private look(now: number): void {
    if (now < this.latest - BACK_MS) {
      this.own = [];
      this.newest.clear();
      this.clock.restart();
    }
    this.latest = now;
  }
}
