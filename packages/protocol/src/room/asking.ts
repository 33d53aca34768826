import { encode, equalBytes, opaque, stored, struct, u53, done, type Result } from "@conclave/codec";
import { decodeMessage, generateKeyPackage, Group, type KeyPackage, type KeyPackageBundle } from "@conclave/mls";
import { InboxId, inboxIdOf } from "@conclave/wire";
import { RoomId } from "../encoding/ids.js";
import { sealTo } from "../encoding/sealing.js";
import { bytes32 } from "../encoding/signed.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import { certifyLeaf, leafKeyOf } from "../identity/leafCert.js";
import { type Admission, openAdmission } from "../invite/admission.js";
import { openDecline } from "../invite/decline.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { readInviteProof, signInviteProof } from "../invite/inviteProof.js";
import { encodeJoinRequest, MAX_NOTE_BYTES, withProof } from "../invite/joinRequest.js";
import { type InviteLink } from "../invite/link.js";
import type { Delta, Provider } from "../encoding/provider.js";
import { consents } from "../roster/consent.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { provedSshKey } from "../roster/listedKey.js";
import { replayEntries } from "../roster/replay.js";
import { type Member, memberOfLeaf } from "../roster/roster.js";
import { bindingOf, bindsTo, roomCapabilities } from "./binding.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { REQUEST_LABEL } from "./doorway.js";
import { type HistoryReading, type OpenedHistory, readingHistory } from "./history.js";
import { hasNoGhosts } from "./invariant.js";
import { beginJoined } from "./joined.js";
import type { Joiner } from "./joinRoom.js";
import { hasPlainLeaves } from "./plainLeaf.js";
import { checkFloor, type RoomPreview } from "./preview.js";
import { Room } from "./room.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** A join request of our own that nobody has answered yet: to be kept, secret, until the inbox has the answer. */
export interface Asking {
  readonly roomId: RoomId;
  readonly floor: InviteLink["floor"];
  /** Ed25519 seed of the inbox: sign `inboxProofBytes` with it. */
  readonly inboxSeed: Uint8Array;
  readonly inboxPub: Uint8Array;
  readonly inboxId: InboxId;
  /** X25519 private key to which the answer is sealed. */
  readonly replyKey: Uint8Array;
  readonly leafSeed: Uint8Array;
  /** The request before it is sealed: it is sealed again when the room has gone on for long. */
  readonly content: Uint8Array;
  /** The key package as an MLSMessage, and its private keys. */
  readonly keyPackage: Uint8Array;
  readonly initPrivateKey: Uint8Array;
  readonly encryptionPrivateKey: Uint8Array;
}

/** How long a request may be answered, ms. */
export const REQUEST_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;
/** How far two clocks may be apart. */
const CLOCK_SLACK_MS = 24 * 60 * 60 * 1000;

/** Asks to be let in (docs/protocol.md §7, ask). Store `asking`, then post `blob` with the slot's token. */
export function askToJoin(
  primitives: Provider,
  preview: RoomPreview,
  joiner: Joiner & { readonly note: string; readonly isSteward?: boolean },
): Result<{ asking: Asking; blob: Uint8Array }, Rejection> {
  const { crypto, random } = primitives;
  const { link, slot } = preview;
  const { roomId } = link;
  const device = openDeviceCert(crypto, joiner.device.deviceCert);
  if (device === null) return refused("bad_leaf_cert", "device");
  if (new TextEncoder().encode(joiner.note).length > MAX_NOTE_BYTES) return refused("too_large", "note");
  const leafSeed = joiner.ssh?.leafSeed ?? random(32);
  const leaf = leafKeyOf(crypto, leafSeed);
  const bundle = generateKeyPackage(roomEngine(primitives), {
    suite: slot.suite,
    credential: { type: "basic", identity: certifyLeaf(crypto, joiner.device, { roomId, leaf, name: joiner.name }) },
    signaturePrivateKey: leafSeed,
    capabilities: roomCapabilities(slot.suite),
    extensions: [],
    lifetime: { notBefore: seconds(joiner.now - CLOCK_SLACK_MS), notAfter: seconds(joiner.now + REQUEST_LIFETIME_MS) },
  });
  const keys = inviteKeys(crypto, roomId, link.secret);
  const proof = {
    roomId,
    inviteId: keys.inviteId,
    person: device.person,
    leaf,
    place: null,
    baseSeq: preview.roster.seq,
    ssh: joiner.ssh?.signature ?? null,
  };
  // Who decides would be asked for nothing: members refuse it.
  const keyed = provedSshKey(crypto, preview.roster, preview.invite, proof);
  if (!keyed.ok) return keyed;
  const [inboxSeed, replySecret] = [random(32), random(32)];
  const inboxPub = crypto.ed25519PublicKey(inboxSeed);
  const reply = crypto.kemDeriveKeyPair("x25519", replySecret);
  const content = encodeJoinRequest({
    keyPackage: bundle.encoded,
    inviteProof: signInviteProof(crypto, keys.joinSeed, proof),
    inboxPub,
    replyPub: reply.publicKey,
    note: joiner.note,
    isSteward: joiner.isSteward === true,
  });
  const roomTag = roomTagOf(crypto, roomId);
  const blob = sealTo(primitives, { label: REQUEST_LABEL, roomTag }, slot.requestPub, content);
  if (blob === null) return refused("bad_slot", "request key");
  const inboxId = inboxIdOf((data) => crypto.hash("sha256", data), inboxPub);
  const { encoded: keyPackage, initPrivateKey, encryptionPrivateKey } = bundle;
  const kept = { roomId, floor: link.floor, inboxSeed, inboxPub, inboxId, replyKey: reply.privateKey, leafSeed };
  return done({ asking: { ...kept, content, keyPackage, initPrivateKey, encryptionPrivateKey }, blob });
}

