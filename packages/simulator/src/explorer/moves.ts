import type { CommitRequest } from "@conclave/protocol";
import { memberOf } from "@conclave/protocol";
import { toHex } from "@conclave/codec";
import type { Cast } from "./cast.js";
import type { Seat } from "./seat.js";
import { about, type Steps } from "./steps.js";
import { isActive, isAtEnd, isOut, type Place, unseenBy, viewOf, type World } from "./world.js";

/** Something that can happen next. */
export interface Move {
  /** As it is written in a path. */
  readonly name: string;
  /** A person decides something. */
  readonly isEvent: boolean;
  /** The relay does what an honest one does not. */
  readonly isFault: boolean;
  /** The world after it; null when it turns out to be refused. */
  readonly go: () => World | null;
}

/** How far an exploration goes. */
export interface Bounds {
  readonly events: number;
  readonly faults: number;
}

/** Everything that can happen next in a world: people decide, devices send and crash, the relay does as it likes. */
export class Moves {
  /** What a device refused once, of those whose room looks the same to the rules: it need not be asked again. */
  private readonly refused = new Set<string>();

  constructor(
    private readonly cast: Cast,
    private readonly steps: Steps,
  ) {}

  of(world: World, bounds: Bounds): Move[] {
    const moves: Move[] = [];
    const add = (name: string, go: Move["go"], kind: "event" | "fault" | "free" = "free") => {
      if (kind === "event" && world.events >= bounds.events) return;
      if (kind === "fault" && world.faults >= bounds.faults) return;
      const [isEvent, isFault] = [kind === "event", kind === "fault"];
      const after = (next: World | null): World | null => {
        if (next === null || kind === "free") return next;
        return isEvent ? { ...next, events: world.events + 1 } : { ...next, faults: world.faults + 1 };
      };
      moves.push({ name, isEvent, isFault, go: () => after(go()) });
    };
    world.places.forEach((place, at) => {
      if (place.seat === null || isOut(place)) this.ofNewcomer(world, at, add);
      else this.ofReader(world, at, add);
    });
    this.ofChores(world, add);
    for (const no of world.held) {
      const parcel = this.cast.parcels.get(no);
      add(`relay logs ${this.wordsOf(no)}`, () => this.steps.append(world, { parcel }));
    }
    return moves;
  }

