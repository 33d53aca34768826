import { equalBytes, done, type Result } from "@conclave/codec";
import type { LogItem, RoomTag, SlotContent, SlotId } from "@conclave/wire";
import { joinDeltas, NO_DELTA } from "../encoding/delta.js";
import type { InviteId, LeafKey, MessageNonce, PersonId, RoomId } from "../encoding/ids.js";
import type { Alarm } from "../evidence/alarm.js";
import { epochMark, signBeacon } from "../evidence/beacon.js";
import { peopleCode, roomCode } from "../identity/fingerprint.js";
import { slotIdOf } from "../invite/inviteKeys.js";
import type { JoinRequest } from "../invite/joinRequest.js";
import type { Invite } from "../invite/invite.js";
import type { InviteLink } from "../invite/link.js";
import type { SlotView } from "../invite/slot.js";
import { messageIdOf, type NewContent, ProtocolKind } from "../message/message.js";
import type { Delta } from "../encoding/provider.js";
import type { Action, ActionOf } from "../roster/action.js";
import { signFarewell } from "../roster/farewell.js";
import type { Outlook } from "../roster/outlook.js";
import { refused, type Rejection, type Upgraded } from "../policy/rejection.js";
import type { Roster } from "../roster/roster.js";
import { encodeAlarms } from "./alarmRecord.js";
import { appsBehind } from "./apps.js";
import { alreadySo } from "./alreadySo.js";
import { authorCommit, type CommitRequest } from "./authorCommit.js";
import { proved, type RoomWriteKey, writeKeysOf } from "./keyring.js";
import type { LogPlace } from "../evidence/logMemory.js";
import { slotsOf } from "./doorway.js";
import type { Append, OutgoingMessage, PendingCommit, Received } from "./outcome.js";
import { ALARM_RECORD, CORE, epochOf, type RoomParts } from "./parts.js";
import { isTakenBack, MOST_WITHDRAWN, renewPending, reviveCommit, withdrawPending } from "./ownCommit.js";
import { newInvite, newReturn, type NewTerms } from "./ownInvite.js";
import { ownOutlook } from "./proposals.js";
import { receive } from "./receive.js";
import { type Confirmation, encodeCore, type Membership } from "./roomCore.js";
import { speak } from "./speak.js";
import { shutOut } from "./withheld.js";
import { RoomDoors } from "./roomDoors.js";
import { RoomMirrors } from "./roomMirrors.js";
import { RoomMoving } from "./roomMoving.js";
import { RoomProposals } from "./roomProposals.js";
import { RoomReceipts } from "./roomReceipts.js";
import { RoomRequests } from "./roomRequests.js";
import { joinPlace } from "./receiveJoin.js";
import { sayInRoom } from "./speak.js";
import { whyStopped, upgradedBy } from "./whyStopped.js";

/**
 * One room, as one device sees it (docs/protocol.md). It lives in memory; each call that changes something returns a
 * `Delta` to be stored in one transaction before anything it belongs to is sent or shown. When storing fails, throw the
 * room away and load it again. All calls are synchronous, and take time (ms) as an argument.
 */
export class Room {
  /** What waits for people's agreement. */
  readonly proposals: RoomProposals;
  /** Requests to join. */
  readonly requests: RoomRequests;
  /** How devices come back that cannot follow. */
  readonly doors: RoomDoors;
  /** What the relay signs. */
  readonly receipts: RoomReceipts;
  /** How the room moves to another relay. */
  readonly moving: RoomMoving;
  readonly mirrors: RoomMirrors;

  /** For the files of this folder; others come by `foundRoom`, `loadRoom`, `joinRoom`, `acceptAdmission`. */
  constructor(private readonly parts: RoomParts) {
    this.proposals = new RoomProposals(parts);
    this.requests = new RoomRequests(parts);
    this.doors = new RoomDoors(parts);
    this.receipts = new RoomReceipts(parts);
    this.moving = new RoomMoving(parts);
    this.mirrors = new RoomMirrors(parts);
  }

