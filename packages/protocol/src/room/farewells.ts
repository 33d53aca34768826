import { equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { recordsUnder } from "../encoding/delta.js";
import type { PersonId } from "../encoding/ids.js";
import type { Delta } from "../encoding/provider.js";
import { openFarewell } from "../roster/farewell.js";
import { memberOfLeaf, type Roster } from "../roster/roster.js";

/** How many are kept: the oldest give way. */
const KEPT = 64;
const FAREWELL = "f/";

/** The signed farewells of members who are still here (docs/protocol.md §10). */
export class Farewells {
  private constructor(private readonly kept: Map<string, Uint8Array>) {}

  static load(records: Iterable<readonly [string, Uint8Array]>): Farewells {
    return new Farewells(new Map(recordsUnder(FAREWELL, records)));
  }

  /** The signed farewell of a member, or null. */
  of(person: PersonId): Uint8Array | null {
    return this.kept.get(toHex(person)) ?? null;
  }

  /** Members who said farewell and are still here. */
  leaving(roster: Roster): PersonId[] {
    return [...this.kept.keys()].flatMap((hex) => roster.members.get(hex)?.person ?? []);
  }

  /** A farewell came, in a message of `author`. Null when it is not of this room's member, or not of the author. */
  take(crypto: Crypto, roster: Roster, bytes: Uint8Array, author: PersonId): { person: PersonId; delta: Delta } | null {
    const farewell = openFarewell(crypto, bytes);
    if (farewell === null || !equalBytes(farewell.roomId, roster.roomId)) return null;
    if (!equalBytes(farewell.person, author)) return null;
    const member = memberOfLeaf(roster, farewell.leaf);
    if (member === null || !equalBytes(member.person, farewell.person)) return null;
    const key = toHex(farewell.person);
    this.kept.set(key, bytes);
    const [oldest] = this.kept.keys();
    const gone = this.kept.size > KEPT ? this.drop([oldest!]) : [];
    return { person: farewell.person, delta: { put: [[FAREWELL + key, bytes]], delete: gone } };
  }

  /** Somebody takes their farewell back. Null when there is none. */
  stay(person: PersonId): Delta | null {
    const gone = this.drop([toHex(person)]);
    return gone.length === 0 ? null : { put: [], delete: gone };
  }

  /** The roster changed. */
  settle(crypto: Crypto, roster: Roster): Delta {
    // RULE: proposals.farewell-void: a wish to leave is void with the leaf that signed it: who came back with another device
    // is not shown as leaving (docs/protocol.md §4; attack A61).
    const isVoid = ([key, bytes]: [string, Uint8Array]) => {
      const leaf = openFarewell(crypto, bytes)?.leaf;
      return !leaf || roster.leaves.get(toHex(leaf)) !== key;
    };
    return { put: [], delete: this.drop([...this.kept].filter(isVoid).map(([key]) => key)) };
  }

  /**
   * Messages are missing that came after what we heard.
   *
   * RULE: proposals.farewell-over-gap: a wish to leave may have been taken back in one of them, so nobody is let go for it
   * (docs/protocol.md §4, attack A61).
   */
  clear(): Delta {
    return { put: [], delete: this.drop([...this.kept.keys()]) };
  }

  private drop(keys: readonly string[]): string[] {
    return keys.filter((key) => this.kept.delete(key)).map((key) => FAREWELL + key);
  }
}
