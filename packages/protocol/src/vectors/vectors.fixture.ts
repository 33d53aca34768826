import { encode, toHex } from "@conclave/codec";
import type { Crypto } from "@conclave/crypto";
import { firstLogHead, nextLogHead, recordDigest, recordHash, RoomTag } from "@conclave/wire";
import { derivedKey, labelledHash } from "../encoding/digest.js";
import { PersonId, RoomId } from "../encoding/ids.js";
import { epochMark, signBeacon } from "../evidence/beacon.js";
import { peopleCode, personFingerprint, personTag, roomCode } from "../identity/fingerprint.js";
import { isLabel } from "../identity/label.js";
import { leafSealKeys, NO_ROOM } from "../identity/leafCert.js";
import { recoveryPhrase } from "../identity/recoveryPhrase.js";
import { inviteKeys } from "../invite/inviteKeys.js";
import { signDoor } from "../invite/door.js";
import { pleaKeys, sealPlea, signPlea } from "../invite/plea.js";
import { sshJoinMessage } from "../invite/sshSignature.js";
import { inviteLink } from "../invite/link.js";
import { type Policy, policyHash, policyLayout } from "../policy/policy.js";
import { preset, type Preset } from "../policy/presets.js";
import { type Rule, ruleLayout } from "../policy/rule.js";
import { encodeAction } from "../roster/action.js";
import { sealLetter, signLetter } from "../room/approvalLetter.js";
import { roomTagOf } from "../room/roomTag.js";
import type { Chain, Someone } from "../roster/chain.fixture.js";
import { openEnvelope, sealEnvelope } from "../transport/envelope.js";
import { sealRosterRecord } from "../transport/rosterLog.js";
import { story, type Vectors } from "./story.fixture.js";

const PRESETS: readonly Preset[] = ["owner", "admins:2", "everyone", "add-only", "open"];
const RULES: readonly Rule[] = [
  { kind: "nobody" },
  { kind: "self" },
  { kind: "owner" },
  { kind: "role", role: "admin" },
  { kind: "quorum", role: "admin", count: 3, half: true },
  { kind: "majority" },
  { kind: "unanimous" },
  { kind: "anyMember" },
  { kind: "invite", inviteClass: "personal" },
  { kind: "invite", inviteClass: "listed" },
  { kind: "anyOf", rules: [{ kind: "owner" }, { kind: "invite", inviteClass: "any" }] },
];

/** All files of vectors, by name. Deterministic: seeds are hashes of names, and nothing here is random. */
export function allVectors(crypto: Crypto): Record<string, Vectors> {
  const { entries, refused, chain } = story(crypto);
  return {
    identity: identityVectors(crypto, chain),
    policy: policyVectors(crypto),
    entries: { entries, refused },
    statements: statementVectors(crypto, chain),
    roster: rosterVectors(chain),
    invite: inviteVectors(crypto),
    transport: transportVectors(crypto),
  };
}

function identityVectors(crypto: Crypto, chain: Chain): Vectors {
  const { alice } = chain;
  const seed = chain.bytes("identity of Alice");
  const person = alice.person;
  return {
    person: {
      seed: toHex(seed),
      person: toHex(person),
      recoveryPhrase: recoveryPhrase(seed),
      fingerprint: personFingerprint(crypto, person),
      tag: personTag(crypto, person),
    },
    deviceCert: {
      identitySeed: toHex(seed),
      device: toHex(crypto.ed25519PublicKey(alice.device.deviceSeed)),
      deviceNo: 1,
      signed: toHex(alice.device.deviceCert),
    },
    leafCert: {
      deviceSeed: toHex(alice.device.deviceSeed),
      roomId: toHex(NO_ROOM),
      leaf: toHex(alice.leaf),
      seal: toHex(leafSealKeys(crypto, alice.device.deviceSeed, alice.leaf).publicKey),
      name: "Alice",
      signed: toHex(chain.certOf(alice, NO_ROOM)),
    },
    roomCode: {
      roomId: toHex(chain.bytes("room")),
      head: toHex(chain.bytes("head")),
      epochAuthenticator: toHex(chain.bytes("authenticator")),
      digits: roomCode(crypto, RoomId.of(chain.bytes("room")), chain.bytes("head"), chain.bytes("authenticator")),
    },
    peopleCode: {
      people: ["one", "two"].map((name) => toHex(chain.bytes(name))),
      policyHash: toHex(chain.bytes("policy")),
      digits: peopleCode(
        crypto,
        [PersonId.of(chain.bytes("one")), PersonId.of(chain.bytes("two"))],
        chain.bytes("policy"),
      ),
    },
    labels: [
      "Alice",
      "李小龙",
      " Alice",
      "Ali\u200bce",
      "\u202eecilA",
      "",
      "\u{1f469}\u200d\u{1f467}",
      "x".repeat(129),
    ].map((text) => ({ text, valid: isLabel(text) })),
  };
}