/**
 * The same request, with a proof of now, sealed to the members of now: who asked long ago would be asking people who no longer have
 * the key.
 */
export function askAgain(primitives: Provider, asking: Asking, preview: RoomPreview): Uint8Array | null {
  const { crypto } = primitives;
  const { slot, link, roster } = preview;
  const roomTag = roomTagOf(crypto, asking.roomId);
  const { joinSeed } = inviteKeys(crypto, asking.roomId, link.secret);
  const prove = (old: Uint8Array) => {
    const read = readInviteProof(old);
    return read === null ? old : signInviteProof(crypto, joinSeed, { ...read.proof, baseSeq: roster.seq });
  };
  return sealTo(primitives, { label: REQUEST_LABEL, roomTag }, slot.requestPub, withProof(asking.content, prove));
}

/** An admission, opened and not judged yet: nothing in it is to be believed. */
export interface OpenedAdmission extends OpenedHistory {
  readonly admission: Admission;
}

/** Opens an answer to our request and reads the records that it leads to, page by page, for {@link acceptAdmission}. */
export function* openingAdmission(
  { crypto }: Provider,
  { roomId, replyKey }: Asking,
  blob: Uint8Array,
): HistoryReading<Result<OpenedAdmission, Rejection>> {
  const admission = openAdmission(crypto, roomTagOf(crypto, roomId), replyKey, blob);
  // RULE: admission.asked: only what was sealed to a request of ours is looked at; nobody is dragged into a room (attack A98).
  if (admission === null) return refused("bad_admission", "not sealed to our request");
  const history = yield* readingHistory(crypto, { roomId, head: admission.head }, admission);
  return history.ok ? done({ admission, ...history.value }) : history;
}

/** A room that we were let into. Store `delta`. */
export interface Admitted {
  readonly room: Room;
  readonly delta: Delta;
  /** All decisions until now, the charter's first. */
  readonly decisions: readonly DecisionRecord[];
}

