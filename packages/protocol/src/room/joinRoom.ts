import { equalBytes, done, type Result } from "@conclave/codec";
import { Group, type GroupInfoView } from "@conclave/mls";
import { recordHash } from "@conclave/wire";
import type { LeafKey } from "../encoding/ids.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import { certifyLeaf, type DeviceIdentity, leafKeyOf } from "../identity/leafCert.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { signInviteProof } from "../invite/inviteProof.js";
import type { Delta, Provider } from "../encoding/provider.js";
import { authorEntry } from "../roster/evaluate.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { memberOf } from "../roster/roster.js";
import { sealEnvelope } from "../transport/envelope.js";
import { rosterKeyCheck, sealRosterRecord } from "../transport/rosterLog.js";
import { roomCapabilities } from "./binding.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { hasNoGhosts } from "./invariant.js";
import { keyringOfJoin, writeSeed } from "./keyring.js";
import { beginJoined } from "./joined.js";
import type { Append } from "./outcome.js";
import type { RoomPreview } from "./preview.js";
import type { Room } from "./room.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** Who joins, and as what. */
export interface Joiner {
  readonly device: DeviceIdentity;
  /** What they are called in the room. */
  readonly name: string;
  /** Their clock, ms. */
  readonly now: number;
  /** Of who comes back: the invite to return ends with it (action `return`). */
  readonly isLast?: boolean;
}

/** An own join on its way. Store `delta`, then send `append`; the room is `joining` until the log shows it. */
export interface Joining {
  readonly room: Room;
  readonly append: Append;
  readonly delta: Delta;
  readonly decision: DecisionRecord;
}

/**
 * Joins a room by a direct invite, with nobody else online: an external commit whose entry carries the invite's proof
 * (docs/protocol.md §7). By an invite to return a member puts this device in the place of a lost one instead
 * (docs/decisions/0006). When the relay answers `stale_epoch` throw the room away and begin again with a fresh slot.
 */
export function joinRoom(primitives: Provider, preview: RoomPreview, joiner: Joiner): Result<Joining, Rejection> {
  const { crypto, random } = primitives;
  const { link, slot, roster, invite, entrance } = preview;
  if (invite.mode === "ask" || slot.entrance === null || entrance === null) return refused("invite_needs_admission");
  const device = openDeviceCert(crypto, joiner.device.deviceCert);
  if (device === null) return refused("bad_leaf_cert", "device");
  const { person } = device;
  const { roomId } = link;
  const keys = inviteKeys(crypto, roomId, link.secret);
  const leafSeed = random(32);
  const leaf = leafKeyOf(crypto, leafSeed);
  // Who comes back is called what they were called.
  const lost = invite.mode === "return" ? memberOf(roster, person) : null;
  if (invite.mode === "return" && lost === null) return refused("not_member");
  const leafCert = certifyLeaf(crypto, joiner.device, { roomId, leaf, name: lost?.name ?? joiner.name });
  const { lastCommit } = slot;
  const place = { prev: roster.head, epoch: slot.epoch, lastCommit };
  const proof = signInviteProof(crypto, keys.joinSeed, { roomId, inviteId: keys.inviteId, person, leaf, place });
  const { envelopeKey } = slot.entrance;
  const engine = roomEngine(primitives);
  const replaced = lost?.devices[lost.devices.length - 1]?.leaf ?? null;
  const resync = replaced === null ? undefined : leafIndexOf(entrance, replaced);
  const previousKey = slot.isRosterKeyUsed ? null : (slot.roster[0]?.key ?? null);
  const authored = authorEntry(crypto, leafSeed, roster, {
    action:
      replaced === null
        ? { type: "add", leafCert, role: invite.role }
        : { type: "return", leafCert, leaf: replaced, isLast: joiner.isLast ?? false },
    person,
    time: joiner.now,
    evidence: { approvals: [], proof, farewell: null },
    keyCheck: previousKey && rosterKeyCheck(crypto, previousKey),
    epoch: slot.epoch,
    transcript: entrance.context.confirmedTranscriptHash,
    external: true,
  });
  if (!authored.ok) return authored;
  const { entry } = authored.value;
  const joined = Group.joinExternal(engine, {
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
  if (!hasNoGhosts(group.view.members(), authored.value.roster)) return refused("ghost");
  const roomTag = roomTagOf(crypto, roomId);
  const rosterKey = slot.roster[slot.roster.length - 1];
  if (rosterKey === undefined) return refused("bad_slot", "roster key");
  const append: Append = {
    roomTag,
    appendId: random(16),
    kind: "commit",
    epoch: slot.epoch,
    lastCommit,
    payload: sealEnvelope(crypto, envelopeKey, { roomTag, epoch: slot.epoch }, message),
    attachment: sealRosterRecord(crypto, roomTag, rosterKey, entry.seq, { entry: entry.bytes, previousKey }),
    ground: { by: "slot", slotId: keys.slotId },
    nextWriteKey: crypto.ed25519PublicKey(writeSeed(group.view)),
    deliveries: [],
    slots: [],
  };
  const started = beginJoined(primitives, {
    ...{
      group,
      groupRecords: joined.value.delta,
      roster: authored.value.roster,
      rosterKeys: keyringOfJoin(group.view, slot, authored.value.roster.generation),
      person,
      leafSeed,
    },
    ...{ log: slot.log, lastCommit },
    join: { recordHash: recordHash((data) => crypto.hash("sha256", data), roomTag, append), lastCommit },
    entries: [...preview.history.transitions.map((each) => each.entry), entry],
    rosterRecords: [preview.history.delta, authored.value.delta],
  });
  return done({ ...started, append, decision: decisionRecordOf(authored.value) });
}

function leafIndexOf({ members }: GroupInfoView, leaf: LeafKey): number | undefined {
  return members.find(({ leafNode }) => equalBytes(leafNode.signatureKey, leaf))?.leafIndex;
}