  /** SHA-256 of the charter. */
  get id(): RoomId {
    return this.parts.core.roomId;
  }
  /** What the relay calls the room. */
  get tag(): RoomTag {
    return this.parts.roomTag;
  }
  get roster(): Roster {
    return this.parts.roster;
  }
  get self(): { readonly person: PersonId; readonly leaf: LeafKey } {
    return this.parts.core;
  }
  get epoch(): number {
    return epochOf(this.parts);
  }
  get status(): Membership {
    return this.parts.core.status;
  }
  /** Who was heard of last, and when by their clock. Null: our join is not confirmed by anybody who was here before. */
  get confirmed(): Confirmation | null {
    return this.parts.core.confirmed;
  }
  /** How far the relay's log was taken in. */
  get cursor(): LogPlace {
    return this.parts.log.place;
  }
  /** Log position of the newest commit record. Slots are to be refreshed when it changes. */
  get lastCommit(): number {
    return this.parts.core.lastCommit;
  }
  /** The alarms for which nothing is sent until `resume`. */
  get pausingAlarms(): readonly Alarm[] {
    return this.parts.alarms;
  }
  /** Who moved the room to a version that this app does not know: nothing more is read or sent. Null when nobody did. */
  get upgraded(): Upgraded | null {
    return upgradedBy(this.parts);
  }
  /**
   * Other people whose apps cannot go on in a room of this version: `behind` by what they said themselves, `unknown` where a device
   * of theirs has said nothing yet.
   */
  appsBehind(version: number): ReturnType<typeof appsBehind> {
    return appsBehind(this.parts, this.self.person, version);
  }
  /** The own commit on its way: send its append again until it is answered. */
  get pending(): { readonly append: Append; readonly action: Action | null } | null {
    const { pending } = this.parts;
    return pending && { append: pending.append, action: pending.judgement.transition?.entry.action ?? null };
  }

  /** Others have taken back what the pending commit rests on: give it up, and act again if it is still wanted. */
  get isPendingTakenBack(): boolean {
    const { pending } = this.parts;
    return pending !== null && isTakenBack(this.parts, pending);
  }

  /** Commits of this epoch were given up, and the relay may still bring them in: we vouch for nothing before other keys. */
  get hasWithdrawn(): boolean {
    return this.parts.withdrawn.length > 0;
  }

  /** What proves to the relay that we are a member: sign `writeProofBytes` with the seed. */
  writeKey(): RoomWriteKey {
    return writeKeysOf(this.parts.primitives.crypto, this.parts.keys, this.epoch - 1).at(-1)!;
  }

  /**
   * The same, and before it what proves that we were one: of the newest epoch that {@link noteProved} was told of, and of
   * those after it, oldest first. A device that gives the relay a member's key and that of a newcomer vouches for the newcomer.
   */
  writeKeys(): RoomWriteKey[] {
    return writeKeysOf(this.parts.primitives.crypto, this.parts.keys);
  }

  /** The relay has taken all write keys up to that of this epoch: those before it have served. Stored with the next commit. */
  noteProved(epoch: number): void {
    // A relay that is restored knows the key that it signed with its newest head, and no later one: the
    // key of that epoch is given up only once a later one is signed (docs/protocol.md §6, Recovery).
    const signed = this.receipts.newest?.receipt.keyEpoch ?? epoch;
    this.parts.keys = proved(this.parts.keys, Math.min(epoch, this.epoch, signed));
  }

  /**
   * Takes in the next record of the log, also our own. `availableFrom`: from where on no message can have been deleted, see
   * {@link availableOf}; 0 for records that are pushed, of which none can.
   */
  receive(item: LogItem, availableFrom = 0): Received {
    return receive(this.parts, item, availableFrom);
  }

  /**
   * The relay refuses our write key again and again. Null: new keys help. Else nothing more is sent, as part of the log is
   * missing: store `delta` and show the alarm, which is null when it was raised before.
   */
  noteRefusedKey(): { delta: Delta; alarm: Alarm | null } | null {
    return shutOut(this.parts);
  }

  /**
   * The log was read to its end since the room was loaded. Before that nothing can be sent: a copy of this device would
   * use keys twice that the original has used (attack A64).
   */
  caughtUp(): void {
    this.parts.isCaughtUp = true;
  }

