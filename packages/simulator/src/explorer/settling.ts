import { memberOf } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import type { Moves } from "./moves.js";
import { Play } from "./play.js";
import type { Seat } from "./seat.js";
import { about, type Steps } from "./steps.js";
import { Broken } from "./broken.js";
import { isActive, isAtEnd, isFree, isOut, isWaiting, type Place, type Scene } from "./scene.js";

/** Steps within which everything has to come to rest when the relay is honest from now on. */
const UNTIL_REST = 200;
/**
 * How often somebody may get in the way before the relay, which gives everybody their turn, lets
 * the other one in.
 */
const PATIENCE = 2;
const NO_MORE = { events: 0, faults: 0 };
const IN_ORDER = [/ sends$/, / joins again$/, / lets . go$/, / carries out /];

/**
 * How somebody gets in the way: their own new keys come first, or a former member's join by the
 * link does, junk by anybody who has the link or an old key, or their commit that the rules refuse. Then they are away.
 */
type Hindrance = "rekeys first" | "joins first" | "puts in junk first" | "offers a wrong commit first";
const HINDRANCES: readonly Hindrance[] = [
  "rekeys first",
  "joins first",
  "puts in junk first",
  "offers a wrong commit first",
];

/**
 * What has to come of every scene when the relay is honest from then on: agreement, and that people
 * get their way.
 */
export class Settling {
  /** The most steps that a removal by the owner took, and a newcomer's way in. */
  longestRemoval = 0;
  longestEntrance = 0;
  /** The makeups of the room for which liveness was checked. */
  readonly situations = new Set<string>();
  removals = 0;
  entrances = 0;

  constructor(
    private readonly cast: Cast,
    private readonly moves: Moves,
    private readonly steps: Steps,
    /** Steps within which an owner removes somebody, and a newcomer gets in. */
    private readonly most: number,
  ) {}

  /**
   * The next thing that happens when nobody decides anything and the relay is honest; null when all
   * is at rest.
   */
  next(scene: Scene): Scene | null {
    const reader = scene.places.findIndex(({ view }, at) => view === null && this.steps.behind(scene, at) > 0);
    if (reader >= 0) return this.steps.deliver(scene, reader);
    const stray = scene.places.findIndex(({ seat, view }) => view !== null && seat?.look.status === "joining");
    if (stray >= 0) {
      // Who was only late reads on. Who was shown another log finds out by what the relay signs, and begins again.
      if (isWaiting(scene, scene.places[stray]!)) return this.steps.deliver(scene, stray);
      const host = this.steps.freshHost(scene);
      if (host !== null) return this.steps.joinAgain(scene, stray, host);
    }
    const paused = this.pausedIn(scene);
    if (paused >= 0) return this.steps.resume(scene, paused);
    const released = this.release(scene);
    if (released !== null) return released;
    const moves = this.moves.of(scene, NO_MORE);
    for (const kind of IN_ORDER) {
      for (const { name, go } of moves) {
        if (!kind.test(name) || this.isApart(scene, name)) continue;
        const after = go();
        if (after !== null) return after;
      }
    }
    return this.bind(scene);
  }

  // The next commit after somebody came in by themselves binds the keys to the roster with them in
  // it.
  private bind(scene: Scene): Scene | null {
    const newest = this.cast.parcels.get(scene.log[this.steps.lastCommit(scene) - 1]!);
    if (newest.what !== "join") return null;
    const at = scene.places.findIndex((place) => {
      const isNewest = this.cast.personOf(place.device) === this.cast.personOf(newest.by);
      return isFree(place) && place.view === null && !place.isLeaving && !isNewest;
    });
    return at < 0 ? null : this.steps.decide(scene, at, "rekey", { type: "rekey" });
  }

  // Whose person has looked at what the relay did, and goes on.
  private pausedIn({ places }: Scene): number {
    return places.findIndex(({ seat, view }) => view === null && isStopped(seat));
  }

  /** The scene at rest. `isKnown`: whether a scene on the way was looked at already; then null. */
  rest(from: Scene, isKnown: (scene: Scene) => boolean): Scene | null {
    let scene = from;
    for (let step = 0; step < UNTIL_REST; step++) {
      const next = this.next(scene);
      if (next === null) return scene;
      if (isKnown(next)) return null;
      scene = next;
    }
    throw new Broken(`not at rest after ${String(UNTIL_REST)} steps`);
  }

