import {
  type Decision as RoomDecision,
  decodeFileCard,
  type JoinRequest as RoomJoinRequest,
  type NamedPerson,
  type OutgoingFile,
  type Progress as RoomProgress,
  type RoomSession as ClientRoom,
  type Result,
  type TimelineAlarm,
  explainProblem,
  usualMode,
} from "@conclave/client";
import { systemRandom } from "@conclave/client/node";
import { isGone } from "@conclave/client/pure";
import { fromHex, toHex, utf8Bytes } from "@conclave/codec";
import { nodeCrypto } from "@conclave/crypto/node";
import { type Action, actionHash } from "@conclave/protocol";
import { CliError, usageError } from "../cliError.js";
import type { Member, Person } from "../model/person.js";
import type {
  Fingerprints,
  Invitation,
  JoinRequest,
  PolicyDocument,
  Proposal,
  RoomStatus,
  RoomSummary,
} from "../model/room.js";
import type { InviteOptions, Progress, RoomEvent, RoomSession, Settled } from "../model/session.js";
import type { Decision, Message, SharedFile, TimelineItem } from "../model/timeline.js";
import { decisionView, proposedPhrase } from "./decisionView.js";
import { inviteName, inviteRef, memberView, personView } from "./personView.js";
import { policyOf, policyView } from "./policyView.js";
import {
  decidingError,
  notInRoom,
  outsideSentence,
  problemError,
  sendingError,
  type Stored,
  unknownError,
  unreachable,
} from "./problem.js";
import { refusesConnections, webAddress } from "./relayAddress.js";
import { RoomMessages } from "./roomMessages.js";
import { alarmView, itemView, messageView } from "./timelineView.js";

/** How long a command waits for the relay. */
const PATIENCE_MS = 20_000;

/** How long the relay may take to have what was said: a farewell, an answer to a proposal (ms). */
const ANSWER_MS = 12_000;
/** How long a farewell is waited for until somebody else carries it out. */
const FAREWELL = 3000;
const POLL = 50;
/** Lines of the timeline in which files are looked for. */
const MOST_FILES = 10_000;
const ANOTHER_ID = "Leave out --id, or give the words that were sent under it.";
const ROLES = ["owner", "admin", "member"] as const;

/** A room of a home that is open. */
export class HomeRoom implements RoomSession {
  /** What is done to messages that are there already. */
  readonly messages: RoomMessages;

  constructor(
    private readonly room: ClientRoom,
    private readonly saveProof: (room: ClientRoom, alarm: TimelineAlarm) => string | null,
  ) {
    this.messages = new RoomMessages(room, (result) => this.value(result));
  }

  summary(): RoomSummary {
    const { id, title } = this.room;
    const { standing, isConfirmed } = this.room.status();
    const members = this.room.members();
    const role = members.find(({ isYou }) => isYou)?.role ?? null;
    const isSealed = this.room.isSealed();
    const people = members.length;
    const ended = this.ended();
    return { id: toHex(id), title, relay: this.relay, standing, ended, isConfirmed, isSealed, role, people };
  }

  status(): RoomStatus {
    const status = this.room.status();
    const { connection, freshness, epoch, seq, n, pending, requests, isLeaving, paused, roomAhead, alarms } = status;
    return {
      connection,
      freshness: {
        state: freshness.state,
        by: freshness.by && personView(freshness.by),
        time: freshness.time,
      },
      epoch,
      seq,
      n,
      pending,
      requests,
      isLeaving,
      ending: endingView(status),
      returning: this.room.returning(),
      paused: paused && { code: paused.why, message: pauseSentence(paused) },
      roomAhead,
      alarms: alarms.map((alarm) => alarmView(alarm, this.proofOf)),
    };
  }

  /** @throws CliError NOT_MEMBER where this device has nothing to do with who is in the room: not yet, or not any more */
  mustBeKnown(): void {
    const { standing } = this.room.status();
    if (isGone(standing) || standing === "asking") throw this.outside();
  }

