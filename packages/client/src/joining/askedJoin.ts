import { failed, type Result } from "@conclave/codec";
import {
  acceptAdmission,
  type Admitted,
  acceptDecline,
  askAgain,
  admissionSignatures,
  type Asking,
  inviteKeys,
  type InviteLink,
  isDecline,
  openingAdmission,
  readSlot,
} from "@conclave/protocol";
import { type InboxItem, type Push, type RelayError, type InboxId, type SlotId } from "@conclave/wire";
import type { ConnectionUser } from "../relay/relayConnection.js";
import { RetryTimer } from "../work/retryTimer.js";
import type { JoinEnding, OwnRequest } from "../store/phase.js";
import type { Sync } from "../work/sync.js";
import { type Job, type RoomWork, Worker } from "../work/worker.js";
import type { Problem } from "../api/problem.js";
import { linkOnwards, previewSlot, readRosterLog } from "./readInvite.js";
import { giveSlotProof } from "./slotProof.js";
import { readInbox } from "./inbox.js";

/** How often to check that somebody can still answer: nothing tells us when an invite ends. */
const LOOK_AGAIN_MS = 60_000;
/** How often the request is left again: somebody may have taken it away. The first time it is after a minute. */
const ASK_AGAIN_MS = 3_600_000;
/** After so many epochs it is sealed again: members keep the keys of 32. */
const SEAL_AGAIN = 16;
const FINAL: ReadonlySet<RelayError> = new Set(["slot_unknown", "slot_closed", "proof_invalid", "too_large"]);

/** Whether the same question may be answered a little later. */
const passes = (problem: Problem) =>
  problem.kind === "unreachable" || (problem.kind === "relay" && !FINAL.has(problem.error));

/** Waits for somebody to admit us: leaves the request at the relay, watches the inbox, takes the admission (§7, ask). */
export class AskedJoin extends Worker implements ConnectionUser {
  readonly topic: InboxId;
  private readonly slotId: SlotId;
  private lookedOn = 0;
  /** When the request was left, in this process. */
  private postedAt = Number.NEGATIVE_INFINITY;
  /** How long after that to leave it again. */
  private untilAgain = LOOK_AGAIN_MS;
  private readonly watching: RetryTimer;

  constructor(
    work: RoomWork,
    private readonly begun: OwnRequest,
    private readonly sync: Sync,
  ) {
    super(work);
    const { link, asking } = begun;
    this.slotId = inviteKeys(work.state.ports.crypto, link.roomId, link.secret).slotId;
    this.topic = asking.inboxId;
    this.watching = new RetryTimer(work.state.ports, () => {
      this.lookedOn = 0;
      this.advance();
    });
  }

  /** What was asked, by where the room is now. */
  private get request(): OwnRequest {
    const { phase } = this.state;
    return phase.is === "asking" ? phase.request : this.begun;
  }

  private get link(): InviteLink {
    return this.request.link;
  }

  private get asking(): Asking {
    return this.request.asking;
  }

