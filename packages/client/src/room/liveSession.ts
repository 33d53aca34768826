import type { BlobId } from "@conclave/wire";
import { equalBytes, utf8Bytes } from "@conclave/codec";
import type * as protocol from "@conclave/protocol";
import {
  decodeFileCard,
  type FileCard,
  type Fingerprint,
  inviteLink,
  MAX_FILE_BYTES,
  personFingerprint,
  type Policy,
  ProtocolKind,
  type CommitRequest,
  type ActionHash,
  type PersonId,
  type InviteId,
  type RoomId,
  type MessageId,
  newMessageId,
} from "@conclave/protocol";
import { fetchFile } from "../attachment/download.js";
import type { AttachOptions, FetchOptions, OutgoingFile, UnfinishedUpload } from "../api/fileTransfer.js";
import { act, type Wanted } from "./acting.js";
import { isAmendment } from "../store/amendment.js";
import { readDraft, writeDraft } from "./draft.js";
import { RoomSearch } from "../timeline/roomSearch.js";
import type { Decision } from "../api/decision.js";
import type { RoomInvite, InviteOptions, RoomJoinRequest, RoomProposal, DecisionProgress } from "../api/invitation.js";
import type { RoomMember } from "../api/person.js";
import { done, failed, type Problem, type Result } from "../api/problem.js";
import { roomProposalsOf, requestView } from "../timeline/requestView.js";
import type { NewMessage, RoomSession } from "../api/roomSession.js";
import { decisionOf, invitationsOf, membersOf } from "../timeline/roomView.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { Returning, RoomStatus, Settled } from "../api/status.js";
import { statusOf } from "./statusView.js";
import { messageLine } from "../timeline/timelineView.js";
import { type Powers, powersAs, powersOf } from "../api/powers.js";
import type { SearchOptions } from "../api/search.js";
import type { TimelineItem, TimelineMessage, TimelinePage } from "../api/timeline.js";
import { afterYes } from "./approving.js";
import { ended, hindering, hindrance, whyLate } from "../work/hindrance.js";
import { recordWrites } from "../store/homeRecords.js";
import { createInvite, ownLinkOf } from "./inviting.js";
import { foundBy, beginLeaving, pageOf, stopLeaving, toldOf } from "./leaving.js";
import type { RoomEngine } from "./roomEngine.js";
import type { RoomState } from "../work/roomState.js";
import { inStep, say, UNTIL_LIVE_MS } from "./saying.js";
import type { Transaction } from "../store/transaction.js";

const NO_SECRET = new Uint8Array(32);
const MAX_BODY_BYTES = 60 * 1024;
const MAX_KIND_BYTES = 32;

/** A room's session, over the engine that drives the room. */
export class LiveSession implements RoomSession {
  readonly searching: RoomSearch;

  constructor(readonly engine: RoomEngine) {
    this.searching = new RoomSearch(engine.state, engine.state.conversation);
  }

  get id(): RoomId {
    return this.state.meta.roomId;
  }
  get title(): string {
    return this.state.room?.roster.title ?? this.state.meta.title;
  }
  get relay(): string {
    return this.state.meta.relay;
  }
  private get state(): RoomState {
    return this.engine.state;
  }

  status(): RoomStatus {
    return statusOf(this.engine);
  }

  members(): readonly RoomMember[] {
    return membersOf(this.state);
  }

  decisions(): readonly Decision[] {
    return this.state.decisionLog.entries.map((entry) => decisionOf(this.state, entry));
  }

  policy(): Policy | null {
    return this.state.room?.roster.policy ?? null;
  }

  isSealed(): boolean {
    return this.state.room?.roster.sealed === true;
  }

  timeline(page: TimelinePage = {}): Promise<readonly TimelineItem[]> {
    return pageOf(this.engine, page);
  }

  find(id: MessageId): Promise<TimelineMessage | null> {
    return this.state.conversation.find(id);
  }