function policyVectors(crypto: Crypto): Vectors {
  return {
    rules: RULES.map((rule) => ({ rule, bytes: toHex(encode(rule, ruleLayout.write)) })),
    presets: PRESETS.map((name) => {
      const policy: Policy = preset(name);
      return { name, bytes: toHex(encode(policy, policyLayout.write)), hash: toHex(policyHash(crypto, policy)) };
    }),
  };
}

function statementVectors(crypto: Crypto, chain: Chain): Vectors {
  const carol = chain.someone("Carol");
  const beacon = {
    roomTag: RoomTag.of(chain.bytes("tag")),
    seq: 5,
    head: chain.bytes("head"),
    epoch: 9,
    epochMark: epochMark(crypto, chain.bytes("authenticator")),
    time: 1_700_000_000_000,
  };
  return {
    leafSeed: toHex(carol.leafSeed),
    approval: toHex(chain.approval(carol, { type: "seal" })),
    farewell: toHex(chain.farewell(carol)),
    inviteProof: {
      joinSeed: toHex(chain.bytes("join direct")),
      direct: toHex(chain.proof("direct", carol)),
      ask: toHex(chain.proof("direct", carol, "ask")),
      auto: toHex(chain.proof("direct", carol, "auto")),
      listed: toHex(chain.proof("direct", carol, "direct", chain.ssh("carol", "direct", carol))),
    },
    ssh: {
      seed: toHex(chain.bytes("ssh carol")),
      key: toHex(chain.sshKey("carol")),
      message: new TextDecoder().decode(
        sshJoinMessage({ roomId: chain.roster.roomId, inviteId: chain.terms("direct").inviteId, ...carol }),
      ),
      signature: toHex(chain.ssh("carol", "direct", carol).signature),
    },
    ...pleaVectors(crypto, chain, carol),
    ...letterVectors(crypto, chain, carol),
    reseatProof: toHex(chain.reseatProof(carol, chain.again(carol))),
    beacon: {
      epochAuthenticator: toHex(chain.bytes("authenticator")),
      epochMark: toHex(beacon.epochMark),
      signed: toHex(signBeacon(crypto, carol.leafSeed, beacon)),
    },
  };
}

/** An approval of Carol's in a letter, signed, and as the text of a file. */
function letterVectors(crypto: Crypto, chain: Chain, carol: Someone): Vectors {
  const { roomId } = chain.roster;
  const action = { type: "setTitle", title: "Meadow" } as const;
  const letter = { n: 40, action: encodeAction(action), approval: chain.approval(carol, action) };
  const signed = signLetter(crypto, carol.leafSeed, letter);
  const room = {
    roomId,
    roomTag: roomTagOf(crypto, roomId),
    rosterKey: { generation: 3, key: chain.bytes("roster key") },
  };
  const salted = { crypto, random: () => chain.bytes("salt").slice(0, 16) };
  return { letter: { signed: toHex(signed), text: sealLetter(salted, room, signed) } };
}

/** A plea of Carol's, what follows from its secret, and both answers to it. */
function pleaVectors(crypto: Crypto, chain: Chain, carol: Someone): Vectors {
  const { roomId, seq, head: hash } = chain.roster;
  const secret = chain.bytes("plea");
  const keys = pleaKeys(crypto, roomId, secret);
  const plea = {
    ...{ roomId, leaf: carol.leaf, why: "unopened" as const, epoch: 8, head: { seq, hash } },
    ...{ log: { n: 40, head: chain.bytes("log head") }, doorId: keys.inviteId, doorPub: keys.slot.publicKey },
    ...{ tokenPub: keys.tokenPub, inboxPub: keys.inboxPub },
  };
  const door = { roomId, asked: carol.leaf, leaf: chain.alice.leaf, time: 1_700_000_000_000 };
  const rosterKey = { generation: 3, key: chain.bytes("roster key") };
  const removal = { hash: chain.bytes("the entry"), rosterKey, record: chain.bytes("the record") };
  const salted = { crypto, random: () => chain.bytes("salt") };
  const roomTag = roomTagOf(crypto, roomId);
  return {
    plea: {
      secret: toHex(secret),
      doorId: toHex(keys.inviteId),
      slotId: toHex(keys.slotId),
      inboxSeed: toHex(keys.inboxSeed),
      signed: toHex(signPlea(crypto, carol.leafSeed, plea)),
      sealed: toHex(sealPlea(salted, { roomTag, rosterKey, leafSeed: carol.leafSeed }, plea)),
    },
    door: {
      leafSeed: toHex(chain.alice.leafSeed),
      open: toHex(signDoor(crypto, chain.alice.leafSeed, { ...door, removal: null })),
      removed: toHex(signDoor(crypto, chain.alice.leafSeed, { ...door, removal })),
    },
  };
}

