import { equalBytes, done, failed, type Result } from "@conclave/codec";
import {
  type CommitReceipt,
  type HeadReceipt,
  type InboxId,
  inboxIdOf,
  type LogItem,
  type RoomTag,
  type Signed,
  type SlotContent,
  type SlotId,
} from "@conclave/wire";
import { joinDeltas } from "../encoding/delta.js";
import type { ActionHash, InviteId, LeafKey, MessageNonce, PersonId, RoomId } from "../encoding/ids.js";
import type { Alarm } from "../evidence/alarm.js";
import { epochMark, signBeacon } from "../evidence/beacon.js";
import { leafSealKeys } from "../identity/leafCert.js";
import { peopleCode, roomCode } from "../identity/fingerprint.js";
import { sealDecline } from "../invite/decline.js";
import { slotIdOf } from "../invite/inviteKeys.js";
import type { JoinRequest } from "../invite/joinRequest.js";
import type { InviteLink } from "../invite/link.js";
import type { Door } from "../invite/door.js";
import type { Plea, PleaReason } from "../invite/plea.js";
import { messageIdOf, type NewContent, newMessageNonce, ProtocolKind } from "../message/message.js";
import type { Delta } from "../encoding/provider.js";
import { type Action, type ActionOf, encodeAction } from "../roster/action.js";
import { MAX_APPROVAL_SPAN, signApproval } from "../roster/approval.js";
import { signFarewell } from "../roster/farewell.js";
import type { Outlook } from "../roster/outlook.js";
import { refused, type Rejection, updateNeeded, type Upgraded } from "../policy/rejection.js";
import type { Roster } from "../roster/roster.js";
import { ROOM_VERSION } from "../roster/version.js";
import { encodeAlarms } from "./alarmRecord.js";
import { appsBehind } from "./apps.js";
import { alreadySo, approvedAlready, declinedAlready, unknownHere } from "./alreadySo.js";
import { authorCommit, type CommitRequest } from "./authorCommit.js";
import type { Displaced } from "./displacement.js";
import { hasAllRequestKeys, writeSeed } from "./keyring.js";
import type { LogPlace } from "../evidence/logMemory.js";
import { openRequest, slotsOf, UNOPENED } from "./doorway.js";
import type { Append, OutgoingMessage, PendingCommit, Received } from "./outcome.js";
import { ALARM_RECORD, CORE, epochOf, type RoomParts } from "./parts.js";
import { MOST_WITHDRAWN, renewPending, reviveCommit, withdrawPending } from "./ownCommit.js";
import { newInvite, newReturn, type NewTerms } from "./ownInvite.js";
import { pauseFor } from "./pause.js";
import {
  type DoorOpening,
  judgeRemoval,
  openDoorFor,
  plead,
  pleaReason,
  type PleaStanding,
  pleaStanding,
  readDoor,
  readPlea,
  tellRemoval,
} from "./pleading.js";
import { type DecisionRecord, decisionRecordOf } from "./decisionRecord.js";
import { objectionToProposal, ownOutlook, type OpenProposal, proposalsOf, wouldCount } from "./proposals.js";
import { receive } from "./receive.js";
import type { NotedReceipt, ProofWanted } from "./relayWatch.js";
import { type Confirmation, encodeCore, type Membership, type Unopened } from "./roomCore.js";
import type { OpenedRoom } from "./preview.js";
import type { ComingIn } from "./comeIn.js";
import { doorLinkOf, judgeDoor, type OpenDoor, type Reseating, seatRecords, takeSeat } from "./seat.js";
import { speak } from "./speak.js";
import { shutOut } from "./withheld.js";

/** Refusals of a request that every member gives alike, whatever their clock says and whichever keys they have. */
const JUNK_REQUEST: ReadonlySet<Rejection["code"]> = new Set([
  "malformed",
  "bad_key_package",
  "bad_leaf_cert",
  "bad_invite_proof",
  "invite_unknown",
]);

/**
 * One room, as one device sees it (docs/protocol.md). It lives in memory; each call that changes something returns a
 * `Delta` to be stored in one transaction before anything it belongs to is sent or shown. When storing fails, throw the
 * room away and load it again. All calls are synchronous, and take time (ms) as an argument.
 */
export class Room {
  /** For the files of this folder; others come by `foundRoom`, `loadRoom`, `joinRoom`, `acceptAdmission`. */
  constructor(private readonly parts: RoomParts) {}

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
    const { upgraded } = this.parts.core;
    return upgraded !== null && upgraded.version > ROOM_VERSION ? { ...upgraded, knows: ROOM_VERSION } : null;
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

