import { equalBytes, toHex } from "@conclave/codec";
import type { DeviceKey, InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import type { Invite } from "../invite/invite.js";
import type { Policy } from "../policy/policy.js";
import type { Role } from "../policy/role.js";
import type { SshKey } from "../invite/sshKey.js";
import type { Mirror } from "./mirror.js";
import type { RelayIdentity } from "./relayIdentity.js";
import type { StateTable } from "./stateTable.js";

/** One device of a member. */
export interface Device {
  /** The leaf's signature key in this room. */
  readonly leaf: LeafKey;
  /** The device key that certified it. */
  readonly device: DeviceKey;
  readonly deviceNo: number;
  readonly addedSeq: number;
  /** X25519: what is for this leaf alone is sealed to it. */
  readonly seal: Uint8Array;
}

/** A person in the room. */
export interface Member {
  readonly person: PersonId;
  readonly name: string;
  readonly role: Role;
  readonly joinedSeq: number;
  /** The roster's `tenure` when they came in. */
  readonly joinedTenure: number;
  /** The newest entry about this person: approvals from before it are void. */
  readonly changedSeq: number;
  /** Who signed them in: the founder and those who came by an invite have themselves. */
  readonly addedBy: PersonId;
  /** The invite they came by. */
  readonly inviteId: InviteId | null;
  readonly devices: readonly Device[];
  /** How many entries this person has authored. */
  readonly entries: number;
  /** For each removal by this person that still counts: the number of entries by others before it. */
  readonly removals: readonly number[];
  /** The newest entry that took a device of theirs out; 0 for none. */
  readonly lostSeq: number;
}

/** A person who was in the room. */
export interface FormerMember {
  readonly person: PersonId;
  readonly name: string;
  readonly leftSeq: number;
  /** Cannot return by an invite. */
  readonly banned: boolean;
}

/** An SSH key on the room's list: by an invite for listed keys, it lets in one person, once. */
export interface ListedKey {
  readonly key: SshKey;
  /** Who or what it is, as the person who listed it says; may be empty. */
  readonly comment: string;
  /** Who listed it and is still here, in that order: 1 to 8; of a key that somebody used, those of then. */
  readonly listers: readonly PersonId[];
  /** The entry with which it came onto the list. */
  readonly seq: number;
  /** Who came by it, and with which entry; null and 0 while nobody has. */
  readonly usedBy: PersonId | null;
  readonly usedSeq: number;
}

/**
 * What the chain of entries reduces to (docs/protocol.md §4). Never changed in place; `evaluate` gives the next one.
 * Maps are keyed by the hexadecimal of a person, leaf or invite id.
 */
export interface Roster {
  readonly roomId: RoomId;
  readonly seq: number;
  /** SHA-256 of the newest signed entry. */
  readonly head: Uint8Array;
  readonly title: string;
  readonly policy: Policy;
  readonly policyHash: Uint8Array;
  readonly relay: RelayIdentity;
  /** Relays at which members keep a copy of the log. */
  readonly mirrors: readonly Mirror[];
  readonly sealed: boolean;
  /** The greatest time (ms) of entries by owners and admins; expiry is decided by it alone. */
  readonly chainTime: number;
  /** How many entries took devices out or ended an invite: the number of the current roster key. */
  readonly generation: number;
  /** The newest entry about the room as a whole: approvals of such from before it are void. */
  readonly changedSeq: number;
  /** The newest entry that took SSH keys off the list: approvals to list some from before it are void. */
  readonly unlistedSeq: number;
  /** How many entries were made by those who may vote: in these a newcomer's tenure is counted. */
  readonly tenure: number;
  /** What may be decided in the room, and in which form; see `ROOM_VERSION`. */
  readonly version: number;
  readonly members: ReadonlyMap<string, Member>;
  /** Leaf to person. */
  readonly leaves: ReadonlyMap<string, string>;
  /** Open ones, and those that closed a short while ago. */
  readonly invites: ReadonlyMap<string, Invite>;
  /** Those of the invites that are open. */
  readonly openInvites: ReadonlyMap<string, Invite>;
  /** By the entry that closed them: the ids of closed invites. */
  readonly closedAt: ReadonlyMap<number, ReadonlySet<string>>;
  /** In the order in which they left. */
  readonly former: ReadonlyMap<string, FormerMember>;
  /** By the entry with which they left: former members who are not banned. */
  readonly leftAt: ReadonlyMap<number, ReadonlySet<string>>;
  /** The SSH keys by which people may come, by an invite for listed keys. Keyed by the key's hexadecimal. */
  readonly listedKeys: ReadonlyMap<string, ListedKey>;
  /** The digest of all that an entry says of members, invites, former members, listed keys and the room, without `roomId` and `head`. */
  readonly stateHash: Uint8Array;
  /** For the roster's own files. */
  readonly table: StateTable;
}

/** The member with this identity key, or null. */
export function memberOf(roster: Roster, person: PersonId): Member | null {
  return roster.members.get(toHex(person)) ?? null;
}

/** The stewards that a person let in: they go with them. */
export function stewardsOf({ members }: Pick<Roster, "members">, sponsor: PersonId): readonly Member[] {
  return [...members.values()].filter(({ role, addedBy }) => role === "steward" && equalBytes(addedBy, sponsor));
}

/** The role of a person; of one who is not in the room, a member's. */
export function roleOf(roster: Roster, person: PersonId): Role {
  return memberOf(roster, person)?.role ?? "member";
}

/** The member whose device holds this leaf key. */
export function memberOfLeaf(roster: Roster, leaf: LeafKey): Member | null {
  const person = roster.leaves.get(toHex(leaf));
  return person === undefined ? null : roster.members.get(person)!;
}

/** The invite with this id, alive or not, or null. */
export function inviteOf(roster: Roster, inviteId: InviteId): Invite | null {
  return roster.invites.get(toHex(inviteId)) ?? null;
}

/** Whether an invite has this token: its slot is where that token's slot is. */
export function hasToken({ invites }: Roster, tokenPub: Uint8Array): boolean {
  return [...invites.values()].some((invite) => equalBytes(invite.tokenPub, tokenPub));
}

/** What the list says of an SSH key, used or not, or null. */
export function listedKeyOf(roster: Roster, key: SshKey): ListedKey | null {
  return roster.listedKeys.get(toHex(key)) ?? null;
}
