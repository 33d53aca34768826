import type { Crypto, Random } from "@conclave/crypto";
import { toHex } from "@conclave/codec";
import { Group, type CommitOptions, type Engine, type Extension } from "@conclave/mls";
import {
  loadRoom,
  roomTagOf,
  sealEnvelope,
  sealRosterRecord,
  type Action,
  type Roster,
  type RoomId,
  type LeafKey,
  type PersonId,
  MessageNonce,
} from "@conclave/protocol";
import {
  currentRosterKey,
  decodeCore,
  decodeKeyring,
  encodePayload,
  envelopeKeyOf,
  type Keyring,
  type Payload,
  roomEngine,
  roomExtensions,
  rosterKeyCheck,
  wrappedRosterKey,
  writeSeed,
} from "@conclave/protocol/testing";
import type { RoomTag } from "@conclave/wire";
import { storedRecords, type SimulatedDevice, type World } from "../../src/index.js";
import { draftEntry, type Lie } from "./draftEntry.js";
import type { MadeUpCommit } from "./outsider.js";

/** What a hostile member's commit says. */
export interface HostileCommit {
  /** An entry that nobody has judged; its author is this member unless the lie says otherwise. Null for none. */
  readonly lie?: (Partial<Lie> & { readonly action: Action }) | null;
  /** How the tree should change. */
  readonly proposals?: CommitOptions["proposals"];
  /** Null: no new binding. Left out: the binding that fits the entry. */
  readonly extensions?: readonly Extension[] | null;
  /** Other options of the engine: without a path, with referenced proposals, other authenticated data. */
  readonly options?: Partial<CommitOptions>;
}

/**
 * A member's real keys in hostile hands: what a device had stored at one moment, and a program that asks nobody whether
 * something is allowed. The device's own client need not know.
 */
export class HostileMember {
  readonly roomId: RoomId;
  readonly roomTag: RoomTag;
  readonly roster: Roster;
  readonly group: Group;
  readonly keys: Keyring;
  readonly person: PersonId;
  readonly leaf: LeafKey;
  readonly leafSeed: Uint8Array;
  readonly crypto: Crypto;
  readonly random: Random;
  /** The records that it was made of. */
  readonly records: ReadonlyMap<string, Uint8Array>;

  /** Takes what the device has stored now. */
  constructor(
    private readonly world: World,
    device: SimulatedDevice,
    engine: Partial<Engine> = {},
  ) {
    this.crypto = world.crypto;
    this.random = world.dice.fork(`hostile ${device.name} ${world.steps}`).random;
    this.roomId = device.room.id;
    this.roomTag = roomTagOf(this.crypto, this.roomId);
    this.records = new Map(storedRecords(device.disk, toHex(this.roomId)));
    const primitives = { crypto: this.crypto, random: this.random };
    this.roster = loadRoom(primitives, this.records).roster;
    const groupRecords = [...this.records].flatMap(([key, value]) =>
      key.startsWith("g/") ? [[key.slice(2), value] as const] : [],
    );
    this.group = Group.load({ ...roomEngine(primitives), ...engine }, groupRecords);
    this.keys = decodeKeyring(this.records.get("s/keys"));
    const core = decodeCore(this.records.get("s/core"));
    [this.person, this.leaf, this.leafSeed] = [core.person, core.leaf, core.leafSeed];
  }

  get epoch(): number {
    return Number(this.group.epoch);
  }

  /** The leaf index of a person's first device. */
  leafIndexOf(person: PersonId): number {
    const leaf = this.roster.members.get(toHex(person))!.devices[0]!.leaf;
    for (const { leafIndex, leafNode } of this.group.view.members())
      if (toHex(leafNode.signatureKey) === toHex(leaf)) return leafIndex;
    throw new Error("no such leaf");
  }

  /** A commit that this member signs. Post it with `world.relay.inject(tag, commit)`. */
  commit({ lie = null, proposals = [], extensions, options = {} }: HostileCommit): MadeUpCommit {
    const { crypto, roomTag, keys, roster, group } = this;
    const carriage = { epoch: this.epoch, transcript: group.view.confirmedTranscriptHash };
    const author = { person: this.person, leaf: this.leaf };
    const wrapped = wrappedRosterKey(keys);
    const keyCheck = wrapped && rosterKeyCheck(crypto, wrapped);
    const said = lie && { author, keyCheck, ...lie };
    const entry = said && draftEntry(crypto, this.leafSeed, roster, carriage, said);
    const after = entry === null ? roster : { ...roster, seq: entry.seq, head: entry.hash, stateHash: entry.stateHash };
    const bound = extensions === undefined ? (entry === null ? null : roomExtensions(after)) : extensions;
    const binding = bound === null ? [] : [{ type: "group_context_extensions" as const, extensions: [...bound] }];
    const created = group.commit({
      proposals: [...proposals, ...binding],
      ...(entry === null ? {} : { authenticatedData: entry.hash }),
      ...options,
    });
    if (!created.ok) throw created.error;
    const { message, staged } = created.value;
    const content = entry && { entry: entry.bytes, previousKey: wrapped };
    return {
      kind: "commit",
      epoch: this.epoch,
      payload: this.envelope(message),
      attachment: content
        ? sealRosterRecord(crypto, roomTag, currentRosterKey(keys), { seq: entry.seq, before: keys.record }, content)
        : new Uint8Array(),
      nextWriteKey: crypto.ed25519PublicKey(writeSeed(staged.next!)),
      ...{ group, entry, staged },
    };
  }

  /** A message record of this member, with whatever payload. */
  message(payload: Partial<Payload>): { kind: "message"; epoch: number; payload: Uint8Array } {
    const { roster } = this;
    const content = encodePayload({
      nonce: MessageNonce.of(this.random(16)),
      kind: "text",
      ref: null,
      body: new Uint8Array(),
      time: this.world.timeline.now,
      log: { n: 0, head: this.crypto.hash("sha256", this.roomTag) },
      roster: { seq: roster.seq, head: roster.head },
      ...{ flags: 0, ttl: 0, knows: 2 },
      ...payload,
    });
    const { message } = this.group.encrypt(content);
    return { kind: "message", epoch: this.epoch, payload: this.envelope(message) };
  }

  /** Any MLS message in an envelope of this epoch. */
  envelope(message: Uint8Array): Uint8Array {
    const { roomTag, epoch } = this;
    return sealEnvelope(this.crypto, envelopeKeyOf(this.keys, epoch)!, { roomTag, epoch }, message);
  }
}
