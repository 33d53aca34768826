import {
  acceptAdmission,
  acceptDecline,
  admissionSignatures,
  type Asking,
  inviteKeys,
  type InviteLink,
  isDecline,
  parseLink,
} from "@conclave/protocol";
import { inboxProofBytes, type InboxItem, type Push, type RelayError, type InboxId } from "@conclave/wire";
import type { ConnectionUser } from "../relay/relayConnection.js";
import { RetryTimer } from "../work/retryTimer.js";
import type { JoinEnding, OwnRequest } from "../store/phase.js";
import type { Sync } from "../work/sync.js";
import { type Job, type RoomWork, Worker } from "../work/worker.js";
import type { Problem } from "../api/problem.js";
import { previewSlot, readRosterLog } from "./readInvite.js";
import { giveSlotProof } from "./slotProof.js";

/** How often one looks whether there still is somebody to answer: nothing tells when an invite ends. */
const LOOK_AGAIN_MS = 60_000;
const FINAL: ReadonlySet<RelayError> = new Set(["slot_unknown", "slot_closed", "proof_invalid", "too_large"]);

/** Waits for somebody to let us in: leaves the request at the relay, watches the inbox, takes the admission (§7, ask). */
export class AskedJoin extends Worker implements ConnectionUser {
  readonly topic: InboxId;
  private readonly asking: Asking;
  private lookedOn = 0;
  private readonly watching: RetryTimer;

  constructor(
    work: RoomWork,
    { asking }: OwnRequest,
    private readonly sync: Sync,
  ) {
    super(work);
    this.asking = asking;
    this.topic = this.asking.inboxId;
    this.watching = new RetryTimer(work.state.ports, () => {
      this.lookedOn = 0;
      this.advance();
    });
  }

  /** Whether the inbox was looked into, held no answer, and the invite is open. */
  get isWaiting(): boolean {
    return this.watching.isWaiting;
  }

  /** Whether everything that waits in the inbox has been taken in, since the connection was made. */
  get hasLooked(): boolean {
    const { welcome, number } = this.connection;
    return welcome !== null && this.lookedOn === number && !this.isBusy;
  }

  override mount(): void {
    super.mount();
    this.connection.attach(this);
  }

  override unmount(): void {
    super.unmount();
    this.connection.detach(this);
  }

  online(): void {
    this.plan();
  }

  override offline(): void {
    super.offline();
    this.watching.stop();
  }

  push(push: Push): void {
    if (push.type !== "inboxChanged") return;
    this.lookedOn = 0;
    this.plan();
  }

  protected next(): Job | null {
    const { phase } = this.state;
    if (phase.is !== "asking") return null;
    if (!phase.request.isPosted) return () => this.post(phase.request);
    return this.lookedOn === this.connection.number ? null : () => this.look();
  }

  private async post(request: OwnRequest): Promise<void> {
    const link = parseLink(request.link);
    if (!link) return;
    const proof = giveSlotProof(this.state.ports, this.connection, link);
    const { roomTag } = this.state.meta;
    // The same blob again is the same request to the relay.
    const { blob } = request;
    const { slotId } = inviteKeys(this.state.ports.crypto, link.roomId, link.secret);
    const answer = await this.connection.request<"postRequest">({ type: "postRequest", roomTag, slotId, blob });
    const proved = await proof;
    if (answer.type === "posted") {
      await this.state.transact((tx) => {
        this.state.enter(tx, { is: "asking", request: { ...request, isPosted: true } });
      });
    } else if (answer.type === "error") {
      const { error, retryAfter } = proved.type === "error" ? proved : answer;
      if (FINAL.has(error)) await this.fail({ kind: "relay", error, retryAfter });
      else this.retry.later(retryAfter);
    }
  }