/** The records of the story's last roster. */
function rosterVectors(chain: Chain): Vectors {
  const records = new Map<string, Uint8Array>();
  for (const { delta } of chain.transitions) {
    for (const [key, value] of delta.put) records.set(key, value);
    for (const key of delta.delete) records.delete(key);
  }
  const sorted = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    records: Object.fromEntries(sorted.map(([key, value]) => [key, toHex(value)])),
    stateHash: toHex(chain.roster.stateHash),
    policyHash: toHex(chain.roster.policyHash),
  };
}

function inviteVectors(crypto: Crypto): Vectors {
  const [roomId, secret] = [RoomId.of(named(crypto, "room")), named(crypto, "invite secret")];
  const keys = inviteKeys(crypto, roomId, secret);
  const link = { roomId, secret, floor: { seq: 40, head: named(crypto, "head") }, relay: "wss://relay.test" };
  return {
    roomId: toHex(roomId),
    secret: toHex(secret),
    inviteId: toHex(keys.inviteId),
    joinSeed: toHex(keys.joinSeed),
    joinPub: toHex(keys.joinPub),
    tokenSeed: toHex(keys.tokenSeed),
    tokenPub: toHex(keys.tokenPub),
    slotPub: toHex(keys.slot.publicKey),
    slotKey: toHex(keys.slot.privateKey),
    slotId: toHex(keys.slotId),
    roomTag: toHex(roomTagOf(crypto, roomId)),
    floor: { seq: 40, head: toHex(link.floor.head) },
    link: inviteLink("https://relay.test", link),
  };
}

function transportVectors(crypto: Crypto): Vectors {
  const [key, roomTag] = [named(crypto, "key"), RoomTag.of(named(crypto, "tag"))];
  const context = { roomTag, epoch: 7 };
  const envelopes = [0, 5, 300].map((length) => {
    const message = new Uint8Array(length).fill(0xab);
    const envelope = sealEnvelope(crypto, key, context, message);
    if (openEnvelope(crypto, key, context, envelope) === null) throw new Error("envelope");
    return { message: toHex(message), envelope: toHex(envelope) };
  });
  const entry = named(crypto, "entry");
  const rosterKey = { generation: 2, key };
  const before = named(crypto, "record before");
  const record = (previousKey: Uint8Array | null) => ({
    generation: 2,
    seq: 40,
    before: toHex(before),
    entry: toHex(entry),
    previousKey: previousKey === null ? null : toHex(previousKey),
    record: toHex(sealRosterRecord(crypto, roomTag, rosterKey, { seq: 40, before }, { entry, previousKey })),
  });
  return {
    key: toHex(key),
    roomTag: toHex(roomTag),
    epoch: 7,
    envelopes,
    rosterRecords: [record(null), record(named(crypto, "previous key"))],
    record: recordVector(crypto, roomTag),
    labelledHash: {
      label: "conclave/example/v1",
      parts: ["01", "0203"],
      hash: toHex(labelledHash(crypto, "conclave/example/v1", new Uint8Array([1]), new Uint8Array([2, 3]))),
    },
    derivedKey: {
      secret: toHex(key),
      label: "conclave/example/v1",
      context: "01",
      key: toHex(derivedKey(crypto, key, "conclave/example/v1", new Uint8Array([1]))),
    },
  };
}

/** What a record's hash is made of: of its bytes, or of what is left when they are deleted. */
function recordVector(crypto: Crypto, roomTag: RoomTag): Vectors {
  const sha256 = (data: Uint8Array) => crypto.hash("sha256", data);
  const [payload, attachment] = [named(crypto, "payload"), named(crypto, "attachment")];
  const record = { kind: "commit" as const, epoch: 7, payload, attachment };
  const { payloadHash, attachmentHash } = recordDigest(sha256, record);
  const first = firstLogHead(sha256, roomTag);
  const hash = recordHash(sha256, roomTag, record);
  return {
    kind: record.kind,
    epoch: record.epoch,
    payload: toHex(payload),
    attachment: toHex(attachment),
    payloadHash: toHex(payloadHash),
    attachmentHash: toHex(attachmentHash),
    recordHash: toHex(hash),
    logHeads: [toHex(first), toHex(nextLogHead(sha256, first, hash))],
  };
}

function named(crypto: Crypto, name: string): Uint8Array {
  return crypto.hash("sha256", new TextEncoder().encode(name));
}