  /** A person has looked at the alarms, and goes on. Not for a copied device. */
  resume(): Delta {
    this.parts.alarms = this.parts.alarms.filter(({ code }) => code === "RESTORED");
    return { put: [[ALARM_RECORD, encodeAlarms(this.parts.alarms)]], delete: [] };
  }

  /**
   * Of a room that is being joined: the log position of the commit that a new join by this slot follows (`Joiner.after`). Null:
   * members have to refresh the slot first.
   */
  joinPlace(slot: Pick<SlotView, "lastCommit">): number | null {
    return joinPlace(this.parts, slot);
  }

  /** Encrypts a message. `nonce` where it has one already. */
  say(
    content: Omit<NewContent, "nonce"> & { readonly nonce?: MessageNonce },
    now: number,
  ): Result<OutgoingMessage, Rejection> {
    return sayInRoom(this.parts, content, now);
  }

  /** Encrypts again, under the same id, what the relay refused as stale. `time` is when it was written. */
  resend({ nonce, kind, ref, body, time }: NewContent & { readonly time: number }): Result<OutgoingMessage, Rejection> {
    const halted = whyStopped(this.parts);
    if (halted !== null) return halted;
    const { primitives, core, own } = this.parts;
    const resent = messageIdOf(primitives.crypto, core.person, nonce);
    const forgotten: string[] = [];
    for (const [hash, id] of own) {
      if (!equalBytes(id, resent)) continue;
      own.delete(hash);
      forgotten.push(`o/${hash}`);
    }
    const sent = speak(this.parts, { nonce, kind, ref, body }, time);
    if (!sent.ok) return sent;
    return done({ ...sent.value, delta: joinDeltas({ put: [], delete: forgotten }, sent.value.delta) });
  }

  /** Builds a commit for an action, with the approvals collected for it; `request` for those that bring a device in. */
  act(what: CommitRequest, options: { now: number; request?: JoinRequest | null }): Result<PendingCommit, Rejection> {
    const halted = whyStopped(this.parts);
    if (halted !== null) return halted;
    if (this.parts.pending !== null) return refused("pending");
    const idle = what.type === "rekey" ? null : alreadySo(this.parts, what);
    if (idle !== null) return idle;
    const again = reviveCommit(this.parts, what);
    if (again !== null) return done(again);
    // Every one may still come; so many that none is taken can only be the relay's doing.
    if (this.parts.withdrawn.length >= MOST_WITHDRAWN) return refused("pending");
    return authorCommit(this.parts, what, { now: options.now, request: options.request ?? null });
  }

  /**
   * Commits that nobody could use came first: the pending one is still good, and is to be sent again, after those. Gives
   * the new append with what to store first; null when nothing is pending, or nothing may be sent now.
   */
  renewPending(): PendingCommit | null {
    return whyStopped(this.parts) === null ? renewPending(this.parts) : null;
  }

  /**
   * Gives the own pending commit up: the relay does not take it. When it is in the log after all, before the epoch ends,
   * it counts; asking for the same action again sends the same commit.
   */
  discardPending(): Delta {
    return joinDeltas(withdrawPending(this.parts), this.coreDelta());
  }

  /** What would come of an action of ours now, by the judge that every member has. */
  outlook(action: Action, now: number): Outlook {
    const already = alreadySo(this.parts, action);
    return already ? { can: "no", why: already.error } : ownOutlook(this.parts, action, now);
  }

  /** Our signed wish to leave: the others carry it out (docs/protocol.md §10). */
  farewell(now: number): Result<OutgoingMessage, Rejection> {
    const { core, primitives } = this.parts;
    const body = signFarewell(primitives.crypto, core.leafSeed, core);
    const said = this.say({ kind: ProtocolKind.farewell, ref: null, body }, now);
    if (!said.ok) return said;
    // Nobody can read their own message: kept as the others will.
    const kept = this.parts.proposals.farewells.take(primitives.crypto, this.roster, body, core.person);
    return done({ ...said.value, delta: joinDeltas(kept?.delta ?? NO_DELTA, said.value.delta) });
  }

