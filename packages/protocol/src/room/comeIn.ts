import { done, equalBytes, type Result } from "@conclave/codec";
import { Group, type GroupInfoView } from "@conclave/mls";
import { recordHash, type SlotId } from "@conclave/wire";
import type { LeafKey, PersonId } from "../encoding/ids.js";
import type { Delta, Provider } from "../encoding/provider.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import { certifyLeaf, type DeviceIdentity, leafKeyOf } from "../identity/leafCert.js";
import type { JoinPlace } from "../invite/inviteProof.js";
import type { SlotView } from "../invite/slot.js";
import type { Action } from "../roster/action.js";
import { authorEntry } from "../roster/evaluate.js";
import { refused, type Rejection } from "../policy/rejection.js";
import type { Replayed } from "../roster/replay.js";
import { sealEnvelope } from "../transport/envelope.js";
import { type RosterKey, rosterKeyCheck, sealRosterRecord } from "../transport/rosterLog.js";
import { roomCapabilities } from "./binding.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { hasNoGhosts } from "./invariant.js";
import { beginJoined } from "./joined.js";
import { keyringOfJoin, writeSeed } from "./keyring.js";
import type { Append } from "./outcome.js";
import type { RoomParts } from "./parts.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** A commit that brings its author in: store `delta`, then send `append`. */
export interface ComingIn {
  readonly append: Append;
  /** All records of the room, `joining` until the log shows the commit. */
  readonly delta: Delta;
  readonly decision: DecisionRecord;
}

/** A new leaf of somebody who comes in by themselves, and where it may. */
export interface NewLeaf {
  readonly person: PersonId;
  readonly leaf: LeafKey;
  readonly leafCert: Uint8Array;
  readonly place: JoinPlace;
}

/** Somebody who comes in, or comes back, by themselves, and what a slot gave them, checked. */
export interface Arriving {
  readonly slot: SlotView;
  /** Where the slot is: its token lets the commit in at the relay. */
  readonly slotId: SlotId;
  readonly entrance: GroupInfoView;
  readonly history: Replayed;
  /** The roster keys of all generations until there. */
  readonly keys: readonly RosterKey[];
  readonly device: DeviceIdentity;
  /** The seed of the leaf that comes in: 32 random bytes. */
  readonly leafSeed: Uint8Array;
  /** What they are called in the room. */
  readonly name: string;
  /** Their clock, ms. */
  readonly now: number;
  /** Log position of the commit that they follow, where it is junk that came after the slot's. */
  readonly after?: number | undefined;
  /** The own leaf whose place they take; null for a newcomer. */
  readonly replaced: LeafKey | null;
  /** What their entry does with the new leaf, and what proves that it may. */
  readonly sign: (newLeaf: NewLeaf) => { readonly action: Action; readonly proof: Uint8Array };
}

/** An external commit that brings somebody in, with its entry (docs/protocol.md §5 and §7). Nothing is sent or stored. */
export function comeIn(
  primitives: Provider,
  arriving: Arriving,
): Result<ComingIn & { readonly parts: RoomParts }, Rejection> {
  const { crypto, random } = primitives;
  const { slot, entrance, history, device, now, replaced, leafSeed } = arriving;
  const { roomId, epoch } = slot;
  const lastCommit = arriving.after ?? slot.lastCommit;
  const cert = openDeviceCert(crypto, device.deviceCert);
  if (cert === null) return refused("bad_leaf_cert", "device");
  const { person } = cert;
  const rosterKey = slot.roster[slot.roster.length - 1];
  if (slot.entrance === null || rosterKey === undefined) return refused("bad_slot", "no entrance");
  const leaf = leafKeyOf(crypto, leafSeed);
  const leafCert = certifyLeaf(crypto, device, { roomId, leaf, name: arriving.name });
  const place = { prev: history.roster.head, epoch, lastCommit };
  const { action, proof } = arriving.sign({ person, leaf, leafCert, place });
  const previousKey = slot.isRosterKeyUsed ? null : (slot.roster[0]?.key ?? null);
  const authored = authorEntry(crypto, leafSeed, history.roster, {
    ...{ action, person, time: now, evidence: { approvals: [], proof, farewell: null } },
    keyCheck: previousKey && rosterKeyCheck(crypto, previousKey),
    ...{ epoch, transcript: entrance.context.confirmedTranscriptHash, external: true },
  });
  if (!authored.ok) return authored;
  const { entry, roster } = authored.value;
  const resync = replaced === null ? undefined : leafIndexOf(entrance, replaced);
  const joined = Group.joinExternal(roomEngine(primitives), {
    groupInfo: entrance,
    leaf: {
      credential: { type: "basic", identity: leafCert },
      signaturePrivateKey: leafSeed,
      capabilities: roomCapabilities(slot.suite),
      extensions: [],
    },
    authenticatedData: entry.hash,
    ...(resync === undefined ? {} : { resync }),
  });
  if (!joined.ok) return refused("mls", joined.error.message);
  const { message, group } = joined.value;
  if (!hasNoGhosts(group.view.members(), roster)) return refused("ghost");
  const roomTag = roomTagOf(crypto, roomId);
  const recordPlace = { seq: entry.seq, before: slot.record };
  const content = { entry: entry.bytes, previousKey };
  const attachment = sealRosterRecord(crypto, roomTag, rosterKey, recordPlace, content);
  const append: Append = {
    ...{ roomTag, appendId: random(16), kind: "commit", epoch, lastCommit },
    payload: sealEnvelope(crypto, slot.entrance.envelopeKey, { roomTag, epoch }, message),
    attachment,
    ground: { by: "slot", slotId: arriving.slotId },
    nextWriteKey: crypto.ed25519PublicKey(writeSeed(group.view)),
    deliveries: [],
    slots: [],
  };
  const started = beginJoined(primitives, {
    ...{ group, groupRecords: joined.value.delta, roster, person, leafSeed },
    pastKeys: arriving.keys,
    rosterKeys: keyringOfJoin(group.view, slot, {
      generation: roster.generation,
      record: crypto.hash("sha256", attachment),
    }),
    ...{ log: slot.log, lastCommit: slot.lastCommit },
    join: {
      ...{ recordHash: recordHash((data) => crypto.hash("sha256", data), roomTag, append), lastCommit },
      slot: { lastCommit: slot.lastCommit, envelopeKey: slot.entrance.envelopeKey, isContested: false },
    },
    entries: [...history.transitions.map((each) => each.entry), entry],
    rosterRecords: [history.delta, authored.value.delta],
  });
  return done({ ...started, append, decision: decisionRecordOf(authored.value) });
}

function leafIndexOf({ members }: GroupInfoView, leaf: LeafKey): number | undefined {
  return members.find(({ leafNode }) => equalBytes(leafNode.signatureKey, leaf))?.leafIndex;
}
