import { equalBytes } from "@conclave/codec";
import type { Crypto, Random } from "@conclave/crypto";
import { Group, type LeafParameters, openGroupInfo, type StagedCommit } from "@conclave/mls";
import {
  type Action,
  authorEntry,
  certifyLeaf,
  inviteKeys,
  NO_EVIDENCE,
  parseLink,
  newDevice,
  newIdentity,
  previewRoom,
  readSlot,
  roomTagOf,
  sealEnvelope,
  sealRosterRecord,
  type DeviceIdentity,
  type Entry,
  type InviteLink,
  type Roster,
  type SlotView,
  type PersonId,
  LeafKey,
} from "@conclave/protocol";
import {
  roomCapabilities,
  roomEngine,
  signInviteProof,
  signReseatProof,
  rosterKeyCheck,
  writeSeed,
} from "@conclave/protocol/testing";
import { recordBefore } from "@conclave/wire";
import type { Branch, World } from "../../src/index.js";
import { draftEntry, type Lie } from "./draftEntry.js";

/** A commit that is made up, as the relay's log takes it. */
export interface MadeUpCommit {
  readonly kind: "commit";
  readonly epoch: number;
  readonly payload: Uint8Array;
  readonly attachment: Uint8Array;
  readonly nextWriteKey: Uint8Array;
  readonly group: Group;
  readonly entry: Entry | null;
  /** What it makes of the group; only of a member's. */
  readonly staged?: StagedCommit;
}

/**
 * Somebody who is not in the room and has got hold of what an invite's slot holds: with the relay's help, or by a link.
 * Makes external commits that say whatever it likes.
 */
export class Outsider {
  readonly person: PersonId;
  readonly device: DeviceIdentity;
  readonly crypto: Crypto;
  readonly random: Random;

  constructor(
    private readonly world: World,
    readonly name: string,
  ) {
    this.crypto = world.crypto;
    this.random = world.dice.fork(`outsider ${name}`).random;
    const identity = newIdentity(this);
    this.person = identity.person;
    this.device = newDevice(this, identity, 1);
  }

  get primitives(): { readonly crypto: Crypto; readonly random: Random } {
    return { crypto: this.crypto, random: this.random };
  }

  /** What a link's slot and the roster log show just now (or did, in another branch or snapshot). */
  look(linkText: string, branch: Branch = this.world.relay.main): { link: InviteLink; slot: SlotView; roster: Roster } {
    const link = parseLink(linkText)!;
    const row = branch.store.rooms.get(roomTagOf(this.crypto, link.roomId))!;
    const { slotId } = inviteKeys(this.crypto, link.roomId, link.secret);
    const version = branch.store.slots.version(row.no, slotId, 0)!;
    const slot = readSlot(this.primitives, link, version.blob);
    if (!slot.ok) throw new Error(slot.error.code);
    const records: Uint8Array[] = [];
    for (let next: Uint8Array | null = slot.value.record; next !== null;) {
      const record = branch.store.roster.get(row.no, next);
      if (record !== null) records.push(record);
      next = record && recordBefore(record);
    }
    const preview = previewRoom(this.primitives, link, slot.value, records);
    if (!preview.ok) throw new Error(preview.error.code);
    return { link, slot: slot.value, roster: preview.value.roster };
  }

