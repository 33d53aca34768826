import { type Action, type CommitRequest, isInviteOpen } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import type { Parcel, Post } from "./parcel.js";
import { approvalOf, checkReceived, noTo, proposalOf, withdrawalOf } from "./receptionChecks.js";
import type { Operation, SaidMessage } from "./operation.js";
import type { Done, Seat, SeenProposal } from "./seat.js";
import { Broken } from "./broken.js";
import { mayOfferWrong } from "./wrongCommit.js";
import {
  emptyPlace,
  isActive,
  isAtEnd,
  isFree,
  isOut,
  type Place,
  unseenBy,
  logShownTo,
  withPlace,
  type Scene,
} from "./scene.js";

/**
 * What one device or the relay does: each gives the scene after it. Invariants of the step itself
 * are checked here.
 */
export class Steps {
  /**
   * The words of messages that are on their way, by parcel: they are encrypted again where the
   * relay refuses them.
   */
  private readonly said = new Map<number, SaidMessage>();

  constructor(private readonly cast: Cast) {}

  /** The relay gives a device its next record: of the common log, or what is named. */
  deliver(scene: Scene, at: number, other: number | null = null, isPruned = false): Scene {
    const { parcels } = this.cast;
    const place = scene.places[at]!;
    const seat = place.seat!;
    const { n } = seat.look;
    const next = other ?? (place.view === null ? scene.log[n]! : unseenBy(scene, place)!);
    const parcel = parcels.get(next);
    const item = parcels.item(parcel, n + 1, isPruned);
    const availableFrom = isPruned ? n + 2 : 0;
    const label = `receive ${String(next)}${isPruned ? " pruned" : ""}`;
    const done = this.cast.seats.do(seat, { type: "receive", label, item, availableFrom });
    if (isPruned && parcel.kind === "commit") return this.withheld(scene, at, parcel, done);
    checkReceived(this.cast, scene, place, parcel, done);
    const isSplit = place.view !== null || other !== null;
    const own = isSplit ? [...(place.view ?? scene.log.slice(0, n)), next] : null;
    // Who was only late has the log of the others.
    const view = own?.every((no, index) => scene.log[index] === no) && own.length === scene.log.length ? null : own;
    return this.follow(withPlace(scene, at, { seat: done.seat, view }), at, done, parcel);
  }

  // A commit that the relay calls deleted: the device stays before it, and sends nothing until it
  // is there.
  private withheld(scene: Scene, at: number, parcel: Parcel, done: Done): Scene {
    const { device } = scene.places[at]!;
    if (done.received !== "withheld")
      throw new Broken(`${device} passes over “${parcel.what}”, which is said to be deleted`);
    return withPlace(scene, at, { seat: done.seat });
  }

  /** A person decides: stored, and not sent yet. Null when the device refuses. */
  decide(scene: Scene, at: number, words: string, what: CommitRequest): Scene | null {
    const { seat } = scene.places[at]!;
    const done = this.cast.seats.do(seat!, { type: "act", label: `act ${words}`, what });
    return done.refused === null ? withPlace(scene, at, { seat: done.seat, intent: null }) : null;
  }

  /** A person asks the others to agree to what they may not do alone. Null when that is not how it is. */
  propose(scene: Scene, at: number, action: Action): Scene | null {
    const words = this.cast.wordsFor(action);
    const { seat } = scene.places[at]!;
    const alone = this.cast.seats.do(seat!, { type: "act", label: `act ${words}`, what: action });
    if (alone.refused !== "approvals_missing") return null;
    const what = proposalOf(words);
    const said = this.saying(scene.places[at]!, { type: "propose", label: what, action }, what);
    return said === null ? null : withPlace(scene, at, said);
  }

  /** A person agrees to what somebody has asked for. Null when the device refuses. */
  approve(scene: Scene, at: number, proposal: SeenProposal): Scene | null {
    const said = this.approving(scene.places[at]!, proposal);
    return said === null ? null : withPlace(scene, at, said);
  }

  private approving(place: Place, { action, actionHash: hash }: SeenProposal): Pick<Place, "seat" | "outbox"> | null {
    const what = approvalOf(this.cast.wordsFor(action));
    return this.saying(place, { type: "approve", label: what, hash }, what);
  }

  /** A person says no to what somebody has asked for, or takes back what they asked for. Null when the device refuses. */
  answer(
    scene: Scene,
    at: number,
    { action, actionHash: hash }: SeenProposal,
    type: "decline" | "withdraw",
  ): Scene | null {
    const words = this.cast.wordsFor(action);
    const what = type === "decline" ? noTo(words) : withdrawalOf(words);
    const said = this.saying(scene.places[at]!, { type, label: what, hash }, what);
    return said === null ? null : withPlace(scene, at, said);
  }

