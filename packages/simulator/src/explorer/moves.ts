import type { Action, CommitRequest } from "@conclave/protocol";
import { memberOf } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import type { Seat } from "./seat.js";
import { about, type Steps } from "./steps.js";
import { Broken } from "./broken.js";
import { isAtEnd, isFree, isOut, isWaiting, type Place, unseenBy, logShownTo, type Scene } from "./scene.js";
import { OUTSIDER, type Post } from "./parcel.js";
import { mayOfferWrong } from "./wrongCommit.js";

/** Something that can happen next. */
export interface Move {
  /** As it is written in a path. */
  readonly name: string;
  /** A person decides something. */
  readonly isEvent: boolean;
  /** The relay does what an honest one does not. */
  readonly isFault: boolean;
  /** The scene after it; null when it turns out to be refused. */
  readonly go: () => Scene | null;
}

/** How far an exploration goes. */
export interface Bounds {
  readonly events: number;
  readonly faults: number;
}

/**
 * Everything that can happen next in a scene: people decide, devices send and crash, the relay does
 * as it likes.
 */
export class Moves {
  /**
   * What a device refused once, of those whose room looks the same to the rules: it need not be
   * asked again.
   */
  private readonly refused = new Set<string>();

  constructor(
    private readonly cast: Cast,
    private readonly steps: Steps,
  ) {}

  of(scene: Scene, bounds: Bounds): Move[] {
    const moves: Move[] = [];
    const add = (name: string, go: Move["go"], kind: "event" | "fault" | "free" = "free") => {
      if (kind === "event" && scene.events >= bounds.events) return;
      if (kind === "fault" && scene.faults >= bounds.faults) return;
      const [isEvent, isFault] = [kind === "event", kind === "fault"];
      const after = (next: Scene | null): Scene | null => {
        if (next === null || kind === "free") return next;
        return isEvent ? { ...next, events: scene.events + 1 } : { ...next, faults: scene.faults + 1 };
      };
      moves.push({ name, isEvent, isFault, go: () => after(go()) });
    };
    scene.places.forEach((place, at) => {
      if (place.seat === null || isOut(place)) this.ofNewcomer(scene, at, add);
      else if (place.view === null) this.ofReader(scene, at, add);
      else this.ofOneApart(scene, at, add);
    });
    this.ofChores(scene, add);
    // A second one in a row is as the first.
    const newest = scene.log.at(-1)!;
    if (this.cast.parcels.get(newest).by !== OUTSIDER)
      add("an outsider puts in junk", () => this.steps.junk(scene), "event");
    for (const no of scene.held) {
      const parcel = this.cast.parcels.get(no);
      this.appends(scene, `relay logs ${this.wordsOf(scene, no)}`, { parcel }, add);
    }
    return moves;
  }

  // Everybody has read the whole log.
  private ofReader(scene: Scene, at: number, add: Add): void {
    const place = scene.places[at]!;
    const then: Add = (name, go, kind) => {
      add(`${place.device} ${name}`, go, kind);
    };
    this.ofDevice(scene, place, at, then);
    this.ofPerson(scene, place, at, then);
    this.ofRelay(scene, place, at, then);
  }

  // A device that the relay shows something else. It reads what it was not shown right before it
  // does something: how many records, is the choice. (What it reads changes nobody else.)
  private ofOneApart(scene: Scene, at: number, add: Add): void {
    const { device } = scene.places[at]!;
    let now = scene;
    for (let read = 0; ; read++) {
      const place = now.places[at]!;
      if (isOut(place)) return;
      const after = read === 0 ? "" : `reads ${String(read)}, `;
      const then: Add = (name, go, kind) => {
        add(`${device} ${after}${name}`, go, kind);
      };
      // Who is only late does nothing: whatever they did they could have done before the record.
      if (isWaiting(now, place)) this.ofNewest(now, place, at, then);
      else {
        this.ofDevice(now, place, at, then);
        this.ofPerson(now, place, at, then);
        this.ofRelay(now, place, at, then);
      }
      if (this.steps.behind(now, at) === 0) return;
      try {
        now = this.steps.deliver(now, at);
      } catch (error) {
        add(`${device} reads ${String(read + 1)}`, () => {
          throw error;
        });
        return;
      }
    }
  }

  // A record is left out: the one behind it is shown.
  private ofNewest(scene: Scene, { seat }: Place, at: number, add: Add): void {
    const next = scene.log[seat!.look.n + 1];
    if (next !== undefined) add(`is shown ${this.wordsOf(scene, next)}`, () => this.steps.deliver(scene, at, next));
  }

