import { encode, equalBytes, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { stored } from "../encoding/stored.js";
import type { Delta } from "../primitives.js";
import { type Action, actionHash, readAction, writeAction } from "../roster/action.js";
import { openApproval } from "../roster/approval.js";
import { openFarewell } from "../roster/farewell.js";
import { memberOf, memberOfLeaf, type Roster } from "../roster/roster.js";

/** An action that somebody wants agreement for, and the yeses that came. */
export interface Petition {
  readonly action: Action;
  readonly actionHash: Uint8Array;
  /** Who asked first. */
  readonly by: Uint8Array;
  /** Signed approvals, one for each leaf. */
  readonly approvals: readonly Uint8Array[];
  /** Who said no. It holds nobody up: a yes that is missing is missing, with a no or without. */
  readonly declinedBy: readonly Uint8Array[];
}

/** How many petitions are kept, and farewells: the oldest give way. */
const KEPT = 64;
const PETITION = "q/";
const FAREWELL = "f/";

/** What people asked of each other by messages and nobody has carried out yet (docs/protocol.md §4, §10). */
export class Petitions {
  private constructor(
    private readonly petitions: Map<string, Petition>,
    private readonly farewells: Map<string, Uint8Array>,
  ) {}

  static empty(): Petitions {
    return new Petitions(new Map(), new Map());
  }

  static load(records: Iterable<readonly [string, Uint8Array]>): Petitions {
    const all = Petitions.empty();
    for (const [key, value] of records) {
      if (key.startsWith(PETITION)) all.petitions.set(key.slice(PETITION.length), decodePetition(value));
      if (key.startsWith(FAREWELL)) all.farewells.set(key.slice(FAREWELL.length), value);
    }
    return all;
  }

  list(): Petition[] {
    return [...this.petitions.values()];
  }

  find(hash: Uint8Array): Petition | null {
    return this.petitions.get(toHex(hash)) ?? null;
  }

  /** The signed farewell of a member, or null. */
  farewellOf(person: Uint8Array): Uint8Array | null {
    return this.farewells.get(toHex(person)) ?? null;
  }

  /** Members who said farewell and are still here. */
  leaving(roster: Roster): Uint8Array[] {
    return [...this.farewells.keys()].flatMap((hex) => roster.members.get(hex)?.person ?? []);
  }

  /** Somebody asks. */
  propose(crypto: Crypto, action: Action, by: Uint8Array): { hash: Uint8Array; delta: Delta } {
    const hash = actionHash(crypto, action);
    const known = this.find(hash);
    return {
      hash,
      delta: known === null ? this.put({ action, actionHash: hash, by, approvals: [], declinedBy: [] }) : NOTHING,
    };
  }

  /** An approval came, from whomever. Null when it holds for nothing: not of a member, or nobody asked. */
  approve(
    crypto: Crypto,
    roster: Roster,
    bytes: Uint8Array,
  ): { by: Uint8Array; hash: Uint8Array; delta: Delta } | null {
    const approval = openApproval(crypto, bytes);
    if (approval === null || !equalBytes(approval.roomId, roster.roomId)) return null;
    const member = memberOfLeaf(roster, approval.leaf);
    const petition = this.find(approval.actionHash);
    if (petition === null || member === null || !equalBytes(member.person, approval.person)) return null;
    const { person: by, actionHash: hash } = approval;
    // The newest yes of a person counts: an older one may have been given for other rules.
    const others = petition.approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, by));
    const declinedBy = petition.declinedBy.filter((each) => !equalBytes(each, by));
    return { by, hash, delta: this.put({ ...petition, approvals: [...others, bytes], declinedBy }) };
  }

  /**
   * Somebody says no, and takes their yes back. Null when it says nothing: not of a member, of who asked, or nobody asked.
   *
   * RULE: petitions.no-veto: a no takes nothing away but the yes of the person who says it: what enough others agree to is done
   * (attack A55).
   */
  decline(crypto: Crypto, roster: Roster, hash: Uint8Array, by: Uint8Array): { hash: Uint8Array; delta: Delta } | null {
    const petition = this.find(hash);
    if (petition === null || memberOf(roster, by) === null || equalBytes(petition.by, by)) return null;
    const approvals = petition.approvals.filter((each) => !equalBytes(openApproval(crypto, each)?.person ?? each, by));
    const declinedBy = [...petition.declinedBy.filter((each) => !equalBytes(each, by)), by];
    return { hash: petition.actionHash, delta: this.put({ ...petition, approvals, declinedBy }) };
  }

  /**
   * Who asked does not want it any more. Null when nobody asked.
   *
   * RULE: petitions.withdraw-own: only who asked takes back what was asked: anybody else would have a veto (attack A55).
   */
  withdraw(hash: Uint8Array, by: Uint8Array): { hash: Uint8Array; delta: Delta } | null {
    const petition = this.find(hash);
    if (petition === null || !equalBytes(petition.by, by)) return null;
    const key = toHex(petition.actionHash);
    this.petitions.delete(key);
    return { hash: petition.actionHash, delta: { put: [], delete: [PETITION + key] } };
  }

  /** A farewell came, in a message of `author`. Null when it is not of this room's member, or not of the author. */
  farewell(
    crypto: Crypto,
    roster: Roster,
    bytes: Uint8Array,
    author: Uint8Array,
  ): { person: Uint8Array; delta: Delta } | null {
    const farewell = openFarewell(crypto, bytes);
    if (farewell === null || !equalBytes(farewell.roomId, roster.roomId)) return null;
    if (!equalBytes(farewell.person, author)) return null;
    const member = memberOfLeaf(roster, farewell.leaf);
    if (member === null || !equalBytes(member.person, farewell.person)) return null;
    const key = toHex(farewell.person);
    this.farewells.set(key, bytes);
    const delta = { put: [[FAREWELL + key, bytes]] as const, delete: this.limit(this.farewells, FAREWELL) };
    return { person: farewell.person, delta };
  }

  /** Somebody takes their farewell back. Null when there is none. */
  stay(person: Uint8Array): Delta | null {
    const key = toHex(person);
    return this.farewells.delete(key) ? { put: [], delete: [FAREWELL + key] } : null;
  }

  /** The roster changed: what is done, or can no more be done, is forgotten. */
  settle(crypto: Crypto, roster: Roster, doneAction: Uint8Array | null): Delta {
    const gone: string[] = [];
    if (doneAction !== null && this.petitions.delete(toHex(doneAction))) gone.push(PETITION + toHex(doneAction));
    for (const [key, { by }] of this.petitions) {
      if (memberOf(roster, by) !== null) continue;
      this.petitions.delete(key);
      gone.push(PETITION + key);
    }
    for (const [key, bytes] of this.farewells) {
      const leaf = openFarewell(crypto, bytes)?.leaf;
      // RULE: petitions.farewell-void: a wish to leave is void with the leaf that signed it: who came back with another device
      // is not shown as leaving (docs/protocol.md §4; attack A61).
      if (leaf && roster.leaves.get(toHex(leaf)) === key) continue;
      this.farewells.delete(key);
      gone.push(FAREWELL + key);
    }
    return { put: [], delete: gone };
  }

  private put(petition: Petition): Delta {
    const key = toHex(petition.actionHash);
    this.petitions.set(key, petition);
    return { put: [[PETITION + key, encodePetition(petition)]], delete: this.limit(this.petitions, PETITION) };
  }

  private limit(map: Map<string, unknown>, prefix: string): string[] {
    if (map.size <= KEPT) return [];
    const [oldest] = map.keys();
    map.delete(oldest!);
    return [prefix + oldest!];
  }
}

const NOTHING: Delta = { put: [], delete: [] };

function encodePetition(petition: Petition): Uint8Array {
  return encode(petition, (w, p) => {
    w.fixed(p.actionHash).fixed(p.by);
    writeAction(w, p.action);
    w.vector(p.approvals, (x, approval) => x.opaque(approval));
    w.vector(p.declinedBy, (x, person) => x.fixed(person));
  });
}

function decodePetition(bytes: Uint8Array): Petition {
  return stored("petition", bytes, (r) => {
    const [hash, by, action] = [r.fixed(32), r.fixed(32), readAction(r)];
    if (action === null) throw new TypeError("a stored petition is of a newer version");
    const approvals = r.vector((x) => x.opaque());
    return { actionHash: hash, by, action, approvals, declinedBy: r.vector((x) => x.fixed(32)) };
  });
}