  members(): Member[] {
    return this.room.members().map(memberView);
  }

  decisions(): Decision[] {
    return this.room.decisions().map((decision) => decisionView(decision, this.labelOf));
  }

  async timeline(limit: number): Promise<TimelineItem[]> {
    if (limit === 0) return [];
    // What is pending comes in addition.
    const newest = (await this.room.timeline({ limit })).slice(-limit);
    return newest.map((item) => itemView(item, this.labelOf, this.proofOf));
  }

  fingerprints(member: Member | null): Fingerprints {
    const people = this.room.members();
    const person = people.find((each) => (member ? toHex(each.person) === member.id : each.isYou));
    if (!person) throw this.outside();
    const { words, digits } = this.room.fingerprint(person.person);
    const [roomCode, peopleCode] = [this.room.roomCode(), this.room.peopleCode()];
    return { person: personView(person), words: words.split(" "), digits, roomCode, peopleCode };
  }

  policy(): PolicyDocument {
    const policy = this.room.policy();
    if (!policy) throw this.outside();
    return policyView(policy);
  }

  watch(listener: (event: RoomEvent) => void): () => void {
    return this.room.watch((event) => {
      if (event.type === "item") listener(itemView(event.item, this.labelOf, this.proofOf));
      else if (event.type === "amended") listener({ kind: "amended", message: messageView(event.message) });
      else if (event.type === "alarm") listener({ kind: "alarm", alarm: alarmView(event.alarm, this.proofOf) });
      else listener({ kind: "changed" });
    });
  }

  /** Resolves when the room is at the relay's head. @throws CliError UNREACHABLE, at the latest after `PATIENCE_MS`. */
  async sync(): Promise<void> {
    // Who is out needs no relay to be told so.
    if (isGone(this.room.status().standing)) throw this.outside();
    if (await refusesConnections(this.relay)) throw unreachable(this.relay);
    this.value(await this.room.synced(PATIENCE_MS));
  }

  /** Whether this person waits to be let in. Who was let in while the home was closed learns so first, a moment after it is connected. */
  async isAsking(): Promise<boolean> {
    const isAsking = () => this.room.status().standing === "asking";
    if (isAsking() && !(await refusesConnections(this.relay))) await this.room.synced(PATIENCE_MS);
    return isAsking();
  }

  /**
   * The same for a command that only looks: also where this device waits to be let in, or is not in the room any more.
   * @returns whether the relay was asked: it has nothing to tell a person who is out of the room.
   */
  async look(): Promise<boolean> {
    if (["removed", "left", "lost", "restored"].includes(this.room.status().standing)) return false;
    if (await refusesConnections(this.relay)) throw unreachable(this.relay);
    if (await this.isAsking()) return this.room.status().connection !== "offline";
    const synced = await this.room.synced(PATIENCE_MS);
    if (!synced.ok && synced.problem.kind !== "not_member") throw problemError(synced.problem, this.relay);
    return true;
  }

  /** Stores a message; `id`: 32 hexadecimal digits, of one that may have been stored before: it is there once. */
  async send(text: string, id: string = toHex(systemRandom(16))): Promise<Message> {
    const body = utf8Bytes(text);
    const message = this.value(await this.room.post({ id: fromHex(id), kind: "text", body }));
    // Under an id that is known nothing is stored a second time: what else was said under it must not be called sent.
    const isSame = message.author.isYou && message.kind === "text" && toHex(message.body) === toHex(body);
    if (!isSame && message.deleted === null)
      throw new CliError("ID_TAKEN", "Something else was sent under this id. Your message was not sent.", ANOTHER_ID);
    return messageView(message);
  }

  /** Sends a file; resolves when its message is durable here. One that was begun before and is the same goes on. */
  async sendFile(file: OutgoingFile, signal: AbortSignal): Promise<Message> {
    const begun = (await this.room.uploads()).find(
      ({ name, size, isRunning }) => !isRunning && name === file.name && size === file.size,
    );
    return messageView(this.value(await this.room.attach(file, { signal, ...(begun && { resume: begun.id }) })));
  }

