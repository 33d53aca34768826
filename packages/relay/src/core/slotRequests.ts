import { done, equalBytes, type Result } from "@conclave/codec";
import { type JoinRequestItem, type Request, type RoomTag, slotProofBytes } from "@conclave/wire";
import type { HostedRoom } from "../ledger/hostedRoom.js";
import { onProbation } from "../ledger/probation.js";
import { refuse, type Refusal } from "../ledger/refusal.js";
import type { Posted, Slots } from "../ledger/slots.js";
import type { WallClock } from "../ledger/wallClock.js";
import type { Quotas } from "../settings.js";
import type { PageSize } from "../store/recordPage.js";
import type { Ledger } from "../store/ledger.js";
import {
  type RelayAnswer,
  carriedOut,
  type MemberCall,
  type MemberRequestCalls,
  type RoomCall,
  type RoomRequestCalls,
} from "./call.js";
import type { Inboxes } from "./inboxes.js";
import type { LastingBudget } from "./lastingBudget.js";
import type { RelayCrypto } from "./relayCrypto.js";
import type { SendQueue } from "./sendQueue.js";

/** What the requests about slots work with. */
export interface SlotRequestParts {
  readonly store: Ledger;
  readonly crypto: RelayCrypto;
  readonly slots: Slots;
  readonly inboxes: Inboxes;
  readonly lasting: LastingBudget;
  readonly outbox: SendQueue;
  readonly page: PageSize;
  readonly quotas: Quotas;
  readonly clock: WallClock;
}

const LISTED_SLOTS = 256;

/** Carries out what is asked of invites' slots and of the join requests that come through them. */
export class SlotRequests {
  /** Needs no write proof: asked by people who are not in the room yet. */
  readonly calls: RoomRequestCalls<"getSlot" | "proveSlot" | "postRequest" | "postPlea"> = {
    getSlot: (call) => this.parts.slots.get(call),
    proveSlot: (call) => this.prove(call),
    postRequest: (call) => this.post(call),
    postPlea: (call) => this.plead(call),
  };
  readonly memberCalls: MemberRequestCalls<
    "putSlot" | "closeSlot" | "listSlots" | "listRequests" | "deleteRequest" | "answerRequest"
  > = {
    putSlot: (call) => this.put(call),
    closeSlot: ({ request, room, standing }) => {
      if (standing !== "own") return onProbation();
      const closed = this.parts.slots.close(room, request.slotId);
      return closed.ok ? carriedOut(request.id) : closed;
    },
    listSlots: ({ request: { id, after }, room }) => {
      const found = this.parts.store.slots.listOpen(room.row.no, after, LISTED_SLOTS + 1);
      return done({ type: "slots", id, slots: found.slice(0, LISTED_SLOTS), more: found.length > LISTED_SLOTS });
    },
    listRequests: (call) => this.list(call),
    deleteRequest: ({ request, room, standing, now }) => {
      if (standing !== "own") return onProbation();
      const wait = this.parts.slots.staysFor(request.request, now);
      if (wait > 0) return refuse("rate_limited", wait);
      this.take(room, request.request);
      return carriedOut(request.id);
    },
    answerRequest: (call) => this.answer(call),
  };

  constructor(private readonly parts: SlotRequestParts) {}

  private prove({ request, room, session, challenge, now }: RoomCall<"proveSlot">): RelayAnswer {
    const { roomTag, slotId, tokenPub, signature } = request;
    const token = this.parts.slots.token(room, slotId, now);
    if (!token.ok) return token;
    // RULE: slot.token: only a holder of the invite's secret can append an external commit or leave a request.
    if (!equalBytes(token.value, tokenPub)) return refuse("proof_invalid");
    if (!this.parts.crypto.ed25519Verify(tokenPub, slotProofBytes(challenge, roomTag, slotId), signature)) {
      return refuse("proof_invalid");
    }
    session.addProof("slot", roomTag, slotId);
    return carriedOut(request.id);
  }