  search(query: string, options?: SearchOptions): Promise<readonly TimelineMessage[]> {
    return foundBy(this.engine, this.searching, query, options);
  }

  watch(listener: (event: SessionEvent) => void): () => void {
    return this.state.watch((event) => listener(toldOf(this.engine, event)));
  }

  synced(timeout: number): Promise<Result<void>> {
    return inStep(this.engine, timeout);
  }

  async post({
    id = newMessageId(this.state.ports.random),
    kind,
    ref = null,
    body,
    records = [],
  }: NewMessage): Promise<Result<TimelineMessage>> {
    const stopped = this.silenced();
    if (stopped) return failed(stopped);
    const kindLength = utf8Bytes(kind).length;
    if (body.length > MAX_BODY_BYTES || kindLength === 0 || kindLength > MAX_KIND_BYTES || id.length !== 16) {
      return failed({ kind: "malformed", what: "body" });
    }
    const writes = recordWrites(records);
    return this.put({ id, kind, ref, body }, (tx) => tx.writes.push(...writes));
  }

  /** Puts a message that fits into the outbox; `also` is kept with it, or neither is. */
  private async put(
    content: protocol.MessageContent,
    also: (tx: Transaction) => void,
  ): Promise<Result<TimelineMessage>> {
    const { id, kind, ref } = content;
    const { conversation } = this.state;
    const posted = await this.state.transact(async (tx) => {
      const known = await conversation.find(id);
      if (known) return known;
      const isAct = isAmendment(kind);
      if (isAct && !(ref && (await conversation.find(ref)))) return null;
      const entry = this.engine.sender.add(tx, content, this.state.now());
      also(tx);
      if (isAct) return conversation.tell(tx, ref!);
      const message = await conversation.pending(entry);
      this.state.emit(tx, { type: "item", item: messageLine(message) });
      return message;
    });
    this.engine.sender.advance();
    if (!posted.ok) return posted;
    return posted.value ? done(posted.value) : failed({ kind: "unknown" });
  }

  send(text: string, ref?: MessageId): Promise<Result<TimelineMessage>> {
    return this.post({ kind: "text", body: utf8Bytes(text), ref: ref ?? null });
  }

  attach(file: OutgoingFile, options: AttachOptions = {}): Promise<Result<TimelineMessage>> {
    const stopped = this.silenced();
    if (stopped) return Promise.resolve(failed(stopped));
    const { fileLimit } = this.status();
    // What is no size of a file is malformed, not too large.
    if (fileLimit !== null && file.size > fileLimit && file.size <= MAX_FILE_BYTES) {
      return Promise.resolve(failed({ kind: "relay", error: "too_large", retryAfter: 0 }));
    }
    return this.engine.uploads.attach(file, options, (body, ref, also) =>
      this.put({ id: newMessageId(this.state.ports.random), kind: ProtocolKind.file, ref, body }, also),
    );
  }

  uploads(): Promise<readonly UnfinishedUpload[]> {
    return this.engine.uploads.list();
  }

  discardUpload(id: BlobId): Promise<Result<void>> {
    return this.engine.uploads.discard(id);
  }

  fetchFile(card: FileCard, options: FetchOptions = {}): Promise<Result<Uint8Array | null>> {
    return fetchFile(this.state.ports.crypto, this.engine.blobs, card, options);
  }

  edit(id: MessageId, text: string): Promise<Result<TimelineMessage>> {
    return this.act(id, { do: "edit", text });
  }

  async remove(id: MessageId): Promise<Result<TimelineMessage>> {
    const message = await this.find(id);
    const card = message?.kind === ProtocolKind.file ? decodeFileCard(message.body) : null;
    const removed = await this.act(id, { do: "remove" });
    if (removed.ok && card) await this.engine.uploads.withdraw(card.blobId);
    return removed;
  }

  react(id: MessageId, emoji: string | null): Promise<Result<TimelineMessage>> {
    return this.act(id, { do: "react", emoji });
  }

