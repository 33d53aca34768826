import { decode, encode, equalBytes, type Reader, type Writer } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { openSealed, sealTo } from "../encoding/sealing.js";
import { HASH_BYTES, isSignedBy, KEY_BYTES, signBody, splitSigned } from "../encoding/signed.js";
import type { Primitives } from "../encoding/primitives.js";
import type { LogPlace } from "../evidence/logMemory.js";
import type { RosterKey } from "../transport/rosterLog.js";
import { INVITE_ID_BYTES } from "./invite.js";

/** Keys with which a newcomer reads the roster: the current one and, until that is in use, the one before it. */
export interface RosterKeys {
  readonly roster: readonly RosterKey[];
  readonly isRosterKeyUsed: boolean;
}

/** What a member puts into an invite's slot after each commit (docs/protocol.md §7). */
export interface SlotView extends RosterKeys {
  readonly roomId: Uint8Array;
  readonly inviteId: Uint8Array;
  /** The member who made it, by leaf. */
  readonly leaf: Uint8Array;
  /** The member's clock, ms. */
  readonly time: number;
  readonly epoch: number;
  /** The newest entry. */
  readonly head: { readonly seq: number; readonly hash: Uint8Array };
  /** How far the member had read the log. */
  readonly log: LogPlace;
  readonly lastCommit: number;
  /** X25519: to whom join requests are sealed. */
  readonly requestPub: Uint8Array;
  readonly suite: number;
  /** Only where the invite admits directly: what an external commit needs. */
  readonly entrance: { readonly groupInfo: Uint8Array; readonly envelopeKey: Uint8Array } | null;
}

const LABEL = "conclave/slot/v1";
const VERSION = 1;
const MAX_SLOT = 4 << 20;

export function writeRosterKeys(writer: Writer, keys: RosterKeys): void {
  writer.vector(keys.roster, (w, { generation, key }) => w.u32(generation).fixed(key)).bool(keys.isRosterKeyUsed);
}

export function readRosterKeys(reader: Reader): RosterKeys {
  return {
    roster: reader.vector((r) => ({ generation: r.u32(), key: r.fixed(32) }), 2, "roster keys"),
    isRosterKeyUsed: reader.bool(),
  };
}

/** Signs a slot's content with the leaf's seed, and seals it for whoever has the link. */
export function sealSlot(
  primitives: Primitives,
  { roomTag, slotPub, leafSeed }: { roomTag: Uint8Array; slotPub: Uint8Array; leafSeed: Uint8Array },
  view: SlotView,
): Uint8Array | null {
  const body = encode(view, (w, v) => {
    w.u16(VERSION).fixed(v.roomId).fixed(v.inviteId).fixed(v.leaf).u53(v.time).u53(v.epoch);
    w.u53(v.head.seq).fixed(v.head.hash).u53(v.log.n).fixed(v.log.head).u53(v.lastCommit);
    writeRosterKeys(w, v);
    w.fixed(v.requestPub).u16(v.suite);
    w.optional(v.entrance, (x, { groupInfo, envelopeKey }) => x.opaque(groupInfo).fixed(envelopeKey));
  });
  return sealTo(primitives, { label: LABEL, roomTag }, slotPub, signBody(primitives.crypto, leafSeed, LABEL, body));
}

/**
 * Opens a slot. Null for bytes that are not one for this room and invite, signed by the leaf that it names; whether that
 * leaf is a member's, the roster says.
 */
export function openSlot(
  crypto: Crypto,
  place: { roomId: Uint8Array; roomTag: Uint8Array; inviteId: Uint8Array; slotKey: Uint8Array },
  blob: Uint8Array,
): SlotView | null {
  const opened = openSealed(crypto, { label: LABEL, roomTag: place.roomTag }, place.slotKey, blob);
  const signed = opened === null ? null : splitSigned(opened, MAX_SLOT);
  const decoded = signed === null ? null : decode(signed.body, readView);
  if (signed === null || decoded === null || !decoded.ok || decoded.value.version !== VERSION) return null;
  const { version: _, ...view } = decoded.value;
  // RULE: slot.room-bound: a slot is for one room and one invite: whoever holds the link cannot redirect it (attack A41).
  if (!equalBytes(view.roomId, place.roomId) || !equalBytes(view.inviteId, place.inviteId)) return null;
  // RULE: slot.signed: a slot is a member's word, not of whoever knows the slot's public key (attacks A41, A42).
  return isSignedBy(crypto, view.leaf, LABEL, signed) ? view : null;
}

function readView(r: Reader): SlotView & { version: number } {
  return {
    version: r.u16(),
    roomId: r.fixed(HASH_BYTES),
    inviteId: r.fixed(INVITE_ID_BYTES),
    leaf: r.fixed(KEY_BYTES),
    time: r.u53(),
    epoch: r.u53(),
    head: { seq: r.u53(), hash: r.fixed(HASH_BYTES) },
    log: { n: r.u53(), head: r.fixed(HASH_BYTES) },
    lastCommit: r.u53(),
    ...readRosterKeys(r),
    requestPub: r.fixed(KEY_BYTES),
    suite: r.u16(),
    entrance: r.optional((x) => ({ groupInfo: x.opaque(), envelopeKey: x.fixed(32) })),
  };
}