  /** At rest everybody who was shown one log agrees, and nothing is left over. */
  checkAgreement(scene: Scene): void {
    const whole = scene.places.filter(({ seat, view }) => seat?.look.status === "active" && view === null);
    const [first] = whole;
    if (first === undefined) return;
    for (const place of whole) {
      const { look } = place.seat!;
      if (!isAtEnd(scene, place)) throw new Broken(`${place.device} does not come to the end of the log`);
      // A device whose keys made what it knows nothing of takes itself for a copy, until its person begins again with it.
      if (look.paused.length > 0 && !look.paused.includes("RESTORED"))
        throw new Broken(`${place.device} stays paused: ${look.paused.join(", ")}`);
      if (look.pending !== null || place.outbox !== null)
        throw new Broken(`what ${place.device} decided or said does not get through`);
      if (look.authenticator !== first.seat!.look.authenticator)
        throw new Broken(`${place.device} and ${first.device} read the same and do not agree`);
    }
    const { roster } = first.seat!.look;
    for (const { name, person } of roster.members.values()) {
      const isHere = scene.places.some(({ device, seat, view, isLost }) => {
        return this.cast.personOf(device) === name && (seat?.look.status === "active" || view !== null || isLost);
      });
      if (!isHere) throw new Broken(`${this.cast.nameOf.get(toHex(person))!} is in the room and has no keys of it`);
    }
  }

  /**
   * An owner who is there removes anybody, and who has the link gets in, whatever somebody else
   * does.
   */
  checkLiveness(scene: Scene): void {
    const owner = scene.places.findIndex((place) => {
      return isActive(place) && place.view === null && this.cast.personOf(place.device) === "A";
    });
    if (owner < 0) return;
    const situation = this.situationOf(scene, scene.places[owner]!.seat!);
    if (this.situations.has(situation)) return;
    this.situations.add(situation);
    const { roster } = scene.places[owner]!.seat!.look;
    for (const { name } of roster.members.values()) {
      // Where it takes several to remove somebody, an owner who is alone may not.
      if (name === "A" || roster.policy.rules.remove.kind === "quorum") continue;
      for (const how of HINDRANCES) {
        if (how === "joins first" && !this.mayJoinFirst(scene)) continue;
        const steps = this.removal(scene, owner, name, how);
        this.longestRemoval = Math.max(this.longestRemoval, steps);
        this.removals++;
      }
    }
    // Whose earlier join is in the log has to be removed first, and is told so.
    const isListed = memberOf(roster, this.cast.person("N")) !== null;
    const newcomer = isListed ? -1 : scene.places.findIndex(({ device, seat }) => device === "N" && seat === null);
    if (newcomer < 0 || !this.steps.isLinkOpen(scene.places[owner]!.seat!)) return;
    for (const how of HINDRANCES) {
      if (how === "joins first" && !this.mayJoinFirst(scene)) continue;
      this.longestEntrance = Math.max(this.longestEntrance, this.entrance(scene, newcomer, owner, how));
      this.entrances++;
    }
  }

  // Once for each: who is in the room and as what, who was in it, and who was shown another log. Members other than the owner are
  // called by that, as in a look: which of them it is makes no difference.
  private situationOf({ places }: Scene, { look: { roster } }: Seat): string {
    const people = places.map(({ device, seat, view }) => {
      const person = toHex(this.cast.person(this.cast.personOf(device)));
      const [member, former] = [roster.members.get(person), roster.former.get(person)];
      const standing = member ? `${member.role} ${String(member.devices.length)}` : String(former?.banned);
      const name = /^[ANR]$/.test(device) ? device : "";
      return [name, standing, seat?.look.status, view === null].join(" ");
    });
    const invites = [...roster.invites.values()].map(({ mode, revoked }) => `${mode} ${String(revoked)}`);
    return [...people.sort(), ...invites.sort(), roster.sealed].join("; ");
  }

  private mayJoinFirst({ places }: Scene): boolean {
    return places.some(({ device, seat }) => device !== "N" && device !== "R" && isOut({ seat }));
  }