  /** A person says something: stored, and not sent yet. */
  say(scene: Scene, at: number, kind: "farewell" | "stay" | "text"): Scene | null {
    const said = this.saying(scene.places[at]!, { type: "say", label: `say ${kind}`, kind }, kind);
    if (said === null) return null;
    const isLeaving = kind === "text" ? {} : { isLeaving: kind === "farewell" };
    return withPlace(scene, at, { ...said, ...isLeaving });
  }

  /** What a device would send now; null for nothing, or what the relay would not take. */
  sendable(scene: Scene, place: Place): Post | null {
    const { seat, outbox } = place;
    if (seat === null || seat.look.paused.length > 0) return null;
    const post = this.cast.pendingOf(seat) ?? outbox;
    return post === null || scene.log.includes(post.parcel.no) ? null : post;
  }

  /**
   * The relay puts a parcel at the log's end, and everybody reads it, but for one whom the relay
   * tricks.
   */
  append(scene: Scene, { parcel }: Pick<Post, "parcel">, trick: Trick | null = null): Scene {
    const held = scene.held.filter((no) => no !== parcel.no);
    let after: Scene = { ...scene, log: [...scene.log, parcel.no], held };
    after.places.forEach((place, at) => {
      if (place.view !== null) return;
      if (trick?.at === at) {
        if (trick.how === "hides") {
          after = withPlace(after, at, { view: scene.log });
          return;
        }
        after = this.deliver(after, at, null, true);
      }
      while (this.behind(after, at) > 0) after = this.deliver(after, at);
    });
    return after;
  }

  /** Somebody who has a link, or an old key, puts in a commit that nobody can open. */
  junk(scene: Scene): Scene | null {
    const host = this.freshHost(scene);
    return host === null ? null : this.append(scene, { parcel: this.cast.parcels.junk(host.seat!.look.epoch) });
  }

  /**
   * Somebody's keys in a program that asks no rule: it puts a commit into the log that the rules refuse. Null for who may do that, or
   * has not read all.
   */
  offerWrong(scene: Scene, at: number): Scene | null {
    const { seat, view } = scene.places[at]!;
    if (seat === null || view !== null || this.behind(scene, at) > 0 || !mayOfferWrong(seat)) return null;
    return this.append(scene, { parcel: this.cast.wrong(seat) });
  }

  /** How many records of the log a device has still to read. */
  behind(scene: Scene, at: number): number {
    const place = scene.places[at]!;
    if (place.seat === null || isOut(place)) return 0;
    if (place.view !== null) return scene.log.filter((no) => !place.view!.includes(no)).length;
    return scene.log.length - place.seat.look.n;
  }

  /** The scene after a device has read all that there is for it. */
  readAll(scene: Scene, at: number): Scene {
    let after = scene;
    while (this.behind(after, at) > 0) after = this.deliver(after, at);
    return after;
  }

  /**
   * Log position of the newest commit, which an honest relay compares with what an append names.
   */
  lastCommit(scene: Scene): number {
    return scene.log.findLastIndex((no) => this.cast.parcels.get(no).kind === "commit") + 1;
  }

  /** The relay has a parcel, and does not put it into the log. */
  hold(scene: Scene, { parcel }: Post): Scene {
    return { ...scene, held: [...scene.held, parcel.no] };
  }

  /** A device gives up a commit that the relay does not take. */
  giveUp(scene: Scene, at: number): Scene {
    const done = this.cast.seats.do(scene.places[at]!.seat!, { type: "giveUp", label: "give up" });
    return withPlace(scene, at, { seat: done.seat });
  }

  /** A person has looked at the alarms, and goes on. */
  resume(scene: Scene, at: number): Scene {
    const done = this.cast.seats.do(scene.places[at]!.seat!, { type: "resume", label: "resume" });
    return this.follow(withPlace(scene, at, { seat: done.seat }), at, null, null);
  }

  /**
   * Somebody comes in by the link, with the slot that a member made at this moment of theirs. Null
   * when that leads nowhere.
   */
  join(scene: Scene, at: number, host: Place): Scene | null {
    const { device } = scene.places[at]!;
    const made = this.cast.join(device, host.seat!, logShownTo(scene, host));
    if (typeof made === "string") return null;
    return withPlace(scene, at, { ...emptyPlace(device), seat: made.seat, outbox: made.post });
  }