  /**
   * An external commit of this person. `evidence`: another proof than the link's own, null for none. `lie` changes the
   * entry; `bare` carries no entry at all.
   */
  externalCommit(
    { link, slot, roster }: { link: InviteLink; slot: SlotView; roster: Roster },
    options: {
      readonly inviteProof?: Uint8Array | null | ((leaf: LeafKey) => Uint8Array);
      readonly lie?: Partial<Lie>;
      readonly bare?: boolean;
      readonly resync?: number;
      /** Takes the place of this leaf, whose keys it has stolen. */
      readonly stolen?: { readonly person: PersonId; readonly leaf: LeafKey; readonly leafSeed: Uint8Array };
      /** What else is in its leaf. */
      readonly leaf?: Partial<LeafParameters>;
    } = {},
  ): MadeUpCommit {
    const { crypto } = this;
    const engine = roomEngine(this.primitives);
    const { groupInfo, envelopeKey } = slot.entrance!;
    const opened = openGroupInfo(engine, groupInfo);
    if (!opened.ok) throw opened.error;
    const leafSeed = this.random(32);
    const leaf = LeafKey.of(crypto.ed25519PublicKey(leafSeed));
    const roomTag = roomTagOf(crypto, link.roomId);
    const leafCert = certifyLeaf(crypto, this.device, { roomId: link.roomId, leaf, name: this.name });
    const keys = inviteKeys(crypto, link.roomId, link.secret);
    const { person } = this;
    const place = { prev: roster.head, epoch: slot.epoch, lastCommit: slot.lastCommit };
    const ownProof = signInviteProof(crypto, keys.joinSeed, {
      roomId: link.roomId,
      ...keys,
      person,
      leaf,
      place,
      baseSeq: null,
      ssh: null,
    });
    const given = options.inviteProof === undefined ? ownProof : options.inviteProof;
    const { stolen } = options;
    const seat = stolen && { roomId: link.roomId, person: stolen.person, leaf: stolen.leaf, newLeaf: leaf, place };
    const asked = typeof given === "function" ? given(leaf) : given;
    const proof = seat ? signReseatProof(crypto, stolen.leafSeed, seat) : asked;
    const previousKey = slot.isRosterKeyUsed ? null : slot.roster[0]!.key;
    const keyCheck = previousKey && rosterKeyCheck(crypto, previousKey);
    const carriage = { epoch: slot.epoch, transcript: opened.value.context.confirmedTranscriptHash };
    const action: Action = stolen
      ? { type: "reseat", leafCert, leaf: stolen.leaf, after: null }
      : { type: "add", leafCert, role: "member" };
    const old = opened.value.members.find(({ leafNode }) => equalBytes(leafNode.signatureKey, stolen?.leaf ?? leaf));
    const resync = options.resync ?? old?.leafIndex;
    const evidence = { ...NO_EVIDENCE, proof };
    // The state that it leads to, where it is allowed: then only what is said of the leaf can speak against it.
    const what = { action, person, evidence, keyCheck, ...carriage, time: roster.chainTime, external: true };
    const allowed = authorEntry(crypto, leafSeed, roster, what);
    const entry = draftEntry(crypto, leafSeed, roster, carriage, {
      ...{ action, author: { person, leaf }, evidence, keyCheck },
      ...(allowed.ok ? { stateHash: allowed.value.entry.stateHash } : {}),
      ...options.lie,
    });
    const joined = Group.joinExternal(engine, {
      groupInfo,
      leaf: {
        credential: { type: "basic", identity: leafCert },
        signaturePrivateKey: leafSeed,
        capabilities: roomCapabilities(slot.suite),
        extensions: [],
        ...options.leaf,
      },
      ...(options.bare === true ? {} : { authenticatedData: entry.hash }),
      ...(resync === undefined ? {} : { resync }),
    });
    if (!joined.ok) throw joined.error;
    const { message, group } = joined.value;
    const rosterKey = slot.roster.at(-1)!;
    const record = sealRosterRecord(
      ...([crypto, roomTag, rosterKey] as const),
      { seq: entry.seq, before: slot.record },
      { entry: entry.bytes, previousKey },
    );
    return {
      kind: "commit",
      epoch: slot.epoch,
      payload: sealEnvelope(crypto, envelopeKey, { roomTag, epoch: slot.epoch }, message),
      attachment: options.bare === true ? new Uint8Array() : record,
      nextWriteKey: crypto.ed25519PublicKey(writeSeed(group.view)),
      group,
      entry: options.bare === true ? null : entry,
    };
  }
}