  /** Whether we have looked into the inbox, there was no answer, and the invite is open. */
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
    if (phase.is !== "asking" || this.state.upgraded) return null;
    if (!phase.request.isPosted) return () => this.post(phase.request);
    return this.lookedOn === this.connection.number ? null : () => this.look();
  }

  private async post(request: OwnRequest): Promise<void> {
    const proof = giveSlotProof(this.state.ports, this.connection, this.link);
    const { roomTag } = this.state.meta;
    // The same blob again is the same request to the relay.
    const { blob } = request;
    const { slotId } = this;
    const answer = await this.connection.request<"postRequest">({ type: "postRequest", roomTag, slotId, blob });
    const proved = await proof;
    if (answer.type === "posted") {
      this.postedAt = this.state.now();
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
    const answer = await readInbox(this.state.ports, this.connection, this.asking);
    if (answer.type === "error") {
      this.lookedOn = 0;
      this.retry.later(answer.retryAfter);
    }
    if (answer.type !== "inbox") return;
    if ((await this.takeFirst(answer.items)) === "none") await this.checkLink();
  }

  /**
   * Nobody has answered: checks that somebody still can. An invite that is over has no slot any more; but our own admission
   * may have used it up, so we look into the inbox once more before we believe it.
   */
  private async checkLink(): Promise<void> {
    const { roomTag } = this.state.meta;
    const { slotId } = this;
    const slot = await this.connection.request<"getSlot">({ type: "getSlot", roomTag, slotId, back: 0 });
    const ended = slot.type === "error" && FINAL.has(slot.error);
    if (!ended) {
      this.watching.in(LOOK_AGAIN_MS);
      if (slot.type === "slot") await this.askAgain(slot.blob);
      return;
    }
    const again = await this.connection.request<"fetchInbox">({ type: "fetchInbox", inboxId: this.topic, after: 0 });
    if (again.type !== "inbox" || (await this.takeFirst(again.items)) !== "none") return;
    if (this.state.phase.is === "asking") await this.fail({ kind: "relay", error: slot.error, retryAfter: 0 });
  }

  /**
   * Nobody has answered.
   *
   * RULE: client.ask-again: whoever takes a request away from the relay, or junk that pushes it out, makes nobody wait for ever:
   * it is left again after a minute and then each hour, which is the same request to who still has it. Where the room has gone on since,
   * it is made again before that: its key may be gone, and its proof too old, as the slot in which we read the room may have been behind
   * (attack A118).
   */
  private async askAgain(slot: Uint8Array): Promise<void> {
    const { phase, ports } = this.state;
    if (phase.is !== "asking") return;
    const { request } = phase;
    const isDue = this.state.now() - this.postedAt >= this.untilAgain;
    if (isDue) this.untilAgain = ASK_AGAIN_MS;
    const view = readSlot(ports, this.link, slot);
    if (view.ok && view.value.epoch >= request.epoch + (isDue ? 1 : SEAL_AGAIN)) {
      // To whom it goes is read from the room's own history: anybody who has the link can leave a key in the slot.
      const preview = await previewSlot(ports, this.connection, this.link);
      const onwards = preview.ok ? linkOnwards(this.connection, preview.value) : null;
      if (preview.ok && onwards) {
        // The room has moved: it is asked there, and no answer counts that knows less of the room.
        const asking = { ...request.asking, floor: onwards.floor };
        const moved = { ...request, link: onwards, asking, isPosted: false, epoch: preview.value.slot.epoch };
        await this.state.transact((tx) => {
          this.state.moveTo(tx, onwards.relay, { is: "asking", request: moved });
        });
        return;
      }
      const blob = preview.ok ? askAgain(ports, this.asking, preview.value) : null;
      if (preview.ok && blob) {
        await this.post({ ...request, blob, epoch: preview.value.slot.epoch });
        return;
      }
    }
    if (isDue) await this.post(request);
  }

  /** Takes in the first item that is an answer to our request, and says whether there is one. */
  private async takeFirst(items: readonly InboxItem[]): Promise<"taken" | "none" | "unread"> {
    let isUnread = false;
    for (const item of items) {
      const problem = await this.take(item);
      if (problem === null) return "taken";
      if (!passes(problem)) continue;
      // The room's history couldn't be read just now. This item may be the answer, so we look again soon.
      isUnread = true;
      this.lookedOn = 0;
      this.retry.later(problem.kind === "relay" ? problem.retryAfter : 0);
    }
    return isUnread ? "unread" : "none";
  }

  /** Takes an item in. @returns null, or why we didn't: it's no answer to us, or we couldn't read the room's history. */
  private async take(item: InboxItem): Promise<Problem | null> {
    if (isDecline(this.state.ports, this.asking, item.blob)) return this.takeNo(item.blob);
    const admitted = await this.readAdmission(item.blob);
    // The answer stays where it is: the newer app takes it.
    if (!admitted.ok) return this.state.meetsNewer(admitted.error) ? null : admitted.error;
    const { room, delta, decisions } = admitted.value;
    const taken = await this.state.transact((tx) => {
      this.state.decisionLog.clear(tx);
      this.state.room = room;
      this.state.apply(tx, delta);
      for (const decision of decisions) this.state.decisionLog.add(tx, decision, 0);
      this.state.enter(tx, { is: "joining", join: null });
    });
    if (!taken.ok) return taken.error;
    const { inboxId } = this.asking;
    void this.connection.request<"clearInbox">({ type: "clearInbox", inboxId, upTo: item.item });
    this.sync.restart();
    return null;
  }

  private async readAdmission(blob: Uint8Array): Promise<Result<Admitted, Problem>> {
    const { ports, meta } = this.state;
    const opened = await readRosterLog(this.connection, meta.roomTag, openingAdmission(ports, this.asking, blob));
    if (!opened.ok) return opened;
    await ports.crypto.verifyAhead?.(admissionSignatures(ports, this.asking, opened.value));
    const admitted = acceptAdmission(ports, this.asking, opened.value);
    return admitted.ok ? admitted : failed({ kind: "refused", rejection: admitted.error });
  }

  /** Somebody declined: whether they may is read from the room's own history, as it is now. */
  private async takeNo(blob: Uint8Array): Promise<Problem | null> {
    const preview = await previewSlot(this.state.ports, this.connection, this.link);
    if (!preview.ok) return this.state.meetsNewer(preview.error) ? null : preview.error;
    const no = acceptDecline(this.state.ports, this.asking, blob, preview.value);
    if (!no.ok) return { kind: "refused", rejection: no.error };
    const { by, time } = no.value;
    const problem = { kind: "refused", rejection: { code: "declined" } } as const;
    await this.fail(problem, { person: by.person, name: by.name, time });
    return null;
  }

  private async fail(problem: Problem, by: JoinEnding["by"] = null): Promise<void> {
    // RULE: client.ask-kept: what a relay says of an invite ends the wait, and throws no keys away: a person who was admitted
    // all the same comes in by the same link, and is not for ever a member without a device (attack A103).
    await this.state.transact((tx) => {
      const { phase } = this.state;
      const request = problem.kind === "relay" && phase.is === "asking" ? phase.request : null;
      this.state.enter(tx, { is: "out", why: "lost", ending: { problem, by }, request });
    });
  }
}
