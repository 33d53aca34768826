import type { Problem } from "../api/problem.js";
import type { BlobId } from "@conclave/wire";
import { equalBytes, utf8Bytes, failed, type Result } from "@conclave/codec";
import type * as protocol from "@conclave/protocol";
import {
  decodeFileCard,
  type FileCard,
  type Fingerprint,
  inviteLink,
  personFingerprint,
  type Policy,
  ProtocolKind,
  type CommitRequest,
  type ActionHash,
  type PersonId,
  type InviteId,
  type RoomId,
  type MessageId,
  explain,
  policyDoubts,
} from "@conclave/protocol";
import { fetchFile } from "../attachment/download.js";
import type { AttachOptions, FetchOptions, OutgoingFile, UnfinishedUpload } from "../api/fileTransfer.js";
import { act, type Wanted } from "./acting.js";
import {
  admit,
  answer,
  approve,
  makeDecision,
  denyRequest,
  joinRequestsOf,
  prepareReturn,
  silenced,
} from "./deciding.js";
import { checkNow } from "./checking.js";
import { mayRemove } from "../store/amendment.js";
import { readDraft, writeDraft } from "./draft.js";
import { arrange, forgetMessages } from "./tidying.js";
import { returnLinkOf } from "../joining/readReturn.js";
import { RoomSearch } from "../timeline/roomSearch.js";
import type { Decision } from "../api/decision.js";
import type {
  ApprovalImported,
  RoomInvite,
  RoomSshKey,
  InviteOptions,
  RoomJoinRequest,
  RoomProposal,
  DecisionProgress,
} from "../api/invitation.js";
import type { MirrorOptions, RoomMirror } from "../api/mirror.js";
import type { RoomMember } from "../api/person.js";
import { roomProposalsOf, subjectOf } from "../timeline/requestView.js";
import type { DueWork, ListChange, MoveOptions, NewMessage, RoomSession } from "../api/roomSession.js";
import { decisionOf, invitesOf, listedKeysOf, membersOf } from "../timeline/roomView.js";
import type { SessionEvent } from "../api/sessionEvent.js";
import type { FreshnessCheck, Returning, RoomStatus, Settled } from "../api/status.js";
import { statusOf } from "./statusView.js";
import type { RoomVersion } from "../api/roomVersion.js";
import { type Powers, powersAs, powersOf } from "../api/powers.js";
import type { SearchOptions } from "../api/search.js";
import type { TimelineItem, TimelineMessage, TimelinePage } from "../api/timeline.js";
import { createInvite, ownLinkOf } from "./inviting.js";
import { exportApproval, importApproval } from "./letters.js";
import { allowKeys, disallowKeys } from "./listing.js";
import { foundBy, beginLeaving, pageOf, stopLeaving, toldOf } from "./leaving.js";
import { addMirror, removeMirror } from "./mirroring.js";
import { followRoom, moveRoom } from "./moving.js";
import { attach, post } from "./posting.js";
import type { RoomEngine } from "./roomEngine.js";
import type { RoomState } from "../work/roomState.js";
import { roomVersion } from "./upgrading.js";
import { inStep } from "./saying.js";
import { resume, settleRoom, untilFlushed } from "./settling.js";
import { acknowledge, markRead, mute } from "./ownMarks.js";

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
    return this.state.phase.is === "out" ? [] : membersOf(this.state);
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

  due(): readonly DueWork[] {
    if (this.state.phase.is !== "member") return [];
    return this.engine.due.map((action) => ({
      action,
      person: action.type === "rekey" ? null : subjectOf(this.state, action),
    }));
  }

  version(): RoomVersion | null {
    return roomVersion(this.state);
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

  synced(timeout: number): Promise<Result<void, Problem>> {
    return inStep(this.engine, timeout);
  }

  post(message: NewMessage): Promise<Result<TimelineMessage, Problem>> {
    const stopped = silenced(this.state);
    return stopped ? Promise.resolve(failed(stopped)) : post(this.engine, message);
  }

  send(text: string, ref?: MessageId): Promise<Result<TimelineMessage, Problem>> {
    return this.post({ kind: "text", body: utf8Bytes(text), ref: ref ?? null });
  }

  attach(file: OutgoingFile, options: AttachOptions = {}): Promise<Result<TimelineMessage, Problem>> {
    const stopped = silenced(this.state);
    if (stopped) return Promise.resolve(failed(stopped));
    return attach(this.engine, file, options, this.status().fileLimit);
  }

  uploads(): Promise<readonly UnfinishedUpload[]> {
    return this.engine.uploads.list();
  }

  discardUpload(id: BlobId): Promise<Result<void, Problem>> {
    return this.engine.uploads.discard(id);
  }

  fetchFile(card: FileCard, options: FetchOptions = {}): Promise<Result<Uint8Array | null, Problem>> {
    return fetchFile(this.state.ports.crypto, this.engine.blobs, card, options);
  }

  edit(id: MessageId, text: string): Promise<Result<TimelineMessage, Problem>> {
    return this.act(id, { do: "edit", text });
  }

  async remove(id: MessageId): Promise<Result<TimelineMessage, Problem>> {
    const message = await this.find(id);
    const card = message?.kind === ProtocolKind.file ? decodeFileCard(message.body) : null;
    const removed = await this.act(id, { do: "remove" });
    if (removed.ok && card) await this.engine.uploads.withdraw(card.blobId);
    return removed;
  }

  react(id: MessageId, emoji: string | null): Promise<Result<TimelineMessage, Problem>> {
    return this.act(id, { do: "react", emoji });
  }

  private act(id: MessageId, wanted: Wanted): Promise<Result<TimelineMessage, Problem>> {
    const stopped = silenced(this.state);
    return stopped ? Promise.resolve(failed(stopped)) : act(this.engine, id, wanted);
  }

  draft(): Promise<string> {
    return readDraft(this.state);
  }

  setDraft(text: string): Promise<void> {
    return writeDraft(this.state, text);
  }

  flushed(timeout: number): Promise<Result<void, Problem>> {
    return untilFlushed(this.engine, timeout);
  }

  resume(): Promise<void> {
    return resume(this.engine);
  }

  acknowledge(order: number): Promise<Result<void, Problem>> {
    return acknowledge(this.state, order);
  }

  markRead(n: number): Promise<void> {
    return markRead(this.state, n);
  }

  async arrange(change: ListChange): Promise<void> {
    await this.state.transact((tx) => arrange(tx, this.state, change));
  }

  forgetMessages(ids: readonly MessageId[]): Promise<number> {
    return forgetMessages(this.state, ids);
  }

  looking(): void {
    this.engine.probes.looking();
  }

  checkNow(timeout: number): Promise<Result<FreshnessCheck, Problem>> {
    return checkNow(this.engine, timeout);
  }

  mute(isMuted: boolean): Promise<void> {
    return mute(this.state, isMuted);
  }

  decide(action: CommitRequest): Promise<Result<DecisionProgress, Problem>> {
    return makeDecision(this.engine, action);
  }

  move(options: MoveOptions): Promise<Result<DecisionProgress, Problem>> {
    return moveRoom(this.engine, options);
  }

  mirrors(): readonly RoomMirror[] {
    return this.engine.mirrors.mirrors;
  }

  async lookAtMirrors(): Promise<readonly RoomMirror[]> {
    await this.engine.mirrors.lookAtAll();
    return this.mirrors();
  }

  addMirror(options: MirrorOptions): Promise<Result<DecisionProgress, Problem>> {
    return addMirror(this.engine, options);
  }

  removeMirror(address: string): Promise<Result<DecisionProgress, Problem>> {
    return removeMirror(this.engine, address);
  }

  follow(relay: string): Promise<Result<void, Problem>> {
    return followRoom(this.engine, relay);
  }

  proposals(): readonly RoomProposal[] {
    return roomProposalsOf(this.state);
  }

  approve(actionHash: ActionHash): Promise<Result<DecisionProgress, Problem>> {
    return approve(this.engine, actionHash);
  }

  exportApproval(actionHash: ActionHash): Promise<Result<string, Problem>> {
    return exportApproval(this.engine, actionHash);
  }

  importApproval(letter: string): Promise<Result<ApprovalImported, Problem>> {
    return importApproval(this.engine, letter);
  }

  declineProposal(actionHash: ActionHash): Promise<Result<void, Problem>> {
    return answer(this.engine, (room, now) => room.proposals.decline(actionHash, now));
  }

  withdrawProposal(actionHash: ActionHash): Promise<Result<void, Problem>> {
    return answer(this.engine, (room, now) => room.proposals.withdraw(actionHash, now));
  }

  outlook(action: protocol.Action): protocol.Outlook {
    const { room } = this.state;
    if (room?.status !== "active") return { can: "no", why: { code: "not_active" } };
    return room.outlook(action, this.state.now());
  }

  explain(policy?: protocol.Policy): protocol.Explanation | null {
    const { room } = this.state;
    if (room?.status !== "active") return null;
    return explain(policy ? { ...room.roster, policy } : room.roster);
  }

  policyDoubts(policy: protocol.Policy): readonly protocol.PolicyDoubt[] | null {
    const { room, person } = this.state;
    return room?.status === "active" ? policyDoubts(room.roster, policy, person) : null;
  }

  powers(): Powers | null {
    const { room, person } = this.state;
    return room?.status === "active" ? powersOf(room.roster, person) : null;
  }

  powersAs(person: PersonId, role: protocol.Role, of?: PersonId): Powers | null {
    const { room } = this.state;
    return room?.status === "active" ? powersAs(room.roster, person, role, of) : null;
  }

  mayRemove(author: PersonId): boolean {
    const { room, person } = this.state;
    return equalBytes(author, person) || mayRemove(room?.roster ?? null, person, author);
  }

  createInvite(options: InviteOptions) {
    return createInvite(this.engine, options, (wanted) => this.decide(wanted));
  }

  sshKeys(): readonly RoomSshKey[] {
    return listedKeysOf(this.state);
  }

  allowKeys(keys: readonly protocol.NamedSshKey[]) {
    return allowKeys(this.state, keys, (wanted) => this.decide(wanted));
  }

  disallowKeys(keys: readonly protocol.SshKey[]) {
    return disallowKeys(this.state, keys, (wanted) => this.decide(wanted));
  }

  invites(): readonly RoomInvite[] {
    return invitesOf(this.state);
  }

  returning(): Returning | null {
    return this.engine.returns.standing;
  }

  returnLink(host: string): string | null {
    const { room } = this.state;
    return room && inviteLink(host, returnLinkOf(room));
  }

  prepareReturn(): Promise<Result<DecisionProgress, Problem>> {
    return prepareReturn(this.engine);
  }

  settle(timeout: number): Promise<Settled> {
    return settleRoom(this.engine, timeout);
  }

  inviteLink(inviteId: InviteId, host: string): string | null {
    return ownLinkOf(this.state, inviteId, host);
  }

  requests(): Promise<Result<readonly RoomJoinRequest[], Problem>> {
    return joinRequestsOf(this.engine);
  }

  admit(requestId: number): Promise<Result<DecisionProgress, Problem>> {
    return admit(this.engine, requestId);
  }

  denyRequest(requestId: number): Promise<Result<void, Problem>> {
    return denyRequest(this.engine, requestId);
  }

  leave(): Promise<Result<void, Problem>> {
    return beginLeaving(this.engine);
  }

  stay(): Promise<Result<void, Problem>> {
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
}