/** We were let in: the room, `joining` until the log shows the commit that did it. Nothing is stored unless this is ok. */
export function acceptAdmission(
  primitives: Provider,
  asking: Asking,
  { admission, entries, keys }: OpenedAdmission,
): Result<Admitted, Rejection> {
  const { crypto } = primitives;
  const { roomId, leafSeed } = asking;
  const joined = Group.join(roomEngine(primitives), { welcome: admission.welcome, keyPackage: bundleOf(asking) });
  if (!joined.ok) return refused("bad_admission", joined.error.message);
  const { group, delta: groupRecords } = joined.value;
  const history = replayEntries(crypto, entries, roomId);
  if (!history.ok) return history;
  const { roster, transitions } = history.value;
  const floored = checkFloor(history.value, asking.floor);
  if (floored !== null) return floored;
  const bound = bindingOf(group.view.extensions);
  // RULE: admission.bound: the keys that the Welcome gives are of the room asked for, with the roster that was checked
  // (attacks A13, A27, A96).
  if (bound === null || !bindsTo(bound, roster)) return refused("wrong_binding");
  if (!hasPlainLeaves(group.view.members(), group.suite)) return refused("leaf_not_plain");
  if (!hasNoGhosts(group.view.members(), roster)) return refused("ghost");
  const self = memberOfLeaf(roster, leafKeyOf(crypto, leafSeed));
  if (self === null) return refused("bad_admission", "we are not in the roster");
  const started = beginJoined(primitives, {
    ...{ group, groupRecords, roster, rosterKeys: admission, pastKeys: keys },
    ...{ person: self.person, leafSeed },
    ...{ log: admission.log, lastCommit: admission.lastCommit },
    join: { recordHash: admission.recordHash, lastCommit: null, slot: null },
    entries: transitions.map(({ entry }) => entry),
    rosterRecords: [history.value.delta],
  });
  const { parts, delta } = started;
  return done({ room: new Room(parts), delta, decisions: transitions.map(decisionRecordOf) });
}

/** Whether this blob of the inbox is a no to our request (docs/protocol.md §7, ask). It holds nothing else. */
export function isDecline({ crypto }: Provider, asking: Asking, blob: Uint8Array): boolean {
  return openDecline(crypto, roomTagOf(crypto, asking.roomId), asking.replyKey, blob) !== null;
}

/** Who said no to our request, when that is so in the room as the preview shows it. `time` is their clock, ms. */
export function acceptDecline(
  { crypto }: Provider,
  asking: Asking,
  blob: Uint8Array,
  { roster, invite }: Pick<RoomPreview, "roster" | "invite">,
): Result<{ by: Member; time: number }, Rejection> {
  const { roomId, leafSeed, replyKey } = asking;
  const decline = openDecline(crypto, roomTagOf(crypto, roomId), replyKey, blob);
  const asked = leafKeyOf(crypto, leafSeed);
  // RULE: decline.asked: a no is to one request in one room (attack A98).
  if (decline === null || !equalBytes(decline.roomId, roomId) || !equalBytes(decline.asked, asked))
    return refused("bad_admission", "no answer to our request");
  const by = memberOfLeaf(roster, decline.leaf);
  if (by === null || !equalBytes(by.person, decline.person)) return refused("bad_admission", "not by a member");
  // Who may let somebody in does not depend on whom.
  const action = { type: "add", leafCert: new Uint8Array(0), role: invite.role } as const;
  // RULE: decline.by-right: a no is taken from somebody whose yes would count, and from nobody else: neither the relay nor
  // any member can send people away in another's name (attacks A2, A98).
  if (consents(crypto, roster, action, by.person, []).have === 0) return refused("not_allowed", "no");
  return done({ by, time: decline.time });
}

const layout = struct<Asking>({
  roomId: RoomId,
  floor: struct({ seq: u53, head: bytes32 }),
  inboxSeed: bytes32,
  inboxPub: bytes32,
  inboxId: InboxId,
  replyKey: opaque(),
  leafSeed: bytes32,
  content: opaque(),
  keyPackage: opaque(),
  initPrivateKey: opaque(),
  encryptionPrivateKey: opaque(),
});

/** An asking as bytes, to be stored: it holds secrets. */
export function encodeAsking(asking: Asking): Uint8Array {
  return encode(asking, layout.write);
}

/** The asking that {@link encodeAsking} made. @throws TypeError for damaged bytes */
export function decodeAsking(bytes: Uint8Array): Asking {
  return stored("join request", bytes, layout);
}

/** The key package of our request, with its private keys. */
export function bundleOf({ keyPackage, initPrivateKey, encryptionPrivateKey, leafSeed }: Asking): KeyPackageBundle {
  const message = keyPackageOf(keyPackage);
  return { keyPackage: message, initPrivateKey, encryptionPrivateKey, signaturePrivateKey: leafSeed };
}

function keyPackageOf(bytes: Uint8Array): KeyPackage {
  const item = decodeMessage(bytes);
  if (item.wireFormat !== "keyPackage") throw new TypeError("a stored join request is damaged");
  return item.message;
}

function seconds(ms: number): bigint {
  return BigInt(Math.max(0, Math.floor(ms / 1000)));
}
