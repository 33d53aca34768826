import { decode, encode, toHex, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { HASH_BYTES, KEY_BYTES } from "../encoding/signed.js";
import { MAX_LABEL } from "../identity/label.js";
import { INVITE_ID_BYTES, type Invite, readInvite, writeInvite } from "../invite/invite.js";
import { policyHash, readPolicy, writePolicy } from "../policy/policy.js";
import { readRole, writeRole } from "../policy/role.js";
import { readRelay, writeRelay } from "./relayIdentity.js";
import type { Device, FormerMember, Member, Roster } from "./roster.js";
import { StateTable } from "./stateTable.js";

/** The keys of a roster's records, in its digest and in storage. */
export const recordKey = {
  member: (person: string) => `r/m/${person}`,
  invite: (inviteId: string) => `r/i/${inviteId}`,
  former: (person: string) => `r/f/${person}`,
  meta: "r/meta",
  head: "r/head",
} as const;

export function encodeMember(member: Member): Uint8Array {
  return encode(member, (w, m) => {
    w.fixed(m.person).text(m.name);
    writeRole(w, m.role);
    w.u53(m.joinedSeq)
      .u53(m.changedSeq)
      .fixed(m.addedBy)
      .optional(m.inviteId, (x, id) => x.fixed(id));
    w.vector(m.devices, (x, d) => x.fixed(d.leaf).fixed(d.device).u32(d.deviceNo).u53(d.addedSeq));
    w.u53(m.entries).vector(m.removals, (x, at) => x.u53(at));
  });
}

function readMember(r: Reader): Member {
  return {
    person: r.fixed(KEY_BYTES),
    name: r.text(MAX_LABEL),
    role: readRole(r),
    joinedSeq: r.u53(),
    changedSeq: r.u53(),
    addedBy: r.fixed(KEY_BYTES),
    inviteId: r.optional((x) => x.fixed(INVITE_ID_BYTES)),
    devices: r.vector((x): Device => ({
      leaf: x.fixed(KEY_BYTES),
      device: x.fixed(KEY_BYTES),
      deviceNo: x.u32(),
      addedSeq: x.u53(),
    })),
    entries: r.u53(),
    removals: r.vector((x) => x.u53()),
  };
}

export function encodeFormer(former: FormerMember): Uint8Array {
  return encode(former, (w, f) => w.fixed(f.person).text(f.name).u53(f.leftSeq).bool(f.banned));
}

function readFormer(r: Reader): FormerMember {
  return { person: r.fixed(KEY_BYTES), name: r.text(MAX_LABEL), leftSeq: r.u53(), banned: r.bool() };
}

export function encodeInvite(invite: Invite): Uint8Array {
  return encode(invite, writeInvite);
}

/** What of a roster is about the room as a whole. */
export type RosterMeta = Pick<
  Roster,
  "seq" | "title" | "policy" | "relay" | "sealed" | "chainTime" | "generation" | "changedSeq"
>;

/** The part of the state hash that is not a record of its own. */
export function encodeMeta(meta: RosterMeta): Uint8Array {
  return encode(meta, (w: Writer, m) => {
    w.u53(m.seq).text(m.title);
    writePolicy(w, m.policy);
    writeRelay(w, m.relay);
    w.bool(m.sealed).u53(m.chainTime).u32(m.generation).u53(m.changedSeq);
  });
}

function readMeta(r: Reader): RosterMeta {
  return {
    seq: r.u53(),
    title: r.text(MAX_LABEL),
    policy: readPolicy(r),
    relay: readRelay(r),
    sealed: r.bool(),
    chainTime: r.u53(),
    generation: r.u32(),
    changedSeq: r.u53(),
  };
}

/** Room id and head: in storage, but not in the state hash, which a signed entry contains. */
export function encodeHead(roster: Pick<Roster, "roomId" | "head">): Uint8Array {
  return encode(roster, (w, { roomId, head }) => w.fixed(roomId).fixed(head));
}

/** The roster that stored records hold. Records of other keys are ignored. @throws TypeError when they are damaged */
export function loadRoster(crypto: Crypto, records: Iterable<readonly [string, Uint8Array]>): Roster {
  const members = new Map<string, Member>();
  const leaves = new Map<string, string>();
  const invites = new Map<string, Invite>();
  const former = new Map<string, FormerMember>();
  const rows = new Map<string, Uint8Array>();
  let meta: RosterMeta | null = null;
  let head: { roomId: Uint8Array; head: Uint8Array } | null = null;
  for (const [key, value] of records) {
    if (key === recordKey.meta) meta = stored(value, readMeta);
    else if (key === recordKey.head)
      head = stored(value, (r) => ({ roomId: r.fixed(HASH_BYTES), head: r.fixed(HASH_BYTES) }));
    else if (key.startsWith("r/")) {
      rows.set(key, value);
      const name = key.slice(4);
      if (key.startsWith("r/m/")) {
        const member = stored(value, readMember);
        members.set(name, member);
        for (const device of member.devices) leaves.set(toHex(device.leaf), name);
      } else if (key.startsWith("r/i/")) invites.set(name, stored(value, readInvite));
      else former.set(name, stored(value, readFormer));
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
    former,
    table,
    stateHash: table.root(crypto, encodeMeta(meta)),
  };
}

function stored<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const decoded = decode(bytes, read);
  if (!decoded.ok) throw new TypeError("a stored roster record is damaged", { cause: decoded.error });
  return decoded.value;
}