  // Reading changes nobody but the reader, so a device reads right before it does something: how many records, is the choice.
  private ofReader(world: World, at: number, add: Add): void {
    const { device } = world.places[at]!;
    let now = world;
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
  private ofDevice(world: World, place: Place, at: number, add: Add): void {
    const { seat, outbox } = place;
    const post = this.steps.sendable(world, place);
    if (post !== null) {
      const isTaken = post.lastCommit === this.steps.lastCommit(world);
      const isHeld = world.held.includes(post.parcel.no);
      if (isTaken && !isHeld) add("sends", () => this.steps.append(world, post));
      if (!isHeld) add("is held up", () => this.steps.hold(world, post), "fault");
      if (isHeld && seat!.look.pending !== null) add("gives up", () => this.steps.giveUp(world, at));
    }
    const isStale = seat!.look.status === "joining" && outbox !== null && outbox.lastCommit !== seat!.look.lastCommit;
    const host = isStale && isAtEnd(world, place) ? this.steps.freshHost(world) : null;
    if (host !== null) add("joins again", () => this.steps.joinAgain(world, at, host));
    // Between storing and sending. After that a crash comes to the same: what is stored is all that is left.
    if (seat!.process !== null && post !== null) add("crashes", () => this.steps.crash(world, at));
  }

  // Somebody who is not in the room comes by the link, with a slot of now or an older one.
  private ofNewcomer(world: World, at: number, add: Add): void {
    const { device } = world.places[at]!;
    if (!this.mayCome(world, device)) return;
    const seen = new Set<number>();
    for (let host = 0; host < world.places.length; host++) {
      for (let now = world; ; now = this.steps.deliver(now, host)) {
        const place = now.places[host]!;
        const { seat, view } = place;
        if (!isActive(place) || view !== null) break;
        const { n } = seat!.look;
        const isOpen = device === "R" || this.steps.isLinkOpen(seat!);
        if (!seen.has(n) && isOpen)
          add(`${device} joins at ${String(n)}`, () => this.steps.join(world, at, place), "event");
        seen.add(n);
        if (this.steps.behind(now, host) === 0) break;
      }
    }
  }

  // What a person decides.
  private ofPerson(world: World, place: Place, at: number, add: Add): void {
    const { device } = place;
    const seat = place.seat!;
    if (!isFree(place)) return;
    if (place.isLeaving) {
      add("stays", () => this.steps.say(world, at, "stay"), "event");
      return;
    }
    for (const [words, what] of this.menu(seat, device)) {
      const question = `${device} ${words} ${standingOf(seat)}`;
      if (this.refused.has(question)) continue;
      const go = () => {
        const next = this.steps.decide(world, at, words, what);
        if (next === null) this.refused.add(question);
        return next;
      };
      add(words, go, "event");
    }
    const { members } = seat.look.roster;
    if (members.get(toHex(this.cast.person(this.cast.personOf(device))))?.role !== "owner")
      add("leaves", () => this.steps.say(world, at, "farewell"), "event");
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

  private mayCome(world: World, device: string): boolean {
    if (device !== "R") return true;
    // The owner comes back once, in the place of the first device.
    const { look } = world.places[0]!.seat!;
    return world.places.at(-1)!.seat === null && memberOf(look.roster, this.cast.person("A")) !== null;
  }

  // What the relay does with a device's log.
  private ofRelay(world: World, place: Place, at: number, add: Add): void {
    const { seat, view } = place;
    const { n } = seat!.look;
    const next = view === null ? world.log[n] : (unseenBy(world, place) ?? undefined);
    if (next !== undefined && view === null)
      add("reads what is deleted", () => this.steps.deliver(world, at, null, true), "fault");
    const shown = viewOf(world, place);
    for (const no of new Set([...world.log.slice(this.cast.start.log.length), ...world.held])) {
      if (no === next) continue;
      const again = shown.slice(0, n).includes(no) ? " again" : "";
      add(`is shown ${this.wordsOf(no)}${again}`, () => this.steps.deliver(world, at, no), "fault");
    }
  }

  // Farewells are carried out: the first who can does it.
  private ofChores(world: World, add: Add): void {
    const isLetGo = new Set<string>();
    world.places.forEach(({ device, seat, view }, at) => {
      if (seat === null || view !== null || seat.look.status !== "active") return;
      const now = this.steps.readAll(world, at);
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

  private wordsOf(no: number): string {
    const { by, what } = this.cast.parcels.get(no);
    return `“${by} ${what}” (${String(no)})`;
  }
}

type Add = (name: string, go: Move["go"], kind?: "event" | "fault" | "free") => void;

/** Whether a device could begin something: nothing of it is on its way. */
export function isFree(place: Place): boolean {
  const { seat, outbox, wish, isStarting } = place;
  return isActive(place) && seat!.look.pending === null && outbox === null && wish === null && !isStarting;
}

/** What the rules see of a room: who is in it and as what, and which invites are open. */
export function standingOf({ look: { roster } }: Seat): string {
  const members = [...roster.members.values()].map(
    ({ name, role, devices }) => `${name} ${role} ${String(devices.length)}`,
  );
  const former = [...roster.former.values()].map(({ name, banned }) => `${name} ${String(banned)}`);
  const invites = [...roster.invites.values()].map(({ mode, revoked }) => `${mode} ${String(revoked)}`);
  return [members.sort(), former.sort(), invites.sort(), roster.sealed].join("; ");
}