  /** What proves to the relay that we are a member: sign `writeProofBytes` with the seed. */
  writeKey(): { readonly epoch: number; readonly publicKey: Uint8Array; readonly seed: Uint8Array } {
    const seed = writeSeed(this.parts.group.view);
    return { epoch: this.epoch, publicKey: this.parts.primitives.crypto.ed25519PublicKey(seed), seed };
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
   * A head receipt of the relay. `known`: how far we had the log when we asked for it. Not `isSigned`: whoever answers on this
   * connection is not the room's relay, or lies.
   */
  noteHead(signed: Signed<HeadReceipt>, known = 0): NotedReceipt {
    const { watch, log, primitives } = this.parts;
    return this.note(watch.noteHead(primitives.crypto, this.relayKey, log, signed, known));
  }

  /** A commit receipt of the relay. */
  noteCommitReceipt(signed: Signed<CommitReceipt>): NotedReceipt {
    return this.note(this.parts.watch.noteCommit(this.parts.primitives.crypto, this.relayKey, this.parts.log, signed));
  }

  /**
   * After an alarm against the relay: the records `after`+1 to `to` of the log that it shows now may prove to others what
   * it did. Give their hashes to {@link proveFork}. Null when there is nothing to prove, or it is proved.
   */
  get proofWanted(): ProofWanted | null {
    return this.parts.watch.wanted(this.relayKey, this.parts.log);
  }

  /**
   * The hashes of the records that {@link proofWanted} asks for, or of fewer, where the relay did not give all. They are
   * compared with what the relay signed; no record is taken in. An alarm holds the proof. Not asked for again before the
   * relay's next receipt.
   */
  proveFork(after: number, records: readonly Uint8Array[]): { delta: Delta; alarm: Alarm | null } {
    const { watch, log, primitives } = this.parts;
    return this.note(watch.prove(primitives.crypto, this.relayKey, log, after, records));
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

  /** Encrypts a message. `nonce` where it has one already. */
  say(
    content: Omit<NewContent, "nonce"> & { readonly nonce?: MessageNonce },
    now: number,
  ): Result<OutgoingMessage, Rejection> {
    const stopped = this.stopped();
    const nonce = content.nonce ?? newMessageNonce(this.parts.primitives.random);
    return stopped ?? speak(this.parts, { ...content, nonce }, now);
  }

  /** Encrypts anew, under the same id, what the relay refused as stale. `time` is when it was written. */
  resend({ nonce, kind, ref, body, time }: NewContent & { readonly time: number }): Result<OutgoingMessage, Rejection> {
    const stopped = this.stopped();
    if (stopped !== null) return stopped;
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
    const stopped = this.stopped();
    if (stopped !== null) return stopped;
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
    return this.stopped() === null ? renewPending(this.parts) : null;
  }

  /**
   * Gives the own pending commit up: the relay does not take it. When it is in the log after all, before the epoch ends,
   * it counts; asking for the same action again sends the same commit.
   */
  discardPending(): Delta {
    return joinDeltas(withdrawPending(this.parts), this.coreDelta());
  }

  /**
   * Asks the others for their yes to an action.
   *
   * RULE: room.ask-for-something: what would be refused if everybody agreed is not asked for (docs/protocol.md §4).
   */
  propose(action: Action, now: number): Result<OutgoingMessage, Rejection> {
    const idle = alreadySo(this.parts, action);
    if (idle !== null) return idle;
    const objection = objectionToProposal(this.parts, action, this.parts.core.person);
    if (objection !== null) return failed(objection);
    return this.say({ kind: ProtocolKind.proposal, ref: null, body: encodeAction(action) }, now);
  }

  /** Says yes to an action that somebody proposed. `already_so` while an earlier yes of ours counts. */
  approve(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, roster, primitives } = this.parts;
    const asked = proposals.find(hash);
    if (asked === null) return refused("unknown_proposal");
    const idle = unknownHere(asked.action) ?? approvedAlready(this.parts, hash);
    if (idle !== null) return idle;
    const { person, leaf } = core;
    const place = { baseSeq: roster.seq, maxSeq: roster.seq + MAX_APPROVAL_SPAN, policyHash: roster.policyHash };
    const approval = { roomId: roster.roomId, actionHash: hash, ...place, person, leaf };
    const body = signApproval(primitives.crypto, core.leafSeed, approval);
    const said = this.say({ kind: ProtocolKind.approval, ref: null, body }, now);
    if (!said.ok) return said;
    const kept = proposals.approve(primitives.crypto, roster, body, { author: person, seen: this.cursor.n });
    return done({ ...said.value, delta: joinDeltas(kept.delta, said.value.delta) });
  }

  /** Says no to an action that somebody else proposed. The others see it; it keeps nobody from agreeing. */
  declineProposal(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, roster, primitives } = this.parts;
    const idle = declinedAlready(this.parts, hash);
    if (idle !== null) return idle;
    const { declined, delta } = proposals.decline(primitives.crypto, roster, hash, core.person);
    return this.answer(ProtocolKind.decline, declined && { ...declined, delta }, now);
  }

