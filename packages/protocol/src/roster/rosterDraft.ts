import { toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { type Invite, isInviteOpen, isSpent } from "../invite/invite.js";
import type { Delta } from "../encoding/provider.js";
import type { SshKey } from "../invite/sshKey.js";
import { policyHash } from "../policy/policy.js";
import { DraftMap } from "./draftMap.js";
import { FORGET_AFTER, MAX_FORMER } from "./limit.js";
import type { FormerMember, ListedKey, Member, Roster } from "./roster.js";
import {
  encodeFormer,
  encodeHead,
  encodeInvite,
  encodeListedKey,
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
  private readonly members: DraftMap<string, Member>;
  private readonly leaves: DraftMap<string, string>;
  private readonly invites: DraftMap<string, Invite>;
  private readonly openInvites: DraftMap<string, Invite>;
  private readonly closedAt: DraftMap<number, ReadonlySet<string>>;
  private readonly former: DraftMap<string, FormerMember>;
  private readonly leftAt: DraftMap<number, ReadonlySet<string>>;
  private readonly listedKeys: DraftMap<string, ListedKey>;
  private readonly changes = new Map<string, Uint8Array | null>();
  private meta: RosterMeta;

  constructor(
    private readonly before: HeadlessRoster,
    isUsedUp = false,
  ) {
    this.members = new DraftMap(before.members, isUsedUp);
    this.leaves = new DraftMap(before.leaves, isUsedUp);
    this.invites = new DraftMap(before.invites, isUsedUp);
    this.openInvites = new DraftMap(before.openInvites, isUsedUp);
    this.closedAt = new DraftMap(before.closedAt, isUsedUp);
    this.former = new DraftMap(before.former, isUsedUp);
    this.leftAt = new DraftMap(before.leftAt, isUsedUp);
    this.listedKeys = new DraftMap(before.listedKeys, isUsedUp);
    this.meta = before;
  }

  /**
   * A draft that uses up the roster before it, which must not be looked at any more. Such a roster has to be nobody else's.
   *
   * RULE: replay.linear: a long chain is replayed without a copy of the room for each entry: to join takes as long as the history is,
   * and not its square (attack A83).
   */
  static usingUp(before: HeadlessRoster): RosterDraft {
    return new RosterDraft(before, true);
  }

  /** The chain's time as it is now. */
  get chainTime(): number {
    return this.meta.chainTime;
  }

  member(person: string): Member | undefined {
    return this.members.now.get(person);
  }

  everyone(): ReadonlyMap<string, Member> {
    return this.members.now;
  }

  putMember(member: Member): void {
    const person = toHex(member.person);
    for (const { leaf } of this.member(person)?.devices ?? []) this.leaves.delete(toHex(leaf));
    for (const { leaf } of member.devices) this.leaves.set(toHex(leaf), person);
    this.members.set(person, member);
    this.changes.set(recordKey.member(person), encodeMember(member));
  }

  deleteMember(person: string): void {
    for (const { leaf } of this.member(person)?.devices ?? []) this.leaves.delete(toHex(leaf));
    this.members.delete(person);
    this.changes.set(recordKey.member(person), null);
  }

  putInvite(invite: Invite): void {
    const id = toHex(invite.inviteId);
    this.invites.set(id, invite);
    if (isInviteOpen(invite)) this.openInvites.set(id, invite);
    else this.openInvites.delete(id);
    this.changes.set(recordKey.invite(id), encodeInvite(invite));
  }

  /** Closes each invite that lets nobody in any more, by the chain's time as it is now; gives how many. */
  closeInvites(closedSeq: number): number {
    const over = [...this.openInvites.now.values()].filter((invite) => isSpent(invite, this.chainTime));
    for (const invite of over) this.putInvite({ ...invite, closedSeq });
    if (over.length > 0) this.closedAt.set(closedSeq, new Set(over.map(({ inviteId }) => toHex(inviteId))));
    return over.length;
  }

  putFormer(former: FormerMember): void {
    const person = toHex(former.person);
    this.deleteFormer(person);
    // Set again, so that the map is in the order of leaving.
    this.former.set(person, former);
    if (!former.banned) {
      const { leftSeq } = former;
      this.leftAt.set(leftSeq, new Set(this.leftAt.now.get(leftSeq)).add(person));
    }
    this.changes.set(recordKey.former(person), encodeFormer(former));
  }

  deleteFormer(person: string): void {
    const former = this.former.now.get(person);
    if (former === undefined) return;
    this.former.delete(person);
    const others = new Set(this.leftAt.now.get(former.leftSeq));
    others.delete(person);
    if (others.size > 0) this.leftAt.set(former.leftSeq, others);
    else this.leftAt.delete(former.leftSeq);
    this.changes.set(recordKey.former(person), null);
  }

  /** The SSH keys that are listed, used ones among them. */
  keys(): ReadonlyMap<string, ListedKey> {
    return this.listedKeys.now;
  }

  putKey(listed: ListedKey): void {
    const key = toHex(listed.key);
    this.listedKeys.set(key, listed);
    this.changes.set(recordKey.listedKey(key), encodeListedKey(listed));
  }

  /** Takes SSH keys off the list, with the entry of this number. */
  deleteKeys(keys: readonly SshKey[], seq: number): void {
    for (const each of keys) {
      const key = toHex(each);
      this.listedKeys.delete(key);
      this.changes.set(recordKey.listedKey(key), null);
    }
    if (keys.length > 0) this.setMeta({ unlistedSeq: seq });
  }

  /**
   * Drops what nothing can refer to any more (docs/protocol.md §4, Forgetting).
   *
   * RULE: roster.forget: what is over is kept for as long as a yes can be older than it, and no longer: a room in which people
   * come and go does not grow for ever (attack A83), and no yes outlives what it was about (attacks A48, A54).
   */
  forget(seq: number): void {
    const due = seq - FORGET_AFTER;
    for (const gone of this.leftAt.now.get(due) ?? []) this.deleteFormer(gone);
    for (const id of this.closedAt.now.get(due) ?? []) {
      this.invites.delete(id);
      this.changes.set(recordKey.invite(id), null);
    }
    this.closedAt.delete(due);
    while (this.former.now.size > MAX_FORMER) {
      const [oldest] = this.former.now.keys();
      this.deleteFormer(oldest!);
    }
  }

  setMeta(change: Partial<RosterMeta>): void {
    this.meta = { ...this.meta, ...change };
  }

  /** The finished state and what to store of it; `withHead` completes both. */
  finish(crypto: Crypto): DraftedRoster {
    const { seq, title, policy, relay, sealed, chainTime, generation, changedSeq, version } = this.meta;
    const { unlistedSeq, tenure, mirrors } = this.meta;
    const room = { seq, title, policy, relay, sealed, chainTime, generation, changedSeq, version };
    const meta = { ...room, unlistedSeq, tenure, mirrors };
    const table = this.before.table.with(crypto, this.changes);
    const encoded = encodeMeta(meta);
    const state: HeadlessRoster = {
      ...meta,
      policyHash: policy === this.before.policy ? this.before.policyHash : policyHash(crypto, policy),
      members: this.members.now,
      leaves: this.leaves.now,
      invites: this.invites.now,
      openInvites: this.openInvites.now,
      closedAt: this.closedAt.now,
      former: this.former.now,
      leftAt: this.leftAt.now,
      listedKeys: this.listedKeys.now,
      table,
      stateHash: table.root(crypto, encoded),
    };
    return { state, changes: new Map([...this.changes, [recordKey.meta, encoded]]) };
  }
}

/** The roster of nobody, from which a charter's draft starts. */
export function emptyRoster(
  crypto: Crypto,
  { title, policy, relay, version }: Pick<Roster, "title" | "policy" | "relay" | "version">,
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
    version,
    unlistedSeq: 0,
    tenure: 0,
    mirrors: [],
    members: new Map(),
    leaves: new Map(),
    invites: new Map(),
    openInvites: new Map(),
    closedAt: new Map(),
    former: new Map(),
    leftAt: new Map(),
    listedKeys: new Map(),
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
