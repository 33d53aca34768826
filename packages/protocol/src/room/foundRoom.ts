import { done, type Result } from "@conclave/codec";
import { Group } from "@conclave/mls";
import { joinDeltas, prefixDelta } from "../encoding/delta.js";
import type { MessageId } from "../encoding/ids.js";
import { certifyLeaf, type DeviceIdentity, leafKeyOf, NO_ROOM } from "../identity/leafCert.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import type { Policy } from "../policy/policy.js";
import type { Delta, Provider } from "../encoding/provider.js";
import type { RelayIdentity } from "../roster/relayIdentity.js";
import { authorEntry } from "../roster/evaluate.js";
import { ROOM_VERSION } from "../roster/version.js";
import { refused, type Rejection } from "../policy/rejection.js";
import { NO_RECORD, sealRosterRecord } from "../transport/rosterLog.js";
import { entryKey } from "./acceptCommit.js";
import { roomCapabilities, roomExtensions } from "./binding.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { encodeKeyring, firstRosterKey, newKeyring, rosterKeyRecords, writeSeed } from "./keyring.js";
import { LogMemory } from "../evidence/logMemory.js";
import type { RoomCreation } from "./outcome.js";
import { CORE, GROUP, KEYS, type RoomParts } from "./parts.js";
import { ProposalRecords } from "./proposalRecords.js";
import { RelayWatch } from "./relayWatch.js";
import { Room } from "./room.js";
import { encodeCore } from "./roomCore.js";
import { roomEngine, roomTagOf } from "./roomTag.js";

/** The suite of new rooms: X-Wing (X25519 and ML-KEM-768), so that what is recorded today stays closed tomorrow. */
export const ROOM_SUITE = 0x004d;

/** What a new room starts with. */
export interface Founding {
  readonly device: DeviceIdentity;
  /** What the founder is called in the room. */
  readonly name: string;
  readonly title: string;
  readonly policy: Policy;
  readonly relay: RelayIdentity;
  /** The founder's clock, ms. */
  readonly now: number;
  /** The MLS cipher suite ({@link ROOM_SUITE} unless told otherwise). */
  readonly suite?: number;
}

/** A room that was just founded. Store `delta`, then send `creation`, then use the room. */
export interface Founded {
  readonly room: Room;
  readonly delta: Delta;
  readonly creation: RoomCreation;
  readonly decision: DecisionRecord;
}

/** Founds a room: its charter, epoch 0 with the founder alone, and what the relay needs (docs/protocol.md §4). */
export function foundRoom(primitives: Provider, founding: Founding): Result<Founded, Rejection> {
  const { crypto, random } = primitives;
  const { device, name, title, policy, relay, now, suite = ROOM_SUITE } = founding;
  const cert = openDeviceCert(crypto, device.deviceCert);
  if (cert === null) return refused("bad_leaf_cert", "device");
  const leafSeed = random(32);
  const leaf = leafKeyOf(crypto, leafSeed);
  const leafCert = certifyLeaf(crypto, device, { roomId: NO_ROOM, leaf, name });
  const charter = authorEntry(crypto, leafSeed, null, {
    action: { type: "charter", version: ROOM_VERSION, title, policy, relay, leafCert, nonce: random(32) },
    person: cert.person,
    time: now,
    epoch: 0,
    transcript: new Uint8Array(0),
  });
  if (!charter.ok) return charter;
  const { roster, entry } = charter.value;
  const { roomId } = roster;
  const engine = roomEngine(primitives);
  // The certificate in the tree is for the room, whose id the charter gives; the one in the charter came before it.
  const identity = certifyLeaf(crypto, device, { roomId, leaf, name });
  const { group, delta: groupRecords } = Group.create(engine, {
    groupId: roomId,
    suite,
    leaf: {
      credential: { type: "basic", identity },
      signaturePrivateKey: leafSeed,
      capabilities: roomCapabilities(suite),
      extensions: [],
      lifetime: { notBefore: 0n, notAfter: FOREVER },
    },
    extensions: roomExtensions(roster),
  });
  const roomTag = roomTagOf(crypto, roomId);
  const rosterKey = firstRosterKey(group.view);
  const content = { entry: entry.bytes, previousKey: null };
  const attachment = sealRosterRecord(crypto, roomTag, rosterKey, { seq: 0, before: NO_RECORD }, content);
  const record = crypto.hash("sha256", attachment);
  const keys = newKeyring(group.view, { roster: [rosterKey], isRosterKeyUsed: true, record });
  const log = LogMemory.empty(crypto, roomTag);
  const person = cert.person;
  const core = {
    roomId,
    person,
    leafSeed,
    leaf,
    status: "active" as const,
    lastCommit: 0,
    gapAt: 0,
    join: null,
    unopened: null,
    passed: null,
    ahead: 0,
    confirmed: { by: person, time: now },
    losses: 0,
    upgraded: null,
  };
  const parts: RoomParts = {
    ...{ primitives, engine, roomTag, log, group, roster, core, keys },
    ...{
      watch: RelayWatch.empty(),
      proposals: ProposalRecords.empty(),
      own: new Map<string, MessageId>(),
      apps: new Map<string, number>(),
    },
    ...{ pending: null, withdrawn: [], groupRecords: null, alarms: [], isCaughtUp: true },
  };
  const writeKey = crypto.ed25519PublicKey(writeSeed(group.view));
  const own = {
    put: [
      [CORE, encodeCore(core)],
      [KEYS, encodeKeyring(keys)],
      [entryKey(0), entry.bytes],
    ] as const,
    delete: [],
  };
  const delta = joinDeltas(
    prefixDelta(GROUP, groupRecords),
    charter.value.delta,
    log.records(),
    rosterKeyRecords(keys.roster),
    own,
  );
  return done({
    room: new Room(parts),
    delta,
    creation: { roomTag, writeKey, attachment },
    decision: decisionRecordOf(charter.value),
  });
}

/** A founder's leaf has no end of its own: rooms take devices out by entries, not by clocks (docs/protocol.md, P5). */
const FOREVER = 0xffff_ffff_ffff_ffffn;