  // The relay puts something into the log, and may trick one of those who read it.
  private appends(scene: Scene, name: string, post: Pick<Post, "parcel">, add: Add): void {
    add(name, () => this.steps.append(scene, post));
    scene.places.forEach((place, at) => {
      if (place.seat === null || isOut(place) || place.view !== null) return;
      for (const how of ["hides", "deletes"] as const)
        add(
          `${name}, relay ${how} it from ${place.device}`,
          () => this.steps.append(scene, post, { at, how }),
          "fault",
        );
    });
  }

  // What a device does by itself.
  private ofDevice(scene: Scene, place: Place, at: number, add: Add): void {
    const { seat, outbox } = place;
    const post = this.steps.sendable(scene, place);
    if (post !== null) {
      const isTaken = post.lastCommit === this.steps.lastCommit(scene);
      const isHeld = scene.held.includes(post.parcel.no);
      if (isTaken && !isHeld) this.appends(scene, "sends", post, add);
      if (!isHeld) add("is held up", () => this.steps.hold(scene, post), "fault");
      if (isHeld && seat!.look.pending !== null) add("gives up", () => this.steps.giveUp(scene, at));
    }
    const isStale = seat!.look.status === "joining" && outbox !== null && outbox.lastCommit !== seat!.look.lastCommit;
    const host = isStale && isAtEnd(scene, place) ? this.steps.freshHost(scene) : null;
    if (host !== null) add("joins again", () => this.steps.joinAgain(scene, at, host));
  }

  // Somebody who is not in the room comes by the link. All who could have made the slot have read
  // the same, so one host stands for all. An older slot is a join that was made before.
  private ofNewcomer(scene: Scene, at: number, add: Add): void {
    const { device } = scene.places[at]!;
    if (!this.mayCome(scene, device)) return;
    const host = this.steps.freshHost(scene);
    if (host === null || (device !== "R" && !this.steps.isLinkOpen(host.seat!))) return;
    add(`${device} joins`, () => this.steps.join(scene, at, host), "event");
  }

  // What a person decides.
  private ofPerson(scene: Scene, place: Place, at: number, add: Add): void {
    const { device } = place;
    const seat = place.seat!;
    if (!isFree(place)) return;
    if (place.isLeaving) {
      add("stays", () => this.steps.say(scene, at, "stay"), "event");
      return;
    }
    for (const [words, what] of this.menu(seat, device)) {
      const question = `${device} ${words} ${rulesView(seat)}`;
      if (this.refused.has(question)) continue;
      const go = () => {
        const next = this.steps.decide(scene, at, words, what);
        if (next === null) this.refused.add(question);
        return next;
      };
      add(words, go, "event");
    }
    this.ofAgreement(scene, place, at, add);
    if (mayOfferWrong(seat)) add("offers a wrong commit", () => this.steps.offerWrong(scene, at), "event");
    const { members } = seat.look.roster;
    if (members.get(toHex(this.cast.person(this.cast.personOf(device))))?.role !== "owner")
      add("leaves", () => this.steps.say(scene, at, "farewell"), "event");
  }

  // What takes the agreement of several: one asks for it, others agree.
  private ofAgreement(scene: Scene, { seat, device }: Place, at: number, add: Add): void {
    const { proposals } = seat!.look;
    for (const [words, what] of this.menu(seat!, device)) {
      if (what.type === "rekey" || proposals.some(({ action }) => isSame(this.cast, action, what))) continue;
      const question = `${device} proposes ${words} ${rulesView(seat!)}`;
      if (this.refused.has(question)) continue;
      const go = () => {
        const next = this.steps.propose(scene, at, what);
        if (next === null) this.refused.add(question);
        return next;
      };
      add(`proposes ${words}`, go, "event");
    }
    for (const proposal of proposals)
      if (proposal.isAsked)
        add(`agrees to ${this.cast.wordsFor(proposal.action)}`, () => this.steps.approve(scene, at, proposal), "event");
    const self = toHex(this.cast.person(this.cast.personOf(device)));
    for (const proposal of proposals) {
      const words = this.cast.wordsFor(proposal.action);
      if (proposal.isOwn) add(`takes back ${words}`, () => this.steps.answer(scene, at, proposal, "withdraw"), "event");
      else if (proposal.isAsked || proposal.yes.includes(self))
        add(`says no to ${words}`, () => this.steps.answer(scene, at, proposal, "decline"), "event");
    }
  }