  private act(id: MessageId, wanted: Wanted): Promise<Result<TimelineMessage>> {
    const stopped = this.silenced();
    return stopped ? Promise.resolve(failed(stopped)) : act(this.engine, id, wanted);
  }

  draft(): Promise<string> {
    return readDraft(this.state);
  }

  setDraft(text: string): Promise<void> {
    return writeDraft(this.state, text);
  }

  flushed(timeout: number): Promise<Result<void>> {
    const { state, engine } = this;
    return engine.waiting.until(
      () =>
        ended(state) ??
        (state.outbox.size === 0 || (hindrance(state) ?? engine.sync.problem ?? engine.sender.stuck ?? false)),
      timeout,
      () => whyLate(engine),
    );
  }

  async resume(): Promise<void> {
    await this.state.transact((tx) => {
      if (this.state.room) this.state.apply(tx, this.state.room.resume());
      this.state.emit(tx, { type: "changed" });
    });
    this.engine.plan();
  }

  async acknowledge(order: number): Promise<Result<void>> {
    const known = await this.state.transact((tx) => {
      this.state.emit(tx, { type: "changed" });
      return this.state.alarms.acknowledge(tx, order);
    });
    if (!known.ok) return known;
    return known.value ? done(undefined) : failed({ kind: "unknown" });
  }

  async markRead(n: number): Promise<void> {
    await this.state.transact((tx) => this.state.history.markRead(tx, n));
    this.state.tell({ type: "changed" });
  }

  async mute(isMuted: boolean): Promise<void> {
    const { state } = this;
    await state.transact((tx) => {
      if (isMuted) tx.put(state.keys.muted, new Uint8Array([1]));
      else tx.delete(state.keys.muted);
      tx.after(() => {
        state.isMuted = isMuted;
        state.tell({ type: "changed" });
      });
    });
  }

  decide(action: CommitRequest): Promise<Result<DecisionProgress>> {
    return this.decideSince(action, this.state.room?.roster.seq ?? 0);
  }

  private async decideSince(action: CommitRequest, since: number): Promise<Result<DecisionProgress>> {
    const stopped = this.silenced() ?? hindering(this.state);
    if (stopped) return failed(stopped);
    const brings = action.type === "add" || action.type === "addDevice";
    // What they sent may not have been asked for yet.
    if (brings && !this.engine.requests.findLeaf(action.leafCert)) await this.requests();
    const request = brings ? (this.engine.requests.findLeaf(action.leafCert)?.ask ?? null) : null;
    return this.carryOut(action, request, since);
  }

  private async carryOut(
    wanted: CommitRequest,
    request: protocol.JoinRequest | null,
    since = this.state.room?.roster.seq ?? 0,
  ): Promise<Result<DecisionProgress>> {
    const stopped = this.silenced();
    if (stopped) return failed(stopped);
    const decided = await this.engine.decisions.decide(wanted, { request, isAsked: true, since });
    if (decided.ok && decided.value.done) await this.engine.settleSlots();
    return decided;
  }

  proposals(): readonly RoomProposal[] {
    return roomProposalsOf(this.state);
  }

  async approve(actionHash: ActionHash): Promise<Result<DecisionProgress>> {
    const since = this.state.room?.roster.seq ?? 0;
    const approved = await this.answer((room, now) => room.approve(actionHash, now));
    return afterYes(this.state, actionHash, approved, since, (action) => this.decideSince(action, since));
  }

  declineProposal(actionHash: ActionHash): Promise<Result<void>> {
    return this.answer((room, now) => room.declineProposal(actionHash, now));
  }

  withdrawProposal(actionHash: ActionHash): Promise<Result<void>> {
    return this.answer((room, now) => room.withdrawProposal(actionHash, now));
  }

  /** What is said of a proposal. Who is leaving says nothing more. */
  private answer(message: Parameters<typeof say>[1]): Promise<Result<void>> {
    const stopped = this.silenced();
    return stopped ? Promise.resolve(failed(stopped)) : say(this.engine, message);
  }