  /** A join that lost its race, or whose relay was caught showing another log, begins again, with a fresh slot. */
  joinAgain(scene: Scene, at: number, host: Place): Scene {
    const { device } = scene.places[at]!;
    // Someone who cannot come in any more has lost the way in, and is told so: the link is over, or the join that they gave up
    // is in the log of the others.
    return this.join(scene, at, host) ?? withPlace(scene, at, { ...emptyPlace(device), isLost: true });
  }

  /** Who can make a fresh slot: a member who has read all of the log. Null when nobody can. */
  freshHost(scene: Scene): Place | null {
    for (const [at, { seat, view }] of scene.places.entries()) {
      if (seat === null || view !== null) continue;
      const place = this.readAll(scene, at).places[at]!;
      if (isActive(place)) return place;
    }
    return null;
  }

  /** Whether the link still lets people in, as this member knows. */
  isLinkOpen({ look: { roster } }: Seat): boolean {
    const invite = roster.invites.get(toHex(this.cast.invite));
    return invite !== undefined && isInviteOpen(invite);
  }

  // What a device does by itself after something happened to it.
  private follow(scene: Scene, at: number, done: Done | null, parcel: Parcel | null): Scene {
    let place = scene.places[at]!;
    const seat = place.seat!;
    const { status } = seat.look;
    if (status === "removed" || status === "left") {
      const { device, view } = place;
      return withPlace(scene, at, { ...emptyPlace(device), seat, view });
    }
    for (const event of done?.events ?? []) {
      if (event.type === "lostRace") place = { ...place, intent: event.action };
      if (event.type === "joined") place = { ...place, outbox: null };
      if (event.type === "sent" && place.outbox?.parcel.no === parcel?.no) place = { ...place, outbox: null };
    }
    if (isAtEnd(scene, place)) place = this.catchUp(scene, place);
    return { ...scene, places: scene.places.map((each, index) => (index === at ? place : each)) };
  }

  private catchUp(scene: Scene, before: Place): Place {
    let place = before;
    if (!isActive(place)) return place;
    const { look } = place.seat!;
    if (look.pending !== null && look.pending.append.lastCommit !== look.lastCommit) {
      const label = `renew ${String(look.lastCommit)}`;
      place = { ...place, seat: this.cast.seats.do(place.seat!, { type: "renew", label }).seat };
    }
    // What rests on something that was taken back goes, and is built again of what is still given.
    if (place.seat!.look.isTakenBack) {
      const intent = place.seat!.look.pending!.action;
      place = { ...place, intent, seat: this.cast.seats.do(place.seat!, { type: "giveUp", label: "give up" }).seat };
    }
    place = this.sayAgain(scene, place);
    // Who asks agrees: what they asked for is sent, and now that.
    const asked = place.seat!.look.proposals.find(({ isOwn, signed }) => isOwn && signed === 0);
    if (asked !== undefined && isFree(place)) place = { ...place, ...this.approving(place, asked) };
    const { intent } = place;
    if (intent === null || place.seat!.look.pending !== null) return place;
    // What lost its race is built again, if it is still allowed; if not, its person is told.
    const label = `act ${this.cast.wordsFor(intent)}`;
    const done = this.cast.seats.do(place.seat!, { type: "act", label, what: intent });
    return { ...place, seat: done.seat, intent: null };
  }

  // A message that the relay refused, or would, is encrypted again.
  private sayAgain(scene: Scene, place: Place): Place {
    const { outbox, seat } = place;
    if (outbox === null || outbox.lastCommit === seat!.look.lastCommit) return place;
    const message = this.said.get(outbox.parcel.no);
    if (message === undefined || logShownTo(scene, place).includes(outbox.parcel.no)) return place;
    const label = `resend ${String(outbox.parcel.no)}`;
    const said = this.saying(place, { type: "resend", label, message }, outbox.parcel.what);
    return { ...place, ...said };
  }

  private saying(place: Place, operation: Operation, what: string): Pick<Place, "seat" | "outbox"> | null {
    const before = place.seat!;
    const { seat, append, message } = this.cast.seats.do(before, operation);
    if (append === null) return null;
    const parcel = this.cast.parcels.of(append, { by: place.device, what, base: before.look.authenticator });
    this.said.set(parcel.no, message!);
    return { seat, outbox: { parcel, lastCommit: append.lastCommit } };
  }
}

/** What the relay does to one device with the record that it has just put into the log. */
export interface Trick {
  readonly at: number;
  /** `hides`: does not show it. `deletes`: says that it is deleted. */
  readonly how: "hides" | "deletes";
}

/** An action about a person by their name. */
export function about(cast: Cast, type: "remove" | "ban" | "leave", name: string): Action {
  const person = cast.person(name);
  return type === "leave" ? { type, person } : { type: "remove", person, ban: type === "ban" };
}
