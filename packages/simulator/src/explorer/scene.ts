import type { Action } from "@conclave/protocol";
import type { Post } from "./parcel.js";
import type { Seat } from "./seat.js";

/** What belongs to one device. Never changed in place. */
export interface Place {
  readonly device: string;
  /** Null for somebody who is not in the room, and has nothing of it. */
  readonly seat: Seat | null;
  /** A message or a join that is on its way. Own commits are in the seat. */
  readonly outbox: Post | null;
  /** What its person decided and somebody else's commit came before. */
  readonly intent: Action | null;
  /** Its person has said farewell. */
  readonly isLeaving: boolean;
  /**
   * Where the relay shows this device another log than the others, or has not shown it the newest
   * record: that log.
   */
  readonly view: readonly number[] | null;
  /** Its way in ended, and its person was told so. */
  readonly isLost: boolean;
}

/**
 * Everything that there is at one moment. Parcels are called by their numbers. Never changed in
 * place.
 */
export interface Scene {
  readonly places: readonly Place[];
  /** The log that the relay shows. */
  readonly log: readonly number[];
  /** What the relay was given and has not put into the log. */
  readonly held: readonly number[];
  /** What the relay did so far that an honest one does not do. */
  readonly faults: number;
  /** What people decided so far. */
  readonly events: number;
}

/** A device that has nothing of the room. */
export function emptyPlace(device: string): Place {
  return { device, seat: null, outbox: null, intent: null, isLeaving: false, view: null, isLost: false };
}

/** The scene with another thing at one place. */
export function withPlace(scene: Scene, at: number, change: Partial<Place>): Scene {
  return { ...scene, places: scene.places.map((place, index) => (index === at ? { ...place, ...change } : place)) };
}

/** The log as the relay shows it to this device. */
export function logShownTo(scene: Scene, place: Place): readonly number[] {
  return place.view ?? scene.log;
}

/** Whether a device has read all that the relay has for it. */
export function isAtEnd(scene: Scene, place: Place): boolean {
  if (place.seat === null) return false;
  if (place.view !== null) return unseenBy(scene, place) === null;
  return place.seat.look.n >= scene.log.length;
}

/**
 * The oldest record of the common log that a device with a log of its own was not shown; null when
 * there is none.
 */
export function unseenBy(scene: Scene, place: Place): number | null {
  return scene.log.find((no) => !place.view!.includes(no)) ?? null;
}

/** Whether a device takes part: a member's, that nothing stops. */
export function isActive({ seat }: Place): boolean {
  return seat?.look.status === "active" && seat.look.paused.length === 0;
}

/** Whether a device could begin something: nothing of it is on its way. */
export function isFree(place: Place): boolean {
  const { seat, outbox, intent } = place;
  return isActive(place) && seat!.look.pending === null && outbox === null && intent === null;
}

/** Whether somebody was in the room and is not any more. */
export function isOut({ seat }: Pick<Place, "seat">): boolean {
  return seat !== null && (seat.look.status === "removed" || seat.look.status === "left");
}

/** Whether a device was only not shown the newest records yet: nothing sets it apart so far. */
export function isWaiting(scene: Scene, { view }: Place): boolean {
  return view !== null && view.every((no, at) => scene.log[at] === no);
}