  private post(call: RoomCall<"postRequest">): RelayAnswer {
    const { request, room, session, now } = call;
    const { roomTag, slotId } = request;
    const { slots } = this.parts;
    const token = slots.token(room, slotId, now);
    if (!token.ok) return token;
    if (!session.hasProof("slot", roomTag, slotId)) return refuse("token_denied");
    return this.posted(roomTag, slots.post(call));
  }

  private posted(roomTag: RoomTag, posted: Result<Posted, Refusal>): RelayAnswer {
    if (!posted.ok) return posted;
    if (posted.value.added) this.parts.outbox.notifyRoom(roomTag, { type: "requestsChanged", roomTag });
    return done(posted.value.response);
  }

  private plead(call: RoomCall<"postPlea">): RelayAnswer {
    const { roomTag } = call.request;
    const key = call.room.row.writeKeys.findLast((each) => call.session.hasWriteProof(roomTag, each)) ?? null;
    return this.posted(roomTag, this.parts.slots.plead(call, key));
  }

  private put(call: MemberCall<"putSlot">): RelayAnswer {
    const { request, room, session, standing, now } = call;
    const how = { standing, life: request.life, address: session.address, now };
    const put = this.parts.slots.putOne(room, request.slot, how, () => this.waitForBytes(request, call));
    return put.ok ? carriedOut(request.id) : put;
  }

  private waitForBytes(
    request: Request,
    { room, session, standing, now }: Pick<MemberCall<"putSlot">, "room" | "session" | "standing" | "now">,
  ): number {
    const { lastingBytes } = room;
    return this.parts.lasting.wait(request, { lastingBytes, isOwn: standing === "own" }, session.address, now);
  }

  private list({ request: { id, after }, room, standing }: MemberCall<"listRequests">): RelayAnswer {
    const { store, page } = this.parts;
    const isPlea = standing === "probation";
    const requests = store.requests.page(room.row.no, after, page, isPlea);
    const last = requests.at(-1)?.request ?? after;
    const more = store.requests.hasAfter(room.row.no, last, isPlea);
    return done({ type: "requests", id, requests, more });
  }

  private answer(call: MemberCall<"answerRequest">): RelayAnswer {
    const { request: body, room, session, standing, now } = call;
    const { inboxes, clock, quotas, slots } = this.parts;
    const { id, inboxId, blob, request } = body;
    const { n, tag } = room.row;
    const asked = this.find(room, request);
    if (asked === null) return carriedOut(id);
    // RULE: request.others-take-none: who is no member, as far as the relay can tell, answers pleas, now and then, and takes
    // nothing away: so nobody who only has a link keeps members from seeing what was asked (attack A109).
    if (standing !== "own") {
      if (asked.slotId !== null) return onProbation();
      const wait = slots.waitForDoor(room, session.address, now);
      if (wait > 0) return refuse("rate_limited", wait);
    }
    if (slots.staysFor(request, now) > 0 && !slots.takesAnswer(request, session.address))
      return refuse("quota_exceeded");
    // RULE: relay.answer-bytes: answers stay in inboxes, and each makes place for another request: they come as slowly as what is
    // never deleted, so nobody fills the disk with them (attack A83).
    const wait = this.waitForBytes(body, call);
    if (wait > 0) return refuse("rate_limited", wait);
    // RULE: relay.answer-once: one answer for one request that is there, so members cannot fill anybody's inbox (attack A83). A plea
    // that stays has its own author ask for more than one.
    if (standing === "own" && slots.staysFor(request, now) === 0) this.take(room, request);
    inboxes.deliver(inboxId, { roomTag: tag, n, blob }, clock.at(now), quotas.deliveriesPerRoom);
    return carriedOut(id);
  }

  private find({ row: { no } }: HostedRoom, request: number): JoinRequestItem | null {
    const [asked] = this.parts.store.requests.page(no, request - 1, { items: 1, bytes: 0 });
    return asked?.request === request ? asked : null;
  }

  /** Takes a request away, if it is there, and tells the room's members, who would still show it. */
  private take(room: HostedRoom, request: number): void {
    const { store, outbox } = this.parts;
    const { no, tag } = room.row;
    if (this.find(room, request) === null) return;
    store.requests.delete(no, request);
    outbox.notifyRoom(tag, { type: "requestsChanged", roomTag: tag });
  }
}