  /** The files that this home knows of. */
  async files(): Promise<(SharedFile & { readonly id: string })[]> {
    const items = await this.room.timeline({ limit: MOST_FILES });
    return items.flatMap((item) => {
      const message = item.kind === "message" ? messageView(item.message) : null;
      return message?.file ? [{ ...message.file, id: message.id }] : [];
    });
  }

  /** Gives the bytes of the file of a message, each piece after it was verified. */
  async saveFile(messageId: string, write: (piece: Uint8Array) => Promise<void>, signal: AbortSignal): Promise<void> {
    const message = await this.room.find(fromHex(messageId));
    const card = message && decodeFileCard(message.body);
    if (!card) throw problemError({ kind: "unknown" }, this.relay);
    this.value(await this.room.fetchFile(card, { write, signal }));
  }

  /** Does what is owed in the room, as far as this device may; resolves when it is done, or after `timeout` ms. */
  async settle(timeout = PATIENCE_MS): Promise<Settled> {
    const { decisions, ...rest } = await this.room.settle(timeout);
    return { ...rest, decisions: decisions.map((decision) => decisionView(decision, this.labelOf)) };
  }

  /** What was decided by the proposal whose id begins so; null where nothing was. */
  decided(proposalId: string): Decision | null {
    const isIt = ({ action }: RoomDecision) => toHex(actionHash(nodeCrypto, action)).startsWith(proposalId);
    const found = this.room.decisions().findLast(isIt);
    return found ? decisionView(found, this.labelOf) : null;
  }

  /** Lets the words bring the person back, also where that was ended. */
  async prepareReturn(): Promise<void> {
    this.settled(await this.room.prepareReturn());
  }

  /** The link that goes with the recovery words: it lets nobody in who does not have them. Null where we are out. */
  returnLink(): string | null {
    return this.room.returnLink(this.relay);
  }

  /** Resolves when nothing waits to be sent. @throws CliError that says what became of `what`, which is stored. */
  async flushed(what: Stored = "message", timeout = PATIENCE_MS): Promise<void> {
    const isRefused = this.room.status().pending > 0 && (await refusesConnections(this.relay));
    const flushed = await this.room.flushed(isRefused ? 0 : timeout);
    if (flushed.ok) return;
    const error = sendingError(flushed.problem, this.relay, what);
    if (flushed.problem.kind !== "not_member") throw error;
    const { message, code } = this.outside();
    const { hint, fate } = error;
    throw Object.assign(new CliError(code, `${message} Your ${what} was not sent.`, hint), { fate });
  }

  async invite({ label, uses, expires, mode }: InviteOptions) {
    const notAfter = expires === null ? null : Date.now() + expires;
    const kind = uses === 1 ? ({ class: "single" } as const) : ({ class: "multi", limit: uses } as const);
    const policy = this.room.policy();
    // Where several decide who comes in, a link that lets in at once would decide it without them.
    const usual = policy === null ? "direct" : usualMode(policy);
    const made = this.settled(await this.room.createInvite({ label, for: kind, notAfter, mode: mode ?? usual }));
    const progress = await this.progress(made.progress);
    const invitation = this.invitations().find(({ id }) => made.invitation && id === toHex(made.invitation.inviteId));
    const link = made.invitation && this.room.inviteLink(made.invitation.inviteId, this.relay);
    const { isReady } = made;
    if (!invitation || link === null) return { progress, invitation: null, link: null, isReady } as const;
    return { progress, invitation, link, isReady };
  }

  invitations(): Invitation[] {
    return this.room.invitations().map(({ inviteId, createdBy, notAfter, ...invitation }) => {
      const { label, mode, role, uses, limit, isOpen } = invitation;
      const [id, creator] = [toHex(inviteId), personView(createdBy)];
      return { id, label, mode, role, createdBy: creator, uses, limit, expires: notAfter, isOpen };
    });
  }

