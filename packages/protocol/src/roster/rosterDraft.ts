import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import type { Invite } from "../invite/invite.js";
import type { Delta } from "../encoding/provider.js";
import { policyHash } from "../policy/policy.js";
import type { FormerMember, Member, Roster } from "./roster.js";
import {
  encodeFormer,
  encodeHead,
  encodeInvite,
  encodeMember,
  encodeMeta,
  recordKey,
  type RosterMeta,
} from "./rosterRecord.js";
import { StateTable } from "./stateTable.js";

/** A roster without the head of the entry that leads to it: the entry holds the hash of this state. */
export type HeadlessRoster = Omit<Roster, "roomId" | "head">;

/** The next roster in the making: copies only the maps that change, and digests only the records that change. */
export class RosterDraft {
  private readonly members: Map<string, Member>;
  private readonly leaves: Map<string, string>;
  private invites: Map<string, Invite> | null = null;
  private former: Map<string, FormerMember> | null = null;
  private readonly changes = new Map<string, Uint8Array | null>();
  private meta: RosterMeta;

  constructor(
    private readonly before: HeadlessRoster,
    { members, leaves }: { members: Map<string, Member>; leaves: Map<string, string> } = {
      members: new Map(before.members),
      leaves: new Map(before.leaves),
    },
  ) {
    this.members = members;
    this.leaves = leaves;
    this.meta = before;
  }

  /**
   * A draft that uses up the roster before it, which must not be looked at any more: a long chain is replayed without a
   * copy of the room for each entry. Such a roster has to be nobody else's.
   */
  static usingUp(before: HeadlessRoster): RosterDraft {
    // Every roster's maps were made here, by the constructor or by `loadRoster`.
    return new RosterDraft(before, {
      members: before.members as Map<string, Member>,
      leaves: before.leaves as Map<string, string>,
    });
  }

  member(person: string): Member | undefined {
    return this.members.get(person);
  }

  everyone(): Iterable<Member> {
    return this.members.values();
  }

  putMember(member: Member): void {
    const person = toHex(member.person);
    for (const { leaf } of this.members.get(person)?.devices ?? []) this.leaves.delete(toHex(leaf));
    for (const { leaf } of member.devices) this.leaves.set(toHex(leaf), person);
    this.members.set(person, member);
    this.changes.set(recordKey.member(person), encodeMember(member));
  }

  deleteMember(person: string): void {
    for (const { leaf } of this.members.get(person)?.devices ?? []) this.leaves.delete(toHex(leaf));
    this.members.delete(person);
    this.changes.set(recordKey.member(person), null);
  }

  putInvite(invite: Invite): void {
    const id = toHex(invite.inviteId);
    this.invites ??= new Map(this.before.invites);
    this.invites.set(id, invite);
    this.changes.set(recordKey.invite(id), encodeInvite(invite));
  }

  putFormer(former: FormerMember): void {
    const person = toHex(former.person);
    this.former ??= new Map(this.before.former);
    this.former.set(person, former);
    this.changes.set(recordKey.former(person), encodeFormer(former));
  }

  deleteFormer(person: string): void {
    if (!(this.former ?? this.before.former).has(person)) return;
    this.former ??= new Map(this.before.former);
    this.former.delete(person);
    this.changes.set(recordKey.former(person), null);
  }

  setMeta(change: Partial<RosterMeta>): void {
    this.meta = { ...this.meta, ...change };
  }

  /** The finished state and what to store of it; `withHead` completes both. */
  finish(crypto: Crypto): DraftedRoster {
    const { seq, title, policy, relay, sealed, chainTime, generation, changedSeq } = this.meta;
    const meta = { seq, title, policy, relay, sealed, chainTime, generation, changedSeq };
    const table = this.before.table.with(crypto, this.changes);
    const encoded = encodeMeta(meta);
    const state: HeadlessRoster = {
      ...meta,
      policyHash: policy === this.before.policy ? this.before.policyHash : policyHash(crypto, policy),
      members: this.members,
      leaves: this.leaves,
      invites: this.invites ?? this.before.invites,
      former: this.former ?? this.before.former,
      table,
      stateHash: table.root(crypto, encoded),
    };
    return { state, changes: new Map([...this.changes, [recordKey.meta, encoded]]) };
  }
}

/** The roster of nobody, from which a charter's draft starts. */
export function emptyRoster(
  crypto: Crypto,
  { title, policy, relay }: Pick<Roster, "title" | "policy" | "relay">,
): HeadlessRoster {
  return {
    seq: 0,
    title,
    policy,
    policyHash: policyHash(crypto, policy),
    relay,
    sealed: false,
    chainTime: 0,
    generation: 0,
    changedSeq: 0,
    members: new Map(),
    leaves: new Map(),
    invites: new Map(),
    former: new Map(),
    stateHash: new Uint8Array(0),
    table: StateTable.empty,
  };
}

/** A finished draft. */
export interface DraftedRoster {
  readonly state: HeadlessRoster;
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
}

/** The roster that the entry with this hash leads to, and its records. */
export function withHead(
  { state, changes }: DraftedRoster,
  place: Pick<Roster, "roomId" | "head">,
): { roster: Roster; delta: Delta } {
  const put: [string, Uint8Array][] = [[recordKey.head, encodeHead(place)]];
  const gone: string[] = [];
  for (const [key, value] of changes) {
    if (value === null) gone.push(key);
    else put.push([key, value]);
  }
  return { roster: { ...state, ...place }, delta: { put, delete: gone } };
}