  /** Takes back an action that our person proposed. Yeses that were given stay signed: a member who holds enough could use them. */
  withdrawProposal(hash: ActionHash, now: number): Result<OutgoingMessage, Rejection> {
    const { proposals, core, primitives } = this.parts;
    // Nobody who agrees meanwhile can have seen it.
    const withdrawn = proposals.withdraw(primitives.crypto, hash, core.person, this.cursor.n + 1);
    return this.answer(ProtocolKind.withdrawal, withdrawn, now);
  }

  private answer(
    kind: "decline" | "withdrawal",
    told: { readonly hash: ActionHash; readonly delta: Delta } | null,
    now: number,
  ): Result<OutgoingMessage, Rejection> {
    if (told === null) return refused("unknown_proposal");
    const said = this.say({ kind, ref: null, body: told.hash }, now);
    return said.ok ? done({ ...said.value, delta: joinDeltas(told.delta, said.value.delta) }) : said;
  }

  /** What waits for people's agreement, seen from us: `have` counts our own yes as author. */
  proposals(): OpenProposal[] {
    return proposalsOf(this.parts);
  }

  /** Whether our person has a say in an action: their yes to it would count. */
  hasSay(action: Action): boolean {
    return wouldCount(this.parts, action);
  }

  /** What would come of an action of ours now, by the judge that every member has. */
  outlook(action: Action, now: number): Outlook {
    const already = alreadySo(this.parts, action);
    return already ? { can: "no", why: already.error } : ownOutlook(this.parts, action, now);
  }

  /** Our own proposal, kept without waiting for the echo of its message. Gives its hash, and what of ours gives way to it. */
  noteProposal(action: Action): { hash: ActionHash; delta: Delta; displaced: readonly Displaced[] } {
    const { proposals, primitives, roster, core } = this.parts;
    return proposals.propose(primitives.crypto, roster, action, core.person, this.cursor.n);
  }

  /** Our signed wish to leave: the others carry it out (docs/protocol.md §10). */
  farewell(now: number): Result<OutgoingMessage, Rejection> {
    const { core, primitives } = this.parts;
    const body = signFarewell(primitives.crypto, core.leafSeed, core);
    return this.say({ kind: ProtocolKind.farewell, ref: null, body }, now);
  }