  /** Looks into the inbox. */
  private async look(): Promise<void> {
    const { welcome, number } = this.connection;
    if (!welcome) return;
    this.lookedOn = number;
    const { inboxId, inboxPub, inboxSeed } = this.asking;
    const signature = this.state.ports.crypto.ed25519Sign(inboxSeed, inboxProofBytes(welcome.challenge, inboxId));
    void this.connection.request<"proveInbox">({ type: "proveInbox", inboxPub, signature });
    const answer = await this.connection.request<"fetchInbox">({ type: "fetchInbox", inboxId, after: 0 });
    if (answer.type === "error") {
      this.lookedOn = 0;
      this.retry.later(answer.retryAfter);
    }
    if (answer.type !== "inbox") return;
    for (const item of answer.items) if (await this.take(item)) return;
    await this.checkLink();
  }

  /**
   * Nobody has answered: whether anybody still can. An invite that is over has no slot any more; but whoever is let in by it
   * may have used it up, so the inbox is looked into once more before it is believed.
   */
  private async checkLink(): Promise<void> {
    const ended = await this.linkEnded();
    if (ended === null) {
      this.watching.in(LOOK_AGAIN_MS);
      return;
    }
    const again = await this.connection.request<"fetchInbox">({ type: "fetchInbox", inboxId: this.topic, after: 0 });
    if (again.type !== "inbox") return;
    for (const item of again.items) if (await this.take(item)) return;
    if (this.state.phase.is === "asking") await this.fail(ended);
  }

  private get link(): InviteLink | null {
    const { phase } = this.state;
    return phase.is === "asking" ? parseLink(phase.request.link) : null;
  }

  private async linkEnded(): Promise<Problem | null> {
    const link = this.link;
    if (!link) return null;
    const { slotId } = inviteKeys(this.state.ports.crypto, link.roomId, link.secret);
    const { roomTag } = this.state.meta;
    const answer = await this.connection.request<"getSlot">({ type: "getSlot", roomTag, slotId, back: 0 });
    if (answer.type !== "error" || !FINAL.has(answer.error)) return null;
    return { kind: "relay", error: answer.error, retryAfter: 0 };
  }

  /** Whether it was the answer. */
  private async take(item: InboxItem): Promise<boolean> {
    if (isDecline(this.state.ports, this.asking, item.blob)) return this.takeNo(item.blob);
    const records = await readRosterLog(this.connection, this.state.meta.roomTag);
    if (!records.ok) return false;
    const { ports } = this.state;
    const admission = [this.asking, item.blob, records.value] as const;
    await ports.crypto.verifyAhead?.(admissionSignatures(ports, ...admission));
    const admitted = acceptAdmission(ports, ...admission);
    if (!admitted.ok) return false;
    const { room, delta, decisions } = admitted.value;
    const taken = await this.state.transact((tx) => {
      this.state.decisionLog.clear(tx);
      this.state.room = room;
      this.state.apply(tx, delta);
      for (const decision of decisions) this.state.decisionLog.add(tx, decision, 0);
      this.state.enter(tx, { is: "joining", join: null });
    });
    if (!taken.ok) return false;
    const { inboxId } = this.asking;
    void this.connection.request<"clearInbox">({ type: "clearInbox", inboxId, upTo: item.item });
    this.sync.restart();
    return true;
  }

  /** Somebody said no: who has the right to is read anew from the room's own history. */
  private async takeNo(blob: Uint8Array): Promise<boolean> {
    const link = this.link;
    const preview = link && (await previewSlot(this.state.ports, this.connection, link));
    if (!preview?.ok) return false;
    const no = acceptDecline(this.state.ports, this.asking, blob, preview.value);
    if (!no.ok) return false;
    const { by, time } = no.value;
    const problem = { kind: "refused", rejection: { code: "declined" } } as const;
    await this.fail(problem, { person: by.person, name: by.name, time });
    return true;
  }

  private async fail(problem: Problem, by: JoinEnding["by"] = null): Promise<void> {
    // RULE: client.ask-kept: what a relay says of an invite ends the waiting for its person, and throws no keys away: who is
    // let in all the same comes in by the same link, and is not for ever a member without a device (attack A103).
    await this.state.transact((tx) => {
      const { phase } = this.state;
      const request = problem.kind === "relay" && phase.is === "asking" ? phase.request : null;
      this.state.enter(tx, { is: "out", why: "lost", ending: { problem, by }, request });
    });
  }
}