  private removal(from: Scene, owner: number, name: string, how: Hindrance): number {
    const play = new Play(from, this.most, `the owner does not remove ${name}, who ${how}`);
    const person = this.cast.person(name);
    const isIn = () => memberOf(play.scene.places[owner]!.seat!.look.roster, person) !== null;
    for (let hindered = 0; isIn();) {
      this.read(play, owner);
      if (!isIn()) break;
      if (play.scene.places[owner]!.seat!.look.pending === null) {
        const next = this.steps.decide(play.scene, owner, `remove ${name}`, about(this.cast, "remove", name));
        if (next === null) throw new Broken(`the owner may not remove ${name}`);
        play.go(next);
      }
      if (hindered < PATIENCE && this.hinder(play, owner, name, how)) {
        hindered++;
        continue;
      }
      this.send(play, owner);
      this.read(play, owner);
    }
    return play.steps;
  }

  private entrance(from: Scene, newcomer: number, owner: number, how: Hindrance): number {
    const play = new Play(from, this.most, `N does not get in while somebody ${how}`);
    const isIn = () => play.scene.places[newcomer]!.seat?.look.status === "active";
    const other = play.scene.places.find(({ device, seat }) => device !== "A" && device !== "R" && seat !== null);
    for (let hindered = 0; !isIn();) {
      this.read(play, owner);
      const place = play.scene.places[newcomer]!;
      if (place.outbox !== null) {
        this.read(play, newcomer);
        play.go(this.steps.joinAgain(play.scene, newcomer, play.scene.places[owner]!));
      } else {
        const next = this.steps.join(play.scene, newcomer, play.scene.places[owner]!);
        if (next === null) throw new Broken("the link is open, and leads nowhere");
        play.go(next);
      }
      if (hindered < PATIENCE && other !== undefined && this.hinder(play, owner, other.device, how)) {
        hindered++;
        continue;
      }
      this.send(play, newcomer);
      this.read(play, newcomer);
    }
    return play.steps;
  }

  // Somebody comes first with what they may do. False when they can do nothing.
  private hinder(play: Play, owner: number, name: string, how: Hindrance): boolean {
    if (how === "puts in junk first") {
      const next = this.steps.junk(play.scene);
      if (next !== null) play.go(next);
      return next !== null;
    }
    const { places } = play.scene;
    if (how === "offers a wrong commit first") {
      const liar = places.findIndex((place) => place.device === name);
      this.read(play, liar);
      const next = this.steps.offerWrong(play.scene, liar);
      if (next !== null) play.go(next);
      return next !== null;
    }
    const at =
      how === "joins first"
        ? places.findIndex(({ device, seat }) => device !== "N" && device !== "R" && isOut({ seat }))
        : places.findIndex((place) => place.device === name && isActive(place) && place.view === null);
    if (at < 0) return false;
    if (how === "rekeys first") this.read(play, at);
    const next =
      how === "joins first"
        ? this.steps.join(play.scene, at, play.scene.places[owner]!)
        : this.steps.decide(play.scene, at, "rekey", { type: "rekey" });
    if (next === null) return false;
    play.go(next);
    return this.send(play, at);
  }

  private read(play: Play, at: number): void {
    while (this.steps.behind(play.scene, at) > 0) play.go(this.steps.deliver(play.scene, at));
  }

  private send(play: Play, at: number): boolean {
    const post = this.steps.sendable(play.scene, play.scene.places[at]!);
    if (post === null || post.lastCommit !== this.steps.lastCommit(play.scene)) return false;
    play.go(this.steps.append(play.scene, post));
    return true;
  }

  // What the relay holds goes into the log while an honest one would take it.
  private release(scene: Scene): Scene | null {
    for (const place of scene.places) {
      const post = place.view === null ? this.steps.sendable(scene, place) : null;
      const isHeld = post !== null && scene.held.includes(post.parcel.no);
      if (isHeld && post.lastCommit === this.steps.lastCommit(scene)) return this.steps.append(scene, post);
    }
    return null;
  }

  // Nothing waits for who was shown another log.
  private isApart({ places }: Scene, name: string): boolean {
    return places.some(({ device, view }) => view !== null && name.startsWith(`${device} `));
  }
}

function isStopped(seat: Place["seat"]): boolean {
  return seat?.look.status === "active" && seat.look.paused.length > 0 && !seat.look.paused.includes("RESTORED");
}