  /** Whether we have said farewell, and no device of ours has taken it back; it is void with the leaf that said it. */
  get isFarewellKept(): boolean {
    return this.parts.proposals.farewells.of(this.self.person) !== null;
  }

  /** Takes our farewell back: honest members forget it, unless one of them has carried it out before (docs/protocol.md §10). */
  stay(now: number): Result<OutgoingMessage, Rejection> {
    const said = this.say({ kind: ProtocolKind.stay, ref: null, body: new Uint8Array(0) }, now);
    if (!said.ok) return said;
    const gone = this.parts.proposals.farewells.stay(this.self.person);
    return done({ ...said.value, delta: joinDeltas(gone ?? NO_DELTA, said.value.delta) });
  }

  /** Members who said farewell and are still here. */
  farewells(): PersonId[] {
    return this.parts.proposals.farewells.leaving(this.parts.roster);
  }

  /** A new invite: the action to act out, and the secret for its link. */
  newInvite(terms: NewTerms): { action: ActionOf<"createInvite">; secret: Uint8Array } {
    return newInvite(this.parts, terms);
  }

  /**
   * What lets us come back to this room by the recovery words alone: the action to act out. Null where there is such an
   * invite already, we are no owner, or the room is sealed. `seed`: the identity's.
   */
  newReturn(seed: Uint8Array, wasUsed: (inviteId: InviteId) => boolean = () => false): ActionOf<"openReturn"> | null {
    return newReturn(this.parts, seed, wasUsed);
  }

  /** The link of an invite's secret, once the invite is in the roster: with the present roster as its floor. */
  linkOf(secret: Uint8Array): InviteLink {
    const { seq, head, relay } = this.parts.roster;
    return { roomId: this.id, secret, floor: { seq, head }, relay: relay.address };
  }

  /** The slots of all open invites for the present epoch, to be put at the relay. */
  slots(now: number): SlotContent[] {
    return this.parts.core.status === "active" ? slotsOf(this.parts, now) : [];
  }

  /** Where an invite's slot is at the relay. */
  slotId({ tokenPub }: Pick<Invite, "tokenPub">): SlotId {
    return slotIdOf(this.parts.primitives.crypto, tokenPub);
  }

  /** The head of the log at a place; null where that is not remembered. */
  headAt(n: number): Uint8Array | null {
    return this.parts.log.headAt(n);
  }

  /** The hash of a record, as the log has it. */
  hashOf(item: LogItem): Uint8Array {
    return this.parts.log.hashOf(this.parts.primitives.crypto, item);
  }

  /** 60 digits that all members can read aloud: equal means same roster and same keys. */
  code(): string {
    return roomCode(this.parts.primitives.crypto, this.id, this.roster.head, this.parts.group.epochAuthenticator);
  }

  /** 60 digits that change only when people or policy change. */
  peopleCode(): string {
    const people = [...this.roster.members.values()].map(({ person }) => person);
    return peopleCode(this.parts.primitives.crypto, people, this.roster.policyHash);
  }

  /** Our signed view of the room, for another channel. */
  beacon(now: number): Uint8Array {
    const { primitives, core, group, roomTag, roster } = this.parts;
    const mark = epochMark(primitives.crypto, group.epochAuthenticator);
    const { seq, head } = roster;
    return signBeacon(primitives.crypto, core.leafSeed, {
      roomTag,
      seq,
      head,
      epoch: this.epoch,
      epochMark: mark,
      time: now,
    });
  }

  /** 32 and more bytes that only members of this epoch can derive (MLS-Exporter). Labels of the protocol are refused. */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    // RULE: room.export-apart: an application's secrets never are the protocol's own (attack A101).
    if (label.startsWith("conclave/")) throw new RangeError("this label is the protocol's own");
    return this.parts.group.view.export(label, context, length);
  }

  /** Equal at two members exactly when they hold the same keys, and so the same roster. */
  get epochAuthenticator(): Uint8Array {
    return this.parts.group.epochAuthenticator;
  }

  private coreDelta(): Delta {
    return { put: [[CORE, encodeCore(this.parts.core)]], delete: [] };
  }
}