  /** The link of an own invite, as it was shown when it was made; null where this home does not have its secret. */
  link(inviteId: string): string | null {
    return this.room.inviteLink(fromHex(inviteId), this.relay);
  }

  revoke(inviteId: string): Promise<Progress> {
    return this.decide({ type: "revokeInvite", inviteId: fromHex(inviteId) });
  }

  async requests(): Promise<JoinRequest[]> {
    return this.value(await this.room.requests()).map((request) => ({
      id: requestName(request),
      name: request.name,
      tag: request.tag.replaceAll(" ", "-"),
      words: request.words,
      note: request.note,
      invite: inviteRef(request.invite),
      via: inviteName(request.invite),
      role: request.role,
      time: request.time,
      approvedBy: request.approvedBy.map(personView),
      approvalsNeeded: request.approvalsNeeded,
    }));
  }

  async admit(requestId: string): Promise<Progress> {
    return this.progress(this.settled(await this.room.admit(await this.numberOf(requestId))));
  }

  async decline(requestId: string): Promise<void> {
    const declined = await this.room.decline(await this.numberOf(requestId));
    if (!declined.ok && declined.problem.kind === "unreachable") throw unknownError(declined.problem, this.relay);
    this.value(declined);
  }

  private async numberOf(requestId: string): Promise<number> {
    const request = this.value(await this.room.requests()).find((each) => requestName(each) === requestId);
    if (!request) throw new CliError("NOT_FOUND", "This request is not there any more.");
    return request.id;
  }

  proposals(): Proposal[] {
    return this.room.proposals().map(({ actionHash, action, by, approvedBy, declinedBy, have, need }) => ({
      id: toHex(actionHash),
      by: personView(by),
      action: action.type,
      subject: this.personIn(action),
      summary: proposedPhrase(action, this.personIn(action)?.name ?? "somebody", this.labelOf),
      approvedBy: approvedBy.map(personView),
      declinedBy: declinedBy.map(personView),
      have,
      need,
    }));
  }

  async approve(proposalId: string): Promise<Progress> {
    return this.progress(this.settled(await this.room.approve(fromHex(proposalId))), "approval");
  }

  async declineProposal(proposalId: string): Promise<void> {
    this.value(await this.room.declineProposal(fromHex(proposalId)));
    await this.flushed("no", ANSWER_MS);
  }

  async withdraw(proposalId: string): Promise<void> {
    this.value(await this.room.withdrawProposal(fromHex(proposalId)));
    await this.flushed("withdrawal", ANSWER_MS);
  }

  remove(person: Member, isBan = false): Promise<Progress> {
    return this.decide({ type: "remove", person: fromHex(person.id), ban: isBan });
  }

  async leave(): Promise<boolean> {
    this.value(await this.room.leave());
    const isGone = () => this.room.status().standing === "left";
    // Who is out by it needs no answer.
    const said = await this.room.flushed(ANSWER_MS);
    if (!said.ok && said.problem.kind !== "not_member") throw sendingError(said.problem, this.relay, "farewell");
    for (let waited = 0; !isGone() && waited < FAREWELL; waited += POLL) await later(POLL);
    return isGone();
  }

  /** Takes the farewell back; what was said meanwhile is shown again. */
  async stay(): Promise<void> {
    this.value(await this.room.stay());
    await this.flushed("stay", ANSWER_MS);
  }

  setRole(person: Member, text: string): Promise<Progress> {
    const role = ROLES.find((each) => each === text);
    if (!role) throw usageError(`There is no such role.`, `Roles: ${ROLES.join(", ")}.`);
    return this.decide({ type: "setRole", person: fromHex(person.id), role });
  }

  setTitle(title: string): Promise<Progress> {
    return this.decide({ type: "setTitle", title: title.trim() });
  }

  /** Makes somebody else owner and yourself admin, in one decision. */
  handOver(person: Member): Promise<Progress> {
    return this.decide({ type: "transferOwnership", person: fromHex(person.id) });
  }

