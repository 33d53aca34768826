import { equalBytes } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { type CommitOptions, generateKeyPackage, Group, type LeafParameters, type Proposal } from "@conclave/mls";
import { certifyLeaf, type DeviceIdentity, leafKeyOf } from "../identity/leafCert.js";
import type { JoinRequest } from "../invite/joinRequest.js";
import { type EntryContent, signEntry } from "../roster/entry.js";
import { NO_EVIDENCE } from "../roster/entryHeader.js";
import type { Action } from "../roster/action.js";
import { sealEnvelope } from "../transport/envelope.js";
import { rosterKeyCheck, sealRosterRecord } from "../transport/rosterLog.js";
import { openDeviceCert } from "../identity/deviceCert.js";
import { roomCapabilities } from "./binding.js";
import { currentRosterKey, envelopeKeyOf, wrappedRosterKey } from "./keyring.js";
import type { Append } from "./outcome.js";
import { epochOf, type RoomParts } from "./parts.js";
import type { Room } from "./room.js";
import { NOW, type Person } from "./testRelay.fixture.js";

/** The inside of somebody's room: a hostile member has all of it, and sends what it likes. */
export function inside(person: Person | Room): RoomParts {
  const room = "room" in person ? person.room : person;
  return (room as unknown as { parts: RoomParts }).parts;
}

/** What a forged commit holds. What is not named is as an honest one would have it. */
export interface ForgedCommit {
  readonly proposals?: readonly Proposal[];
  readonly options?: Partial<CommitOptions>;
  readonly authenticatedData?: Uint8Array;
  readonly attachment?: Uint8Array;
  readonly kind?: "commit" | "message";
}

/** A commit as a member's own engine makes it, without asking the room's door. */
export function forgeCommit(person: Person, forged: ForgedCommit): Append {
  const parts = inside(person);
  const made = parts.group.commit({
    proposals: forged.proposals ?? [],
    authenticatedData: forged.authenticatedData ?? new Uint8Array(0),
    ...forged.options,
  });
  if (!made.ok) throw new Error(made.error.message);
  return forgeAppend(person, made.value.message, forged);
}

/** Any MLS message as a record. */
export function forgeAppend(person: Person, message: Uint8Array, forged: ForgedCommit = {}): Append {
  const parts = inside(person);
  const { roomTag, core, keys } = parts;
  const epoch = epochOf(parts);
  const kind = forged.kind ?? "commit";
  return {
    roomTag,
    appendId: parts.primitives.random(16),
    kind,
    epoch,
    lastCommit: core.lastCommit,
    payload: sealEnvelope(parts.primitives.crypto, envelopeKeyOf(keys, epoch)!, { roomTag, epoch }, message),
    attachment: kind === "commit" ? (forged.attachment ?? new Uint8Array(0)) : new Uint8Array(0),
    ground: { by: "member" },
    nextWriteKey: kind === "commit" ? new Uint8Array(32) : null,
    deliveries: [],
    slots: [],
  };
}

/** An entry signed with the member's own leaf, whatever it says, and its sealed record. */
export function forgeEntry(person: Person, action: Action, change: Partial<EntryContent> = {}) {
  const parts = inside(person);
  const { crypto } = parts.primitives;
  const { roster, core } = parts;
  const wrapped = wrappedRosterKey(parts.keys);
  const entry = signEntry(crypto, core.leafSeed, {
    roomId: roster.roomId,
    seq: roster.seq + 1,
    prev: roster.head,
    epoch: epochOf(parts),
    transcript: parts.group.view.confirmedTranscriptHash,
    policyHash: roster.policyHash,
    action,
    author: { person: core.person, leaf: core.leaf },
    time: NOW,
    evidence: NO_EVIDENCE,
    stateHash: new Uint8Array(32),
    keyCheck: wrapped && rosterKeyCheck(crypto, wrapped),
    ...change,
  });
  const content = { entry: entry.bytes, previousKey: wrapped };
  const place = { seq: entry.seq, before: parts.keys.record };
  const attachment = sealRosterRecord(crypto, parts.roomTag, currentRosterKey(parts.keys), place, content);
  return { entry, attachment, authenticatedData: entry.hash };
}

/** Somebody from outside with a key package for a room, as a request that nobody need have sent. */
export function stranger(guest: Person, room: Room, device: DeviceIdentity = guest.device): JoinRequest {
  const { crypto, random } = guest.primitives;
  const leafSeed = random(32);
  const leaf = leafKeyOf(crypto, leafSeed);
  const leafCert = certifyLeaf(crypto, device, { roomId: room.id, leaf, name: guest.name });
  const { suite } = inside(room).group;
  const bundle = generateKeyPackage(inside(room).engine, {
    ...leafParameters(leafCert, leafSeed, suite),
    suite,
    lifetime: { notBefore: 0n, notAfter: BigInt(NOW) },
  });
  const person = openDeviceCert(crypto, device.deviceCert)!.person;
  const replyPub = crypto.kemDeriveKeyPair("x25519", random(32)).publicKey;
  const { keyPackage } = bundle;
  return {
    keyPackage,
    leafCert,
    person,
    name: guest.name,
    leaf,
    inviteProof: null,
    inboxPub: leaf,
    replyPub,
    note: "",
    isSteward: false,
  };
}

export function leafParameters(identity: Uint8Array, signaturePrivateKey: Uint8Array, suite: number): LeafParameters {
  const capabilities = roomCapabilities(suite);
  return { credential: { type: "basic", identity }, signaturePrivateKey, capabilities, extensions: [] };
}

/** An external commit by somebody who has a member's view of the room, and asks nobody. */
export function forgeExternal(
  host: Person,
  guest: Person,
  more: { authenticatedData?: Uint8Array; attachment?: Uint8Array; resync?: number } = {},
): Append {
  const { crypto, random } = guest.primitives;
  const parts = inside(host);
  const leafSeed = random(32);
  const leaf = leafKeyOf(crypto, leafSeed);
  const identity = certifyLeaf(crypto, guest.device, { roomId: host.room.id, leaf, name: guest.name });
  const made = Group.joinExternal(parts.engine, {
    groupInfo: parts.group.view.groupInfo(),
    leaf: leafParameters(identity, leafSeed, parts.group.suite),
    ...more,
  });
  if (!made.ok) throw new Error(made.error.message);
  return forgeAppend(host, made.value.message, more);
}

/**
 * Has a member's engine seal rubbish to these members' leaves while it works: a path that everybody but they can follow. Right
 * after joins nobody shares a node of the tree with them.
 */
export function shuttingOut<T>(person: Person | Room, victims: readonly (Person | Room)[], work: () => T): T {
  const { group, engine } = inside(person);
  const leaves = victims.map((each) => {
    const theirs = inside(each).group;
    return theirs.view.leaf(theirs.ownLeafIndex)!.encryptionKey;
  });
  const honest = engine.crypto;
  const hostile: Partial<Crypto> = {
    kemEncapsulate: (kem, key, random) => {
      const isVictim = leaves.some((leaf) => equalBytes(leaf, key));
      return honest.kemEncapsulate(kem, isVictim ? honest.kemDeriveKeyPair(kem, random).publicKey : key, random);
    },
  };
  const { suite } = (group as unknown as { inner: { suite: { crypto: Crypto } } }).inner;
  const before = suite.crypto;
  const set = (value: Crypto) => Object.defineProperty(suite, "crypto", { value, configurable: true });
  set(Object.assign(Object.create(honest) as Crypto, hostile));
  try {
    return work();
  } finally {
    set(before);
  }
}