  /** Takes our farewell back: honest members forget it, unless one of them has carried it out before (docs/protocol.md §10). */
  stay(now: number): Result<OutgoingMessage, Rejection> {
    return this.say({ kind: ProtocolKind.stay, ref: null, body: new Uint8Array(0) }, now);
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
  slotId(inviteId: InviteId): SlotId {
    return slotIdOf(this.parts.primitives.crypto, this.id, inviteId);
  }

  /** Opens a join request from the relay. */
  openRequest(blob: Uint8Array, now: number): Result<JoinRequest, Rejection> {
    return openRequest(this.parts, blob, now);
  }

  /**
   * Whether a join request that {@link openRequest} refused so is of no use to any member: nobody has a key that opens it, or it
   * is not one that anybody could admit.
   */
  isJunkRequest({ code, detail }: Rejection): boolean {
    if (code === "malformed" && detail === UNOPENED) return hasAllRequestKeys(this.parts.keys);
    return JUNK_REQUEST.has(code);
  }

  /** Whether what is sealed to the members, and this device cannot open, is of no use to any of them. Who joined lately cannot tell. */
  get hasAllRequestKeys(): boolean {
    return hasAllRequestKeys(this.parts.keys);
  }

  /** Our signed no to a join request, and where it goes. Null when the request's keys are unusable. */
  denyRequest(request: JoinRequest, now: number): { inboxId: InboxId; blob: Uint8Array } | null {
    const { primitives, core, roomTag } = this.parts;
    const { crypto } = primitives;
    const { roomId, person, leaf, leafSeed } = core;
    const { replyPub, inboxPub, leaf: asked } = request;
    const blob = sealDecline(primitives, { roomTag, replyPub, leafSeed }, { roomId, asked, person, leaf, time: now });
    return blob && { inboxId: inboxIdOf((data) => crypto.hash("sha256", data), inboxPub), blob };
  }

  /**
   * Why this device cannot go on here by itself, as far as it can tell; null where it can. It is a reason to ask with a plea,
   * and no more.
   */
  get pleaReason(): PleaReason | null {
    return pleaReason(this.parts);
  }

  /** The commit of this epoch that we could not open, though its signature holds; null for none. */
  get unopened(): Unopened | null {
    return this.parts.core.unopened;
  }

  /** Our signed plea for a door, of a new `secret` (32 bytes), to be left at the relay. Null when the room's key is unusable. */
  plead(secret: Uint8Array, why: PleaReason): Uint8Array | null {
    return plead(this.parts, secret, why);
  }

  /** A plea that lay at the relay; null for what is none, or was not sealed to a key that we have. */
  readPlea(blob: Uint8Array): Plea | null {
    return readPlea(this.parts, blob);
  }

  /** What can be done for who pleads. */
  pleaStanding(plea: Plea): PleaStanding {
    return pleaStanding(this.parts, plea);
  }

  /** A door for who pleads and `waits`: a slot to put at the relay, then an answer. Null when the plea's keys are unusable. */
  openDoorFor(plea: Plea, now: number): DoorOpening | null {
    return openDoorFor(this.parts, plea, now);
  }

  /**
   * The answer to who pleads and is `out`: the entry that took their leaf out, and those before it that they do not know.
   * `signed`: all signed entries of our chain, in order. Null where that leaf never was in.
   */
  tellRemoval(plea: Plea, signed: Iterable<Uint8Array>, now: number): DoorOpening | null {
    return tellRemoval(this.parts, plea, signed, now);
  }

  /** The answer to our plea of this secret; null for what is none. */
  readDoor(secret: Uint8Array, blob: Uint8Array): Door | null {
    return readDoor(this.parts, secret, blob);
  }

  /** The door of our plea as a link, to be read with `readSlot` and `openRoom`. */
  doorLink(secret: Uint8Array): InviteLink {
    return doorLinkOf(this.parts, secret);
  }

  /** The private key that a door for this device is sealed to. */
  doorKey(deviceSeed: Uint8Array): Uint8Array {
    return leafSealKeys(this.parts.primitives.crypto, deviceSeed, this.parts.core.leaf).privateKey;
  }

  /** Checks what the door of our plea leads to. `not_caught_up`: read the log on, and ask again. */
  judgeDoor(opened: OpenedRoom): Result<OpenDoor, Rejection> {
    return judgeDoor(this.parts, opened);
  }

  /**
   * Our commit through a door that was judged, with a new leaf of the same device. Store its records beside this room's, then send
   * its append; this room stays as it is until the log shows it, see {@link seatRecords}.
   */
  takeSeat(door: OpenDoor, who: Reseating): Result<ComingIn, Rejection> {
    return takeSeat(this.parts, door, who);
  }

  /** The hash of a record, as the log has it. */
  hashOf(item: LogItem): Uint8Array {
    return this.parts.log.hashOf(this.parts.primitives.crypto, item);
  }

  /**
   * The records of the room in which our commit through a door (`records`) has us, for just before its record is received: store
   * them in place of this room's, load them with `loadRoom`, and give that room the record. Throw this one away.
   */
  seatRecords(records: Iterable<readonly [string, Uint8Array]>): ReadonlyMap<string, Uint8Array> {
    return seatRecords(this.parts, records);
  }

  /** The entry by which we were taken out, as an answer shows it, judged from our own roster on. */
  judgeRemoval(door: Door): Result<DecisionRecord, Rejection> {
    const judged = judgeRemoval(this.parts, door);
    return judged.ok ? done(decisionRecordOf(judged.value)) : judged;
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

  private get relayKey(): Uint8Array {
    return this.parts.roster.relay.publicKey;
  }

  // RULE: room.stop: nothing is sent while joining, behind, after a proven lie, or from a copied device (attacks A28, A64).
  private stopped(): ReturnType<typeof refused> | null {
    const { core, alarms, isCaughtUp } = this.parts;
    if (core.status !== "active") return refused("not_active", core.status);
    if (this.upgraded !== null) return updateNeeded(this.upgraded);
    if (alarms.length > 0) return refused("paused", alarms[0]!.code);
    return isCaughtUp ? null : refused("not_caught_up");
  }

  private note<T extends { delta: Delta; alarm: Alarm | null }>(noted: T): T {
    return { ...noted, delta: joinDeltas(noted.delta, pauseFor(this.parts, noted.alarm)) };
  }

  private coreDelta(): Delta {
    return { put: [[CORE, encodeCore(this.parts.core)]], delete: [] };
  }
}