  /** For ever. */
  seal(): Promise<Progress> {
    return this.decide({ type: "seal" });
  }

  setPolicy(name: string): Promise<Progress> {
    return this.decide({ type: "setPolicy", policy: policyOf(name) });
  }

  async resume(): Promise<void> {
    for (const { order } of this.room.status().alarms) await this.room.acknowledge(order);
    await this.room.resume();
  }

  private get relay(): string {
    return webAddress(this.room.relay);
  }

  private readonly labelOf = (inviteId: Uint8Array): string | null =>
    this.room.invitations().find((each) => toHex(each.inviteId) === toHex(inviteId))?.label ?? null;

  private readonly proofOf = (alarm: TimelineAlarm): string | null => this.saveProof(this.room, alarm);

  private async decide(action: Action): Promise<Progress> {
    return this.progress(this.settled(await this.room.decide(action)));
  }

  /** What others have to agree to is told when they can see it. */
  private async progress(progress: RoomProgress, what: Stored = "proposal"): Promise<Progress> {
    if (!progress.done) await this.flushed(what, ANSWER_MS);
    return progressView(progress);
  }

  /** The value of a decision. @throws CliError that says what became of it. */
  private settled<T>(result: Result<T>): T {
    if (result.ok || result.problem.kind === "not_member") return this.value(result);
    throw decidingError(result.problem, this.relay);
  }

  private personIn(action: Action): Person | null {
    if (!("person" in action)) return null;
    const known: readonly NamedPerson[] = this.room.members();
    const member = known.find(({ person }) => toHex(person) === toHex(action.person));
    return member ? personView(member) : null;
  }

  /** Why the way in ended, where something is known of it. */
  private ended(): RoomSummary["ended"] {
    const problem = this.room.status().ending?.problem ?? null;
    if (problem === null) return null;
    const { code, message } = problemError(problem, this.relay);
    return { code, message };
  }

  /** What is told where this device is not in the room. */
  private outside(): CliError {
    const status = this.room.status();
    const problem = status.ending?.problem ?? null;
    return problem?.kind === "early_form" ? problemError(problem, this.relay) : notInRoom(status, toHex(this.room.id));
  }

  private value<T>(result: Result<T>): T {
    if (result.ok) return result.value;
    if (result.problem.kind === "not_member") throw this.outside();
    throw problemError(result.problem, this.relay);
  }
}

function pauseSentence(pause: NonNullable<ReturnType<ClientRoom["status"]>["paused"]>): string {
  switch (pause.why) {
    case "alarm":
      return pause.alarm.sentence;
    case "restored":
      return explainProblem({ kind: "restored" });
    case "update_needed":
      return `${explainProblem({ kind: "update_needed" })} Update it.`;
    case "failed":
      return `this home's storage failed (${pause.message}): ${explainProblem({ kind: "closed" })}`;
  }
}

function endingView(status: ReturnType<ClientRoom["status"]>): RoomStatus["ending"] {
  const { ending } = status;
  if (ending === null) return null;
  const { by, time, isBan, problem } = ending;
  const code = problem?.kind === "refused" ? problem.rejection.code : (problem?.kind ?? null);
  return { by: by && personView(by), time, isBan, code: code?.toUpperCase() ?? null, text: outsideSentence(status) };
}

function progressView(progress: RoomProgress): Progress {
  if (progress.done) return { done: true };
  return { done: false, proposal: toHex(progress.actionHash), approved: progress.have, needed: progress.need };
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * What a request to be let in is called in commands.
 *
 * RULE: cli.request-name: the device that asks names its request, and never the relay's number: under a number that a person has
 * read, the relay could give another's request to the next command (attack A154).
 */
function requestName({ action }: Pick<RoomJoinRequest, "action">): string {
  return "leafCert" in action ? toHex(nodeCrypto.hash("sha256", action.leafCert)).slice(0, 16) : "";
}