  private *menu(seat: Seat, device: string): Generator<readonly [string, CommitRequest]> {
    const self = this.cast.personOf(device);
    yield ["rekey", { type: "rekey" }];
    for (const { person, role } of seat.look.roster.members.values()) {
      const name = this.cast.nameOf.get(toHex(person))!;
      if (name === self) continue;
      yield [`remove ${name}`, about(this.cast, "remove", name)];
      if (self === "A" && name !== "B") yield [`ban ${name}`, about(this.cast, "ban", name)];
      const other = role === "member" ? "admin" : "member";
      yield [`makes ${name} ${other}`, { type: "setRole", person, role: other }];
    }
    if (this.steps.isLinkOpen(seat)) yield ["revoke", { type: "revokeInvite", inviteId: this.cast.invite }];
  }

  private mayCome(scene: Scene, device: string): boolean {
    if (device !== "R") return true;
    // The owner comes back once, in the place of the first device.
    const { look } = scene.places[0]!.seat!;
    return scene.places.at(-1)!.seat === null && memberOf(look.roster, this.cast.person("A")) !== null;
  }

  // What the relay does with a device's log.
  private ofRelay(scene: Scene, place: Place, at: number, add: Add): void {
    const { seat, view } = place;
    const { n } = seat!.look;
    const next = view === null ? undefined : (unseenBy(scene, place) ?? undefined);
    const shown = logShownTo(scene, place);
    for (const no of new Set([...scene.log.slice(this.cast.start.log.length), ...scene.held])) {
      if (no === next) continue;
      const again = shown.slice(0, n).includes(no) ? " again" : "";
      add(`is shown ${this.wordsOf(scene, no)}${again}`, () => this.steps.deliver(scene, at, no), "fault");
    }
  }

  // Farewells are carried out: the first who can does it. So is what enough have agreed to, by any of those.
  private ofChores(scene: Scene, add: Add): void {
    const isLetGo = new Set<string>();
    scene.places.forEach(({ device, seat, view }, at) => {
      if (seat === null || view !== null || seat.look.status !== "active") return;
      const now = this.steps.readAll(scene, at);
      const place = now.places[at]!;
      if (!isFree(place)) return;
      for (const leaver of place.seat!.look.farewells) {
        const name = this.cast.nameOf.get(leaver)!;
        if (name === this.cast.personOf(device) || isLetGo.has(name)) continue;
        isLetGo.add(name);
        this.checkLeaving(scene, device, name);
        add(`${device} lets ${name} go`, () =>
          this.steps.decide(now, at, `leave ${name}`, about(this.cast, "leave", name)),
        );
      }
      for (const { action, isAgreed, isWanted } of place.seat!.look.proposals) {
        const words = this.cast.wordsFor(action);
        if (isAgreed && isWanted)
          add(`${device} carries out ${words}`, () => this.steps.decide(now, at, words, action));
      }
    });
  }

  // Who has taken a farewell back, and whose word of it everybody has read, is not let go.
  private checkLeaving({ places }: Scene, device: string, name: string): void {
    const leaver = places.find((place) => place.device === name);
    const { seat, isLeaving, outbox, view } = leaver!;
    if (seat?.look.status === "active" && !isLeaving && outbox === null && view === null)
      throw new Broken(`${device} lets ${name} go, who stays`);
  }

  // The same in every exploration: a record of the log by its place, one that is held up by how many like it are.
  private wordsOf(scene: Scene, no: number): string {
    const { by, what } = this.cast.parcels.get(no);
    const place = scene.log.indexOf(no);
    if (place >= 0) return `record ${String(place + 1)} (${by} ${what})`;
    const before = scene.held.slice(0, scene.held.indexOf(no)).map((each) => this.cast.parcels.get(each));
    const like = before.filter((each) => each.by === by && each.what === what).length;
    return `what is held up (${by} ${what}${like === 0 ? "" : ` ${String(like + 1)}`})`;
  }
}

type Add = (name: string, go: Move["go"], kind?: "event" | "fault" | "free") => void;

function isSame(cast: Cast, a: Action, b: Action): boolean {
  return cast.wordsFor(a) === cast.wordsFor(b);
}

/** What the rules see of a room: who is in it and as what, and which invites are open. */
function rulesView({ look: { roster } }: Seat): string {
  const members = [...roster.members.values()].map(
    ({ name, role, devices }) => `${name} ${role} ${String(devices.length)}`,
  );
  const former = [...roster.former.values()].map(({ name, banned }) => `${name} ${String(banned)}`);
  const invites = [...roster.invites.values()].map(({ mode, revoked }) => `${mode} ${String(revoked)}`);
  return [members.sort(), former.sort(), invites.sort(), roster.sealed].join("; ");
}
