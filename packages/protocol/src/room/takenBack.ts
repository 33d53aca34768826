import { encode, stored, toHex, u53 } from "@conclave/codec";
import { recordsUnder } from "../encoding/delta.js";
import type { PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import type { Roster } from "../roster/roster.js";

const BACK = "back/";
/** In place of a person: messages are missing up to there. */
const GAP = "gap";

/**
 * Where in the log each member took an approval back last. An approval that comes beside the relay has no place in the log: this
 * tells whether it comes from before that (docs/protocol.md §4). One number for each member, so there is nothing to use up, and
 * nobody makes another's approvals void.
 */
export class TakenBack {
  private constructor(private readonly places: Map<string, number>) {}

  static load(records: Iterable<readonly [string, Uint8Array]>): TakenBack {
    const found = [...recordsUnder(BACK, records)].map(
      ([who, value]) => [who, stored("taken back", value, u53)] as const,
    );
    return new TakenBack(new Map(found));
  }

  /** This person took an approval back, by the log at `n`. */
  note(person: PersonId, n: number): Delta {
    return this.put(toHex(person), n);
  }

  /** A message is missing at `n`: it may have taken anything back. */
  missed(n: number): Delta {
    return this.put(GAP, n);
  }

  /** Whether this person may have taken back what they approved when the log was `n` long: `yes`, or `unknown` for a gap. */
  since(person: PersonId, n: number): "yes" | "no" | "unknown" {
    if ((this.places.get(toHex(person)) ?? 0) > n) return "yes";
    return (this.places.get(GAP) ?? 0) > n ? "unknown" : "no";
  }

  /** The roster changed: what somebody approved who is out is void anyway. */
  settle(roster: Roster): Delta {
    const gone = [...this.places.keys()].filter((who) => who !== GAP && !roster.members.has(who));
    for (const who of gone) this.places.delete(who);
    return { put: [], delete: gone.map((who) => BACK + who) };
  }

  private put(who: string, n: number): Delta {
    this.places.set(who, n);
    return { put: [[BACK + who, encode(n, u53.write)]], delete: [] };
  }
}
