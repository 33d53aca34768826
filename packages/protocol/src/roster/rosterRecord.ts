import {
  bool,
  checked,
  compareBytes,
  encode,
  list,
  optional,
  stored,
  struct,
  text,
  toHex,
  u16,
  u32,
  u53,
} from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { DeviceKey, InviteId, LeafKey, PersonId, RoomId } from "../encoding/ids.js";
import { bytes32 } from "../encoding/signed.js";
import { MAX_LABEL_BYTES } from "../identity/label.js";
import { type Invite, inviteLayout, isInviteOpen } from "../invite/invite.js";
import { MAX_COMMENT_BYTES } from "../invite/sshComment.js";
import { SshKey } from "../invite/sshKey.js";
import { policyHash, policyLayout } from "../policy/policy.js";
import { roleLayout } from "../policy/role.js";
import { MAX_LISTERS } from "./limit.js";
import { mirrorsLayout } from "./mirror.js";
import { relayLayout } from "./relayIdentity.js";
import type { Device, FormerMember, ListedKey, Member, Roster } from "./roster.js";
import { StateTable } from "./stateTable.js";

/** The keys of a roster's records, in its digest and in storage. */
export const recordKey = {
  member: (person: string) => `r/m/${person}`,
  invite: (inviteId: string) => `r/i/${inviteId}`,
  former: (person: string) => `r/f/${person}`,
  listedKey: (key: string) => `r/a/${key}`,
  meta: "r/meta",
  head: "r/head",
} as const;

const memberLayout = struct<Member>({
  person: PersonId,
  name: text(MAX_LABEL_BYTES),
  role: roleLayout,
  joinedSeq: u53,
  changedSeq: u53,
  addedBy: PersonId,
  inviteId: optional(InviteId),
  devices: list(struct<Device>({ leaf: LeafKey, device: DeviceKey, deviceNo: u32, addedSeq: u53, seal: bytes32 })),
  entries: u53,
  removals: list(u53),
  lostSeq: u53,
  joinedTenure: u53,
});

const formerLayout = struct<FormerMember>({
  person: PersonId,
  name: text(MAX_LABEL_BYTES),
  leftSeq: u53,
  banned: bool,
});

const listedKeyLayout = struct<ListedKey>({
  key: SshKey,
  comment: text(MAX_COMMENT_BYTES),
  listers: checked(list(PersonId, MAX_LISTERS), (listers) => listers.length > 0),
  seq: u53,
  usedBy: optional(PersonId),
  usedSeq: u53,
});

export function encodeMember(member: Member): Uint8Array {
  return encode(member, memberLayout.write);
}

export function encodeFormer(former: FormerMember): Uint8Array {
  return encode(former, formerLayout.write);
}

export function encodeInvite(invite: Invite): Uint8Array {
  return encode(invite, inviteLayout.write);
}

export function encodeListedKey(key: ListedKey): Uint8Array {
  return encode(key, listedKeyLayout.write);
}

/** What of a roster is about the room as a whole. */
export type RosterMeta = Pick<
  Roster,
  | "seq"
  | "title"
  | "policy"
  | "relay"
  | "sealed"
  | "chainTime"
  | "generation"
  | "changedSeq"
  | "version"
  | "unlistedSeq"
  | "tenure"
  | "mirrors"
>;

const metaLayout = struct<RosterMeta>({
  seq: u53,
  title: text(MAX_LABEL_BYTES),
  policy: policyLayout,
  relay: relayLayout,
  sealed: bool,
  chainTime: u53,
  generation: u32,
  changedSeq: u53,
  version: u16,
  unlistedSeq: u53,
  tenure: u53,
  mirrors: mirrorsLayout,
});

type Head = Pick<Roster, "roomId" | "head">;
const headLayout = struct<Head>({ roomId: RoomId, head: bytes32 });

/** The part of the state hash that is not a record of its own. */
export function encodeMeta(meta: RosterMeta): Uint8Array {
  return encode(meta, metaLayout.write);
}

/** Room id and head: in storage, but not in the state hash, which a signed entry contains. */
export function encodeHead(roster: Head): Uint8Array {
  return encode(roster, headLayout.write);
}

/** The roster that stored records hold. Records of other keys are ignored. @throws TypeError when they are damaged */
export function loadRoster(crypto: Crypto, records: Iterable<readonly [string, Uint8Array]>): Roster {
  const members = new Map<string, Member>();
  const leaves = new Map<string, string>();
  const invites = new Map<string, Invite>();
  const left: FormerMember[] = [];
  const listedKeys = new Map<string, ListedKey>();
  const rows = new Map<string, Uint8Array>();
  let meta: RosterMeta | null = null;
  let head: Head | null = null;
  for (const [key, value] of records) {
    if (key === recordKey.meta) meta = stored("roster", value, metaLayout);
    else if (key === recordKey.head) head = stored("roster head", value, headLayout);
    else if (key.startsWith("r/")) {
      rows.set(key, value);
      const name = key.slice(4);
      if (key.startsWith("r/m/")) {
        const member = stored("member", value, memberLayout);
        members.set(name, member);
        for (const device of member.devices) leaves.set(toHex(device.leaf), name);
      } else if (key.startsWith("r/i/")) invites.set(name, stored("invite", value, inviteLayout));
      else if (key.startsWith("r/a/")) listedKeys.set(name, stored("listed key", value, listedKeyLayout));
      else left.push(stored("former member", value, formerLayout));
    }
  }
  if (meta === null || head === null) throw new TypeError("the stored roster is incomplete");
  const table = StateTable.empty.with(crypto, rows);
  return {
    ...head,
    ...meta,
    policyHash: policyHash(crypto, meta.policy),
    members,
    leaves,
    invites,
    ...indexOf(invites.values()),
    ...formerOf(left),
    listedKeys,
    table,
    stateHash: table.root(crypto, encodeMeta(meta)),
  };
}

/** What follows from the invites alone. */
function indexOf(invites: Iterable<Invite>): Pick<Roster, "openInvites" | "closedAt"> {
  const openInvites = new Map<string, Invite>();
  const closedAt = new Map<number, Set<string>>();
  for (const invite of invites) {
    const id = toHex(invite.inviteId);
    if (isInviteOpen(invite)) openInvites.set(id, invite);
    else closedAt.set(invite.closedSeq, (closedAt.get(invite.closedSeq) ?? new Set()).add(id));
  }
  return { openInvites, closedAt };
}

function formerOf(left: readonly FormerMember[]): Pick<Roster, "former" | "leftAt"> {
  const inOrder = left
    .toSorted((a, b) => a.leftSeq - b.leftSeq || compareBytes(a.person, b.person))
    .map((each) => [toHex(each.person), each] as const);
  const leftAt = new Map<number, Set<string>>();
  for (const [person, { banned, leftSeq }] of inOrder)
    if (!banned) leftAt.set(leftSeq, (leftAt.get(leftSeq) ?? new Set()).add(person));
  return { former: new Map(inOrder), leftAt };
}
