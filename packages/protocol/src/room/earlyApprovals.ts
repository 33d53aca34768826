import { encode, opaque, stored, struct, toHex, u53 } from "@conclave/codec";
import { NO_DELTA } from "../encoding/delta.js";
import type { ActionHash, PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import type { Roster } from "../roster/roster.js";

interface EarlyApproval {
  /** How long the log was for who gave it. */
  readonly seen: number;
  readonly approval: Uint8Array;
}

const layout = struct<EarlyApproval>({ seen: u53, approval: opaque() });

/** How many are kept: of one person, and in all. */
const MOST_OF_ONE = 4;
const MOST = 64;
const EARLY = "y/";
const WITHDRAWN = "y/withdrawn";
/** Of a person's id as hexadecimal digits, with which each key ends. */
const PERSON_DIGITS = 64;

/** Signed approvals of what nobody has proposed yet, as far as this device knows: they count when somebody does. */
export class EarlyApprovals {
  private constructor(
    private readonly kept: Map<string, EarlyApproval>,
    /** Where in the log a proposal was withdrawn last. */
    private lastWithdrawal: number,
  ) {}

  static load(records: Iterable<readonly [string, Uint8Array]>): EarlyApprovals {
    const found: [string, EarlyApproval][] = [];
    let withdrawnAt = 0;
    for (const [key, value] of records) {
      if (key === WITHDRAWN) withdrawnAt = stored("withdrawal", value, u53);
      else if (key.startsWith(EARLY)) found.push([key, stored("approval", value, layout)]);
    }
    found.sort(([, a], [, b]) => a.seen - b.seen);
    return new EarlyApprovals(new Map(found), withdrawnAt);
  }

  /** Where in the log a proposal was withdrawn last; 0 for never. */
  get withdrawnAt(): number {
    return this.lastWithdrawal;
  }

  /** Keeps one, given by somebody who had seen the log to `seen`. */
  keep(hash: ActionHash, by: PersonId, approval: Uint8Array, seen: number): Delta {
    // RULE: proposals.early-not-withdrawn: a yes may have been given to a proposal that was withdrawn at the same time; it does
    // not serve one that is made again (docs/protocol.md §4, attack A151).
    if (seen < this.lastWithdrawal) return NO_DELTA;
    const key = keyOf(hash, by);
    this.kept.delete(key);
    this.kept.set(key, { seen, approval });
    return { put: [[key, encode({ seen, approval }, layout.write)]], delete: this.limit(toHex(by)) };
  }

  /** Those for an action that somebody proposes now. */
  take(hash: ActionHash): { approvals: readonly Uint8Array[]; delta: Delta } {
    const keys = [...this.kept.keys()].filter((key) => key.startsWith(EARLY + toHex(hash)));
    const approvals = keys.map((key) => this.kept.get(key)!.approval);
    return { approvals, delta: this.drop(keys) };
  }

  /** This person takes theirs back. */
  forget(hash: Uint8Array, by: PersonId): Delta {
    return this.drop([keyOf(hash, by)]);
  }

  /** A proposal was withdrawn, by the log at `n`. */
  withdrawn(n: number): Delta {
    this.lastWithdrawal = n;
    return { put: [[WITHDRAWN, encode(n, u53.write)]], delete: [] };
  }

  /** The roster changed: who is out does not agree to anything. */
  settle(roster: Roster): Delta {
    return this.drop([...this.kept.keys()].filter((key) => !roster.members.has(personOf(key))));
  }

  /** Messages are missing: one of them may have taken any of them back. */
  clear(): Delta {
    return this.drop([...this.kept.keys()]);
  }

  // RULE: proposals.early-bounded: approvals of nothing fill no store, and push out nobody else's (attack A117).
  private limit(person: string): string[] {
    const own = [...this.kept.keys()].filter((key) => personOf(key) === person);
    const gone = own.slice(0, Math.max(0, own.length - MOST_OF_ONE));
    for (const key of gone) this.kept.delete(key);
    if (this.kept.size > MOST) {
      const open = new Map<string, number>();
      for (const key of this.kept.keys()) open.set(personOf(key), (open.get(personOf(key)) ?? 0) + 1);
      const most = Math.max(...open.values());
      const oldest = [...this.kept.keys()].find((key) => open.get(personOf(key)) === most)!;
      this.kept.delete(oldest);
      gone.push(oldest);
    }
    return gone;
  }

  private drop(keys: readonly string[]): Delta {
    const gone = keys.filter((key) => this.kept.delete(key));
    return { put: [], delete: gone };
  }
}

function keyOf(hash: Uint8Array, by: PersonId): string {
  return EARLY + toHex(hash) + toHex(by);
}

function personOf(key: string): string {
  return key.slice(-PERSON_DIGITS);
}