  outlook(action: protocol.Action): protocol.Outlook {
    const { room } = this.state;
    if (room?.status !== "active") return { can: "no", why: { code: "not_active" } };
    return room.outlook(action, this.state.now());
  }

  powers(): Powers | null {
    const { room, person } = this.state;
    return room?.status === "active" ? powersOf(room.roster, person) : null;
  }

  powersAs(person: PersonId, role: protocol.Role): Powers | null {
    const { room } = this.state;
    return room?.status === "active" ? powersAs(room.roster, person, role) : null;
  }

  createInvite(options: InviteOptions) {
    return createInvite(this.engine, options, (wanted) => this.decide(wanted));
  }

  invitations(): readonly RoomInvite[] {
    return invitationsOf(this.state);
  }

  returning(): Returning | null {
    return this.engine.returns.standing;
  }

  returnLink(host: string): string | null {
    const { room } = this.state;
    return room && inviteLink(host, room.linkOf(NO_SECRET));
  }

  async prepareReturn(): Promise<Result<DecisionProgress>> {
    const live = await this.synced(UNTIL_LIVE_MS);
    if (!live.ok) return live;
    const { action } = this.engine.returns;
    if (action) return this.carryOut(action, null);
    if (this.returning() === null) return failed({ kind: "unknown" });
    await this.engine.settleSlots();
    return done({ done: true, seq: this.state.room?.roster.seq ?? 0 });
  }

  async settle(timeout: number): Promise<Settled> {
    const { decisionLog } = this.state;
    const before = decisionLog.entries.length;
    const { rekeys, slots } = this.engine.rounds;
    await this.engine.settle(timeout);
    const own = decisionLog.entries.slice(before).filter(({ decision }) => equalBytes(decision.by, this.state.person));
    const after = this.engine.rounds;
    return {
      decisions: own.map((entry) => decisionOf(this.state, entry)),
      hasRekeyed: after.rekeys > rekeys,
      hasRefreshed: after.slots > slots,
    };
  }

  inviteLink(inviteId: InviteId, host: string): string | null {
    return ownLinkOf(this.state, inviteId, host);
  }

  async requests(): Promise<Result<readonly RoomJoinRequest[]>> {
    const live = await this.synced(UNTIL_LIVE_MS);
    if (!live.ok) return live;
    const listed = await this.engine.requests.list();
    return listed.ok ? done(listed.value.flatMap((each) => requestView(this.state, each) ?? [])) : listed;
  }

  async admit(requestId: number): Promise<Result<DecisionProgress>> {
    const listed = this.engine.requests.find(requestId) ? done(null) : await this.requests();
    if (!listed.ok) return listed;
    const opened = this.engine.requests.find(requestId);
    const view = opened && requestView(this.state, opened);
    if (!view) return failed({ kind: "unknown" });
    const decided = await this.carryOut(view.action, opened.ask);
    // RULE: client.admit-once: an admitted request is taken away, so that nothing admits it again (attack A99).
    if (decided.ok && decided.value.done) await this.engine.requests.remove(requestId);
    return decided;
  }

  async decline(requestId: number): Promise<Result<void>> {
    const listed = this.engine.requests.find(requestId) ? done(null) : await this.requests();
    return listed.ok ? this.engine.requests.decline(requestId) : listed;
  }

  leave(): Promise<Result<void>> {
    return beginLeaving(this.engine);
  }

  stay(): Promise<Result<void>> {
    return stopLeaving(this.engine);
  }

  fingerprint(person: PersonId): Fingerprint {
    return personFingerprint(this.state.ports.crypto, person);
  }

  roomCode(): string | null {
    return this.state.room?.status === "active" ? this.state.room.code() : null;
  }

  peopleCode(): string | null {
    return this.state.room?.status === "active" ? this.state.room.peopleCode() : null;
  }

  /** Why nothing can be said or decided here; null while it can. */
  private silenced(): Problem | null {
    return ended(this.state) ?? (this.state.leaving === null ? null : { kind: "leaving" });
  }
}
