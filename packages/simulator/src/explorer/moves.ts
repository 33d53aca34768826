import type { CommitRequest } from "@conclave/protocol";
import { memberOf } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import type { Seat } from "./seat.js";
import { about, type Steps } from "./steps.js";
import { isActive, isAtEnd, isOut, type Place, unseenBy, logShownTo, type Scene } from "./scene.js";

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
      else this.ofReader(scene, at, add);
    });
    this.ofChores(scene, add);
    for (const no of scene.held) {
      const parcel = this.cast.parcels.get(no);
      add(`relay logs ${this.wordsOf(scene, no)}`, () => this.steps.append(scene, { parcel }));
    }
    return moves;
  }

  // Reading changes nobody but the reader, so a device reads right before it does something: how
  // many records, is the choice.
  private ofReader(scene: Scene, at: number, add: Add): void {
    const { device } = scene.places[at]!;
    let now = scene;
    for (let read = 0; ; read++) {
      const place = now.places[at]!;
      if (isOut(place)) return;
      const after = read === 0 ? "" : `reads ${String(read)}, `;
      const then: Add = (name, go, kind) => {
        add(`${device} ${after}${name}`, go, kind);
      };
      this.ofDevice(now, place, at, then);
      this.ofPerson(now, place, at, then);
      this.ofRelay(now, place, at, then);
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

  // What a device does by itself.
  private ofDevice(scene: Scene, place: Place, at: number, add: Add): void {
    const { seat, outbox } = place;
    const post = this.steps.sendable(scene, place);
    if (post !== null) {
      const isTaken = post.lastCommit === this.steps.lastCommit(scene);
      const isHeld = scene.held.includes(post.parcel.no);
      if (isTaken && !isHeld) add("sends", () => this.steps.append(scene, post));
      if (!isHeld) add("is held up", () => this.steps.hold(scene, post), "fault");
      if (isHeld && seat!.look.pending !== null) add("gives up", () => this.steps.giveUp(scene, at));
    }
    const isStale = seat!.look.status === "joining" && outbox !== null && outbox.lastCommit !== seat!.look.lastCommit;
    const host = isStale && isAtEnd(scene, place) ? this.steps.freshHost(scene) : null;
    if (host !== null) add("joins again", () => this.steps.joinAgain(scene, at, host));
    // Between storing and sending. After that a crash comes to the same: what is stored is all that
    // is left.
    if (seat!.process !== null && post !== null) add("crashes", () => this.steps.crash(scene, at));
  }

  // Somebody who is not in the room comes by the link, with a slot of now or an older one.
  private ofNewcomer(scene: Scene, at: number, add: Add): void {
    const { device } = scene.places[at]!;
    if (!this.mayCome(scene, device)) return;
    const seen = new Set<number>();
    for (let host = 0; host < scene.places.length; host++) {
      for (let now = scene; ; now = this.steps.deliver(now, host)) {
        const place = now.places[host]!;
        const { seat, view } = place;
        if (!isActive(place) || view !== null) break;
        const { n } = seat!.look;
        const isOpen = device === "R" || this.steps.isLinkOpen(seat!);
        if (!seen.has(n) && isOpen)
          add(`${device} joins at ${String(n)}`, () => this.steps.join(scene, at, place), "event");
        seen.add(n);
        if (this.steps.behind(now, host) === 0) break;
      }
    }
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
    const { members } = seat.look.roster;
    if (members.get(toHex(this.cast.person(this.cast.personOf(device))))?.role !== "owner")
      add("leaves", () => this.steps.say(scene, at, "farewell"), "event");
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
    const next = view === null ? scene.log[n] : (unseenBy(scene, place) ?? undefined);
    if (next !== undefined && view === null)
      add("reads what is deleted", () => this.steps.deliver(scene, at, null, true), "fault");
    const shown = logShownTo(scene, place);
    for (const no of new Set([...scene.log.slice(this.cast.start.log.length), ...scene.held])) {
      if (no === next) continue;
      const again = shown.slice(0, n).includes(no) ? " again" : "";
      add(`is shown ${this.wordsOf(scene, no)}${again}`, () => this.steps.deliver(scene, at, no), "fault");
    }
  }

  // Farewells are carried out: the first who can does it.
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
        add(`${device} lets ${name} go`, () =>
          this.steps.decide(now, at, `leave ${name}`, about(this.cast, "leave", name)),
        );
      }
    });
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

/** Whether a device could begin something: nothing of it is on its way. */
export function isFree(place: Place): boolean {
  const { seat, outbox, intent, isStarting } = place;
  return isActive(place) && seat!.look.pending === null && outbox === null && intent === null && !isStarting;
}

/** What the rules see of a room: who is in it and as what, and which invites are open. */
export function rulesView({ look: { roster } }: Seat): string {
  const members = [...roster.members.values()].map(
    ({ name, role, devices }) => `${name} ${role} ${String(devices.length)}`,
  );
  const former = [...roster.former.values()].map(({ name, banned }) => `${name} ${String(banned)}`);
  const invites = [...roster.invites.values()].map(({ mode, revoked }) => `${mode} ${String(revoked)}`);
  return [members.sort(), former.sort(), invites.sort(), roster.sealed].join("; ");
}
